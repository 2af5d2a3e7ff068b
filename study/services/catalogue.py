"""Creation of study sets, of their items, and of learners to study them."""

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
    """This item is already in a set."""

    def __init__(self, field: str) -> None:
        super().__init__()
        self.field = field


class ConflictingItemIds(ValueError):
    """The GUID and the item_id refer to different items."""

    field = "item_id"


@transaction.atomic
def create_study_set(new: NewSet, *, actor: Actor, at: datetime) -> StudySet:
    """Create an empty set, and the skill of knowing its items.

    Raises
    ------
    PartnerMismatch : the set is for another partner.
    NotAllowed : the caller does not manage the whole facility.
    """
    facility_id = get_partner(actor, new.partner_id)
    _require_staff(actor, facility_id)
    return add_study_set(facility_id, new.name, at=at)


@transaction.atomic(savepoint=False)
def add_study_set(facility_id: UUID, name: str, *, at: datetime) -> StudySet:
    """Create an empty set and its skill, without checking permissions."""
    key = uuid7()
    skill = Skill.objects.create(facility_id=facility_id, code=str(key), title=name)
    return StudySet.objects.create(
        pk=key, facility_id=facility_id, name=name, skill=skill, created_at=at
    )


@transaction.atomic
def rename_study_set(study_set: StudySet, name: str) -> None:
    """Rename a set and its skill."""
    StudySet.objects.filter(pk=study_set.pk).update(name=name)
    Skill.objects.filter(pk=study_set.skill_id).update(title=name)


@transaction.atomic
def add_item(set_name: str, new: NewItem, *, actor: Actor, at: datetime) -> LearningItem:
    """Add an item to the end of a set: a new one, or one that was studied before.

    Its skill becomes the set's, unless it has one of its own.

    Raises
    ------
    UnknownSet : the caller's facility has no such set.
    NotAllowed : the caller does not manage the whole facility.
    SetIsFull, ItemAlreadyInSet, ConflictingItemIds : the item cannot be added.
    """
    study_set = _lock_set(set_name, actor)
    _require_staff(actor, study_set.facility_id)
    position = _free_position(study_set)
    item = _get_or_create_item(study_set, new)
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
    """Lock a set, so that additions to it take turns; recording results never waits for it."""
    key = parse_uuid(name)
    sets = visible_sets(actor).filter(pk=key) if key else StudySet.objects.none()
    study_set = get_one(sets.select_for_update(no_key=True))
    if study_set is None:
        raise UnknownSet
    return study_set


def _free_position(study_set: StudySet) -> int:
    """Return the position after the last item; beyond the limit, one that was left free."""
    taken = set(study_set.learning_items.values_list("position", flat=True))
    if len(taken) >= MAX_ITEMS:
        raise SetIsFull
    after = max(taken, default=-1) + 1
    return after if after < MAX_ITEMS else min(set(range(MAX_ITEMS)) - taken)


def _get_or_create_item(study_set: StudySet, new: NewItem) -> Item:
    """Return the named item, locked and with a skill; create it if there is none."""
    item = _lock_item(study_set.facility_id, new) or _create_item(study_set, new)
    if (item.code is None and new.item_id) or item.skill_id is None:
        item.code = item.code or new.item_id
        item.skill_id = item.skill_id or study_set.skill_id
        item.save(update_fields=["code", "skill"])
    return item


def _create_item(study_set: StudySet, new: NewItem) -> Item:
    """Create an item; a concurrent answer to the same item may create it first."""
    new_item = Item(
        facility_id=study_set.facility_id, code=new.item_id, skill_id=study_set.skill_id
    )
    new_item.guid = new.guid or new_item.guid
    Item.objects.bulk_create([new_item], ignore_conflicts=True)
    is_named = new.guid is not None or new.item_id is not None
    named = new if is_named else NewItem(learning_engine_guid=new_item.guid)
    item = _lock_item(study_set.facility_id, named)
    assert item is not None  # noqa: S101  # it exists by now
    return item


def _lock_item(facility_id: UUID, new: NewItem) -> Item | None:
    """Lock the one item that has the GUID or the code; None if there is none."""
    items = Item.objects.filter(facility=facility_id).order_by("pk")
    named = items.none()
    if new.guid is not None:
        named = items.filter(guid=new.guid)
    if new.item_id is not None:
        named = named | items.filter(code=new.item_id)
    found = list(named.select_for_update(no_key=True))
    if len(found) > 1 or any(_has_other_ids(item, new) for item in found):
        raise ConflictingItemIds
    return found[0] if found else None


def _has_other_ids(item: Item, new: NewItem) -> bool:
    """Return whether an item found by one of the ids differs in the other."""
    other_guid = new.guid is not None and item.guid != new.guid
    return other_guid or (None not in (new.item_id, item.code) and item.code != new.item_id)


@transaction.atomic
def create_learner(new: NewUser, partner_id: str, *, actor: Actor, at: datetime) -> User:
    """Register a learner who has no external id yet.

    Raises
    ------
    PartnerMismatch : the learner is for another partner.
    NotAllowed : the caller may not change the members of the facility.
    """
    facility_id = get_partner(actor, partner_id)
    if not _can_register(actor, facility_id):
        raise NotAllowed
    learner = User(
        facility_id=facility_id, full_name=new.name or "", email=new.email or "", created_at=at
    )
    learner.set_unusable_password()
    learner.save(force_insert=True)
    return learner


def _can_register(actor: Actor, facility_id: UUID) -> bool:
    """Return whether the actor may register learners.

    With `auto_provision` a key with write scope may: it could also create them by recording.
    """
    if isinstance(actor, ApiKey) and actor.facility.auto_provision:
        return actor.allows(Scope.WRITE)
    return manages(actor, facility_id)


def _require_staff(actor: Actor, facility_id: UUID) -> None:
    """Raise an error unless the actor manages the whole facility."""
    if isinstance(actor, ApiKey) or actor.is_superuser:
        return
    if not (isinstance(actor, User) and actor.roles.filter(facility=facility_id).exists()):
        raise NotAllowed
