"""Reads of study results that need several queries."""

from __future__ import annotations
