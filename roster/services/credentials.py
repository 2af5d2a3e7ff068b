"""Services for API keys and learner tokens."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from django.db import Error as DatabaseError
from django.db import transaction
from django.db.models import CharField

from infra.db.compiled_queries import CompiledQuery, Param
from infra.db.models import delete_batch
from roster import keys
from roster.models import Actor, ApiKey, Facility, LearnerToken, Scope, User
from roster.services import auditing
from roster.services.learners import (
    CannotRecordForOthers,
    UnknownLearner,
    lock_learner_by_identifier,
)

LAST_USED_PRECISION = timedelta(minutes=5)
TOKENS_BATCH_SIZE = 1000


class UnknownKey(LookupError):
    """No usable key has this prefix."""


@transaction.atomic
def create_api_key(
    facility: Facility,
    *,
    name: str,
    scopes: set[Scope],
    at: datetime,
    expires_at: datetime | None = None,
    actor: Actor | None = None,
) -> tuple[ApiKey, str]:
    """Create a key; return it with its secret, which is not stored. No actor: a command."""
    new_key = keys.mint()
    key = ApiKey.objects.create(
        facility=facility,
        name=name,
        prefix=new_key.prefix,
        digest=new_key.digest,
        can_read=Scope.READ in scopes,
        can_write=Scope.WRITE in scopes,
        can_admin=Scope.ADMIN in scopes,
        created_at=at,
        expires_at=expires_at,
    )
    auditing.record_added(key, actor=actor, facility_id=facility.pk)
    return key, new_key.secret


_KEY = CompiledQuery(
    lambda: ApiKey.objects.select_related("facility").filter(prefix=Param("prefix", CharField()))
)


def find_key(secret: str, *, at: datetime) -> ApiKey:
    """Return the usable key with this secret.

    Raises
    ------
    UnknownKey : the key is unknown, revoked or expired.
    """
    prefix = keys.prefix_of(secret)
    if prefix is None:
        raise UnknownKey
    key = _KEY.one(prefix=prefix)
    if key is None or not key.is_usable(at) or not keys.verify(secret, key.digest):
        raise UnknownKey
    return key


def record_key_use(key: ApiKey, *, at: datetime) -> None:
    """Save when a key was last used, to five minutes, outside any other transaction.

    Database errors are ignored: a read-only database must still serve reads.
    """
    if key.last_used_at is not None and at - key.last_used_at < LAST_USED_PRECISION:
        return
    with suppress(DatabaseError):
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=at)


@transaction.atomic
def revoke_key(prefix: str, *, at: datetime, actor: Actor | None = None) -> ApiKey:
    """Revoke a key from now on.

    Raises
    ------
    UnknownKey : no usable key has this prefix.
    """
    key = ApiKey.objects.usable(at).filter(prefix=prefix).first()
    if key is None:
        raise UnknownKey
    with auditing.recording_change(key, actor=actor, facility_id=key.facility_id):
        key.revoked_at = at
        key.save(update_fields=["revoked_at"])
    return key


@transaction.atomic
def issue_token(
    key: ApiKey, name: str, *, lifetime: timedelta, at: datetime
) -> tuple[str, datetime]:
    """Create a token to act as one learner until it expires; return both (contract 0.8).

    Raises
    ------
    UnknownLearner : see `lock_learner_by_identifier`; also for a person who is not active.
    CannotRecordForOthers : the person has a role; a key may not act as them.
    """
    learner = lock_learner_by_identifier(name, facility=key.facility, at=at)
    if not learner.is_active:
        raise UnknownLearner
    if learner.is_staff or learner.is_superuser or learner.roles.exists():
        raise CannotRecordForOthers("Tokens are only for learners; this user has a role.")
    learner.tokens.filter(expires_at__lte=at).delete()
    new_key = keys.mint(keys.TOKEN_BRAND)
    expires_at = at + lifetime
    token = LearnerToken.objects.create(
        user=learner, key=key, digest=new_key.digest, expires_at=expires_at
    )
    auditing.record_added(token, actor=key, facility_id=key.facility_id)
    return new_key.secret, expires_at


def learner_of_token(secret: str, *, at: datetime) -> User:
    """Return the learner of a token.

    Raises
    ------
    UnknownKey : the token or its key is unknown or expired, or the learner inactive.
    """
    learner = User.objects.with_role_flags().by_token(keys.digest(secret), at).first()
    if learner is None:
        raise UnknownKey
    return learner


@transaction.atomic
def purge_tokens(at: datetime) -> int:
    """Delete a batch of expired tokens; return their number."""
    expired = LearnerToken.objects.filter(expires_at__lte=at)
    return delete_batch(expired.order_by("expires_at"), TOKENS_BATCH_SIZE)
