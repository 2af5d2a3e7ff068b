"""What the OpenAPI document says beyond the views: who may call, and how errors look."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension

ERROR_STATUSES = {
    "400": "The request is malformed or contradicts itself.",
    "401": "Credentials are missing, unknown, expired or revoked.",
    "403": "This may not be done by whoever calls.",
    "404": "There is no such thing, or it is not for whoever calls.",
    "405": "The path does not know the method.",
    "413": "The body is too large.",
    "415": "The body is not JSON.",
    "429": "Too many requests; see Retry-After.",
    "500": "Our mistake.",
    "503": "The database is busy; see Retry-After.",
}
OPEN_TO_GUESTS = (
    "/api/auth/session", "/api/logger/contentsession", "/api/logger/trackprogress",
)  # fmt: skip
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


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """An API key in either of its two headers."""

    target_class = "roster.authentication.KeyAuthentication"
    name = ["apiKey", "bearer"]

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, Any]]:  # noqa: ARG002
        """Describe both headers."""
        return [
            {"type": "apiKey", "in": "header", "name": "X-API-Key"},
            {"type": "http", "scheme": "bearer"},
        ]


class LoginScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """A login session's cookie; writes need its CSRF token in X-CSRFToken."""

    target_class = "roster.authentication.LoginAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:  # noqa: ARG002
        """Describe the cookie."""
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}


def describe_callers(result: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
    """Say who may call each operation: any one credential, and guests where they may."""
    for path, operations in result["paths"].items():
        for operation in operations.values():
            schemes: list[dict[str, list[str]]] = [
                {name: []} for allowed in operation["security"] for name in allowed
            ]
            operation["security"] = [*schemes, {}] if path.startswith(OPEN_TO_GUESTS) else schemes
    return result


def describe_errors(result: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
    """Give every operation the errors any of them may answer (contract 0.12)."""
    result["components"].setdefault("schemas", {})["Errors"] = ERRORS
    schema = {"$ref": "#/components/schemas/Errors"}
    for operations in result["paths"].values():
        for operation in operations.values():
            for status, description in ERROR_STATUSES.items():
                operation["responses"][status] = {
                    "description": description,
                    "content": {"application/json": {"schema": schema}},
                }
    return result
