"""Add the runner of a request with an Idempotency-Key, which shows whether it still runs."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('roster', '0012_time_zone_of_days'),
    ]

    operations = [
        migrations.AddField(
            model_name='idempotencyrecord',
            name='runner',
            field=models.BigIntegerField(null=True),
        ),
    ]
