"""OneRoster CSV 1.2 and 1.1: read exports and translate them into roster files; pure.

The format is 1EdTech's "OneRoster: CSV Binding" 1.2. docs/operations.md says which parts are
read and how they are translated.
"""

from __future__ import annotations

from roster.importing.oneroster.export import Export, read_export
from roster.importing.oneroster.issues import BadExport, Report
from roster.importing.oneroster.org_roles import Known
from roster.importing.oneroster.translate import Translation, translate

__all__ = ["BadExport", "Export", "Known", "Report", "Translation", "read_export", "translate"]
