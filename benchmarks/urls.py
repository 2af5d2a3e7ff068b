"""The product's URLs, plus a view that does nothing."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from benchmarks.workloads import NO_OP_PATH
from config.urls import handler400, handler404, handler500

__all__ = ["handler400", "handler404", "handler500", "urlpatterns"]


def no_op(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  # Django passes it
    """Respond at once: the cost of the server, the middleware and the log."""
    return HttpResponse(b"{}", content_type="application/json")


urlpatterns = [
    path(NO_OP_PATH.lstrip("/"), no_op),
    path("", include("config.urls")),
]
