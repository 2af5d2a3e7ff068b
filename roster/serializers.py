"""Sessions of people who log in, in Kolibri's shapes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.utils.dateparse import parse_datetime
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from infra.identifiers import parse_uuid
from roster.models import Actor, RoleKind, User

UUID_SCHEMA = {
    "type": "string",
    "pattern": "^[0-9A-Fa-f]{8}-?([0-9A-Fa-f]{4}-?){3}[0-9A-Fa-f]{12}$",
    "example": "4b16099983df4fb4a6e2f5c60e475c2d",
}


@extend_schema_field(UUID_SCHEMA)
class HexUUIDField(serializers.UUIDField):
    """A UUID: dashed or plain on the way in, 32 lower-case hex digits on the way out."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="hex", **kwargs)

    def to_internal_value(self, data: Any) -> UUID:
        """Read a UUID from a string, and from nothing else."""
        key = parse_uuid(data) if isinstance(data, str) else None
        if key is None:
            self.fail("invalid", value=data)
        return key


FIRST_YEAR = 2000


class EventTimeField(serializers.DateTimeField):
    """When something happened: ISO 8601 with an offset, since the year 2000 (contract 0.1)."""

    default_error_messages = {
        "naive": "The time needs an offset, like Z or +02:00.",
        "early": "The time must not be before the year 2000.",
    }

    def to_internal_value(self, value: Any) -> datetime:
        """Read a time, and answer it in UTC."""
        moment = _parsed(value)
        if moment is None:
            self.fail("invalid", format="YYYY-MM-DDThh:mm:ss[.uuuuuu]Z")
        if moment.tzinfo is None:
            self.fail("naive")
        try:
            moment = moment.astimezone(UTC)
        except OverflowError:
            self.fail("overflow")
        if moment.year < FIRST_YEAR:
            self.fail("early")
        return moment


def _parsed(value: Any) -> datetime | None:
    try:
        return parse_datetime(value) if isinstance(value, str) else None
    except ValueError:
        return None


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
        "kind": kinds_of(actor),
        "is_superuser": actor.is_superuser,
    }


def kinds_of(user: User) -> list[str]:
    """Return as what somebody logs in: what they look after, or a learner."""
    held = set(user.roles.values_list("kind", flat=True))
    kinds = [kind.value for kind in (RoleKind.COACH, RoleKind.ADMIN) if kind in held]
    if user.is_superuser:
        kinds.append("superuser")
    return kinds or ["learner"]
