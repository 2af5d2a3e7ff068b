"""The envelope of `/api/v1` responses; `config.exceptions` adds that of errors."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers


def envelope(data: Any, message: str) -> dict[str, Any]:
    """Return the data of a response in an envelope."""
    return {"success": True, "data": data, "message": message}


def envelope_schema(name: str, data: serializers.Field[Any, Any, Any, Any]) -> Any:
    """Return the OpenAPI schema of an enveloped response."""
    return inline_serializer(
        name,
        {
            "success": serializers.BooleanField(),
            "data": data,
            "message": serializers.CharField(),
        },
    )
