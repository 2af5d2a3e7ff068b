"""The table of large exports, which are made in the background: owner, list, state, progress."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from infra.db.models import UUIDModel

RETENTION = timedelta(hours=24)
# A worker that has not updated its export for so long is dead, and another one may claim it.
CLAIM_TIMEOUT = timedelta(minutes=5)


class ExportFormat(models.TextChoices):
    """The file formats of exports."""

    CSV = "csv", "CSV"
    XLSX = "xlsx", "Excel"


class ExportState(models.TextChoices):
    """The states of an export; the last two are final."""

    WAITING = "waiting", _("waiting")
    READING = "reading", _("reading")
    WRITING = "writing", _("writing the file")
    READY = "ready", _("ready")
    FAILED = "failed", _("failed")


class ExportQuerySet(models.QuerySet["Export"]):
    """Filters of exports by owner, state and age."""

    def requested_by(self, user: AbstractBaseUser) -> Self:
        """Exports this user requested; no other user may see them."""
        return self.filter(user=user)

    def unfinished(self) -> Self:
        """Exports that are neither ready nor failed; the one that waited longest comes first."""
        unfinished = self.exclude(state__in=[ExportState.READY, ExportState.FAILED])
        return unfinished.order_by(F("worked_at").asc(nulls_first=True), "id")

    def unclaimed(self, at: datetime) -> Self:
        """Unfinished exports without a worker that is alive, by the present clock."""
        is_alive = Q(worked_at__gt=at - CLAIM_TIMEOUT, worked_at__lte=at + CLAIM_TIMEOUT)
        return self.unfinished().filter(Q(claim=None) | ~is_alive)

    def claimed_as(self, export: Export) -> Self:
        """This export, as long as its claim has not been taken over."""
        return self.filter(pk=export.pk, claim=export.claim)

    def expired(self, at: datetime) -> Self:
        """Exports older than their retention (one day), in any state."""
        return self.filter(created_at__lt=at - RETENTION)


class Export(UUIDModel):
    """One export of a list that a user requested, with the filters in the list's query string.

    `last_read` is the key of the last row read, and `bytes_read` the size of the file with the rows
    up to it; bytes that a killed process wrote after them are cut off. `rights` is the
    `permission_digest` under which the rows were read. `claim` identifies the worker, last known to
    be alive at `worked_at`. `rows` is the number of rows read, `expected` an estimate of all rows
    or None, and `written` the number of rows already in the workbook.
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
        # The table was created by the app `roster` and keeps its name.
        app_label = "roster"
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        indexes = [models.Index(fields=["created_at"], name="export_by_age")]

    def __str__(self) -> str:
        return f"{self.title} ({self.get_format_display()})"

    @property
    def is_finished(self) -> bool:
        """True if the export is ready or has failed."""
        return self.state in (ExportState.READY, ExportState.FAILED)

    @property
    def part(self) -> float | None:
        """The progress from 0 to 1; None if the number of rows is unknown."""
        if self.state == ExportState.WRITING:
            return self.written / self.rows if self.rows else 1.0
        return min(self.rows / self.expected, 1.0) if self.expected else None

    @property
    def file_name(self) -> str:
        """The name under which a browser saves the file."""
        model_name = self.listing.rpartition(".")[2]
        requested_at = timezone.localtime(self.created_at)
        return f"{model_name}-{requested_at:%Y%m%d-%H%M%S}-{self.pk.hex[-6:]}.{self.format}"

    def restart(self) -> None:
        """Forget the rows read so far, in memory."""
        self.rows, self.bytes_read, self.last_read = 0, 0, None

    def resume_after(self, key: UUID, *, at: datetime) -> None:
        """Record the last row read and release the claim, in memory."""
        self.last_read = key
        self._release(ExportState.READING, at=at)

    def start_writing(self, *, at: datetime) -> None:
        """Change to the state WRITING, after the last row, and release the claim, in memory."""
        self.written = 0
        self._release(ExportState.WRITING, at=at)

    def finish(self, *, at: datetime) -> None:
        """Change to the state READY, in memory."""
        self.finished_at = at
        self._release(ExportState.READY, at=at)

    def fail(self, error: str, *, at: datetime) -> None:
        """Change to the state FAILED, without a file, in memory."""
        self.error, self.finished_at = error, at
        self._release(ExportState.FAILED, at=at)

    def _release(self, state: ExportState, *, at: datetime) -> None:
        self.state, self.claim, self.worked_at, self.failures = state, None, at, 0
