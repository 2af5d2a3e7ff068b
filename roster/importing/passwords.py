"""Passwords of a roster file, hashed before anything is locked: each takes a tenth of a second."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.hashers import check_password, make_password

from infra.password_hashers import MAX_CONCURRENT_HASHES
from roster.importing.facilities import facilities_meant
from roster.importing.matching import find_known, left_alone, match
from roster.importing.schema import RosterFile, UserEntry
from roster.models import Facility, User

Progress = Callable[[Iterable[Any]], Iterable[Any]]


@dataclass(frozen=True, kw_only=True)
class Password:
    """What is to be stored for whoever has `before` stored, None for somebody new."""

    before: str | None
    stored: str
    generated: str | None = None


@dataclass(frozen=True, kw_only=True)
class Passwords:
    """Passwords by the file's names for people (`RosterFile.key_of`)."""

    prepared: dict[str, Password] = field(default_factory=dict)

    def of(self, key: str, entry: UserEntry, before: str | None) -> Password:
        """Return the password of an entry, hashed only now if somebody's changed meanwhile."""
        ready = self.prepared.get(key)
        return ready if ready and ready.before == before else _password(entry, before)


def prepare_passwords(roster: RosterFile, progress: Progress) -> Passwords:
    """Hash what a file's import will most likely store; it locks nothing and writes nothing."""
    if all(entry.passwordless and entry.password is None for entry in roster.users):
        return Passwords()
    here = _people_here(roster)
    wanted = [
        (roster.key_of(entry), entry, here.get(roster.key_of(entry))) for entry in roster.users
    ]
    pool = ThreadPoolExecutor(MAX_CONCURRENT_HASHES)
    try:
        begun = [
            (key, pool.submit(_password, entry, user.password if user else None))
            for key, entry, user in wanted
            if _is_hashed(entry, user, roster)
        ]
        return Passwords(prepared={key: task.result() for key, task in progress(begun)})
    finally:
        pool.shutdown(cancel_futures=True)


def _people_here(roster: RosterFile) -> dict[str, User]:
    """Return whom the file means; where it is not sure of which facility, the import will tell."""
    facilities = facilities_meant(roster.facility, Facility.objects.all())
    return match(roster, find_known(roster, facilities[0])) if len(facilities) == 1 else {}


def _is_hashed(entry: UserEntry, user: User | None, roster: RosterFile) -> bool:
    if user is None:
        return entry.password is not None or not entry.passwordless
    return entry.password is not None and not left_alone(user, roster)


def _password(entry: UserEntry, before: str | None) -> Password:
    if before is not None and check_password(entry.password, before):
        return Password(before=before, stored=before)
    generated = None
    if before is None and entry.password is None and not entry.passwordless:
        generated = secrets.token_urlsafe(12)
    stored = make_password(generated or entry.password)
    return Password(before=before, stored=stored, generated=generated)
