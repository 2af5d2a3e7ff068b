"""Working on exports too large to wait for, a part at a time (decision 22).

What is read so far is committed with the place it was read to, after it is in the file: a process
that is killed at any moment leaves nothing but bytes beyond that place, which are cut off.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import structlog
from django.db import transaction
from django.utils.translation import gettext_noop

from roster.exports import files
from roster.exports.listing import Listing, NoSuchList
from roster.exports.rights import fingerprint
from roster.exports.writing import MARK, csv_lines, write_workbook
from roster.models import Export, ExportFormat, ExportState, User

log = structlog.get_logger(__name__)

AT_ONCE = 5_000
PURGED_AT_ONCE = 100
MOST_FAILURES = 3
# How long whoever writes a workbook is left to it, before another begins anew.
WRITING_TAKES = timedelta(minutes=5)
NO_LONGER_YOURS = gettext_noop("You may not see this list any more.")
NO_FILE = gettext_noop("The server could not make the file. Ask again, or tell whoever runs it.")


def work(at: datetime) -> int:
    """Do one part of the export that has waited longest; tell whether there was any."""
    export = _waiting(at)
    if export is None:
        return 0
    try:
        with transaction.atomic():
            _go_on(export, at)
    except NoSuchList:
        export.fail(NO_LONGER_YOURS, at=at)
        export.save()
    except Exception:  # whatever is wrong with one, the others go on
        log.exception("export_failed", export=export.pk.hex)
        _count_failure(export.pk, at=at)
    return 1


def _waiting(at: datetime) -> Export | None:
    being_written = {"state": ExportState.WRITING, "worked_at__gt": at - WRITING_TAKES}
    return Export.objects.unfinished().exclude(**being_written).first()


def _count_failure(key: UUID, *, at: datetime) -> None:
    export = Export.objects.get(pk=key)
    export.failures, export.worked_at = export.failures + 1, at
    if export.failures >= MOST_FAILURES:
        export.fail(NO_FILE, at=at)
    export.save()


def _go_on(export: Export, at: datetime) -> None:
    export.worked_at = at
    if export.state != ExportState.WRITING:
        _read_some(export, at)
    export.save()
    if export.state == ExportState.WRITING:
        # It takes long, so it must not happen inside the transaction.
        transaction.on_commit(partial(_write, export.pk, at=at))


def _listing_of(export: Export) -> Listing:
    """Return the list as whoever asked for it may see it now.

    Rows that were read under other rights are forgotten.
    """
    viewer = User.objects.with_reach().filter(pk=export.user_id, is_active=True).first()
    if viewer is None:
        raise NoSuchList
    rights = fingerprint(viewer)
    if export.rights != rights:
        export.begin_anew()
    export.rights = rights
    return Listing.named(export.listing, viewer, export.query)


def _read_some(export: Export, at: datetime) -> None:
    """Gather the next rows; after the last ones the file is ready, or is to be written."""
    listing = _listing_of(export)
    try:
        file = files.open_for_rows(export)
    except FileNotFoundError:
        export.begin_anew()
        file = files.open_for_rows(export)
    with file:
        records = listing.after(export.last_read, AT_ONCE)
        rows = [record.cells for record in records]
        if export.format == ExportFormat.CSV:
            beginning = b"" if export.bytes_read else MARK + csv_lines([listing.headings()])
            file.write(beginning + csv_lines(rows))
        else:
            file.write(files.as_rows(rows if export.bytes_read else [listing.headings(), *rows]))
        export.bytes_read = file.tell()
    export.state, export.rows = ExportState.READING, export.rows + len(rows)
    if len(records) == AT_ONCE:
        export.last_read = records[-1].key
    elif export.format == ExportFormat.CSV:
        export.finish(at=at)
    else:
        export.state = ExportState.WRITING


def _write(key: UUID, *, at: datetime) -> None:
    """Write the workbook of the rows that were gathered; its file is there once it is whole."""
    export = Export.objects.get(pk=key)
    try:
        path = files.unfinished(export)
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
        headings, rows = files.headings_and_rows(export)
        write_workbook(path, headings, rows, scratch=files.folder())
        path.replace(files.file_of(export))
    except Exception:  # whatever is wrong with one, the others go on
        log.exception("export_failed", export=key.hex)
        _count_failure(key, at=at)
        return
    export.finish(at=at)
    export.save()
    files.rows_of(export).unlink(missing_ok=True)


def purge(at: datetime) -> int:
    """Delete some exports whose day is over, and their files; tell how many."""
    past = list(Export.objects.past(at).order_by("created_at")[:PURGED_AT_ONCE])
    for export in past:
        files.remove(export)
    Export.objects.filter(pk__in=[export.pk for export in past]).delete()
    return len(past) + files.remove_strays(at)
