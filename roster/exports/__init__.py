"""Lists of the admin as files: exactly the rows a list shows, in a form programs read."""

from __future__ import annotations

from roster.exports.columns import Column, LookedUp
from roster.exports.listing import Listing, NoSuchList

__all__ = ["Column", "Listing", "LookedUp", "NoSuchList"]
