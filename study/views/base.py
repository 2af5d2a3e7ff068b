"""What every view of `/v3` is: JSON:API out, JSON of either name in."""

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
    """A view of this API; what it creates is also told by `Location`."""

    renderer_classes = [JsonApiRenderer]
    parser_classes = [JsonParser, JsonApiParser]

    @property
    def actor(self) -> Actor:
        """Who calls."""
        return cast("Actor", self.request.user)

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        """Say where a created resource is, the first time as again."""
        finished = super().finalize_response(request, response, *args, **kwargs)
        if finished.status_code == HTTPStatus.CREATED:
            body = getattr(finished, "data", None) or orjson.loads(finished.content)
            finished["Location"] = body["data"]["links"]["self"]
        return finished
