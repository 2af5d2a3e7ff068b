"""Working on exports too large to wait for, a part at a time (decision 22).

Whoever works on one has claimed it, and lets the claim be seen to live. The rows are read under
no lock and in no transaction. What is read is committed with the place it was read to, after it is
in the file: a process that is killed at any moment leaves nothing but bytes beyond that place,
which are cut off.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.db import transaction
from django.utils.translation import gettext_noop
from uuid_utils.compat import uuid7

from infra.exports import storage
from infra.exports.columns import Cell
from infra.exports.models import Export, ExportFormat, ExportState
from infra.exports.query import ListNotFound, ListQuery, export_source
from infra.exports.writers import UTF8_MARK, csv_lines, write_workbook

log = structlog.get_logger(__name__)

Clock = Callable[[], datetime]

STEP_BATCH_SIZE = 5_000
PURGE_BATCH_SIZE = 100
MAX_FAILURES = 3
PERMISSION_LOST = gettext_noop("You may not see this list any more.")
NO_FILE = gettext_noop("The server could not make the file. Ask again, or tell whoever runs it.")


class ClaimLost(Exception):
    """Somebody else works on this export by now."""


class WorkerStopped(Exception):
    """The process is to end."""


@dataclass(frozen=True)
class Worker:
    """Whoever works on exports: what time it is for them, and whether they are to stop."""

    clock: Clock
    is_stopping: Callable[[], bool] = lambda: False

    def run_step(self) -> bool:
        """Do one part of the export that has waited longest; tell whether there was any."""
        export = _claim_next(self.clock())
        if export is None:
            return False
        try:
            self._continue(export)
        except ClaimLost:
            log.warning("export_lost", export=export.pk.hex)
        except WorkerStopped:
            Export.objects.claimed_as(export).update(claim=None)
        except ListNotFound:
            _fail(export, PERMISSION_LOST, at=self.clock())
        except Exception:  # whatever is wrong with one, the others go on
            log.exception("export_failed", export=export.pk.hex)
            _count_failure(export, at=self.clock())
        return True

    def _continue(self, export: Export) -> None:
        if export.state == ExportState.WRITING:
            self._write(export)
        else:
            listing = _list_query(export)
            if not storage.has_rows(export):  # as after the loss of a disk
                export.restart()
            if not export.rows:
                export.expected = listing.estimate()
            _append_rows(export, listing, at=self.clock())

    def _write(self, export: Export) -> None:
        """Write the workbook of the rows that were gathered; its file is there once it is whole."""
        with storage.scratch_folder(export) as desk:
            book = desk / "book.xlsx"
            headings, rows = storage.read_rows(export)
            write_workbook(book, headings, self._with_progress(export, rows), scratch=desk)
            book.chmod(storage.OWNER_ONLY_MODE)
            with transaction.atomic(durable=True):
                _lock_claimed(export)
                book.replace(storage.result_path(export))
                export.finish(at=self.clock())
                export.save()
        storage.rows_path(export).unlink(missing_ok=True)

    def _with_progress(self, export: Export, rows: Iterator[list[Cell]]) -> Iterator[list[Cell]]:
        """Yield rows, and tell now and then how many were taken."""
        for number, row in enumerate(rows, start=1):
            yield row
            if number % STEP_BATCH_SIZE:
                continue
            if self.is_stopping():
                raise WorkerStopped
            held = Export.objects.claimed_as(export)
            if not held.update(worked_at=self.clock(), written=number):
                raise ClaimLost


def _claim_next(at: datetime) -> Export | None:
    """Claim the export that has waited longest; nearly always there is none."""
    free = Export.objects.unclaimed(at)
    if not free.exists():
        return None
    with transaction.atomic(durable=True):
        export = free.select_for_update(skip_locked=True, no_key=True).first()
        if export is not None:
            export.claim, export.worked_at = uuid7(), at
            Export.objects.filter(pk=export.pk).update(claim=export.claim, worked_at=at)
    return export


def _lock_claimed(export: Export) -> None:
    """Lock an export for the rest of the transaction.

    Raises
    ------
    ClaimLost : it is no longer ours.
    """
    if not Export.objects.claimed_as(export).select_for_update(no_key=True).exists():
        raise ClaimLost


def _list_query(export: Export) -> ListQuery:
    """Return the list as whoever asked for it may see it now.

    Rows that were read under other rights are forgotten.
    """
    source = export_source(export.listing)
    viewer = source.load_viewer(export.user_id)
    if viewer is None:
        raise ListNotFound
    rights = source.permission_digest(viewer)
    if export.rights != rights:
        export.restart()
    export.rights = rights
    return ListQuery.for_viewer(source, viewer, export.query)


def _append_rows(export: Export, listing: ListQuery, *, at: datetime) -> None:
    """Gather the next rows; after the last ones the file is ready, or is to be written."""
    records = listing.after(export.last_read, STEP_BATCH_SIZE)
    lines = _encode(export, listing, [record.cells for record in records])
    with transaction.atomic(durable=True):
        _lock_claimed(export)
        export.bytes_read = storage.append(export, lines)
        export.rows += len(records)
        if len(records) == STEP_BATCH_SIZE:
            export.resume_after(records[-1].key, at=at)
        elif export.format == ExportFormat.CSV:
            export.finish(at=at)
        else:
            export.start_writing(at=at)
        export.save()


def _encode(export: Export, listing: ListQuery, rows: list[list[Cell]]) -> bytes:
    """Spell rows as their file holds them, after the headings where they are the first."""
    is_first = not export.bytes_read
    if export.format == ExportFormat.CSV:
        beginning = UTF8_MARK + csv_lines([listing.headings()]) if is_first else b""
        return beginning + csv_lines(rows)
    return storage.encode_rows([listing.headings(), *rows] if is_first else rows)


def _count_failure(export: Export, *, at: datetime) -> None:
    failures = export.failures + 1
    if failures >= MAX_FAILURES:
        _fail(export, NO_FILE, at=at)
    else:
        Export.objects.claimed_as(export).update(failures=failures, worked_at=at, claim=None)


def _fail(export: Export, error: str, *, at: datetime) -> None:
    """Tell whoever asked that there will be no file, unless somebody else is at it."""
    over = {"state": ExportState.FAILED, "error": error, "finished_at": at, "claim": None}
    if Export.objects.claimed_as(export).update(**over):
        storage.remove(export)


def purge(at: datetime) -> int:
    """Delete some exports whose day is over, and their files; tell how many."""
    past = list(Export.objects.expired(at).order_by("created_at")[:PURGE_BATCH_SIZE])
    for export in past:
        storage.remove(export)
    Export.objects.filter(pk__in=[export.pk for export in past]).delete()
    return len(past) + storage.remove_orphans(at)
