"""Lookup of the learner and the skill that a request names."""

from __future__ import annotations

from collections.abc import Collection
from functools import reduce
from operator import or_
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from analytics.models import Skill
from infra.db.compiled_lists import QueryByShape
from infra.identifiers import MAX_ID_LENGTH, parse_uuid
from roster.models import Actor, ActorValues, ApiKey, User, actor_values
from roster.services import UnknownLearner


class UnknownSkill(LookupError):
    """No skill has this id."""


def readable_learner(actor: Actor, name: str) -> User:
    """Return a learner whose records the actor may read (contract 0.6, 0.7).

    A key names its learners by external id, else by UUID; a person names others by UUID and
    themselves by either.

    Raises
    ------
    UnknownLearner : nobody has this name, or nobody the actor may read.
    """
    learner = _find_readable(actor, [name]).get(name)
    if learner is None:
        raise UnknownLearner
    return learner


def readable_learner_at_skill(actor: Actor, path: str) -> tuple[User, Skill]:
    """Return the learner and the skill that a path names, such as ``student_123/algebra``.

    Either id may contain slashes, so every way to split the path is tried.

    Raises
    ------
    UnknownLearner : see `readable_learner`.
    UnknownSkill : the learner's facility has no skill of this code.
    """
    parts = path.split("/")
    pairs = [("/".join(parts[:cut]), "/".join(parts[cut:])) for cut in range(1, len(parts))]
    learners = _find_readable(actor, [name for name, _ in pairs])
    if not learners:
        raise UnknownLearner
    skills = _find_skills(
        {learner.facility_id for learner in learners.values()},
        [code for name, code in pairs if name in learners],
    )
    for name, code in pairs:
        learner = learners.get(name)
        if learner is not None and (learner.facility_id, code) in skills:
            return learner, skills[learner.facility_id, code]
    raise UnknownSkill


def refuse_unknown_skill(learner: User, code: str) -> None:
    """Raise an error if the learner's facility does not have a skill.

    Raises
    ------
    UnknownSkill : the facility has no skill of this code.
    """
    if not _find_skills({learner.facility_id}, [code]):
        raise UnknownSkill


def _find_readable(actor: Actor, names: Collection[str]) -> dict[str, User]:
    """Return the learners the actor may read, by those of the names that are theirs."""
    keys = {name: key for name in names if (key := parse_uuid(name))}
    if isinstance(actor, AnonymousUser):
        return {}
    people = _READABLE.all(
        actor=actor_values(actor), keys=tuple(keys.values()), names=tuple(_storable(names))
    )
    by_key = {person.pk: person for person in people}
    by_name = {
        person.external_id: person for person in people if _can_use_external_id(actor, person)
    }
    by_uuid = {name: by_key[key] for name, key in keys.items() if key in by_key}
    return {
        name: by_name.get(name) or by_uuid[name]
        for name in names
        if name in by_name or name in by_uuid
    }


def _readable(
    actor: ActorValues, keys: tuple[UUID, ...], names: tuple[str, ...]
) -> QuerySet[User, User]:
    """Return the people with these keys and external ids, of those the actor may read."""
    reader = actor.to_actor()
    external = Q(external_id__in=names)
    if isinstance(reader, User):
        external &= Q(pk=reader.pk)
    return User.objects.visible_to(reader).filter(Q(pk__in=keys) | external)


_READABLE = QueryByShape(_readable)


def _can_use_external_id(actor: Actor, person: User) -> bool:
    """Return whether the actor may name a person by their external id."""
    return isinstance(actor, ApiKey) or person == actor


def _find_skills(
    facilities: Collection[UUID | None], codes: Collection[str]
) -> dict[tuple[UUID | None, str], Skill]:
    """Return skills by facility and code."""
    skills = _SKILLS.all(facilities=tuple(facilities), codes=tuple(_storable(codes)))
    return {(skill.facility_id, skill.code): skill for skill in skills}


_SKILLS = QueryByShape(
    lambda facilities, codes: Skill.objects.filter(
        reduce(or_, (Q(facility=each) for each in facilities)), code__in=codes
    )
)


def _storable(names: Collection[str]) -> list[str]:
    """Return the names that fit into a column; no learner or skill has any other."""
    return [name for name in names if "\0" not in name and len(name) <= MAX_ID_LENGTH]
