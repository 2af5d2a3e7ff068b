"""OneRoster 1.2 CSV (and 1.1), read and translated into roster files; pure functions.

The format is 1EdTech's "OneRoster: CSV Binding" 1.2; what of it is read, and what becomes of
it here, is said in docs/operations.md.
"""

from __future__ import annotations

from roster.importing.oneroster.export import Export, read_export
from roster.importing.oneroster.issues import BadExport, Report
from roster.importing.oneroster.org_roles import Known
from roster.importing.oneroster.translate import Translation, translate

__all__ = [
    "BadExport",
    "Export",
    "Known",
    "Report",
    "Translation",
    "read_export",
    "translate",
]
