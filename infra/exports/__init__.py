"""Lists of the admin as files: exactly the rows a list shows, in a form programs read."""

from __future__ import annotations

from infra.exports.columns import Column, LookupColumn
from infra.exports.query import ListNotFound, ListQuery

__all__ = ["Column", "ListNotFound", "ListQuery", "LookupColumn"]
