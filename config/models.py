"""What the installation knows of itself: when its jobs ran."""

from __future__ import annotations

from django.db import models


class JobRun(models.Model):
    """One job of the installation: when it is due, and how its last run went.

    Whoever runs a job holds its row, so that it never runs twice at a time.
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
