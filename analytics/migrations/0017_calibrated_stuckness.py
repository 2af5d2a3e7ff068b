"""The calibrated probability of being stuck, the growth rate, and hints of answers."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('analytics', '0016_prediction_trees_and_recent_results'),
    ]

    operations = [
        migrations.AddField(
            model_name='learningevent',
            name='hinted',
            field=models.BooleanField(blank=True, help_text='Empty: unknown.', null=True),
        ),
        migrations.AddField(
            model_name='skillparameters',
            name='climb',
            field=models.FloatField(default=0.3, help_text='Growth rate, fitted over all skills; see analytics.core.growth_hmm.'),
        ),
        migrations.AddField(
            model_name='skillparameters',
            name='stuck',
            field=models.JSONField(blank=True, default=list, help_text='Calibration of the probability of being stuck, fitted over all skills. Empty: the shipped one.'),
        ),
    ]
