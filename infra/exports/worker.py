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
from infra.exports.query import Listing, NoSuchList, export_source
from infra.exports.writers import MARK, csv_lines, write_workbook

log = structlog.get_logger(__name__)

Clock = Callable[[], datetime]

AT_ONCE = 5_000
PURGED_AT_ONCE = 100
MOST_FAILURES = 3
NO_LONGER_YOURS = gettext_noop("You may not see this list any more.")
NO_FILE = gettext_noop("The server could not make the file. Ask again, or tell whoever runs it.")


class LostError(Exception):
    """Somebody else works on this export by now."""


class StoppedError(Exception):
    """The process is to end."""


@dataclass(frozen=True)
class Worker:
    """Whoever works on exports: what time it is for them, and whether they are to stop."""

    clock: Clock
    stopping: Callable[[], bool] = lambda: False

    def work(self) -> bool:
        """Do one part of the export that has waited longest; tell whether there was any."""
        export = _claimed(self.clock())
        if export is None:
            return False
        try:
            self._go_on(export)
        except LostError:
            log.warning("export_lost", export=export.pk.hex)
        except StoppedError:
            Export.objects.held(export).update(claim=None)
        except NoSuchList:
            _fail(export, NO_LONGER_YOURS, at=self.clock())
        except Exception:  # whatever is wrong with one, the others go on
            log.exception("export_failed", export=export.pk.hex)
            _count_failure(export, at=self.clock())
        return True

    def _go_on(self, export: Export) -> None:
        if export.state == ExportState.WRITING:
            self._write(export)
        else:
            listing = _listing_of(export)
            if not storage.has_its_rows(export):  # as after the loss of a disk
                export.begin_anew()
            if not export.rows:
                export.expected = listing.estimate()
            _keep(export, listing, at=self.clock())

    def _write(self, export: Export) -> None:
        """Write the workbook of the rows that were gathered; its file is there once it is whole."""
        with storage.desk(export) as desk:
            book = desk / "book.xlsx"
            headings, rows = storage.headings_and_rows(export)
            write_workbook(book, headings, self._told(export, rows), scratch=desk)
            book.chmod(storage.OWNERS_ONLY)
            with transaction.atomic(durable=True):
                _hold(export)
                book.replace(storage.file_of(export))
                export.finish(at=self.clock())
                export.save()
        storage.rows_of(export).unlink(missing_ok=True)

    def _told(self, export: Export, rows: Iterator[list[Cell]]) -> Iterator[list[Cell]]:
        """Yield rows, and tell now and then how many were taken."""
        for number, row in enumerate(rows, start=1):
            yield row
            if number % AT_ONCE:
                continue
            if self.stopping():
                raise StoppedError
            held = Export.objects.held(export)
            if not held.update(worked_at=self.clock(), written=number):
                raise LostError


def _claimed(at: datetime) -> Export | None:
    """Claim the export that has waited longest; nearly always there is none."""
    free = Export.objects.free(at)
    if not free.exists():
        return None
    with transaction.atomic(durable=True):
        export = free.select_for_update(skip_locked=True, no_key=True).first()
        if export is not None:
            export.claim, export.worked_at = uuid7(), at
            Export.objects.filter(pk=export.pk).update(claim=export.claim, worked_at=at)
    return export


def _hold(export: Export) -> None:
    """Lock an export for the rest of the transaction.

    Raises
    ------
    LostError : it is no longer ours.
    """
    if not Export.objects.held(export).select_for_update(no_key=True).exists():
        raise LostError


def _listing_of(export: Export) -> Listing:
    """Return the list as whoever asked for it may see it now.

    Rows that were read under other rights are forgotten.
    """
    source = export_source(export.listing)
    viewer = source.load_viewer(export.user_id)
    if viewer is None:
        raise NoSuchList
    rights = source.permission_digest(viewer)
    if export.rights != rights:
        export.begin_anew()
    export.rights = rights
    return Listing.of(source, viewer, export.query)


def _keep(export: Export, listing: Listing, *, at: datetime) -> None:
    """Gather the next rows; after the last ones the file is ready, or is to be written."""
    records = listing.after(export.last_read, AT_ONCE)
    lines = _lines(export, listing, [record.cells for record in records])
    with transaction.atomic(durable=True):
        _hold(export)
        export.bytes_read = storage.add(export, lines)
        export.rows += len(records)
        if len(records) == AT_ONCE:
            export.go_on(records[-1].key, at=at)
        elif export.format == ExportFormat.CSV:
            export.finish(at=at)
        else:
            export.begin_writing(at=at)
        export.save()


def _lines(export: Export, listing: Listing, rows: list[list[Cell]]) -> bytes:
    """Spell rows as their file holds them, after the headings where they are the first."""
    is_first = not export.bytes_read
    if export.format == ExportFormat.CSV:
        beginning = MARK + csv_lines([listing.headings()]) if is_first else b""
        return beginning + csv_lines(rows)
    return storage.as_rows([listing.headings(), *rows] if is_first else rows)


def _count_failure(export: Export, *, at: datetime) -> None:
    failures = export.failures + 1
    if failures >= MOST_FAILURES:
        _fail(export, NO_FILE, at=at)
    else:
        Export.objects.held(export).update(failures=failures, worked_at=at, claim=None)


def _fail(export: Export, error: str, *, at: datetime) -> None:
    """Tell whoever asked that there will be no file, unless somebody else is at it."""
    over = {"state": ExportState.FAILED, "error": error, "finished_at": at, "claim": None}
    if Export.objects.held(export).update(**over):
        storage.remove(export)


def purge(at: datetime) -> int:
    """Delete some exports whose day is over, and their files; tell how many."""
    past = list(Export.objects.past(at).order_by("created_at")[:PURGED_AT_ONCE])
    for export in past:
        storage.remove(export)
    Export.objects.filter(pk__in=[export.pk for export in past]).delete()
    return len(past) + storage.remove_strays(at)
