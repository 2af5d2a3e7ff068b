"""Classification of request paths by the API they belong to."""

from __future__ import annotations

from django.http import HttpRequest

_BULK = {"/api/v1/track-answers", "/v3/studies"}


def is_api(path: str) -> bool:
    """Return True if a path belongs to one of the APIs, which have their own error format."""
    return f"{path}/".startswith(("/api/", "/v3/"))


def is_v1(path: str) -> bool:
    """Return True if a path belongs to answer tracking."""
    return f"{path}/".startswith("/api/v1/")


def is_v3(path: str) -> bool:
    """Return True if a path belongs to study results, which use JSON:API."""
    return f"{path}/".startswith("/v3/")


def is_bulk(path: str) -> bool:
    """Return True if a path accepts many answers in one request, and therefore a larger body."""
    return path.rstrip("/") in _BULK


def route_of(request: HttpRequest) -> str | None:
    """Return the URL pattern of a request, because values in its path may identify learners.

    Return None if the path is unknown. The secret of a link is hidden even before the path is
    resolved.
    """
    if request.path_info.startswith("/family/"):
        return "/family/<str:token>"
    if request.path_info.startswith("/password-reset/"):
        return "/password-reset/<str:uidb64>/<str:token>"
    return f"/{request.resolver_match.route}" if request.resolver_match else None
