"""Sets and items that a caller may name in a path: those of their own facility."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from analytics.models import Item
from infra.identifiers import parse_uuid
from roster.models import Actor
from roster.services import get_one
from study.models import StudySet
from study.selectors.catalogue import UnknownItem, UnknownSet


def visible_sets(actor: Actor) -> QuerySet[StudySet]:
    """Return the sets of the caller's own facility; all sets for superusers without one."""
    return StudySet.objects.filter(_visible_facilities(actor))


def get_visible_set(actor: Actor, name: str) -> tuple[StudySet, int]:
    """Return a set by its id, and the number of its items.

    Raises
    ------
    UnknownSet : the caller's facility has no such set.
    """
    key = parse_uuid(name)
    found = get_one(visible_sets(actor).filter(pk=key)) if key else None
    if found is None:
        raise UnknownSet
    return found, found.learning_items.count()


def get_visible_item(actor: Actor, name: str) -> Item:
    """Return an item by its GUID, with its place in a set if it has one.

    Raises
    ------
    UnknownItem : the caller's facility has no such item.
    """
    guid = parse_uuid(name)
    items = Item.objects.select_related("skill", "learning_item").filter(_visible_facilities(actor))
    found = get_one(items.filter(guid=guid)) if guid else None
    if found is None:
        raise UnknownItem
    return found


def _visible_facilities(actor: Actor) -> Q:
    facility_id = getattr(actor, "facility_id", None)
    is_unrestricted = facility_id is None and actor.is_superuser
    return Q() if is_unrestricted else Q(facility=facility_id)
