"""Whom a read is about, and at which skill."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db.models import Q

from analytics.models import Skill
from infra.api.idempotency.models import MAX_KEY_LENGTH
from infra.identifiers import parse_uuid
from roster.models import Actor, ApiKey, User
from roster.services import UnknownLearner


class UnknownSkill(LookupError):
    """No skill has this id."""


def readable_learner(actor: Actor, name: str) -> User:
    """Return somebody whose records the actor may read (contract 0.6, 0.7).

    A key calls its learners by external id, else by UUID; a person calls others by UUID and
    themselves by either.

    Raises
    ------
    UnknownLearner : nobody of this name, or nobody whom the actor may know of.
    """
    learner = _readable(actor, [name]).get(name)
    if learner is None:
        raise UnknownLearner
    return learner


def readable_learner_at_skill(actor: Actor, path: str) -> tuple[User, Skill]:
    """Return the learner and the skill that a path names, such as ``student_123/algebra``.

    Either id may contain slashes, so every place to part them is tried.

    Raises
    ------
    UnknownLearner : see `readable_learner`.
    UnknownSkill : the learner's facility has none of this code.
    """
    parts = path.split("/")
    pairs = [("/".join(parts[:cut]), "/".join(parts[cut:])) for cut in range(1, len(parts))]
    learners = _readable(actor, [name for name, _ in pairs])
    if not learners:
        raise UnknownLearner
    skills = _skills(
        {learner.facility_id for learner in learners.values()},
        [code for name, code in pairs if name in learners],
    )
    for name, code in pairs:
        learner = learners.get(name)
        if learner is not None and (learner.facility_id, code) in skills:
            return learner, skills[learner.facility_id, code]
    raise UnknownSkill


def refuse_unknown_skill(learner: User, code: str) -> None:
    """Refuse a skill that the learner's facility does not have.

    Raises
    ------
    UnknownSkill : it has none of this code.
    """
    if not _skills({learner.facility_id}, [code]):
        raise UnknownSkill


def _readable(actor: Actor, names: Collection[str]) -> dict[str, User]:
    """Return those of the names that are of somebody the actor may read."""
    keys = {name: key for name in names if (key := parse_uuid(name))}
    external = Q(external_id__in=_storable(names))
    if isinstance(actor, User):
        external &= Q(pk=actor.pk)
    found = User.objects.visible_to(actor).filter(Q(pk__in=keys.values()) | external)
    people = list(found)
    by_key = {person.pk: person for person in people}
    by_name = {person.external_id: person for person in people if _may_name(actor, person)}
    by_uuid = {name: by_key[key] for name, key in keys.items() if key in by_key}
    return {
        name: by_name.get(name) or by_uuid[name]
        for name in names
        if name in by_name or name in by_uuid
    }


def _may_name(actor: Actor, person: User) -> bool:
    """Tell whether the actor may call somebody by their external id."""
    return isinstance(actor, ApiKey) or person == actor


def _skills(
    facilities: Collection[UUID | None], codes: Collection[str]
) -> dict[tuple[UUID | None, str], Skill]:
    """Return skills by facility and code."""
    skills = Skill.objects.filter(facility__in=facilities, code__in=_storable(codes))
    return {(skill.facility_id, skill.code): skill for skill in skills}


def _storable(names: Collection[str]) -> list[str]:
    """Return the names that a column could hold; the others are nobody's."""
    return [name for name in names if "\0" not in name and len(name) <= MAX_KEY_LENGTH]
