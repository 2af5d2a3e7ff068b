"""Views of `/v3`: each translates, makes one call, and translates back."""

from __future__ import annotations
