"""How `/api/v1` wraps what it answers; errors are wrapped by `config.exceptions`."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers


def envelope(data: Any, message: str) -> dict[str, Any]:
    """Wrap what a request came to."""
    return {"success": True, "data": data, "message": message}


def enveloped(name: str, data: serializers.Field[Any, Any, Any, Any]) -> Any:
    """Describe a wrapped answer."""
    return inline_serializer(
        name,
        {
            "success": serializers.BooleanField(),
            "data": data,
            "message": serializers.CharField(),
        },
    )
