"""The table of the installation's jobs."""

from __future__ import annotations

from django.db import models


class JobRun(models.Model):
    """One job of the installation: the time it is due, and the results of its last runs.

    The process that runs a job locks its row, so a job never runs twice at the same time.
    """

    name = models.CharField(max_length=50, primary_key=True)
    due_at = models.DateTimeField()
    succeeded_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    done = models.PositiveBigIntegerField(default=0, help_text="Rows worked on so far.")

    class Meta:
        verbose_name = "job"

    def __str__(self) -> str:
        return self.name
