"""Exports too large to wait for: who asked for what, and how far they are."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from infra.db.models import UUIDModel

RETENTION = timedelta(hours=24)
# Whoever works on one and says nothing for so long is dead: another goes on.
CLAIM_TIMEOUT = timedelta(minutes=5)


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
    """Exports by owner, state and age."""

    def requested_by(self, user: AbstractBaseUser) -> Self:
        """Exports this person asked for; nobody else may have them."""
        return self.filter(user=user)

    def unfinished(self) -> Self:
        """Those to be worked on, whoever has waited longest first."""
        working = self.exclude(state__in=[ExportState.READY, ExportState.FAILED])
        return working.order_by(F("worked_at").asc(nulls_first=True), "id")

    def unclaimed(self, at: datetime) -> Self:
        """Those nobody is at work on."""
        return self.unfinished().filter(Q(claim=None) | Q(worked_at__lte=at - CLAIM_TIMEOUT))

    def claimed_as(self, export: Export) -> Self:
        """This one, as long as its claim holds."""
        return self.filter(pk=export.pk, claim=export.claim)

    def expired(self, at: datetime) -> Self:
        """Those whose day is over, whatever became of them."""
        return self.filter(created_at__lt=at - RETENTION)


class Export(UUIDModel):
    """One list that somebody asked for as a file, under the filters of its address.

    `last_read` is the row it has come to and `bytes_read` how much of its file holds the rows up
    to there: what a killed process wrote beyond that is cut off again. `rights` is the
    `permission_digest` its rows were read under. `claim` is whoever works on it, seen alive at
    `worked_at`. `expected` is about how many rows there will be, where somebody knows; `written`
    how many of them are in the workbook.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="exports"
    )
    listing = models.CharField(_("list"), max_length=100, help_text="app.model")
    title = models.CharField(_("title"), max_length=100)
    query = models.TextField(blank=True)
    format = models.CharField(_("format"), max_length=4, choices=ExportFormat)
    state = models.CharField(
        _("state"), max_length=10, choices=ExportState, default=ExportState.WAITING
    )
    rights = models.CharField(max_length=64, blank=True)
    rows = models.PositiveBigIntegerField(_("rows"), default=0)
    expected = models.PositiveBigIntegerField(null=True, blank=True)
    written = models.PositiveBigIntegerField(default=0)
    last_read = models.UUIDField(null=True, blank=True)
    bytes_read = models.PositiveBigIntegerField(default=0)
    failures = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(_("error"), blank=True)
    created_at = models.DateTimeField(_("asked for at"))
    claim = models.UUIDField(null=True, blank=True)
    worked_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    objects = ExportQuerySet.as_manager()

    class Meta:
        # The table was made by the app `roster`, and keeps its name.
        app_label = "roster"
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
    def part(self) -> float | None:
        """How much of the rows is in the file, from 0 to 1; None: nobody knows how many come."""
        if self.state == ExportState.WRITING:
            return self.written / self.rows if self.rows else 1.0
        return min(self.rows / self.expected, 1.0) if self.expected else None

    @property
    def file_name(self) -> str:
        """What its file is called, here and on the reader's machine."""
        kind = self.listing.rpartition(".")[2]
        return f"{kind}-{self.created_at:%Y%m%d-%H%M%S}-{self.pk.hex[-6:]}.{self.format}"

    def restart(self) -> None:
        """Know of no rows any more, in memory."""
        self.rows, self.bytes_read, self.last_read = 0, 0, None

    def resume_after(self, key: UUID, *, at: datetime) -> None:
        """Have come to a row, in memory, and leave what follows to whoever is next."""
        self.last_read = key
        self._release(ExportState.READING, at=at)

    def start_writing(self, *, at: datetime) -> None:
        """Have all rows, in memory, and leave the workbook to whoever is next."""
        self.written = 0
        self._release(ExportState.WRITING, at=at)

    def finish(self, *, at: datetime) -> None:
        """Be ready, in memory."""
        self.finished_at = at
        self._release(ExportState.READY, at=at)

    def fail(self, error: str, *, at: datetime) -> None:
        """Be over without a file, in memory."""
        self.error, self.finished_at = error, at
        self._release(ExportState.FAILED, at=at)

    def _release(self, state: ExportState, *, at: datetime) -> None:
        self.state, self.claim, self.worked_at, self.failures = state, None, at, 0
