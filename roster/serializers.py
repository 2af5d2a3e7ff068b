"""Bodies of login sessions (Kolibri's format) and learner tokens."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field
from rest_framework import serializers

from infra.api.fields import HexUUIDField
from infra.password_length import MAX_PASSWORD_LENGTH
from infra.payloads import LENIENT_INTEGER, LENIENT_TEXT, TRIM, HexUUID, Name, Payload
from roster.models import Actor, RoleKind, User

MAX_TTL = 24 * 60 * 60


class Login(Payload):
    """Login credentials."""

    username: Annotated[str, Field(min_length=1, max_length=150), TRIM, LENIENT_TEXT]
    password: Annotated[str, Field(min_length=1, max_length=MAX_PASSWORD_LENGTH), LENIENT_TEXT]
    facility: HexUUID | None = None
    shared_computer: bool = False
    code: Annotated[str, Field(max_length=20), TRIM, LENIENT_TEXT] | None = None

    @property
    def credentials(self) -> dict[str, Any]:
        """The arguments of Django's `authenticate`."""
        return {"username": self.username, "password": self.password, "facility": self.facility}


class TokenRequest(Payload):
    """The learner of a token and its lifetime in seconds."""

    user_id: Annotated[Name, LENIENT_TEXT]
    ttl: Annotated[int, Field(ge=1, le=MAX_TTL), LENIENT_INTEGER] = 60 * 60


class TokenSerializer(serializers.Serializer[Any]):
    """A token; it is shown only once."""

    token = serializers.CharField()
    expires_at = serializers.DateTimeField()


class SessionSerializer(serializers.Serializer[Any]):
    """The current session."""

    id = serializers.CharField(default="current")
    username = serializers.CharField()
    full_name = serializers.CharField()
    user_id = HexUUIDField(allow_null=True)
    facility_id = HexUUIDField(allow_null=True)
    kind = serializers.ListField(child=serializers.CharField())
    is_superuser = serializers.BooleanField()


def session_body(actor: Actor) -> dict[str, Any]:
    """Return the session of the caller; `user_id` is None for guests and keys."""
    if not isinstance(actor, User):
        facility_id = getattr(actor, "facility_id", None)
        return {
            "id": "current",
            "username": "",
            "full_name": "",
            "user_id": None,
            "facility_id": facility_id.hex if facility_id else None,
            "kind": ["anonymous"] if actor.is_anonymous else ["key"],
            "is_superuser": False,
        }
    return {
        "id": "current",
        "username": actor.username or "",
        "full_name": actor.full_name,
        "user_id": actor.pk.hex,
        "facility_id": actor.facility_id.hex if actor.facility_id else None,
        "kind": role_names(actor),
        "is_superuser": actor.is_superuser,
    }


def role_names(user: User) -> list[str]:
    """Return the names of the roles of a user, or `["learner"]` if they have none."""
    held = set(user.roles.values_list("kind", flat=True))
    kinds = [kind.value for kind in (RoleKind.COACH, RoleKind.ADMIN) if kind in held]
    if user.is_superuser:
        kinds.append("superuser")
    return kinds or ["learner"]
