"""Limits on concurrent password hashing, and the cost of a login: contract 0.11, 1.8."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher, check_password, make_password
from django.test import Client as Browser
from pytest_django import Settings

from infra.password_hashers import (
    MAX_CONCURRENT_HASHES,
    MAX_PLACES,
    MAX_WAITING,
    HashingSaturated,
    hashing_slot,
    patient,
)
from tests.conftest import client_for
from tests.factories import PASSWORD, School, make_user
from tests.infra.counting_hasher import CountingHasher
from tests.threads import together

LOGIN = "/api/auth/session"
QUEUED = "infra.password_hashers.QueuedArgon2PasswordHasher"


@pytest.fixture(autouse=True)
def _own_slots(settings: Settings, tmp_path: Path) -> None:
    settings.HASHING_LOCK = tmp_path / "new" / "hashing"


@pytest.fixture
def _argon2(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = [QUEUED]


@contextmanager
def all_slots_taken(settings: Settings) -> Iterator[None]:
    """Occupy all slots, with a waiting time of zero for other requests."""
    patience, settings.PASSWORD_PATIENCE = settings.PASSWORD_PATIENCE, timedelta(0)
    with ExitStack() as held:
        with patient():
            for _turn in range(MAX_CONCURRENT_HASHES):
                held.enter_context(hashing_slot())
        yield
    settings.PASSWORD_PATIENCE = patience


def log_in(username: str = "ada", password: str = PASSWORD, **fields: Any) -> Any:
    body = {"username": username, "password": password, **fields}
    return client_for(None).post(LOGIN, body, format="json")


def test_few_logins_wait_and_the_others_are_refused_at_once(settings: Settings):
    """contract 0.11: waiting logins do not take all threads of a process."""
    settings.PASSWORD_PATIENCE = timedelta(minutes=5)
    clients = MAX_PLACES + 5
    refused, enough_refused = [], Event()

    def hash_one(_number: int) -> bool:
        try:
            with hashing_slot():
                return enough_refused.wait(timeout=30)
        except HashingSaturated:
            refused.append(1)
            if len(refused) == 5:
                enough_refused.set()
            return False

    hashed = together(hash_one, clients)

    assert hashed.count(True) == MAX_PLACES
    assert min(MAX_CONCURRENT_HASHES + MAX_WAITING, settings.SERVER_THREADS / 2) >= MAX_PLACES


def test_concurrent_hashing_leaves_half_of_the_cores_free(settings: Settings):
    assert max(1, (os.cpu_count() or 1) // 2) == MAX_CONCURRENT_HASHES
    settings.PASSWORD_PATIENCE = timedelta(0)
    with all_slots_taken(settings), pytest.raises(HashingSaturated), hashing_slot():
        pass


def test_a_waiting_request_gets_a_slot_that_becomes_free(settings: Settings):
    settings.PASSWORD_PATIENCE = timedelta(seconds=30)
    running: list[int] = []
    running_counts: list[int] = []

    def hash_one(number: int) -> None:
        with hashing_slot():
            running.append(number)
            running_counts.append(len(running))
            running.remove(number)

    together(hash_one, MAX_PLACES)

    assert len(running_counts) == MAX_PLACES
    assert max(running_counts) <= MAX_CONCURRENT_HASHES


def test_an_import_waits_as_long_as_necessary(settings: Settings):
    settings.PASSWORD_PATIENCE = timedelta(0)
    hashed: list[int] = []

    @patient()
    def hash_one(number: int) -> None:
        with hashing_slot():
            hashed.append(number)

    together(hash_one, MAX_PLACES + 5)

    assert sorted(hashed) == list(range(MAX_PLACES + 5))


HOLDER = """
import sys
from contextlib import ExitStack
from pathlib import Path
import django
django.setup()
from django.conf import settings
from infra.password_hashers import MAX_CONCURRENT_HASHES, hashing_slot, patient
settings.HASHING_LOCK = Path(sys.argv[1])
with patient(), ExitStack() as held:
    for _slot in range(MAX_CONCURRENT_HASHES):
        held.enter_context(hashing_slot())
    print("held", flush=True)
    sys.stdin.read()
"""


def test_the_slots_are_those_of_all_processes(settings: Settings):
    """A process that is killed leaves its slots."""
    settings.PASSWORD_PATIENCE = timedelta(0)
    other = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(settings.HASHING_LOCK)],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with other:
        try:
            assert other.stdout is not None
            assert other.stdout.readline() == b"held\n"
            with pytest.raises(HashingSaturated), hashing_slot():
                pass
        finally:
            other.kill()

    with hashing_slot():
        pass


def test_passwords_are_checked_without_the_lock_files(settings: Settings, tmp_path: Path):
    """The limit of the process remains."""
    (tmp_path / "file").touch()
    settings.HASHING_LOCK = tmp_path / "file" / "hashing"

    with ExitStack() as held:
        for _place in range(MAX_PLACES):
            held.enter_context(hashing_slot())
        with pytest.raises(HashingSaturated):
            held.enter_context(hashing_slot())


@pytest.mark.usefixtures("_argon2")
def test_hashing_and_checking_both_take_a_slot(settings: Settings):
    stored = make_password(PASSWORD)

    assert check_password(PASSWORD, stored)
    with all_slots_taken(settings):
        with pytest.raises(HashingSaturated):
            make_password(PASSWORD)
        with pytest.raises(HashingSaturated):
            check_password(PASSWORD, stored)
    assert not check_password("wrong", stored)


@pytest.mark.usefixtures("_argon2")
def test_a_login_without_a_slot_gets_retry_after(school: School, settings: Settings):
    """contract 0.11, 0.12: 503 with Retry-After, in the API's shape and as a page."""
    body = {"username": "coach", "password": PASSWORD}

    with all_slots_taken(settings):
        by_api = log_in("coach")
        unknown = log_in("nobody")
        browser = Browser(raise_request_exception=False)
        by_page = browser.post("/admin/login/?next=/admin/", body)

    for response in (by_api, unknown):
        assert (response.status_code, response.headers["Retry-After"]) == (503, "1")
        assert response.json()[0]["id"] == "UNAVAILABLE"
    assert (by_page.status_code, by_page.headers["Retry-After"]) == (503, "1")
    assert b"<h1>Busy</h1>" in by_page.content
    assert log_in("coach").status_code == 200


