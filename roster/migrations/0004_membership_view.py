"""Enrolments and group memberships as one relation, for lists.

Whoever alters one of the two tables on SQLite, where Django rebuilds a table to alter it, has to
drop this view before and create it again after: SQLite refuses to rename beside a view that
looks at a missing table.
"""

from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

CREATE = """
CREATE VIEW roster_membership AS
SELECT id, user_id, classroom_id AS collection_id, classroom_id
FROM roster_enrolment
UNION ALL
SELECT roster_groupmembership.id, roster_enrolment.user_id,
       roster_groupmembership.group_id AS collection_id, roster_enrolment.classroom_id
FROM roster_groupmembership
JOIN roster_enrolment ON roster_enrolment.id = roster_groupmembership.enrolment_id
"""
DROP = "DROP VIEW roster_membership"


class Migration(migrations.Migration):
    dependencies = [("roster", "0003_classroom_external_id")]

    operations = [
        migrations.CreateModel(
            name="Membership",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("collection_id", models.UUIDField()),
                ("classroom_id", models.UUIDField()),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"managed": False},
        ),
        migrations.RunSQL(CREATE, DROP),
    ]
