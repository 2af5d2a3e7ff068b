"""Rename the model `Upkeep` to `NamedLock`; its table, rows and permissions stay."""

from __future__ import annotations

from django.db import migrations

from infra.db.renamed_models import rename_permissions


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("analytics", "0006_lists_by_what_was_last"),
    ]

    operations = [
        migrations.AlterModelTable("Upkeep", "analytics_upkeep"),
        migrations.RenameModel("Upkeep", "NamedLock"),
        rename_permissions("analytics", "upkeep", "named lock"),
    ]
