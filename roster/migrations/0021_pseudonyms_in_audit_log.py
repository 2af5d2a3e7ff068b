"""Names in the audit log can be replaced by pseudonyms, and nothing else in it can be changed.

Only while the session has the flag `pseudonymize_audit` (`infra.db.session_flags`), which the
erasure of people sets.
"""

from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

FIXED = ("id", "at", "actor_id", "facility_id", "action", "object_kind", "object_id")
SQLITE = """
CREATE TRIGGER audit_entries_stay_on_update BEFORE UPDATE ON roster_auditentry {condition}
BEGIN SELECT RAISE(ABORT, 'The audit log is only ever added to.'); END
"""
POSTGRESQL = """
CREATE OR REPLACE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {exception}
    RAISE EXCEPTION 'The audit log is only ever added to.'
        USING ERRCODE = 'integrity_constraint_violation';
END $$
"""
UNCHANGED = " AND ".join(f"OLD.{name} IS NEW.{name}" for name in FIXED)
UNCHANGED_ROW = " AND ".join(f"OLD.{name} IS NOT DISTINCT FROM NEW.{name}" for name in FIXED)
EXCEPTION = f"""
    IF TG_OP = 'UPDATE' AND current_setting('learntrace.pseudonymize_audit', true) = 'on' THEN
        IF {UNCHANGED_ROW} THEN
            RETURN NEW;
        END IF;
    END IF;
"""


def allow(_apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    condition = f"WHEN NOT (session_flag('pseudonymize_audit') AND {UNCHANGED})"
    replace(schema_editor, condition=condition, exception=EXCEPTION)


def refuse(_apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    replace(schema_editor, condition="", exception="")


def replace(schema_editor: BaseDatabaseSchemaEditor, *, condition: str, exception: str) -> None:
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TRIGGER audit_entries_stay_on_update")
        schema_editor.execute(SQLITE.format(condition=condition))
    else:
        schema_editor.execute(POSTGRESQL.format(exception=exception))


class Migration(migrations.Migration):
    dependencies = [("roster", "0020_accounts")]

    operations = [migrations.RunPython(allow, refuse)]
