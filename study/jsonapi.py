"""JSON:API in and out: its media type, and the few shapes of documents this API writes.

By hand, since that is all there is to it: decision 20.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import orjson
from drf_spectacular.utils import inline_serializer
from rest_framework import serializers
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.renderers import BaseRenderer

from infra.api.parsers import INT64, JsonBodyParser

MEDIA_TYPE = "application/vnd.api+json"
Json = dict[str, Any]
_NAME = re.compile("[a-z_]{1,50}")
Fields = dict[str, serializers.Field[Any, Any, Any, Any]]


class JsonParser(JsonBodyParser):
    """Parse the body of a request: a flat object, whichever of two names its type has."""

    def load(self, raw: bytes) -> Any:
        """Return what a body holds, or say which field has too large a number."""
        try:
            return super().load(raw)
        except ParseError:
            if field := _out_of_range(raw):
                raise ValidationError({field: ["The number is out of the 64-bit range."]}) from None
            raise


def _out_of_range(raw: bytes) -> str | None:
    """Return the field of an object that holds a whole number beyond 64 bits, if one does.

    Only of a name such as ours: others may be what no answer could be written with.
    """
    try:
        body = json.loads(raw, parse_int=lambda text: int(text[:21]))  # enough to tell
    except (ValueError, RecursionError):
        return None
    fields = body.items() if isinstance(body, dict) else ()
    beyond = (name for name, value in fields if type(value) is int and value not in INT64)
    return next(filter(_NAME.fullmatch, beyond), None)


class JsonApiParser(JsonParser):
    """Parse the same from clients that call it JSON:API."""

    media_type = MEDIA_TYPE


class JsonApiRenderer(BaseRenderer):
    """Write a document, whose times are written already."""

    media_type = MEDIA_TYPE
    format = "json"
    charset = None
    render_style = "binary"

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,  # noqa: ARG002
        renderer_context: Mapping[str, Any] | None = None,  # noqa: ARG002
    ) -> bytes:
        """Return the body; empty where there is nothing to say."""
        return b"" if data is None else orjson.dumps(data)


def resource(kind: str, key: Any, attributes: Json, self_path: str | None = None) -> Json:
    """Write one resource; `self_path` is where it can be asked for again."""
    body: Json = {"type": kind, "id": str(key), "attributes": attributes}
    if self_path is not None:
        body["links"] = {"self": self_path}
    return body


def document(data: Any, *, meta: Json | None = None, links: Json | None = None) -> Json:
    """Write a document about a resource, or a list of them."""
    body: Json = {"data": data}
    if meta is not None:
        body["meta"] = meta
    if links is not None:
        body["links"] = links
    return body


def error(status: HTTPStatus, code: str, detail: str, *, pointer: str | None = None) -> Json:
    """Write one thing that is wrong; `pointer` names the field of the body, by a dotted path."""
    body: Json = {
        "status": str(status.value),
        "code": code,
        "title": status.phrase,
        "detail": detail,
    }
    if pointer is not None:
        body["source"] = {"pointer": "/" + pointer.replace(".", "/")}
    return body


# What the OpenAPI document says of them. A name is described once, so shared parts are constants.

SELF_LINK = inline_serializer("SelfLink", {"self": serializers.CharField()})


def schema_for(kind: str, attributes: Fields, *, linked: bool = True) -> Any:
    """Describe one resource."""
    name = "".join(word.capitalize() for word in kind.split("-"))
    fields: Fields = {
        "type": serializers.RegexField(f"^{kind}$"),
        "id": serializers.CharField(),
        "attributes": inline_serializer(f"{name}Attributes", attributes),
    }
    if linked:
        fields["links"] = SELF_LINK
    return inline_serializer(f"{name}Resource", fields)


def document_schema(name: str, data: Any, **others: Any) -> Any:
    """Describe a document of one resource, or of `many`; `others` are its further members."""
    return inline_serializer(f"{name}Document", {"data": data, **others})
