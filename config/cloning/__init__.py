"""Cloning of a facility in SQL, with new keys and shifted times.

`ownership` finds the tables with rows of a facility, `expressions` has the SQL of the values that
change, and `facility` inserts the copies.
"""

from __future__ import annotations

from config.cloning.facility import Copy, clone_facility

__all__ = ["Copy", "clone_facility"]
