"""Request and response bodies of `/v3`."""

from __future__ import annotations
