"""Exports too large to wait for: who asked for what, and how far they are."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from roster.models.base import Keyed
from roster.models.people import User

KEPT = timedelta(hours=24)


class ExportFormat(models.TextChoices):
    """What programs read."""

    CSV = "csv", "CSV"
    XLSX = "xlsx", "Excel"


class ExportState(models.TextChoices):
    """How far an export is."""

    WAITING = "waiting", _("waiting")
    READING = "reading", _("reading")
    WRITING = "writing", _("writing the file")
    READY = "ready", _("ready")
    FAILED = "failed", _("failed")


class ExportQuerySet(models.QuerySet["Export"]):
    def of(self, user: User) -> Self:
        """Exports this person asked for; nobody else may have them."""
        return self.filter(user=user)

    def unfinished(self) -> Self:
        """Those to be worked on, whoever has waited longest first."""
        working = self.exclude(state__in=[ExportState.READY, ExportState.FAILED])
        return working.order_by(F("worked_at").asc(nulls_first=True), "id")

    def past(self, at: datetime) -> Self:
        """Those whose day is over, whatever became of them."""
        return self.filter(created_at__lt=at - KEPT)


class Export(Keyed):
    """One list that somebody asked for as a file, under the filters of its address.

    `last_read` is the row it has come to and `bytes_read` how much of its file holds the rows up
    to there: what a killed process wrote beyond that is cut off again. `rights` are those its
    rows were read under: `exports.rights`.
    """

    READ = ("state", "last_read", "bytes_read", "rows", "worked_at")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="exports")
    listing = models.CharField(_("list"), max_length=100, help_text="app.model")
    title = models.CharField(_("title"), max_length=100)
    query = models.TextField(blank=True)
    format = models.CharField(_("format"), max_length=4, choices=ExportFormat)
    state = models.CharField(
        _("state"), max_length=10, choices=ExportState, default=ExportState.WAITING
    )
    rights = models.CharField(max_length=64, blank=True)
    rows = models.PositiveBigIntegerField(_("rows"), default=0)
    last_read = models.UUIDField(null=True, blank=True)
    bytes_read = models.PositiveBigIntegerField(default=0)
    failures = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(_("error"), blank=True)
    created_at = models.DateTimeField(_("asked for at"))
    worked_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    objects = ExportQuerySet.as_manager()

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        indexes = [models.Index(fields=["created_at"], name="export_by_age")]

    def __str__(self) -> str:
        return f"{self.title} ({self.get_format_display()})"

    @property
    def is_finished(self) -> bool:
        """Whether nothing more happens to it."""
        return self.state in (ExportState.READY, ExportState.FAILED)

    @property
    def file_name(self) -> str:
        """What its file is called, here and on the reader's machine."""
        kind = self.listing.rpartition(".")[2]
        return f"{kind}-{self.created_at:%Y%m%d-%H%M%S}-{self.pk.hex[-6:]}.{self.format}"

    def begin_anew(self) -> None:
        """Know of no rows any more, in memory."""
        self.rows, self.bytes_read, self.last_read = 0, 0, None

    def finish(self, *, at: datetime) -> None:
        """Be ready, in memory."""
        self.state, self.finished_at = ExportState.READY, at

    def fail(self, error: str, *, at: datetime) -> None:
        """Be over without a file, in memory."""
        self.state, self.error, self.finished_at = ExportState.FAILED, error, at
