"""Which paths are whose."""

from __future__ import annotations

from django.http import HttpRequest

_BULK = {"/api/v1/track-answers", "/v3/studies"}


def is_api(path: str) -> bool:
    """Tell whether a path belongs to one of the APIs, and so its errors are theirs to shape."""
    return f"{path}/".startswith(("/api/", "/v3/"))


def is_v1(path: str) -> bool:
    """Tell whether a path belongs to answer tracking."""
    return f"{path}/".startswith("/api/v1/")


def is_v3(path: str) -> bool:
    """Tell whether a path belongs to study results, which speak JSON:API."""
    return f"{path}/".startswith("/v3/")


def is_bulk(path: str) -> bool:
    """Tell whether a path takes many answers at once, and so a larger body."""
    return path.rstrip("/") in _BULK


def route_of(request: HttpRequest) -> str | None:
    """Return a request's path as its pattern: the values in it may name learners."""
    return f"/{request.resolver_match.route}" if request.resolver_match else None
