"""Sets and items by the ids in a request, within one facility."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from analytics.models import Item
from infra.identifiers import parse_uuid
from study.models import StudySet


class UnknownSet(LookupError):
    """No set has this id."""


class UnknownItem(LookupError):
    """No item has this id."""


def items_of_set(facility_id: UUID | None, name: str) -> QuerySet[Item]:
    """Return the items of a set in the order in which they were added.

    Raises
    ------
    UnknownSet : the id is not a UUID.
    """
    key = parse_uuid(name)
    if key is None:
        raise UnknownSet
    own = Item.objects.filter(facility=facility_id, learning_item__study_set=key)
    return own.order_by("learning_item__position")


def refuse_unknown_set(facility_id: UUID | None, name: str) -> None:
    """Raise an error if a facility does not have a set.

    Raises
    ------
    UnknownSet : the facility has no set with this id.
    """
    key = parse_uuid(name)
    if key is None or not StudySet.objects.filter(pk=key, facility=facility_id).exists():
        raise UnknownSet


def item_of_guid(facility_id: UUID | None, guid: str) -> QuerySet[Item]:
    """Return the item with this GUID, as a queryset of at most one row.

    Raises
    ------
    UnknownItem : this is not a GUID.
    """
    key = parse_uuid(guid)
    if key is None:
        raise UnknownItem
    return Item.objects.filter(facility=facility_id, guid=key)
