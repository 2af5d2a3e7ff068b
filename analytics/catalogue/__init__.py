"""Import of contents from a file: a CSV table, or the database of a Kolibri channel."""

from __future__ import annotations

from analytics.catalogue.importing import ImportedContents, UnknownParents, import_contents
from analytics.catalogue.parsers import read_catalogue
from analytics.catalogue.validation import BadCatalogue, ContentRow

__all__ = [
    "BadCatalogue",
    "ContentRow",
    "ImportedContents",
    "UnknownParents",
    "import_contents",
    "read_catalogue",
]
