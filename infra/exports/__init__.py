"""Exports of admin lists as CSV or Excel files, with exactly the rows the list shows its viewer.

`query` reads the rows of a list, `columns` converts their values, `writers` writes files and
`responses` sends them. An export that is too large for one request is a row of `models`, made by
`worker` in the background and kept in `storage` for a day.
"""

from __future__ import annotations

from infra.exports.columns import Column, LookupColumn
from infra.exports.query import ListNotFound, ListQuery

__all__ = ["Column", "ListNotFound", "ListQuery", "LookupColumn"]
