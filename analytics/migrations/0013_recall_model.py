"""A recall model per learner instead of an offset and a slope, and what it needs of each item."""


from __future__ import annotations

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('analytics', '0012_pooled_fits_claims_and_editions'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveField(
            model_name='learnerability',
            name='recall_offset',
        ),
        migrations.RemoveField(
            model_name='learnerability',
            name='recall_offset_sum',
        ),
        migrations.RemoveField(
            model_name='learnerability',
            name='recall_slope',
        ),
        migrations.RemoveField(
            model_name='learnerability',
            name='recall_slope_sum',
        ),
        migrations.AddField(
            model_name='itemmemory',
            name='lapses',
            field=models.FloatField(default=0.0),
        ),
        migrations.AddField(
            model_name='itemmemory',
            name='last_score',
            field=models.FloatField(default=1.0),
        ),
        migrations.AddField(
            model_name='itemmemory',
            name='last_seconds',
            field=models.FloatField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='learnerability',
            name='due_outdated',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='learnerability',
            name='recall_model',
            field=models.BinaryField(help_text='Packed weights; see analytics.core.recall. None: the initial ones.', null=True),
        ),
        migrations.AddIndex(
            model_name='learnerability',
            index=models.Index(condition=models.Q(('due_outdated', True)), fields=['learner'], name='ability_due_outdated'),
        ),
    ]
