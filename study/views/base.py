"""Base view of `/v3`: JSON:API responses, and requests in JSON or JSON:API."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, cast

import orjson
from rest_framework.request import Request
from rest_framework.response import Response

from roster.api.recording import RecordingView
from roster.models import Actor
from study.jsonapi import JsonApiParser, JsonApiRenderer, JsonParser


class JsonApiView(RecordingView):
    """Base of the views of this API; responses that create a resource have a `Location`."""

    renderer_classes = [JsonApiRenderer]
    parser_classes = [JsonParser, JsonApiParser]

    @property
    def actor(self) -> Actor:
        """The caller."""
        return cast("Actor", self.request.user)

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        """Add the `Location` of a created resource, also to a replayed response."""
        finished = super().finalize_response(request, response, *args, **kwargs)
        if finished.status_code == HTTPStatus.CREATED:
            body = getattr(finished, "data", None) or orjson.loads(finished.content)
            finished["Location"] = body["data"]["links"]["self"]
        return finished
