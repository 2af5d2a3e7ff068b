"""Lists of the admin as files: exactly the rows a list shows, in a form programs read."""

from __future__ import annotations

from infra.exports.columns import Column, LookedUp
from infra.exports.query import Listing, NoSuchList

__all__ = ["Column", "Listing", "LookedUp", "NoSuchList"]
