"""The OpenAPI document at `/api/schema`, which a process builds once (contract 0.13)."""

from __future__ import annotations

from threading import Lock
from typing import Any

from django.http import HttpResponse
from django.utils.encoding import force_bytes
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularJSONAPIView
from rest_framework.request import Request

from infra.api import etags

_lock = Lock()
_built: list[tuple[bytes, dict[str, str]]] = []


class SchemaView(SpectacularJSONAPIView):
    """The OpenAPI document, the same for all callers; query parameters are ignored."""

    authentication_classes = []

    @extend_schema(exclude=True)
    def get(self, request: Request, *_arguments: Any, **_path: Any) -> HttpResponse:
        """Return the document; the first request builds it."""
        with _lock:
            if not _built:
                _built.append(self._build(request))
        [(body, headers)] = _built
        return HttpResponse(body, headers=headers)

    def _build(self, request: Request) -> tuple[bytes, dict[str, str]]:
        response = self._get_schema_response(request)  # type: ignore[no-untyped-call]
        renderer = request.accepted_renderer
        body = force_bytes(
            renderer.render(response.data, renderer.media_type, self.get_renderer_context())
        )
        headers = {
            "Content-Type": renderer.media_type,
            "Content-Disposition": response.headers["Content-Disposition"],
            "ETag": etags.tag_of_bytes(body),
        }
        return body, headers
