"""Import of a catalogue: all of it or nothing, and with the same result when repeated."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from itertools import islice
from uuid import UUID

from django.db import transaction

from analytics.catalogue.skills import known_titles, rename_skills
from analytics.catalogue.validation import BadCatalogue, ContentRow
from analytics.models import Content
from roster import services

BATCH_SIZE = 1000
MAX_REPORTED = 10


class UnknownParents(BadCatalogue):
    """Contents have a parent that is neither in the file nor in the catalogue."""

    def __init__(self, contents: list[UUID]) -> None:
        super().__init__("The parent is unknown.")
        self.contents = contents


@dataclass(frozen=True, kw_only=True)
class ImportedContents:
    """The number of contents in a file, and of the new ones among them."""

    listed: int
    added: int


@transaction.atomic
def import_contents(
    listed: Iterable[ContentRow], *, progress: Callable[[int], object] | None = None
) -> ImportedContents:
    """Add new contents and update known ones; `progress` is called with the size of each batch.

    Of several lines with one id the last counts. A parent may come after its parts.

    Raises
    ------
    UnknownParents : parents are missing in the end; it holds the first few contents without one.
    BadCatalogue : raised while reading `listed`; nothing is changed then.
    """
    before, count = Content.objects.count(), 0
    lines = iter(listed)
    while batch := list(islice(lines, BATCH_SIZE)):
        _write(batch)
        count += len(batch)
        if progress:
            progress(len(batch))
    if orphans := list(
        Content.objects.orphans().order_by("pk").values_list("pk", flat=True)[:MAX_REPORTED]
    ):
        raise UnknownParents(orphans)
    result = ImportedContents(listed=count, added=Content.objects.count() - before)
    services.record_import(Content, asdict(result))
    return result


def _write(batch: list[ContentRow]) -> None:
    rows = {
        line.id: Content(
            id=line.id,
            title=line.title,
            kind=line.kind,
            parent_id=line.parent,
            items=line.items,
        )
        for line in batch
    }
    before = known_titles(rows)
    Content.objects.bulk_create(
        rows.values(),
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["title", "kind", "parent", "items"],
    )
    rename_skills(rows.values(), before=before)
