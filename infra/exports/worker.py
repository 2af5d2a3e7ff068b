"""The worker that makes large exports in the background, one part at a time (decision 22).

A worker claims an export and renews the claim while it works. Rows are read without a lock and
outside a transaction, in batches. After a batch is in the file, the position in the list and in the
file is committed. A process that is killed at any moment therefore leaves only bytes after that
position, which the next worker cuts off.
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
PERMISSION_LOST = gettext_noop("You no longer have permission to view this list.")
NO_FILE = gettext_noop(
    "The server could not create the file. Try again, or contact its administrator."
)


class ClaimLost(Exception):
    """Another worker has taken over this export."""


class WorkerStopped(Exception):
    """The process is stopping."""


@dataclass(frozen=True)
class Worker:
    """A worker, with its clock and a function that returns True if it should stop."""

    clock: Clock
    is_stopping: Callable[[], bool] = lambda: False

    def run_step(self) -> bool:
        """Do one part of the export that has waited longest; return False if there is none.

        While the disk is nearly full, exports wait.
        """
        export = _claim_next(self.clock())
        if export is None:
            return False
        if storage.is_short_of_space():
            log.error("disk_nearly_full", export=export.pk.hex)
            Export.objects.claimed_as(export).update(claim=None)
            return False
        try:
            self._continue(export)
        except ClaimLost:
            log.warning("export_lost", export=export.pk.hex)
        except WorkerStopped:
            Export.objects.claimed_as(export).update(claim=None)
        except ListNotFound:
            _fail(export, PERMISSION_LOST, at=self.clock())
        except Exception:  # an error in one export must not stop the others
            log.exception("export_failed", export=export.pk.hex)
            _count_failure(export, at=self.clock())
        return True

    def _continue(self, export: Export) -> None:
        if export.state == ExportState.WRITING:
            self._write(export)
        else:
            listing = _list_query(export)
            if not storage.has_rows(export):  # the file was lost
                export.restart()
            if not export.rows:
                export.expected = listing.estimate()
            _append_rows(export, listing, at=self.clock())

    def _write(self, export: Export) -> None:
        """Write the workbook from the rows read, and move it into place once it is complete."""
        with storage.scratch_folder(export) as folder:
            book = folder / "book.xlsx"
            headings, rows = storage.read_rows(export)
            write_workbook(book, headings, self._with_progress(export, rows), scratch=folder)
            book.chmod(storage.OWNER_ONLY_MODE)
            with transaction.atomic(durable=True):
                _lock_claimed(export)
                book.replace(storage.result_path(export))
                export.finish(at=self.clock())
                export.save()
        storage.rows_path(export).unlink(missing_ok=True)

    def _with_progress(self, export: Export, rows: Iterator[list[Cell]]) -> Iterator[list[Cell]]:
        """Yield rows, and save the progress and renew the claim after each batch.

        Raises
        ------
        WorkerStopped : the worker should stop, or the disk is nearly full.
        ClaimLost : another worker has claimed the export.
        """
        for number, row in enumerate(rows, start=1):
            yield row
            if number % STEP_BATCH_SIZE:
                continue
            if self.is_stopping() or storage.is_short_of_space():
                raise WorkerStopped
            claimed = Export.objects.claimed_as(export)
            if not claimed.update(worked_at=self.clock(), written=number):
                raise ClaimLost


def _claim_next(at: datetime) -> Export | None:
    """Claim the export that has waited longest; None if there is none, the usual case."""
    unclaimed_exports = Export.objects.unclaimed(at)
    if not unclaimed_exports.exists():
        return None
    with transaction.atomic(durable=True):
        export = unclaimed_exports.select_for_update(skip_locked=True, no_key=True).first()
        if export is not None:
            export.claim, export.worked_at = uuid7(), at
            Export.objects.filter(pk=export.pk).update(claim=export.claim, worked_at=at)
    return export


def _lock_claimed(export: Export) -> None:
    """Lock an export for the rest of the transaction.

    Raises
    ------
    ClaimLost : another worker has claimed it.
    """
    if not Export.objects.claimed_as(export).select_for_update(no_key=True).exists():
        raise ClaimLost


def _list_query(export: Export) -> ListQuery:
    """Return the list with the rows that the owner of the export may see now.

    The export is restarted if its rows were read under other permissions.

    Raises
    ------
    ListNotFound : the owner may no longer see the list or log in.
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
    """Read the next rows and append them to the file; after the last ones, change the state."""
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
    """Return rows in the format of their file, with the headings before the first rows."""
    is_first = not export.bytes_read
    if export.format == ExportFormat.CSV:
        header = UTF8_MARK + csv_lines([listing.headings()]) if is_first else b""
        return header + csv_lines(rows)
    return storage.encode_rows([listing.headings(), *rows] if is_first else rows)


def _count_failure(export: Export, *, at: datetime) -> None:
    failures = export.failures + 1
    if failures >= MAX_FAILURES:
        _fail(export, NO_FILE, at=at)
    else:
        Export.objects.claimed_as(export).update(failures=failures, worked_at=at, claim=None)


def _fail(export: Export, error: str, *, at: datetime) -> None:
    """Mark an export as failed and delete its files, unless another worker has claimed it."""
    failed = {"state": ExportState.FAILED, "error": error, "finished_at": at, "claim": None}
    if Export.objects.claimed_as(export).update(**failed):
        storage.remove(export)


def purge(at: datetime) -> int:
    """Delete a batch of expired exports and orphaned files, and return how many."""
    expired = list(Export.objects.expired(at).order_by("created_at")[:PURGE_BATCH_SIZE])
    for export in expired:
        storage.remove(export)
    Export.objects.filter(pk__in=[export.pk for export in expired]).delete()
    return len(expired) + storage.remove_orphans(at)
