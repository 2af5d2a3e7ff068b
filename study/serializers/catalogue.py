"""Response bodies of sets, items, learners and profiles."""

from __future__ import annotations

from rest_framework import serializers

from analytics.models import Item
from infra.datetime_format import format_time
from roster.models import Actor, ApiKey, User
from roster.serializers import role_names
from study.jsonapi import Json, document_schema, resource, schema_for
from study.models import LearningItem, StudySet
from study.serializers.items import LEARNING_ITEM, LEARNING_ITEMS, item_attributes, item_path


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
