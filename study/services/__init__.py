"""Use cases of study results that write."""

from __future__ import annotations
