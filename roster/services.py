"""Use cases of the roster: locking and finding learners, granting keys and roles."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import CharField, Model, Q, QuerySet

from roster import keys
from roster.models import (
    Actor,
    ApiKey,
    Classroom,
    Enrolment,
    Facility,
    GroupMembership,
    LearnerGroup,
    LearnerToken,
    Role,
    RoleKind,
    Scope,
    User,
    UserQuerySet,
    parse_uuid,
)
from roster.prepared import Param, Prepared

M = TypeVar("M", bound=Model)
LAST_USED_PRECISION = timedelta(minutes=5)
TOKENS_AT_ONCE = 1000


class UnknownLearner(LookupError):
    """No learner has this id."""


class NotForYou(PermissionError):
    """You may record only for yourself."""


class CredentialsNeeded(PermissionError):
    """Credentials are needed for this."""


class UnknownKey(LookupError):
    """No usable key has this prefix."""


def one(rows: QuerySet[M]) -> M | None:
    """Return the one row a unique condition finds, None where there is none.

    Unlike `first()` it does not put the rows into an order, of which there is none.
    """
    return next(iter(rows), None)


# The one lock.


def lock_learner(learner_id: UUID) -> User:
    """Lock one learner until the transaction ends, and return them as they stand now.

    The first statement of every use case that writes what belongs to a learner; everything
    else of theirs is read after it and needs no lock of its own.

    Raises
    ------
    UnknownLearner : nobody has this id.
    """
    learner = lock_found(User.objects.filter(pk=learner_id))
    if learner is None:
        raise UnknownLearner
    return learner


def lock_found(learners: UserQuerySet) -> User | None:
    """Lock the one learner a query finds, None where it finds nobody.

    NO KEY UPDATE, so that rows which merely refer to the learner never wait. On SQLite the
    transaction's BEGIN IMMEDIATE is the lock.
    """
    return one(learners.select_for_update(no_key=True))


def lock_learner_named(name: str, *, facility: Facility, at: datetime) -> User:
    """Lock the learner an app calls by a name, creating them where the facility allows it.

    Resolved inside the facility only: external id first, then our UUID. Of concurrent first
    requests one insert wins and every request locks its row.

    Raises
    ------
    UnknownLearner : nobody there has this name and `auto_provision` is off.
    """
    candidates = User.objects.in_facility(facility.pk).named(name)
    learner = lock_found(candidates)
    if learner is None and facility.auto_provision:
        newcomer = User(facility=facility, external_id=name, created_at=at)
        newcomer.set_unusable_password()
        User.objects.bulk_create([newcomer], ignore_conflicts=True)
        learner = lock_found(candidates)
    if learner is None:
        raise UnknownLearner
    return learner


def lock_recorded_learner(actor: Actor, name: str | None, *, at: datetime) -> User | None:
    """Lock the learner a request records for (contract 0.5, 0.6); None for a guest.

    Raises
    ------
    NotForYou : a person names somebody else.
    CredentialsNeeded : a guest names a learner.
    UnknownLearner : a key names a learner its facility neither has nor takes.
    """
    if isinstance(actor, ApiKey):
        if name is None:
            return None
        return lock_learner_named(name, facility=actor.facility, at=at)
    if isinstance(actor, AnonymousUser):
        if name is not None:
            raise CredentialsNeeded("Credentials are needed to record for a learner.")
        return None
    if name is not None and name != actor.external_id and parse_uuid(name) != actor.pk:
        raise NotForYou
    return lock_learner(actor.pk)


def guest_facility(actor: Actor) -> Facility:
    """Return the facility whose guest the actor is.

    Raises
    ------
    CredentialsNeeded : none is meant, or it takes no guests.
    """
    if isinstance(actor, ApiKey):
        if not actor.facility.guest_access:
            raise CredentialsNeeded("This facility takes no guests; name a learner by user_id.")
        return actor.facility
    facility = default_facility()
    if facility is None:
        raise CredentialsNeeded("No facility takes guests here (DEFAULT_FACILITY); send a key.")
    if not facility.guest_access:
        raise CredentialsNeeded("This facility takes no guests; log in or send a key.")
    return facility


def default_facility() -> Facility | None:
    """Return the facility named by DEFAULT_FACILITY, else the only one, else None."""
    facilities = Facility.objects.all()
    if name := settings.DEFAULT_FACILITY:
        facilities = facilities.filter(Q(partner_id=name) | Q(pk=parse_uuid(name)))
    found = list(facilities[:2])
    return found[0] if len(found) == 1 else None


# Keys.


def grant_key(
    facility: Facility,
    *,
    name: str,
    scopes: set[Scope],
    at: datetime,
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """Create a key and return it with its secret, which is not kept and cannot be shown again."""
    minted = keys.mint()
    key = ApiKey.objects.create(
        facility=facility,
        name=name,
        prefix=minted.prefix,
        digest=minted.digest,
        can_read=Scope.READ in scopes,
        can_write=Scope.WRITE in scopes,
        can_admin=Scope.ADMIN in scopes,
        created_at=at,
        expires_at=expires_at,
    )
    return key, minted.secret


_KEY = Prepared(
    lambda: ApiKey.objects.select_related("facility").filter(prefix=Param("prefix", CharField()))
)


def find_key(secret: str, *, at: datetime) -> ApiKey:
    """Return the usable key with this secret.

    Raises
    ------
    UnknownKey : unknown, revoked or expired.
    """
    prefix = keys.prefix_of(secret)
    if prefix is None:
        raise UnknownKey
    key = _KEY.one(prefix=prefix)
    if key is None or not key.is_usable(at) or not keys.verify(secret, key.digest):
        raise UnknownKey
    return key


def note_use(key: ApiKey, *, at: datetime) -> None:
    """Remember when a key was last used, to five minutes, outside any other transaction."""
    if key.last_used_at is None or at - key.last_used_at >= LAST_USED_PRECISION:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=at)


def revoke_key(prefix: str, *, at: datetime) -> ApiKey:
    """Make a key useless from now on.

    Raises
    ------
    UnknownKey : no key that is still usable has this prefix.
    """
    key = ApiKey.objects.usable(at).filter(prefix=prefix).first()
    if key is None:
        raise UnknownKey
    key.revoked_at = at
    key.save(update_fields=["revoked_at"])
    return key


# Learners' tokens.


@transaction.atomic
def issue_token(
    key: ApiKey, name: str, *, lifetime: timedelta, at: datetime
) -> tuple[str, datetime]:
    """Let whoever holds the answer act as one learner for a while (contract 0.8).

    Raises
    ------
    UnknownLearner : see `lock_learner_named`.
    NotForYou : the name is of somebody who looks after others; a key may not become them.
    """
    learner = lock_learner_named(name, facility=key.facility, at=at)
    if learner.is_staff or learner.is_superuser or learner.roles.exists():
        raise NotForYou("Tokens are for learners; this person looks after others.")
    learner.tokens.filter(expires_at__lte=at).delete()
    minted = keys.mint(keys.TOKEN_BRAND)
    expires_at = at + lifetime
    LearnerToken.objects.create(user=learner, key=key, digest=minted.digest, expires_at=expires_at)
    return minted.secret, expires_at


def learner_of_token(secret: str, *, at: datetime) -> User:
    """Return the learner a token acts for.

    Raises
    ------
    UnknownKey : unknown or expired, or its key is; or the learner has left.
    """
    learner = User.objects.with_reach().of_token(keys.digest(secret), at).first()
    if learner is None:
        raise UnknownKey
    return learner


@transaction.atomic
def purge_tokens(at: datetime) -> int:
    """Delete some tokens that expired; tell how many."""
    past = LearnerToken.objects.filter(expires_at__lte=at).order_by("expires_at")
    keys = list(past.values_list("pk", flat=True)[:TOKENS_AT_ONCE])
    LearnerToken.objects.filter(pk__in=keys).delete()
    return len(keys)


# Places in a school.


def enrol(learner: User, classroom: Classroom) -> Enrolment:
    """Let a learner attend a classroom of their facility."""
    return Enrolment.objects.get_or_create(user=learner, classroom=classroom)[0]


@transaction.atomic
def join_group(learner: User, group: LearnerGroup) -> GroupMembership:
    """Put a learner into a group, and so into its classroom."""
    enrolment = enrol(learner, group.classroom)
    return GroupMembership.objects.get_or_create(enrolment=enrolment, group=group)[0]


@transaction.atomic
def appoint(user: User, kind: RoleKind, place: Facility | Classroom) -> Role:
    """Give somebody a role, and with it the way into the admin."""
    where = {"facility": place} if isinstance(place, Facility) else {"classroom": place}
    role, _created = Role.objects.get_or_create(user=user, kind=kind, **where)
    let_in(user)
    return role


def let_in(user: User) -> None:
    """Open the admin to somebody who looks after others."""
    user.tokens.all().delete()  # They are for learners; none may wake when the role ends.
    if not user.is_staff:
        user.is_staff = True
        user.save(update_fields=["is_staff"])


def let_out(people: Iterable[UUID]) -> None:
    """Close the admin to those of them who look after nobody any more."""
    idle = User.objects.filter(pk__in=people, is_staff=True, is_superuser=False, roles=None)
    idle.update(is_staff=False)
