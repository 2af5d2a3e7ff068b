"""JSON:API: the media type, the parsers and renderer, and the few document shapes of this API.

It is written by hand, because this is all the API needs: decision 20.
"""

from __future__ import annotations

import json
import re
from http import HTTPStatus
from typing import Any

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers
from rest_framework.exceptions import ParseError, ValidationError

from infra.api import bodies
from infra.api.bodies import P
from infra.api.body_schemas import schema_of
from infra.api.parsers import INT64, JsonBodyParser
from infra.api.renderers import OrjsonRenderer

MEDIA_TYPE = "application/vnd.api+json"
Json = dict[str, Any]
_NAME = re.compile("[a-z_]{1,50}")
Fields = dict[str, serializers.Field[Any, Any, Any, Any]]


class JsonParser(JsonBodyParser):
    """Parse the body of a request, a flat JSON object."""

    def load(self, raw: bytes) -> Any:
        """Return the parsed body; report the field of a number that is too large."""
        try:
            return super().load(raw)
        except ParseError:
            if field := _find_out_of_range_field(raw):
                raise ValidationError({field: ["The number is out of the 64-bit range."]}) from None
            raise


def _find_out_of_range_field(raw: bytes) -> str | None:
    """Return the field of an object with a whole number beyond 64 bits; None if there is none.

    Only names like those of this API count: others might not be encodable in a response.
    """
    try:
        body = json.loads(raw, parse_int=lambda text: int(text[:21]))  # enough digits to compare
    except (ValueError, RecursionError):
        return None
    fields = body.items() if isinstance(body, dict) else ()
    beyond = (name for name, value in fields if type(value) is int and value not in INT64)
    return next(filter(_NAME.fullmatch, beyond), None)


def decode(data: Any, model: type[P]) -> P:
    """Return the body of a request as a model.

    Raises
    ------
    ValidationError : the body is invalid.
    """
    # If a JSON:API document were ignored like unknown fields, an empty object would be created.
    is_document = isinstance(data, dict) and "data" in data
    if is_document and not data.keys() & schema_of(model)["properties"].keys():
        raise ValidationError({"data": ["Send the fields directly, not as a JSON:API document."]})
    return bodies.decode(data, model)


class JsonApiParser(JsonParser):
    """Parse the same body with the media type of JSON:API."""

    media_type = MEDIA_TYPE


class JsonApiRenderer(OrjsonRenderer):
    """Render a document with the media type of JSON:API."""

    media_type = MEDIA_TYPE


def resource(kind: str, key: Any, attributes: Json, self_path: str | None = None) -> Json:
    """Return a resource object; `self_path` is the path of its own URL."""
    body: Json = {"type": kind, "id": str(key), "attributes": attributes}
    if self_path is not None:
        body["links"] = {"self": self_path}
    return body


def document(data: Any, *, meta: Json | None = None, links: Json | None = None) -> Json:
    """Return a document with a resource, or a list of resources."""
    body: Json = {"data": data}
    if meta is not None:
        body["meta"] = meta
    if links is not None:
        body["links"] = links
    return body


def error(status: HTTPStatus, code: str, detail: str, *, pointer: str | None = None) -> Json:
    """Return an error object; `pointer` is the dotted path of the field in the body."""
    body: Json = {
        "status": str(status.value),
        "code": code,
        "title": status.phrase,
        "detail": detail,
    }
    if pointer is not None:
        body["source"] = {"pointer": "/" + pointer.replace(".", "/")}
    return body


# OpenAPI schemas. Each name may be declared only once, so shared parts are constants.

SELF_LINK = inline_serializer("SelfLink", {"self": serializers.CharField()})


def schema_for(kind: str, attributes: Fields, *, linked: bool = True) -> Any:
    """Return the OpenAPI schema of a resource."""
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
    """Return the OpenAPI schema of a document with one resource or many.

    `others` are further members of the document.
    """
    return inline_serializer(f"{name}Document", {"data": data, **others})
