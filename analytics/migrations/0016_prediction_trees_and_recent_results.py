"""Trees that predict after a fit, and recent results of learners, their inputs."""

import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('analytics', '0015_prerequisites'),
        ('roster', '0015_accounts'),
    ]

    operations = [
        migrations.AddField(
            model_name='learnerability',
            name='recent',
            field=models.BinaryField(help_text='Packed numbers; see analytics.core.recent_results. None: no answers.', null=True),
        ),
        migrations.AddField(
            model_name='skillstate',
            name='recent',
            field=models.BinaryField(help_text='Packed numbers; see analytics.core.recent_results.', null=True),
        ),
        migrations.AlterField(
            model_name='learnerability',
            name='edition',
            field=models.PositiveSmallIntegerField(default=3),
        ),
        migrations.CreateModel(
            name='PredictionTrees',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('data', models.BinaryField(help_text='Packed arrays; see analytics.core.boosting.')),
                ('facility', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='roster.facility')),
            ],
            options={
                'verbose_name_plural': 'prediction trees',
            },
        ),
        migrations.AddField(
            model_name='skillparameters',
            name='trees',
            field=models.ForeignKey(blank=True, db_index=False, help_text='They predict instead of the blend, unless this is empty.', null=True, on_delete=django.db.models.deletion.RESTRICT, related_name='+', to='analytics.predictiontrees'),
        ),
    ]
