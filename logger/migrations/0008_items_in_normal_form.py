"""Items of attempts and contents in NFC, in which they are compared from now on."""

from __future__ import annotations

import sys
import unicodedata

from django.db import migrations


def normalize(apps, schema_editor):
    alias = schema_editor.connection.alias
    attempts = apps.get_model("logger", "AttemptLog").objects.using(alias)
    longest = attempts.model._meta.get_field("item").max_length
    found = attempts.filter(item__regex=r"[^ -~]").order_by().values_list("item", flat=True)
    for item in list(found.distinct()):
        normal = unicodedata.normalize("NFC", item)
        if len(normal) > longest:
            sys.stderr.write(f"The item “{item}” of attempts could not be normalized.\n")
        elif normal != item:
            attempts.filter(item=item).update(item=normal)
    contents = apps.get_model("logger", "Content").objects.using(alias)
    for pk, items in list(contents.exclude(items=[]).values_list("pk", "items")):
        normal = [unicodedata.normalize("NFC", item) for item in items]
        if normal != items:
            contents.filter(pk=pk).update(items=normal)


class Migration(migrations.Migration):
    dependencies = [("logger", "0007_contents_and_kinds")]

    operations = [migrations.RunPython(normalize, migrations.RunPython.noop)]
