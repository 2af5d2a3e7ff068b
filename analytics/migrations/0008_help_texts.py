"""Correct help texts; no change to the database."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('analytics', '0007_named_lock'),
    ]

    operations = [
        migrations.AlterField(
            model_name='item',
            name='difficulty_mean',
            field=models.FloatField(default=0.0, help_text='log odds relative to the skill; higher is harder'),
        ),
        migrations.AlterField(
            model_name='item',
            name='skill',
            field=models.ForeignKey(blank=True, help_text='The skill it practises, in all contents it appears in.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='items', to='analytics.skill'),
        ),
        migrations.AlterField(
            model_name='skill',
            name='difficulty_mean',
            field=models.FloatField(default=-0.6, help_text='log odds; higher is harder'),
        ),
        migrations.AlterField(
            model_name='skill',
            name='parameters',
            field=models.ForeignKey(blank=True, help_text='Newest fitted parameters; if empty, the defaults apply.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='analytics.skillparameters'),
        ),
        migrations.AlterField(
            model_name='skillstate',
            name='course',
            field=models.BinaryField(help_text='Packed trajectory; see analytics.core.trajectory_codec.'),
        ),
    ]
