"""Sessions of people who log in, in Kolibri's shapes."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from infra.api.fields import HexUUIDField
from roster.models import Actor, RoleKind, User


class LoginSerializer(serializers.Serializer[Any]):
    """Somebody's credentials."""

    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=1024, trim_whitespace=False)
    facility = HexUUIDField(required=False, allow_null=True, default=None)


MAX_TTL = 24 * 60 * 60


class TokenRequestSerializer(serializers.Serializer[Any]):
    """For whom a token is, and for how many seconds."""

    user_id = serializers.CharField(max_length=255, trim_whitespace=False)
    ttl = serializers.IntegerField(min_value=1, max_value=MAX_TTL, default=60 * 60)


class TokenSerializer(serializers.Serializer[Any]):
    """A token, shown this once."""

    token = serializers.CharField()
    expires_at = serializers.DateTimeField()


class SessionSerializer(serializers.Serializer[Any]):
    """Who is logged in."""

    id = serializers.CharField(default="current")
    username = serializers.CharField()
    full_name = serializers.CharField()
    user_id = HexUUIDField(allow_null=True)
    facility_id = HexUUIDField(allow_null=True)
    kind = serializers.ListField(child=serializers.CharField())
    is_superuser = serializers.BooleanField()


def session_body(actor: Actor) -> dict[str, Any]:
    """Return the session of whoever calls; a guest's has no user."""
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
    """Return as what somebody logs in: what they look after, or a learner."""
    held = set(user.roles.values_list("kind", flat=True))
    kinds = [kind.value for kind in (RoleKind.COACH, RoleKind.ADMIN) if kind in held]
    if user.is_superuser:
        kinds.append("superuser")
    return kinds or ["learner"]
