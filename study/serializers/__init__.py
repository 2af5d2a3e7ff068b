"""Bodies of `/v3`, in and out."""

from __future__ import annotations
