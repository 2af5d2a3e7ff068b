"""Routes and methods that exist, and those that no request covers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

from django.urls import Resolver404, get_resolver, resolve

from benchmarks.snapshot.requests import Request

METHODS = ("get", "post", "put", "patch", "delete")
# A route of Django that is never reached, because an earlier one matches first.
SHADOWED = {"admin/r/<path:content_type_id>/<path:object_id>/"}


def find_existing() -> set[tuple[str, str]]:
    """Return every route and method that a request can reach."""
    found = _walk(get_resolver(), "")
    return {(route, method) for route, method in found if route not in SHADOWED}


def _walk(resolver: Any, prefix: str) -> Iterator[tuple[str, str]]:
    for pattern in resolver.url_patterns:
        own = str(pattern.pattern)
        route = prefix + own.removeprefix("^") if prefix else own
        if hasattr(pattern, "url_patterns"):
            yield from _walk(pattern, route)
        else:
            methods = ["get"] if _accepts_any_method(route) else _methods(pattern.callback)
            yield from ((route, method) for method in methods)


def _methods(view: Any) -> list[str]:
    actions = getattr(view, "actions", None)
    if actions:
        return [method for method in METHODS if method in actions]
    cls = getattr(view, "cls", None) or getattr(view, "view_class", None)
    return [method for method in METHODS if hasattr(cls, method)] or ["get"]


def find_missing(requests: Iterable[Request]) -> list[str]:
    """Return the existing methods and routes that no request covers."""
    covered = {(route_of(request.path), request.method.lower()) for request in requests}
    covered |= {
        (route, "get") for route, _method in covered if route and _accepts_any_method(route)
    }
    return sorted(f"{method.upper()} {route}" for route, method in find_existing() - covered)


def _accepts_any_method(route: str) -> bool:
    """Return whether a page accepts any method, so that one method is enough."""
    return route.startswith("admin/") or route == "language"


def route_of(path: str) -> str | None:
    """Return the route of an address or None; a `$name` in the address matches like any text."""
    plain = unquote(urlsplit(path).path)
    if plain == "/admin":
        plain = "/admin/"
    if not plain.startswith("/admin/") and len(plain) > 1:
        plain = plain.rstrip("/")
    try:
        return resolve(plain).route
    except Resolver404:
        return None
