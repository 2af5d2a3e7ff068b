"""Requests under an Idempotency-Key happen once, however often they are sent (contract 0.9).

A row is committed before the request runs, and answered in the same transaction as its effects:
whoever finds the row knows whether the request is running, is done, or died.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from django.db import IntegrityError, transaction
from uuid_utils.compat import uuid7

from infra.api.idempotency.models import IdempotencyRecord
from infra.db.models import delete_batch

LEASE = timedelta(seconds=60)
RETENTION = timedelta(hours=24)
PURGE_BATCH_SIZE = 1000
_ROUNDS = 5


class RequestInProgress(RuntimeError):
    """A request with this Idempotency-Key is still running."""


class KeyReused(ValueError):
    """This Idempotency-Key was used for another request."""


@dataclass(frozen=True, kw_only=True)
class IdempotentRequest:
    """A request that may be sent again: whose, under which key, and what tells it from others."""

    owner: str
    name: str
    fingerprint: str

    @property
    def digest(self) -> str:
        """All three in 64 hexadecimal characters."""
        return sha256("\0".join((self.owner, self.name, self.fingerprint)).encode()).hexdigest()


def start(request: IdempotentRequest, *, at: datetime) -> IdempotencyRecord:
    """Take the right to run a request, or return it answered: then its `status` is set.

    Raises
    ------
    RequestInProgress : somebody runs it, and their lease has not ended.
    KeyReused : the key belongs to another request.
    """
    for _round in range(_ROUNDS):
        fresh = IdempotencyRecord(
            owner=request.owner,
            name=request.name,
            fingerprint=request.fingerprint,
            holder=uuid7(),
            expires_at=at + LEASE,
        )
        try:
            with transaction.atomic(durable=True):
                fresh.save(force_insert=True)
        except IntegrityError:
            found = _existing(request, at=at)
            if found is not None:
                return found
        else:
            return fresh
    raise RequestInProgress


def _existing(request: IdempotentRequest, *, at: datetime) -> IdempotencyRecord | None:
    """Return the row that is there, if it is answered or ours to run now; None where it left."""
    there = IdempotencyRecord.objects.filter(owner=request.owner, name=request.name).first()
    if there is None:
        return None
    if there.expires_at <= at:
        return _take_over(there, request, at=at)
    if there.fingerprint != request.fingerprint:
        raise KeyReused
    if there.status is None:
        raise RequestInProgress
    return there


def _take_over(
    there: IdempotencyRecord, request: IdempotentRequest, *, at: datetime
) -> IdempotencyRecord | None:
    """Run again what died, or what was kept long enough; None where somebody else was faster."""
    holder = uuid7()
    with transaction.atomic(durable=True):
        taken = IdempotencyRecord.objects.filter(
            pk=there.pk, holder=there.holder, expires_at=there.expires_at
        ).update(
            holder=holder,
            fingerprint=request.fingerprint,
            expires_at=at + LEASE,
            status=None,
            learner=None,
            body=b"",
        )
    if not taken:
        return None
    there.holder, there.status = holder, None
    return there


def store_response(
    running: IdempotencyRecord,
    *,
    status: int,
    content_type: str,
    body: bytes,
    learner_id: UUID | None,
    at: datetime,
) -> None:
    """Keep a request's answer, in the transaction of its effects.

    Raises
    ------
    RequestInProgress : the lease ended and somebody else runs it now; these effects must not be.
    """
    kept = IdempotencyRecord.objects.filter(
        pk=running.pk, holder=running.holder, status=None
    ).update(
        status=status,
        content_type=content_type,
        body=body,
        learner_id=learner_id,
        expires_at=at + RETENTION,
    )
    if not kept:
        raise RequestInProgress


@transaction.atomic(durable=True)
def release(running: IdempotencyRecord) -> None:
    """Let a request that failed be sent again; what succeeded after all stays kept."""
    IdempotencyRecord.objects.filter(pk=running.pk, holder=running.holder, status=None).delete()


@transaction.atomic
def purge(at: datetime) -> int:
    """Delete some of what was kept long enough or died; tell how many rows."""
    past = IdempotencyRecord.objects.filter(expires_at__lte=at)
    return delete_batch(past.order_by("expires_at"), PURGE_BATCH_SIZE)
