"""Ids of events in NFC, in which they are compared from now on.

Where an event of the normal form exists already, the other one keeps its id, and is named on
standard error: nothing finds it by its id.
"""

from __future__ import annotations

import sys
import unicodedata

from django.db import IntegrityError, migrations, transaction


def normalize(apps, schema_editor):
    alias = schema_editor.connection.alias
    events = apps.get_model("analytics", "LearningEvent").objects.using(alias)
    longest = events.model._meta.get_field("source_id").max_length
    found = events.filter(source_id__regex=r"[^ -~]").order_by().values_list("pk", "source_id")
    for pk, name in list(found):
        normal = unicodedata.normalize("NFC", name)
        try:
            if len(normal) > longest:
                raise IntegrityError
            if normal != name:
                with transaction.atomic(using=alias):
                    events.filter(pk=pk).update(source_id=normal)
        except IntegrityError:
            sys.stderr.write(f"The id “{name}” of event {pk} could not be normalized.\n")


class Migration(migrations.Migration):
    dependencies = [("analytics", "0017_calibrated_stuckness")]

    operations = [migrations.RunPython(normalize, migrations.RunPython.noop)]
