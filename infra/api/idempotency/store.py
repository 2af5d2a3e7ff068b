"""Store of requests with an Idempotency-Key, so that each runs once (contract 0.9).

A row is committed before the request runs, and its response is saved in the same transaction as
the effects of the request. The row therefore shows whether the request is running, is finished,
or died (decision 9).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from django.db import transaction
from uuid_utils.compat import uuid7

from infra.api.idempotency.models import IdempotencyRecord
from infra.db import runners
from infra.db.compiled_queries import CompiledInsert, CompiledUpdate, Param, RowIsGone
from infra.db.models import delete_batch

LEASE = timedelta(seconds=60)
RETENTION = timedelta(hours=24)
PURGE_BATCH_SIZE = 1000
_ROUNDS = 5


class RequestInProgress(RuntimeError):
    """A request with this Idempotency-Key is still running."""


class KeyReused(ValueError):
    """This Idempotency-Key was used for another request."""


def _new_record() -> IdempotencyRecord:
    fields = {field.attname: field for field in IdempotencyRecord._meta.concrete_fields}
    row = IdempotencyRecord(runner=runners.own_runner())
    for name in ("id", "owner", "name", "fingerprint", "holder", "expires_at"):
        setattr(row, name, Param(name, fields[name]))
    return row


_INSERT = CompiledInsert(_new_record)
_STORE_RESPONSE = CompiledUpdate(
    IdempotencyRecord,
    ["status", "content_type", "body", "learner", "expires_at"],
    unchanged=["holder"],
)


@dataclass(frozen=True, kw_only=True)
class IdempotentRequest:
    """A request that may be sent again: its owner, its key (`name`), and its fingerprint."""

    owner: str
    name: str
    fingerprint: str

    @property
    def digest(self) -> str:
        """A SHA-256 digest of all three, in 64 hexadecimal characters."""
        return sha256("\0".join((self.owner, self.name, self.fingerprint)).encode()).hexdigest()


def start(request: IdempotentRequest, *, at: datetime) -> IdempotencyRecord:
    """Claim the right to run a request, or return its finished record, which has a `status`.

    Raises
    ------
    RequestInProgress : another thread runs it, and its lease has not ended.
    KeyReused : the key was used for another request.
    """
    for _round in range(_ROUNDS):
        values = {
            "id": uuid7(),
            "owner": request.owner,
            "name": request.name,
            "fingerprint": request.fingerprint,
            "holder": uuid7(),
            "expires_at": at + LEASE,
        }
        with transaction.atomic(durable=True):
            is_new = _INSERT(**values)
        if is_new:
            return IdempotencyRecord(**values)
        found = _existing(request, at=at)
        if found is not None:
            return found
    raise RequestInProgress


def _existing(request: IdempotentRequest, *, at: datetime) -> IdempotencyRecord | None:
    """Return the stored record if it is finished or we took it over; None if it was deleted.

    Raises
    ------
    RequestInProgress : another process runs it, and its lease has not ended.
    KeyReused : the key was used for another request.
    """
    record = IdempotencyRecord.objects.filter(owner=request.owner, name=request.name).first()
    if record is None:
        return None
    if record.expires_at <= at or (record.status is None and _is_abandoned(record, at=at)):
        return _take_over(record, request, at=at)
    if record.fingerprint != request.fingerprint:
        raise KeyReused
    if record.status is None:
        raise RequestInProgress
    return record


def _is_abandoned(record: IdempotencyRecord, *, at: datetime) -> bool:
    """Return whether what ran the request has ended, or its lease is of a clock since set back."""
    is_gone = record.runner is not None and runners.is_gone(record.runner)
    return is_gone or record.expires_at > at + 2 * LEASE


def _take_over(
    record: IdempotencyRecord, request: IdempotentRequest, *, at: datetime
) -> IdempotencyRecord | None:
    """Claim an expired record, to run its request again; None if another process was faster."""
    holder = uuid7()
    with transaction.atomic(durable=True):
        taken = IdempotencyRecord.objects.filter(
            pk=record.pk, holder=record.holder, expires_at=record.expires_at
        ).update(
            holder=holder,
            runner=runners.own_runner(),
            fingerprint=request.fingerprint,
            expires_at=at + LEASE,
            status=None,
            learner=None,
            body=b"",
        )
    if not taken:
        return None
    record.holder, record.status = holder, None
    return record


def store_response(
    running: IdempotencyRecord,
    *,
    status: int,
    content_type: str,
    body: bytes,
    learner_id: UUID | None,
    at: datetime,
) -> None:
    """Store the response of a request, in the transaction of its effects.

    Raises
    ------
    RequestInProgress : the lease ended and another process runs it; roll these effects back.
    """
    running.status, running.content_type, running.body = status, content_type, body
    running.learner_id, running.expires_at = learner_id, at + RETENTION
    try:
        _STORE_RESPONSE(running)
    except RowIsGone:
        raise RequestInProgress from None


@transaction.atomic(durable=True)
def release(running: IdempotencyRecord) -> None:
    """Delete the record of a failed request, so that it can be sent again; keep a finished one."""
    IdempotencyRecord.objects.filter(pk=running.pk, holder=running.holder, status=None).delete()


@transaction.atomic
def purge(at: datetime) -> int:
    """Delete one batch of expired records, and return how many."""
    expired = IdempotencyRecord.objects.filter(expires_at__lte=at)
    return delete_batch(expired.order_by("expires_at"), PURGE_BATCH_SIZE)
