"""The prerequisites of skills, and suggestions of them."""

from __future__ import annotations

import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('analytics', "0014_alerts_and_notes"),
        ('roster', '0015_accounts'),
    ]

    operations = [
        migrations.CreateModel(
            name='PrerequisiteSuggestion',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('learners', models.PositiveIntegerField()),
                ('successes', models.PositiveIntegerField()),
                ('bound', models.FloatField()),
                ('informed', models.PositiveIntegerField()),
                ('informed_successes', models.PositiveIntegerField()),
                ('computed_at', models.DateTimeField()),
                ('after', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='analytics.skill')),
                ('before', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='analytics.skill')),
                ('facility', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='roster.facility')),
            ],
            options={
                'abstract': False,
                'constraints': [models.UniqueConstraint(fields=('facility', 'before', 'after'), name='one_prerequisitesuggestion_per_pair'), models.CheckConstraint(condition=models.Q(('before', models.F('after')), _negated=True), name='prerequisitesuggestion_is_of_two_skills')],
            },
        ),
        migrations.CreateModel(
            name='SkillPrerequisite',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('after', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='analytics.skill')),
                ('before', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='analytics.skill')),
                ('facility', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='roster.facility')),
            ],
            options={
                'abstract': False,
                'constraints': [models.UniqueConstraint(fields=('facility', 'before', 'after'), name='one_skillprerequisite_per_pair'), models.CheckConstraint(condition=models.Q(('before', models.F('after')), _negated=True), name='skillprerequisite_is_of_two_skills')],
            },
        ),
    ]
