"""No entry of the audit log is ever changed or deleted, by whatever statement.

Django rebuilds a table to alter it on SQLite, and its triggers go with the old one: whoever alters
the audit log there has to create them again.
"""

from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

CREATE = {
    "sqlite": [
        f"""
        CREATE TRIGGER audit_entries_stay_on_{event} BEFORE {event} ON roster_auditentry
        BEGIN SELECT RAISE(ABORT, 'The audit log is only ever added to.'); END
        """
        for event in ("update", "delete")
    ],
    "postgresql": [
        """
        CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'The audit log is only ever added to.'
                USING ERRCODE = 'integrity_constraint_violation';
        END $$
        """,
        """
        CREATE TRIGGER audit_entries_stay BEFORE UPDATE OR DELETE ON roster_auditentry
        FOR EACH ROW EXECUTE FUNCTION refuse_audit_change()
        """,
    ],
}
DROP = {
    "sqlite": [
        "DROP TRIGGER audit_entries_stay_on_update",
        "DROP TRIGGER audit_entries_stay_on_delete",
    ],
    "postgresql": [
        "DROP TRIGGER audit_entries_stay ON roster_auditentry",
        "DROP FUNCTION refuse_audit_change()",
    ],
}


def create(_apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for statement in CREATE[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def drop(_apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for statement in DROP[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("roster", "0007_audit_and_exports")]

    operations = [migrations.RunPython(create, drop)]
