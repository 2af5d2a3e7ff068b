"""What only one process may do at a time."""

from __future__ import annotations

from django.db import models


class Upkeep(models.Model):
    """A kind of upkeep; whoever does it holds the row's lock meanwhile."""

    FOLDING = "folding"
    FITTING = "fitting"

    name = models.CharField(max_length=50, primary_key=True)

    class Meta:
        verbose_name_plural = "upkeep"

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def take_turns(name: str) -> None:
        """Wait until nobody else does this, and keep others from it until the transaction ends."""
        rows = Upkeep.objects.filter(pk=name).select_for_update()
        if not list(rows):
            Upkeep.objects.bulk_create([Upkeep(name=name)], ignore_conflicts=True)
            list(rows)
