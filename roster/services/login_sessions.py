"""Login sessions of people: recorded at the login, listed, and revoked."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import Error as DatabaseError
from django.db import transaction
from django.dispatch import receiver

from infra.db.models import delete_batch
from infra.sessions import session_moved, session_used
from roster.models import User
from roster.models.login_sessions import LoginSession
from roster.services import auditing
from roster.services.permissions import NotAllowed, require_can_change

PURGE_BATCH_SIZE = 1000


class UnknownLoginSession(LookupError):
    """The person has no such session."""


def record_session(
    session_key: str, user: User, *, device: str, network: str, at: datetime
) -> None:
    """Save the session of a login; one that a person repeats in the same browser replaces it."""
    row = LoginSession(
        user=user,
        session_key=session_key,
        started_at=at,
        used_at=at,
        device=device,
        network=network,
    )
    LoginSession.objects.bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=["session_key"],
        update_fields=["user", "started_at", "used_at", "device", "network"],
    )


@receiver(session_used)
def _record_use(session_key: str, at: datetime, **_kwargs: Any) -> None:
    """Save when a session was used; a read-only database must still serve reads."""
    with suppress(DatabaseError):
        LoginSession.objects.filter(session_key=session_key).update(used_at=at)


@receiver(session_moved)
def _record_move(before: str, after: str, **_kwargs: Any) -> None:
    """Save the new key of a session, which stays the same login."""
    LoginSession.objects.filter(session_key=before).update(session_key=after)


def person_with_sessions(pk: UUID, *, viewer: User) -> User | None:
    """Return the viewer, or a person whose account they may change; None for other people."""
    person = User.objects.visible_to(viewer).select_related("facility").filter(pk=pk).first()
    if person is None or person.pk == viewer.pk:
        return person
    try:
        require_can_change(viewer, person)
    except NotAllowed:
        return None
    return person


def open_sessions(person: User, *, at: datetime) -> list[LoginSession]:
    """Return the sessions with which a person is logged in.

    A new password ends all that were begun before, a closed account all.
    """
    rows = list(LoginSession.objects.filter(user=person).open(at)) if person.is_active else []
    stored = Session.objects.in_bulk([row.session_key for row in rows])
    current = person.get_session_auth_hash()
    return [
        row
        for row in rows
        if row.session_key in stored
        and stored[row.session_key].get_decoded().get(HASH_SESSION_KEY) == current
    ]


@transaction.atomic
def revoke_sessions(
    person: User, *, actor: User, pk: UUID | None = None, kept_key: str | None = None
) -> int:
    """End one session of a person, or all but the one with the kept key; return how many.

    Each is recorded in the audit log.

    Raises
    ------
    UnknownLoginSession : the person has no session with this id.
    """
    rows = LoginSession.objects.filter(user=person).select_related("user").order_by("pk")
    found = list(rows.filter(pk=pk) if pk else rows.exclude(session_key=kept_key or ""))
    if pk and not found:
        raise UnknownLoginSession
    for row in found:
        auditing.record_removed(row, actor=actor, facility_id=person.facility_id)
    end_sessions(row.session_key for row in found)
    return len(found)


def end_sessions(session_keys: Any) -> None:
    """Delete sessions: the next request with one of them is that of a guest."""
    keys = list(session_keys)
    Session.objects.filter(session_key__in=keys).delete()
    LoginSession.objects.filter(session_key__in=keys).delete()


@transaction.atomic
def purge_sessions(at: datetime) -> int:  # noqa: ARG001
    """Delete a batch of rows whose session has ended; return how many."""
    return delete_batch(LoginSession.objects.orphans(), PURGE_BATCH_SIZE)
