"""Which routes and methods exist, and which of them are asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

from django.urls import Resolver404, get_resolver, resolve

from benchmarks.snapshot.requests import Request

METHODS = ("get", "post", "put", "patch", "delete")
# Django's own route, which another one before it always serves.
SHADOWED = {"admin/r/<path:content_type_id>/<path:object_id>/"}


def existing() -> set[tuple[str, str]]:
    """Return the route and method of everything that may be asked."""
    found = _walk(get_resolver(), "")
    return {(route, method) for route, method in found if route not in SHADOWED}


def _walk(resolver: Any, prefix: str) -> Iterator[tuple[str, str]]:
    for pattern in resolver.url_patterns:
        own = str(pattern.pattern)
        route = prefix + own.removeprefix("^") if prefix else own
        if hasattr(pattern, "url_patterns"):
            yield from _walk(pattern, route)
        else:
            methods = ["get"] if _takes_any(route) else _methods(pattern.callback)
            yield from ((route, method) for method in methods)


def _methods(view: Any) -> list[str]:
    actions = getattr(view, "actions", None)
    if actions:
        return [method for method in METHODS if method in actions]
    cls = getattr(view, "cls", None) or getattr(view, "view_class", None)
    return [method for method in METHODS if hasattr(cls, method)] or ["get"]


def missing(requests: Iterable[Request]) -> list[str]:
    """Return what exists and is not asked."""
    asked = {(route_of(request.path), request.method.lower()) for request in requests}
    asked |= {(route, "get") for route, _method in asked if route and _takes_any(route)}
    return sorted(f"{method.upper()} {route}" for route, method in existing() - asked)


def _takes_any(route: str) -> bool:
    """Tell whether a page takes any method, so that one is enough."""
    return route.startswith("admin/") or route == "language"


def route_of(path: str) -> str | None:
    """Return the route that serves an address; kept values in it count as any text."""
    plain = unquote(urlsplit(path).path)
    if plain == "/admin":
        plain = "/admin/"
    if not plain.startswith("/admin/") and len(plain) > 1:
        plain = plain.rstrip("/")
    try:
        return resolve(plain).route
    except Resolver404:
        return None
