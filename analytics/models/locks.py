"""Locks of work that only one process may do at a time."""

from __future__ import annotations

from django.db import models


class NamedLock(models.Model):
    """A kind of maintenance; the process that does it holds the row's lock."""

    FOLDING = "folding"
    FITTING = "fitting"

    name = models.CharField(max_length=50, primary_key=True)

    class Meta:
        db_table = "analytics_upkeep"
        verbose_name_plural = "upkeep"

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def acquire(name: str) -> None:
        """Wait for the lock, and hold it until the transaction ends."""
        rows = NamedLock.objects.filter(pk=name).select_for_update()
        if not list(rows):
            NamedLock.objects.bulk_create([NamedLock(name=name)], ignore_conflicts=True)
            list(rows)
