"""Contents brought in from a file: a CSV table, or the database of a Kolibri channel."""

from __future__ import annotations

from logger.catalogue.importing import ImportedContents, UnknownParents, import_contents
from logger.catalogue.listed import BadCatalogue, Listed
from logger.catalogue.reading import read_catalogue

__all__ = [
    "BadCatalogue",
    "ImportedContents",
    "Listed",
    "UnknownParents",
    "import_contents",
    "read_catalogue",
]
