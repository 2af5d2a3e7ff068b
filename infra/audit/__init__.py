"""Changes of a row's audited fields, for an audit log."""

from __future__ import annotations

from infra.audit.changes import Fields, audited_fields, changes_between

__all__ = ["Fields", "audited_fields", "changes_between"]
