"""Passwords of a roster file, hashed before any lock, as each takes 0.1 seconds."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from infra.password_hashers import MAX_CONCURRENT_HASHES, patient
from roster.importing.facilities import match_facilities
from roster.importing.matching import is_protected, load_users, match_users
from roster.importing.schema import RosterFile, UserEntry
from roster.models import Facility, User

Progress = Callable[[Iterable[Any]], Iterable[Any]]


@dataclass(frozen=True, kw_only=True)
class Password:
    """Password to store for a user whose stored value is `before`; None for a new user.

    `weakness` says why the one of the file is refused; then the present one stays, if any.
    """

    before: str | None
    stored: str
    generated: str | None = None
    weakness: str | None = None


@dataclass(frozen=True, kw_only=True)
class Passwords:
    """Prepared passwords by the key of the user (`RosterFile.key_of`)."""

    prepared: dict[str, Password] = field(default_factory=dict)

    def password_for(self, key: str, entry: UserEntry, before: str | None) -> Password:
        """Return the password of an entry; hash it now if the stored one has changed since."""
        prepared = self.prepared.get(key)
        return prepared if prepared and prepared.before == before else _make_password(entry, before)


def prepare_passwords(roster: RosterFile, progress: Progress) -> Passwords:
    """Hash the passwords that the import is expected to store; lock and write nothing."""
    if all(entry.passwordless and entry.password is None for entry in roster.users):
        return Passwords()
    existing = _match_existing(roster)
    wanted = [
        (roster.key_of(entry), entry, existing.get(roster.key_of(entry))) for entry in roster.users
    ]
    pool = ThreadPoolExecutor(MAX_CONCURRENT_HASHES)
    try:
        tasks = [
            (key, pool.submit(_make_password, entry, user.password if user else None))
            for key, entry, user in wanted
            if _needs_hash(entry, user, roster)
        ]
        return Passwords(prepared={key: task.result() for key, task in progress(tasks)})
    finally:
        pool.shutdown(cancel_futures=True)


def _match_existing(roster: RosterFile) -> dict[str, User]:
    """Return the users the file names; none if its facility is new or ambiguous."""
    facilities = match_facilities(roster.facility, Facility.objects.all())
    return match_users(roster, load_users(roster, facilities[0])) if len(facilities) == 1 else {}


def _needs_hash(entry: UserEntry, user: User | None, roster: RosterFile) -> bool:
    if user is None:
        return entry.password is not None or not entry.passwordless
    return entry.password is not None and not is_protected(user, roster)


@patient()
def _make_password(entry: UserEntry, before: str | None) -> Password:
    if before is not None and check_password(entry.password, before):
        return Password(before=before, stored=before)
    if entry.password is not None and (weakness := _find_weakness(entry.password, entry)):
        return Password(before=before, stored=before or make_password(None), weakness=weakness)
    generated = None
    if before is None and entry.password is None and not entry.passwordless:
        generated = secrets.token_urlsafe(12)
    stored = make_password(generated or entry.password)
    return Password(before=before, stored=stored, generated=generated)


def _find_weakness(password: str, entry: UserEntry) -> str | None:
    """Return why the API and the admin would refuse a password; None if they would not."""
    try:
        validate_password(password, User(username=entry.username))
    except ValidationError as error:
        return " ".join(error.messages)
    return None
