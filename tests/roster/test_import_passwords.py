"""Passwords of imports: hashed before any lock is taken, and only if they change."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.contrib.auth.hashers import check_password
from django.db import connection
from pytest_django import Settings

from roster.importing import import_export, import_roster
from roster.importing.oneroster import Report, Translation
from roster.importing.schema import FacilityEntry, RosterError, RosterFile, UserEntry
from roster.models import User
from tests.factories import NOW, make_facility, make_user
from tests.infra.counting_hasher import CountingHasher

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def hashed(settings: Settings) -> list[str]:
    """Return the list of hashed passwords."""
    settings.PASSWORD_HASHERS = ["tests.infra.counting_hasher.CountingHasher"]
    CountingHasher.hashed.clear()
    return CountingHasher.hashed


def roster_of(*users: UserEntry, name: str = "Riverside", **fields: Any) -> RosterFile:
    return RosterFile(facility=FacilityEntry(name=name), users=list(users), **fields)


ADA = UserEntry(username="ada", password="given by us")
BEN = UserEntry(username="ben")
CHEN = UserEntry(username="chen", passwordless=True)


@contextmanager
def hashed_when_locking(hashed: list[str]) -> Iterator[set[int]]:
    """Record the number of hashed passwords at each statement that locks or writes."""
    counts: set[int] = set()

    def record(execute: Any, sql: str, *args: Any) -> Any:
        if sql.startswith(("INSERT", "UPDATE", "DELETE")) or "FOR NO KEY UPDATE" in sql:
            counts.add(len(hashed))
        return execute(sql, *args)

    with connection.execute_wrapper(record):
        yield counts


def test_passwords_of_new_people_are_hashed_before_locking(hashed: list[str]):
    with hashed_when_locking(hashed) as counts:
        done = import_roster(roster_of(ADA, BEN, CHEN), at=NOW)

    assert counts == {2} == {len(hashed)}
    passwords = {name: user.password for name, user in done.users.items()}
    assert set(hashed) == {"given by us", passwords["ben"]}
    assert passwords["ada"] is passwords["chen"] is None
    assert check_password("given by us", User.objects.get(username="ada").password)
    assert not User.objects.get(username="chen").has_usable_password()


def test_passwords_of_all_schools_are_hashed_before_locking(hashed: list[str]):
    schools = [
        Translation(roster=roster_of(ADA), origins={}),
        Translation(roster=roster_of(BEN, name="Hillside"), origins={}),
    ]

    with hashed_when_locking(hashed) as counts:
        import_export(schools, Report(), at=NOW)

    assert counts == {2}


def test_an_unchanged_password_is_compared_and_stays(hashed: list[str]):
    import_roster(roster_of(ADA, BEN), at=NOW)
    before = set(User.objects.values_list("username", "password"))
    hashed.clear()

    with hashed_when_locking(hashed) as counts:
        import_roster(roster_of(ADA, BEN), at=NOW)

    assert hashed == ["given by us"]
    assert counts <= {1}
    assert set(User.objects.values_list("username", "password")) == before


def test_a_new_password_is_compared_and_hashed_before_locking(hashed: list[str]):
    import_roster(roster_of(ADA), at=NOW)
    hashed.clear()

    with hashed_when_locking(hashed) as counts:
        import_roster(roster_of(UserEntry(username="ada", password="another one")), at=NOW)

    assert counts == {2}
    assert check_password("another one", User.objects.get().password)


@pytest.mark.parametrize("meanwhile", ["another one", "given by us", None])
def test_the_password_of_the_file_overrides_a_concurrent_change(
    hashed: list[str], meanwhile: str | None
):
    import_roster(roster_of(ADA), at=NOW)

    def change(tasks: Any) -> Any:
        user = User.objects.get()
        user.set_password(meanwhile)
        user.save()
        return tasks

    import_roster(roster_of(ADA), at=NOW, progress=change)

    assert check_password("given by us", User.objects.get().password)


def test_a_user_created_during_the_import_is_matched(hashed: list[str]):
    facility = make_facility(name="Riverside")

    def create_user(tasks: Any) -> Any:
        User.objects.create(facility=facility, username="ada")
        return tasks

    import_roster(roster_of(ADA), at=NOW, progress=create_user)

    assert check_password("given by us", User.objects.get().password)


def test_no_password_is_hashed_for_a_superuser_in_an_export(hashed: list[str]):
    facility = make_facility(name="Riverside")
    User.objects.create(
        facility=facility, username="root", external_id="r", password="x", is_superuser=True
    )
    entry = UserEntry(username="root", external_id="r", password="theirs")

    done = import_roster(roster_of(entry, by_external_id=True), at=NOW)

    assert done.left_alone == ["root"]
    assert hashed == []
    assert User.objects.get().password == "x"


def test_an_ambiguous_facility_is_refused(hashed: list[str]):
    """contract 1.8: an error names its field, and nothing changes."""

    for _twice in range(2):
        make_facility(name="Riverside")

    with pytest.raises(
        RosterError, match=r"facility\.name: 2 facilities in the database have this name"
    ):
        import_roster(roster_of(ADA), at=NOW)

    assert not User.objects.exists()


WEAK = [("ada", "a"), ("ada", "password"), ("ada", "8461038273"), ("robespierre", "robespierre1")]


@pytest.mark.parametrize(("username", "password"), WEAK)
@pytest.mark.parametrize("role", ["admin", "learner"])
def test_a_password_that_is_easy_to_guess_is_refused(username: str, password: str, role: str):
    """contract 1.8: by the rules of the API; nothing is imported."""
    weak = UserEntry(username=username, password=password, role=role)

    with pytest.raises(RosterError, match=r"users\[1\].password: "):
        import_roster(roster_of(BEN, weak), at=NOW)

    assert not User.objects.exists()


def test_a_weak_password_of_another_system_is_not_stored():
    """One person must not stop the import of a whole district; they keep their password, if any."""
    strong = UserEntry(username="ada", password="given by us", external_id="1", passwordless=True)
    weak = [
        UserEntry(username=name, password="a", external_id=key, passwordless=True)
        for name, key in (("ada", "1"), ("ben", "2"))
    ]
    report = Report()

    for users in ([strong], weak):
        roster = roster_of(*users, by_external_id=True)
        import_export([Translation(roster=roster, origins={})], report, at=NOW)

    assert len(report.skipped) == 2
    assert all("too short" in message for _where, message in report.skipped)
    assert check_password("given by us", User.objects.get(username="ada").password)
    assert not User.objects.get(username="ben").has_usable_password()


def test_a_stored_password_may_stay_as_it_is(hashed: list[str]):
    """A file that was imported before passwords were checked can still be imported."""
    ada = make_user(make_facility(name="Riverside"), username="ada", password="a")

    import_roster(roster_of(UserEntry(username="ada", password="a", full_name="Ada")), at=NOW)

    ada.refresh_from_db()
    assert ada.full_name == "Ada"
