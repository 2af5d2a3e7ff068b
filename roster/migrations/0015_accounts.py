"""Usernames are unique per facility; the audit log gets more actions and refuses TRUNCATE.

SQLite has no TRUNCATE.
"""

from __future__ import annotations

import roster.models.people
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def create_trigger(_apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "CREATE TRIGGER audit_entries_stay_on_truncate BEFORE TRUNCATE ON roster_auditentry"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()"
        )


def drop_trigger(_apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP TRIGGER audit_entries_stay_on_truncate ON roster_auditentry")


class Migration(migrations.Migration):

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('roster', '0014_normal_forms'),
    ]

    operations = [
        migrations.AlterField(
            model_name='user',
            name='username',
            field=models.CharField(blank=True, max_length=150, null=True, validators=[roster.models.people.validate_username]),
        ),
        migrations.AlterField(
            model_name='user',
            name='username_key',
            field=roster.models.people.FoldedUsernameField(editable=False, max_length=255, null=True),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.UniqueConstraint(fields=('username_key', 'facility'), name='one_username_per_facility'),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.UniqueConstraint(condition=models.Q(('is_superuser', True)), fields=('username_key',), name='one_superuser_per_username'),
        ),
        migrations.AlterField(
            model_name="auditentry",
            name="action",
            field=models.CharField(
                choices=[
                    ("added", "added"), ("changed", "changed"), ("removed", "removed"),
                    ("imported", "imported"), ("exported", "exported"),
                    ("logged_in", "logged in"), ("locked_out", "locked out"),
                ],
                max_length=10,
                verbose_name="action",
            ),
        ),
        migrations.RunPython(create_trigger, drop_trigger),
    ]
