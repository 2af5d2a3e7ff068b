"""Boosted trees that predict answers, one row for each fit of a facility that has any."""

from __future__ import annotations

from functools import lru_cache
from uuid import UUID

from django.db import models

from analytics.core.boosting import Trees
from infra.db.models import UUIDModel
from roster.models import Facility

# Each takes up to one megabyte.
MAX_LOADED = 32


class PredictionTrees(UUIDModel):
    """The trees of one fit. Rows never change: a new fit has a new row."""

    facility = models.ForeignKey(Facility, on_delete=models.CASCADE, related_name="+")
    data = models.BinaryField(help_text="Packed arrays; see analytics.core.boosting.")

    class Meta:
        verbose_name_plural = "prediction trees"

    def __str__(self) -> str:
        return f"{self.facility}, {self.pk}"

    @classmethod
    def save_new(cls, facility: Facility, trees: Trees) -> PredictionTrees:
        """Save trees as a new row."""
        return cls.objects.create(facility=facility, data=trees.to_bytes())

    @staticmethod
    @lru_cache(MAX_LOADED)
    def load(key: UUID) -> Trees:
        """Return the trees of a row, which each process reads once."""
        row = PredictionTrees.objects.get(pk=key)
        return Trees.from_bytes(bytes(row.data))
