"""Services that find and lock the learner of a request."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import CharField, Model, Q, QuerySet, UUIDField

from infra.db.any_of import ManyParam
from infra.db.compiled_queries import CompiledQuery, Param
from infra.identifiers import parse_uuid
from roster.models import Actor, ApiKey, Facility, User, UserQuerySet
from roster.services.learner_quota import LearnerQuotaUsed, is_quota_used

M = TypeVar("M", bound=Model)
_LEARNER = CompiledQuery(
    lambda: User.objects.filter(pk=Param("pk", UUIDField())).select_for_update(no_key=True)
)
_BY_EXTERNAL_ID = CompiledQuery(
    lambda: User.objects.filter(
        facility=Param("facility", UUIDField()), external_id=Param("name", CharField())
    ).select_for_update(no_key=True)
)


def _named_learners() -> UserQuerySet:
    """Return the learners of a facility with some external ids or UUIDs."""
    return User.objects.filter(
        Q(external_id__any_of=ManyParam("names", CharField()))
        | Q(pk__any_of=ManyParam("keys", UUIDField())),
        facility=Param("facility", UUIDField()),
    )


# In the order of their ids, so that two requests for the same learners cannot deadlock.
_NAMED = CompiledQuery(lambda: _named_learners().order_by("pk").select_for_update(no_key=True))
_UNLOCKED = CompiledQuery(
    lambda: _named_learners().select_for_update(no_key=True, skip_locked=True)
)


class UnknownLearner(LookupError):
    """No learner has this id."""


class CannotRecordForOthers(PermissionError):
    """You may record only for yourself."""


class AuthenticationRequired(PermissionError):
    """Credentials are required for this."""


def get_one(rows: QuerySet[M]) -> M | None:
    """Return the row of a unique condition, or None; unlike `first()`, without ordering."""
    return next(iter(rows), None)


def lock_learner(learner_id: UUID) -> User:
    """Lock one learner until the transaction ends, and return the current row.

    Every service that writes rows of a learner calls this first. All other rows of the learner
    are read afterwards and need no lock of their own.

    Raises
    ------
    UnknownLearner : no learner has this id.
    """
    learner = _LEARNER.one(pk=learner_id)
    if learner is None:
        raise UnknownLearner
    return learner


def lock_one(learners: UserQuerySet) -> User | None:
    """Lock and return the one learner of a queryset, or None.

    The lock is NO KEY UPDATE, so inserts of rows that refer to the learner do not wait. On SQLite,
    BEGIN IMMEDIATE is the lock.
    """
    return get_one(learners.select_for_update(no_key=True))


def lock_learner_by_identifier(name: str, *, facility: Facility, at: datetime) -> User:
    """Lock the learner with an identifier, created if the facility allows it.

    The identifier is resolved within the facility only: external id first, then UUID. Of several
    concurrent first requests one inserts the row, and all of them lock it.

    Raises
    ------
    UnknownLearner : no learner there has this identifier and `auto_provision` is off.
    """
    learner = _lock_named(name, facility)
    if learner is None and facility.auto_provision:
        newcomer = _new_learner(name, facility, at=at)
        User.objects.bulk_create([newcomer], ignore_conflicts=True)
        learner = _lock_named(name, facility)
    if learner is None:
        raise UnknownLearner
    return learner


def _lock_named(name: str, facility: Facility) -> User | None:
    if parse_uuid(name) is None and "\0" not in name:
        return _BY_EXTERNAL_ID.one(facility=facility.pk, name=name)
    return lock_one(User.objects.in_facility(facility.pk).by_identifier(name))


def lock_unlocked_learners(
    facility_id: UUID, *, names: Collection[str], keys: Collection[UUID]
) -> dict[str | UUID, User]:
    """Lock the learners of a facility that no other transaction has locked, without waiting.

    Return them by external id and by UUID, except those whose quota is used up.

    Parameters
    ----------
    names, keys : the external ids and the UUIDs of the learners.
    """
    unlocked = _UNLOCKED.all(facility=facility_id, names=names, keys=keys)
    found = [learner for learner in unlocked if not is_quota_used(learner.pk)]
    by_name: dict[str | UUID, User] = {
        learner.external_id: learner for learner in found if learner.external_id is not None
    }
    return by_name | {learner.pk: learner for learner in found}


def lock_learners_by_identifier(
    names: Collection[str], *, facility: Facility, at: datetime
) -> dict[str, User]:
    """Lock many learners like `lock_learner_by_identifier`; return them by identifier.

    They are locked in the order of their ids, so that two requests for the same learners cannot
    deadlock. Unknown learners who may not be created are left out.
    """
    found = _lock_by_identifier(names, facility)
    missing = sorted(set(names) - found.keys())
    if missing and facility.auto_provision:
        User.objects.bulk_create(
            [_new_learner(name, facility, at=at) for name in missing], ignore_conflicts=True
        )
        found |= _lock_by_identifier(missing, facility)
    return found


def _lock_by_identifier(names: Collection[str], facility: Facility) -> dict[str, User]:
    keys = {name: key for name in names if (key := parse_uuid(name))}
    locked = _NAMED.all(facility=facility.pk, names=names, keys=keys.values())
    by_key = {learner.pk: learner for learner in locked}
    by_uuid = {name: by_key[key] for name, key in keys.items() if key in by_key}
    by_name = {learner.external_id: learner for learner in locked}
    return {
        name: by_name.get(name) or by_uuid[name]
        for name in names
        if name in by_name or name in by_uuid
    }


def _new_learner(name: str, facility: Facility, *, at: datetime) -> User:
    """Return a new learner without a usable password, so nobody can log in as them."""
    newcomer = User(facility=facility, external_id=name, created_at=at)
    newcomer.set_unusable_password()
    return newcomer


def resolve_and_lock_learner(actor: Actor, name: str | None, *, at: datetime) -> User | None:
    """Lock and return the learner of a request (contract 0.5, 0.6); None for a guest.

    Raises
    ------
    CannotRecordForOthers : a user names another learner.
    AuthenticationRequired : a guest names a learner.
    UnknownLearner : a key names a learner its facility neither has nor creates.
    LearnerQuotaUsed : too much was recorded for the learner.
    """
    learner = _resolve_and_lock(actor, name, at=at)
    if learner is not None and is_quota_used(learner.pk):
        raise LearnerQuotaUsed
    return learner


def _resolve_and_lock(actor: Actor, name: str | None, *, at: datetime) -> User | None:
    if isinstance(actor, ApiKey):
        if name is None:
            return None
        return lock_learner_by_identifier(name, facility=actor.facility, at=at)
    if isinstance(actor, AnonymousUser):
        if name is not None:
            raise AuthenticationRequired("Credentials are required to record for a learner.")
        return None
    if name is not None and not actor.has_identifier(name):
        raise CannotRecordForOthers
    return lock_learner(actor.pk)


def guest_facility(actor: Actor) -> Facility:
    """Return the facility of a guest session.

    Raises
    ------
    AuthenticationRequired : there is no such facility, or it allows no guests.
    """
    if isinstance(actor, ApiKey):
        if not actor.facility.guest_access:
            raise AuthenticationRequired(
                "This facility does not allow guests; send the user_id of a learner."
            )
        return actor.facility
    facility = default_facility()
    if facility is None:
        raise AuthenticationRequired(
            "There is no facility for guests (DEFAULT_FACILITY); send a key."
        )
    if not facility.guest_access:
        raise AuthenticationRequired("This facility does not allow guests; log in or send a key.")
    return facility


def default_facility() -> Facility | None:
    """Return the facility named by DEFAULT_FACILITY, else the only one, else None."""
    facilities = Facility.objects.all()
    if name := settings.DEFAULT_FACILITY:
        facilities = facilities.by_identifier(name)
    found = list(facilities[:2])
    return found[0] if len(found) == 1 else None
