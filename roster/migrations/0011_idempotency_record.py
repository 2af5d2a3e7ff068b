"""Rename the model `KeptAnswer` to `IdempotencyRecord`; its table, rows and permissions stay."""

from __future__ import annotations

from django.db import migrations

from infra.db.renamed_models import rename_permissions


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("roster", "0010_claims_on_exports"),
    ]

    operations = [
        migrations.AlterModelTable("KeptAnswer", "roster_keptanswer"),
        migrations.RenameModel("KeptAnswer", "IdempotencyRecord"),
        rename_permissions("roster", "kept answer", "idempotency record"),
    ]
