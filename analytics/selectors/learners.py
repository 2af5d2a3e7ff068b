"""Lookup of the learner and the skill that a request names."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from analytics.models import Skill
from infra.db.compiled_lists import QueryByShape
from infra.identifiers import MAX_ID_LENGTH, normalize_id, parse_uuid
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
    learner = _find_readable(actor, normalize_id(name))
    if learner is None:
        raise UnknownLearner
    return learner


def get_skill(learner: User, code: str) -> Skill:
    """Return a skill of the learner's facility.

    Raises
    ------
    UnknownSkill : the facility has no skill of this code.
    """
    code = normalize_id(code)
    found = _SKILLS.all(facility=learner.facility_id, code=code) if _is_storable(code) else []
    if not found:
        raise UnknownSkill
    return found[0]


def _find_readable(actor: Actor, name: str) -> User | None:
    if isinstance(actor, AnonymousUser) or not _is_storable(name):
        return None
    key = parse_uuid(name)
    people = _READABLE.all(actor=actor_values(actor), keys=(key,) if key else (), name=name)
    by_name = (
        person
        for person in people
        if person.external_id == name and _can_use_external_id(actor, person)
    )
    return next(by_name, next((person for person in people if person.pk == key), None))


def _readable(actor: ActorValues, keys: tuple[UUID, ...], name: str) -> QuerySet[User, User]:
    """Return the people with one of these keys or this external id that the actor may read."""
    reader = actor.to_actor()
    external = Q(external_id=name)
    if isinstance(reader, User):
        external &= Q(pk=reader.pk)
    return User.objects.visible_to(reader).filter(Q(pk__in=keys) | external)


_READABLE = QueryByShape(_readable)


def _can_use_external_id(actor: Actor, person: User) -> bool:
    """Return whether the actor may name a person by their external id."""
    return isinstance(actor, ApiKey) or person == actor


_SKILLS = QueryByShape(lambda facility, code: Skill.objects.filter(facility=facility, code=code))


def _is_storable(name: str) -> bool:
    """Return whether a name fits into a column; no learner or skill has any other."""
    return "\0" not in name and len(name) <= MAX_ID_LENGTH
