"""Stored ids in NFC, in which they are compared from now on.

Where a row of the normal form exists already, the other one keeps its id, and is named on standard
error: nothing finds it by its id, so it should get another one.
"""

from __future__ import annotations

import sys
import unicodedata

from django.db import migrations

FIELDS = (("Skill", "code"), ("Item", "code"))


def normalize(apps, schema_editor):
    for model, name in FIELDS:
        rows = apps.get_model("analytics", model).objects.using(schema_editor.connection.alias)
        changing = [
            (pk, text, unicodedata.normalize("NFC", text))
            for pk, text in rows.exclude(**{name: None}).values_list("pk", name).iterator()
            if not text.isascii() and not unicodedata.is_normalized("NFC", text)
        ]
        for pk, text, normal in changing:
            row = rows.get(pk=pk)
            namesakes = rows.filter(**{name: normal})
            if model != "Facility":
                namesakes = namesakes.filter(facility=row.facility_id)
            if namesakes.exists() or len(normal) > row._meta.get_field(name).max_length:
                sys.stderr.write(f"The {name} “{text}” of {model} {pk} could not be normalized.\n")
            else:
                rows.filter(pk=pk).update(**{name: normal})


class Migration(migrations.Migration):
    dependencies = [("analytics", "0009_daily_activity")]

    operations = [
        migrations.RunPython(normalize, migrations.RunPython.noop),
    ]