@pytest.mark.usefixtures("_argon2")
def test_a_new_password_without_a_slot_is_not_stored(school: School, settings: Settings):
    """contract 0.1, 0.11."""
    admin, path = client_for(school.admin), f"/api/auth/facilityuser/{school.ada.pk.hex}"

    with all_slots_taken(settings):
        refused = admin.patch(path, {"password": "another good password"}, format="json")

    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
    stored = school.ada.password
    school.ada.refresh_from_db()
    assert school.ada.password == stored


@pytest.mark.usefixtures("_argon2")
def test_a_password_hashed_by_django_is_accepted_and_rehashed(school: School):
    ada = school.ada
    ada.password = Argon2PasswordHasher().encode(PASSWORD, "salt" * 6)
    ada.save(update_fields=["password"])

    assert log_in().status_code == 200

    ada.refresh_from_db()
    assert "p=1" in ada.password
    assert check_password(PASSWORD, ada.password)


# The cost of a login: contract 1.8, the same for unknown users as for known ones.


Measured = Callable[[Callable[[], Any]], tuple[int, int, int]]


@pytest.fixture
def measured(settings: Settings, statements: Any) -> Measured:
    """Return a function that measures a login: status, number of hashed passwords, statements."""
    settings.PASSWORD_HASHERS = ["tests.infra.counting_hasher.CountingHasher"]

    def measure(attempt: Callable[[], Any]) -> tuple[int, int, int]:
        CountingHasher.hashed.clear()
        with statements() as asked:
            response = attempt()
        return response.status_code, len(CountingHasher.hashed), len(asked)

    return measure


def failing_logins(school: School) -> dict[str, dict[str, Any]]:
    left = make_user(school.facility, username="left", is_active=False)
    introduced = make_user(school.facility, username="introduced")
    introduced.set_unusable_password()
    introduced.save()
    return {
        "somebody": {"username": "ada"},
        "nobody": {"username": "nobody"},
        "who left": {"username": left.username},
        "who has no password": {"username": "introduced"},
        "of elsewhere": {"username": "ben", "facility": school.elsewhere.pk.hex},
    }


def test_a_failed_login_costs_the_same_for_all_users(school: School, measured: Measured):
    """contract 1.8: the same response and time for unknown users."""
    costs = {
        who: measured(partial(log_in, **{"password": "wrong", **fields}))
        for who, fields in failing_logins(school).items()
    }

    assert set(costs.values()) == {costs["nobody"]}
    assert costs["nobody"][:2] == (401, 1)


def test_a_correct_password_of_a_refused_user_costs_the_same(school: School, measured: Measured):
    """contract 1.8: inactive users and users of other facilities are treated as unknown."""
    everybody = failing_logins(school)
    refused = [everybody["nobody"], everybody["who left"], everybody["of elsewhere"]]

    assert {measured(partial(log_in, **fields))[:2] for fields in refused} == {(401, 1)}
    assert measured(log_in)[:2] == (200, 1)


def test_an_admin_login_costs_the_same_for_unknown_users(school: School, measured: Measured):
    """contract 1.8."""

    def into_admin(username: str) -> Any:
        return Browser().post("/admin/login/", {"username": username, "password": "wrong"})

    known, unknown = (measured(partial(into_admin, name)) for name in ("coach", "nobody"))

    assert known == unknown
    assert known[:2] == (200, 1)


def test_a_lockout_costs_the_same_for_all_users(
    school: School, measured: Measured, settings: Settings
):
    """contract 1.8: and no password is hashed for those locked out."""
    settings.AXES_FAILURE_LIMIT = 2
    for username in ("ada", "nobody"):
        for _turn in range(2):
            log_in(username, "wrong")

    costs = {measured(partial(log_in, name, "wrong")) for name in ("ada", "nobody")}
    costs |= {measured(partial(log_in, "ada"))}

    assert len(costs) == 1
    assert costs.pop()[:2] == (429, 0)


COMPOSED, DECOMPOSED, WIDE = "caf\u00e9 correct", "cafe\u0301 correct", "\uff43afe\u0301 correct"


@pytest.mark.parametrize("stored", [COMPOSED, DECOMPOSED, WIDE])
@pytest.mark.usefixtures("_argon2")
def test_a_password_is_the_same_in_all_normal_forms(stored: str):
    encoded = make_password(stored)

    for typed in (COMPOSED, DECOMPOSED, WIDE):
        assert check_password(typed, encoded), typed
        assert not check_password(typed + "e", encoded), typed


@pytest.mark.parametrize("password", [COMPOSED, DECOMPOSED, WIDE])
@pytest.mark.usefixtures("_argon2")
def test_a_hash_of_an_earlier_version_stays_valid(password: str):
    """It is of the form that was typed."""
    hasher = Argon2PasswordHasher()
    hasher.parallelism = 1

    assert check_password(password, hasher.encode(password, "0123456789abcdef"))
