"""Making what is studied: sets, their items, and learners to study them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from uuid_utils.compat import uuid7

from analytics.models import Item, Skill
from infra.identifiers import parse_uuid
from roster.models import Actor, ApiKey, Scope, User
from roster.services import get_one
from roster.services.permissions import NotAllowed, manages
from study.commands import NewItem, NewSet, NewUser
from study.models import MAX_ITEMS, LearningItem, StudySet
from study.selectors import UnknownSet, get_partner, visible_sets


class SetIsFull(ValueError):
    """A set holds at most 200 items."""


class ItemAlreadyInSet(ValueError):
    """This item is in a set already."""

    def __init__(self, field: str) -> None:
        super().__init__()
        self.field = field


class ConflictingItemIds(ValueError):
    """The GUID and the item_id name two items."""

    field = "item_id"


@transaction.atomic
def create_study_set(new: NewSet, *, actor: Actor, at: datetime) -> StudySet:
    """Make an empty set; knowing its items will be a skill.

    Raises
    ------
    PartnerMismatch : it is meant for another partner.
    NotAllowed : the caller does not look after the whole facility.
    """
    facility_id = get_partner(actor, new.partner_id)
    _require_staff(actor, facility_id)
    return get_study_set(facility_id, new.name, at=at)


@transaction.atomic(savepoint=False)
def get_study_set(facility_id: UUID, name: str, *, at: datetime) -> StudySet:
    """Make an empty set, and the skill that goes with it."""
    key = uuid7()
    skill = Skill.objects.create(facility_id=facility_id, code=str(key), title=name)
    return StudySet.objects.create(
        pk=key, facility_id=facility_id, name=name, skill=skill, created_at=at
    )


@transaction.atomic
def rename_study_set(study_set: StudySet, name: str) -> None:
    """Call a set something else, and its skill with it."""
    StudySet.objects.filter(pk=study_set.pk).update(name=name)
    Skill.objects.filter(pk=study_set.skill_id).update(title=name)


@transaction.atomic
def add_item(set_name: str, new: NewItem, *, actor: Actor, at: datetime) -> LearningItem:
    """Put an item at the end of a set, a new one or one that was studied already.

    Its skill becomes the set's, unless it was given one of its own.

    Raises
    ------
    UnknownSet : the caller's facility has no such set.
    NotAllowed : the caller does not look after the whole facility.
    SetIsFull, ItemAlreadyInSet, ConflictingItemIds : there is no place for it.
    """
    study_set = _lock_set(set_name, actor)
    _require_staff(actor, study_set.facility_id)
    position = _free_position(study_set)
    item = _item(study_set, new)
    if LearningItem.objects.filter(item=item).exists():
        raise ItemAlreadyInSet("learning_engine_guid" if new.guid else "item_id")
    return LearningItem.objects.create(
        item=item,
        study_set=study_set,
        position=position,
        question=new.question,
        answer=new.answer,
        created_at=at,
    )


def _lock_set(name: str, actor: Actor) -> StudySet:
    """Lock a set, so that those who add to it take turns; whoever studies it never waits."""
    key = parse_uuid(name)
    found = visible_sets(actor).filter(pk=key) if key else StudySet.objects.none()
    study_set = get_one(found.select_for_update(no_key=True))
    if study_set is None:
        raise UnknownSet
    return study_set


def _free_position(study_set: StudySet) -> int:
    """Return the place after the last; where that is taken, one that an item left."""
    taken = set(study_set.learning_items.values_list("position", flat=True))
    if len(taken) >= MAX_ITEMS:
        raise SetIsFull
    after = max(taken, default=-1) + 1
    return after if after < MAX_ITEMS else min(set(range(MAX_ITEMS)) - taken)


def _item(study_set: StudySet, new: NewItem) -> Item:
    """Return the item that is meant, locked, its skill set; where there is none, a new one."""
    item = _lock_named(study_set.facility_id, new) or _made(study_set, new)
    if (item.code is None and new.item_id) or item.skill_id is None:
        item.code = item.code or new.item_id
        item.skill_id = item.skill_id or study_set.skill_id
        item.save(update_fields=["code", "skill"])
    return item


def _made(study_set: StudySet, new: NewItem) -> Item:
    """Make an item; an answer to the same one may come first at this very moment."""
    fresh = Item(facility_id=study_set.facility_id, code=new.item_id, skill_id=study_set.skill_id)
    fresh.guid = new.guid or fresh.guid
    Item.objects.bulk_create([fresh], ignore_conflicts=True)
    is_named = new.guid is not None or new.item_id is not None
    item = _lock_named(study_set.facility_id, new if is_named else NewItem(guid=fresh.guid))
    assert item is not None  # noqa: S101  # somebody has made it
    return item


def _lock_named(facility_id: UUID, new: NewItem) -> Item | None:
    """Lock the one item a GUID, a code or both name; None where there is none."""
    items = Item.objects.filter(facility=facility_id).order_by("pk")
    named = items.none()
    if new.guid is not None:
        named = items.filter(guid=new.guid)
    if new.item_id is not None:
        named = named | items.filter(code=new.item_id)
    found = list(named.select_for_update(no_key=True))
    if len(found) > 1 or any(_is_another(item, new) for item in found):
        raise ConflictingItemIds
    return found[0] if found else None


def _is_another(item: Item, new: NewItem) -> bool:
    """Tell whether an item that one of the names found is known by another instead."""
    other_guid = new.guid is not None and item.guid != new.guid
    return other_guid or (None not in (new.item_id, item.code) and item.code != new.item_id)


@transaction.atomic
def create_learner(new: NewUser, partner_id: str, *, actor: Actor, at: datetime) -> User:
    """Register a learner whom nobody calls by a name of their own yet.

    Raises
    ------
    PartnerMismatch : they are meant for another partner.
    NotAllowed : the caller may not change who is in the facility.
    """
    facility_id = get_partner(actor, partner_id)
    if not _may_register(actor, facility_id):
        raise NotAllowed
    learner = User(facility_id=facility_id, full_name=new.name, email=new.email, created_at=at)
    learner.set_unusable_password()
    learner.save(force_insert=True)
    return learner


def _may_register(actor: Actor, facility_id: UUID) -> bool:
    """Tell whether somebody may; a key could as well record for a learner nobody knows."""
    if isinstance(actor, ApiKey) and actor.facility.auto_provision:
        return actor.allows(Scope.WRITE)
    return manages(actor, facility_id)


def _require_staff(actor: Actor, facility_id: UUID) -> None:
    """Refuse whoever does not look after the whole of a facility."""
    if isinstance(actor, ApiKey) or actor.is_superuser:
        return
    if not (isinstance(actor, User) and actor.roles.filter(facility=facility_id).exists()):
        raise NotAllowed
