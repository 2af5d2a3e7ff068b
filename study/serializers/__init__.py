"""Response bodies of `/v3`."""

from __future__ import annotations
