"""OpenAPI extensions and postprocessing hooks: authentication, idempotency keys and errors."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from drf_spectacular.drainage import set_override
from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerExtension
from drf_spectacular.plumbing import ResolvedComponent

from config.api_paths import is_v1, is_v3
from infra.api.body_schemas import schema_of
from infra.api.idempotency.decorators import HEADER
from infra.api.idempotency.models import MAX_KEY_LENGTH
from study.jsonapi import MEDIA_TYPE

ERROR_STATUSES = {
    "400": "The request is malformed or contradicts itself.",
    "401": "Credentials are missing, unknown, expired or revoked.",
    "403": "The caller does not have permission to do this.",
    "404": "The resource does not exist, or the caller may not see it.",
    "405": "The method is not supported for this path.",
    "409": "A request with the same Idempotency-Key is still running; see Retry-After.",
    "413": "The body is too large.",
    "415": "The body is not JSON.",
    "422": "The Idempotency-Key was used for another request.",
    "429": "Too many requests; see Retry-After.",
    "500": "An unexpected server error.",
    "503": "The database is busy or unavailable; see Retry-After.",
}
ONLY_OF_RETRIES = {"409", "422"}
IDEMPOTENCY_KEY = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": MAX_KEY_LENGTH},
    "description": "A unique key for this request, chosen by the client. If the request is"
    " repeated with the same key within 24 hours, it is not executed again; the first response is"
    " returned.",
}
ENTITY_TAG = {
    "schema": {"type": "string"},
    "description": "The tag of this response, for If-None-Match.",
}
RATE_LIMITS: dict[str, dict[str, Any]] = {
    "RateLimit-Policy": {
        "schema": {"type": "string", "example": '"key";q=60000;w=60'},
        "description": "The limit of the caller: q requests (or bytes) in w seconds"
        " (draft-ietf-httpapi-ratelimit-headers-10).",
    },
    "RateLimit": {
        "schema": {"type": "string", "example": '"key";r=59990;t=1'},
        "description": "The requests r that are left, and the seconds t until all are available"
        " again; with r=0, until one is.",
    },
}
NOT_MODIFIED = {
    "description": "The client has the current response.",
    "headers": {"ETag": ENTITY_TAG},
}
IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "schema": {"type": "string"},
    "description": "Tags of responses that the client has; if one is current, the response is 304.",
}
OPEN_TO_GUESTS = (
    "/api/auth/session", "/api/logger/contentsession", "/api/logger/trackprogress",
)  # fmt: skip
# The error format of all APIs except answer tracking and study results.
ERRORS = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["id", "metadata"],
        "properties": {
            "id": {"type": "string", "example": "REQUIRED"},
            "metadata": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {
                    "field": {"type": "string", "nullable": True, "example": "interactions.item"},
                    "message": {"type": "string"},
                },
            },
        },
    },
}

WRAPPED_ERRORS = {
    "type": "object",
    "required": ["success", "data", "message", "errors"],
    "properties": {
        "success": {"type": "boolean", "enum": [False]},
        "data": {"nullable": True, "enum": [None]},
        "message": {"type": "string"},
        "errors": {
            "type": "object",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
            "example": {"is_correct": ["true or false is required."]},
        },
    },
}


JSONAPI_ERRORS = {
    "type": "object",
    "required": ["errors"],
    "properties": {
        "errors": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["status", "code", "title", "detail"],
                "properties": {
                    "status": {"type": "string", "example": "400"},
                    "code": {"type": "string", "example": "INVALID"},
                    "title": {"type": "string", "example": "Bad Request"},
                    "detail": {"type": "string"},
                    "source": {
                        "type": "object",
                        "description": "The part of the request that caused the error, if there is"
                        " one.",
                        "minProperties": 1,
                        "maxProperties": 1,
                        "properties": {
                            "pointer": {"type": "string", "example": "/quiz_result"},
                            "parameter": {"type": "string", "example": "page[size]"},
                            "header": {"type": "string", "example": HEADER},
                        },
                    },
                },
            },
        },
    },
}


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The security schemes of an API key, which has two possible headers."""

    target_class = "roster.authentication.KeyAuthentication"
    name = ["apiKey", "bearer"]

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, Any]]:  # noqa: ARG002
        """Return the schemes of both headers."""
        return [
            {"type": "apiKey", "in": "header", "name": "X-API-Key"},
            {"type": "http", "scheme": "bearer"},
        ]


class LoginScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The security scheme of a login session's cookie; writes also need the header X-CSRFToken."""

    target_class = "roster.authentication.LoginAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:  # noqa: ARG002
        """Return the scheme of the cookie."""
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}


class PayloadSchema(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """The component of a request body that is a pydantic model, and those of its parts."""

    target_class = "infra.payloads.Payload"
    match_subclasses = True
    priority = 1  # before drf-spectacular's own extension for pydantic

    def get_name(self, auto_schema: Any, direction: Any) -> str:  # noqa: ARG002
        """Return the name of the component, which is the model's title."""
        set_override(self.target, "suppress_collision_warning", value=True)
        return str(self.target.model_config.get("title") or self.target.__name__)

    def map_serializer(self, auto_schema: Any, direction: Any) -> dict[str, Any]:  # noqa: ARG002
        """Return the schema of the model, and register those of the models in it."""
        schema = deepcopy(schema_of(self.target))
        for name, part in schema.pop("$defs", {}).items():
            component = ResolvedComponent(  # type: ignore[no-untyped-call]
                name=f"{name}Request", type=ResolvedComponent.SCHEMA, object=name, schema=part
            )
            auto_schema.registry.register_on_missing(component)
        return schema


def describe_callers(result: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
    """Set the security of each operation: one of its credentials, or none where guests may call."""
    for path, operations in result["paths"].items():
        for operation in operations.values():
            schemes: list[dict[str, list[str]]] = [
                {name: []} for allowed in operation["security"] for name in allowed
            ]
            operation["security"] = [*schemes, {}] if path.startswith(OPEN_TO_GUESTS) else schemes
    return result


def describe_retries(result: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
    """Add the header Idempotency-Key to all idempotent operations (contract 0.9)."""
    for path, method, operation in _operations(result):
        if _is_retriable(path, method):
            operation.setdefault("parameters", []).append(IDEMPOTENCY_KEY)
    return result


def _operations(result: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            yield path, method, operation


def _is_retriable(path: str, method: str) -> bool:
    return method in {"post", "put"} and not path.startswith("/api/auth")


def describe_entity_tags(result: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
    """Add the header ETag and the status 304 to each operation that reads (contract 0.12a)."""
    for _path, method, operation in _operations(result):
        if method == "get":
            operation["responses"]["200"].setdefault("headers", {})["ETag"] = ENTITY_TAG
            operation["responses"]["304"] = NOT_MODIFIED
            operation.setdefault("parameters", []).append(IF_NONE_MATCH)
    return result


def describe_wrapped_lists(result: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
    """Wrap the list schemas of answer tracking in its envelope."""
    for path, method, operation in _operations(result):
        if is_v1(path) and method == "get":
            content = operation["responses"]["200"]["content"]["application/json"]
            if "/Paginated" in content["schema"].get("$ref", ""):
                content["schema"] = _wrapped(content["schema"])
    return result


def _wrapped(schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["success", "data", "message"],
        "properties": {
            "success": {"type": "boolean"},
            "data": schema,
            "message": {"type": "string"},
        },
    }


def describe_errors(result: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
    """Add the error responses to each operation (contract 0.12)."""
    schemas = result["components"].setdefault("schemas", {})
    schemas |= {
        "Errors": ERRORS,
        "WrappedErrors": WRAPPED_ERRORS,
        "JsonApiErrors": JSONAPI_ERRORS,
    }
    for path, method, operation in _operations(result):
        content = _error_content(path)
        for status, description in ERROR_STATUSES.items():
            if status not in ONLY_OF_RETRIES or _is_retriable(path, method):
                operation["responses"][status] = {
                    "description": description,
                    "content": content,
                }
    return result


def _error_content(path: str) -> dict[str, Any]:
    if is_v3(path):
        return {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/JsonApiErrors"}}}
    kind = "WrappedErrors" if is_v1(path) else "Errors"
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{kind}"}}}


def describe_rate_limits(result: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
    """Add the headers of the rate limit to each response that a caller is counted for."""
    result["components"]["headers"] = RATE_LIMITS
    names = {name: {"$ref": f"#/components/headers/{name}"} for name in RATE_LIMITS}
    for _path, _method, operation in _operations(result):
        for status, response in operation["responses"].items():
            if status[0] in "24":
                response["headers"] = {**response.get("headers", {}), **names}
    return result
