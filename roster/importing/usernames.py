"""Usernames of the people of a roster file: no two people of a facility may have the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from infra.identifiers import fold_username, username_problem
from roster.importing.matching import KnownUsers, is_protected
from roster.importing.results import ImportedRoster
from roster.importing.schema import RosterError, RosterFile, UserEntry
from roster.models import User


def choose_usernames(
    roster: RosterFile, users: Sequence[User | None], known: KnownUsers, result: ImportedRoster
) -> list[str | None]:
    """Return the username of each entry.

    In a file of another system, a person whose username is invalid or another person's keeps the
    present one; a new person has none, and neither has one who comes from another facility.

    Parameters
    ----------
    users : the existing user of each entry, or None.
    """
    names = [entry.username for entry in roster.users]
    refused: set[int] = set()
    # A person who keeps their present username may have one that the file gives to another person.
    while errors := dict(_find_errors(roster, users, known, refused)):
        for place, error in errors.items():
            result.refuse(error)
            user = users[place]
            stays = user is not None and user.facility_id == known.facility.pk
            names[place] = user.username if user and stays else None
        refused |= errors.keys()
    return names


def _find_errors(
    roster: RosterFile, users: Sequence[User | None], known: KnownUsers, refused: set[int]
) -> Iterator[tuple[int, RosterError]]:
    named = [
        place
        for place, user in enumerate(users)
        if place not in refused and not (user and is_protected(user, roster))
    ]
    renamed = {user.pk for place in named if (user := users[place])}
    holders = [
        user
        for user in known.rows.values()
        if user.username_key and user.pk not in renamed and not has_left(user, known)
    ]
    held = {user.username_key: user for user in holders if user.facility_id == known.facility.pk}
    superusers = {user.username_key: user for user in holders if user.is_superuser}
    claimed: dict[str, UserEntry] = {}
    if roster.by_external_id:
        named.sort(key=lambda place: _precedence(roster.users[place], users[place]))
    for place in named:
        entry = roster.users[place]
        problem = username_problem(entry.username or "")
        folded = fold_username(entry.username or "")
        holder = held.get(folded)
        if holder is None and _is_superuser(entry, users[place]):
            holder = superusers.get(folded)
        if problem is None and holder is not None:
            problem = f"“{entry.username}” {known.describe_holder(holder)}."
        elif problem is None and claimed.setdefault(folded, entry) is not entry:
            problem = f"“{folded}” appears twice."
            if roster.by_external_id:
                problem = (
                    f"“{entry.username}” is also the username of {claimed[folded].external_id}."
                )
        if problem is not None:
            yield place, RosterError(f"users[{place}].username", problem)


def _is_superuser(entry: UserEntry, user: User | None) -> bool:
    """Return whether a person is a superuser after the import."""
    if entry.role is None:
        return user is not None and user.is_superuser
    return entry.role == "superuser"


def has_left(user: User, known: KnownUsers) -> bool:
    """Return whether a user was deactivated by an earlier import: then the username is free."""
    return (
        known.named is not None
        and user.facility_id == known.facility.pk
        and not user.is_active
        and user.external_id is not None
        and user.external_id not in known.named
        and not user.is_superuser
    )


def _precedence(entry: UserEntry, user: User | None) -> tuple[bool, bool]:
    """Return the rank of a person among those with the same username in the file."""
    holds = user is not None and user.username_key == fold_username(entry.username or "")
    return entry.active is False, not holds
