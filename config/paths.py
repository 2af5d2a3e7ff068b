"""Which paths are whose."""

from __future__ import annotations


def is_api(path: str) -> bool:
    """Tell whether a path belongs to one of the APIs, and so its errors are theirs to shape."""
    return f"{path}/".startswith(("/api/", "/v3/"))
