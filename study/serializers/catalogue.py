"""Request and response bodies of sets, items, learners and profiles."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from rest_framework import serializers

from analytics.models import Item
from analytics.serializers.answer_parsing import Parser, parse_fields, parse_name, parse_text
from infra.datetime_format import format_time
from infra.identifiers import MAX_ID_LENGTH
from roster.models import Actor, ApiKey, User
from roster.serializers import role_names
from study.commands import NewItem, NewSet, NewUser
from study.jsonapi import Json, document_schema, resource, schema_for
from study.models import LearningItem, StudySet
from study.serializers.items import LEARNING_ITEM, LEARNING_ITEMS, item_attributes, item_path
from study.serializers.recording import GUID
from study.serializers.strict_fields import (
    GuidField,
    IdField,
    StrictSerializer,
    parse_guid,
    parse_id,
)

MAX_TITLE = 200
MAX_TEXT = 10_000
MAX_EMAIL = 254


def _parse_email(value: Any) -> str:
    email = parse_text(MAX_EMAIL, shortest=0)(value)
    try:
        if email:
            validate_email(email)
    except ValidationError:
        raise ValueError("Enter a valid email address.") from None
    return email


_SET: dict[str, Parser] = {"name": parse_text(MAX_TITLE), "partner_id": parse_id}
_ITEM: dict[str, Parser] = {
    "question": parse_text(MAX_TEXT, shortest=0),
    "answer": parse_text(MAX_TEXT, shortest=0),
    "item_id": parse_name,
    GUID: parse_guid,
}
_USER: dict[str, Parser] = {"name": parse_text(MAX_TITLE, shortest=0), "email": _parse_email}


class SetSerializer(StrictSerializer):
    """A set to create."""

    name = serializers.CharField(max_length=MAX_TITLE)
    partner_id = IdField()

    def parse(self, data: Any) -> NewSet:
        """Parse the set."""
        return NewSet(**parse_fields(data, _SET, tuple(_SET)))


class LearningItemSerializer(StrictSerializer):
    """An item for a set; one that was studied before is named by its id or its GUID."""

    question = serializers.CharField(
        max_length=MAX_TEXT, required=False, allow_null=True, allow_blank=True
    )
    answer = serializers.CharField(
        max_length=MAX_TEXT, required=False, allow_null=True, allow_blank=True
    )
    item_id = serializers.CharField(max_length=MAX_ID_LENGTH, required=False, allow_null=True)
    learning_engine_guid = GuidField(required=False, allow_null=True)

    def parse(self, data: Any) -> NewItem:
        """Parse the item."""
        fields = parse_fields(data, _ITEM, ())
        return NewItem(guid=fields.pop(GUID, None), **fields)


class UserSerializer(StrictSerializer):
    """A learner to register."""

    name = serializers.CharField(
        max_length=MAX_TITLE, required=False, allow_null=True, allow_blank=True
    )
    email = serializers.EmailField(
        max_length=MAX_EMAIL, required=False, allow_null=True, allow_blank=True
    )

    def parse(self, data: Any) -> NewUser:
        """Parse the learner."""
        return NewUser(**parse_fields(data, _USER, ()))


def set_resource(study_set: StudySet, items_count: int) -> Json:
    """Return the resource object of a set."""
    attributes = {
        "name": study_set.name,
        "items-count": items_count,
        "created-at": format_time(study_set.created_at),
    }
    return resource("sets", study_set.pk, attributes, f"/v3/sets/{study_set.pk}")


SET = document_schema(
    "Set",
    schema_for(
        "sets",
        {
            "name": serializers.CharField(),
            "items-count": serializers.IntegerField(min_value=0),
            "created-at": serializers.DateTimeField(),
        },
    ),
)


def item_resource(item: Item, learning_item: LearningItem | None) -> Json:
    """Return the resource object of an item, in a set or not; its id is its GUID."""
    attributes = item_attributes(item, learning_item)
    return resource(LEARNING_ITEMS, item.guid, attributes, item_path(item))


ITEM = document_schema("LearningItem", LEARNING_ITEM)


def user_resource(user: User) -> Json:
    """Return the resource object of a person; the first staff have no date of creation."""
    attributes = {
        "name": user.full_name,
        "email": user.email,
        "external-id": user.external_id,
        "created-at": format_time(user.created_at) if user.created_at else None,
    }
    return resource("users", user.pk, attributes, f"/v3/users/{user.pk}")


USER = document_schema(
    "User",
    schema_for(
        "users",
        {
            "name": serializers.CharField(),
            "email": serializers.CharField(),
            "external-id": serializers.CharField(allow_null=True),
            "created-at": serializers.DateTimeField(allow_null=True),
        },
    ),
)


def profile_resource(actor: Actor) -> Json:
    """Return the resource object of the caller: a key has scopes, a person has roles."""
    facility = getattr(actor, "facility", None)
    facility_attributes = {
        "facility-id": str(facility.pk) if facility else None,
        "facility-name": facility.name if facility else None,
        "partner-id": facility.partner_id if facility else None,
    }
    return resource(
        "profiles", actor.pk, {**_caller_attributes(actor), **facility_attributes}, "/v3/my/profile"
    )


def _caller_attributes(actor: Actor) -> Json:
    if isinstance(actor, ApiKey):
        return {"name": actor.name, "scopes": list(actor.scopes), "roles": []}
    assert isinstance(actor, User)  # noqa: S101  # guests have been rejected before
    return {"name": actor.full_name, "scopes": [], "roles": role_names(actor)}


PROFILE = document_schema(
    "Profile",
    schema_for(
        "profiles",
        {
            "name": serializers.CharField(),
            "scopes": serializers.ListField(child=serializers.CharField()),
            "roles": serializers.ListField(child=serializers.CharField()),
            "facility-id": serializers.UUIDField(allow_null=True),
            "facility-name": serializers.CharField(allow_null=True),
            "partner-id": serializers.CharField(allow_null=True),
        },
    ),
)
