"""Usernames, one whatever their case: contract 1.8."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any
from unicodedata import combining, normalize

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from hypothesis import given
from hypothesis import strategies as st

from roster.models import User, fold_username
from tests.conftest import client_for
from tests.factories import PASSWORD, School, make_facility, make_user

BEFORE = [("roster", "0004_membership_view")]
AFTER = [("roster", "0005_fold_usernames_stably")]
# Two spellings that were two usernames before: ΐ, and its capital, which takes three characters.
SMALL, CAPITAL = "\u0390", "\u0390".upper()

# Everything but surrogates, which no username has, and the Turkish dotless i: its capital is I,
# whose small letter is i, and Unicode keeps the two apart.
CHARACTERS = [
    chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code < 0xE000 and code != 0x131
]
# Letters in which case or form matters, and what changes its order beside them.
TRICKY = [
    char
    for char in CHARACTERS
    if combining(char) or not char == char.casefold() == char.upper() == normalize("NFKD", char)
]
texts = st.text(st.one_of(st.sampled_from(TRICKY), st.sampled_from(CHARACTERS)), max_size=12)


def test_every_character_is_one_with_its_capital_and_its_folded_form():
    differing = [
        char
        for char in CHARACTERS
        if not fold_username(char)
        == fold_username(char.upper())
        == fold_username(char.lower())
        == fold_username(fold_username(char))
    ]

    assert differing == []


@given(texts)
def test_a_folded_username_stays_as_it_is(username: str):
    folded = fold_username(username)

    assert fold_username(folded) == folded


@given(texts)
def test_a_username_is_one_with_its_capitals(username: str):
    """Decomposed first, as Unicode has it: else an iota below would part letter and accent."""
    capitals = normalize("NFD", username).upper()

    assert fold_username(capitals) == fold_username(username)


@given(st.text(st.sampled_from([c for c in TRICKY if not combining(normalize("NFKD", c)[0])])))
def test_a_username_without_loose_accents_is_one_with_its_plain_capitals(username: str):
    assert fold_username(username.upper()) == fold_username(username)


@given(texts, st.sampled_from(["NFC", "NFD"]))
def test_a_username_is_one_however_its_accents_are_stored(username: str, form: Any):
    assert fold_username(normalize(form, username)) == fold_username(username)


@pytest.mark.parametrize(
    ("username", "folded"),
    [("Ada", "ada"), ("STRASSE", "strasse"), ("Straße", "strasse"), ("ΆΙ", "άι"), ("ᾴ", "άι"),
     ("ﷺ", "صلى الله عليه وسلم"), ("ADA", "ada"), ("\u0131", "\u0131"), ("", "")],
)  # fmt: skip
def test_usernames_are_folded_like_this(username: str, folded: str):
    assert fold_username(username) == folded


def test_somebody_logs_in_by_capitals_of_several_characters(school: School):
    """contract 1.8."""
    make_user(school.facility, username=SMALL)
    body = {"username": CAPITAL, "password": PASSWORD}

    response = client_for(None).post("/api/auth/session", body, format="json")

    assert (response.status_code, response.json()["username"]) == (200, SMALL)


# The migration of what was folded before.


@pytest.fixture
def migrate(transactional_db: None) -> Iterator[Any]:
    def run(targets: Any) -> None:
        executor = MigrationExecutor(connection)
        executor.migrate(targets)

    yield run
    run(MigrationExecutor(connection).loader.graph.leaf_nodes())


def key_before(username: str) -> str:
    """Fold a username as it was done before."""
    return normalize("NFKC", username).casefold()


def stored_before(migrate: Any, *usernames: str) -> list[User]:
    """Go back to the database of before, with people and the keys their usernames had then."""
    facility = make_facility()
    people = [make_user(facility) for _ in usernames]
    migrate(BEFORE)
    for person, username in zip(people, usernames, strict=True):
        key = key_before(username)
        User.objects.filter(pk=person.pk).update(username=username, username_key=key)
    return people


def keys_of(people: list[User]) -> list[str | None]:
    keys = dict(User.objects.values_list("pk", "username_key"))
    return [keys[person.pk] for person in people]


def test_keys_from_before_are_folded_anew(migrate: Any, capsys: pytest.CaptureFixture[str]):
    nameless = make_user(make_facility(), username=None)
    people = stored_before(migrate, CAPITAL, "Ada", "Ärzte")

    migrate(AFTER)

    assert keys_of([*people, nameless]) == [SMALL, "ada", "ärzte", None]
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("usernames", [(SMALL, CAPITAL), (CAPITAL, SMALL)])
def test_of_two_who_become_one_the_earlier_has_the_name(
    migrate: Any, capsys: pytest.CaptureFixture[str], usernames: tuple[str, str]
):
    """The migration ends, and tells whom to give another username."""
    earlier, later = stored_before(migrate, *usernames)

    migrate(AFTER)

    assert keys_of([earlier, later]) == [SMALL, key_before(usernames[1])]
    assert capsys.readouterr().err == (
        f"The username “{usernames[1]}” (id {later.pk}) is “{usernames[0]}” in another case:"
        " give them another.\n"
    )


def test_a_key_somebody_has_already_stays_theirs(migrate: Any, capsys: pytest.CaptureFixture[str]):
    earlier, later = stored_before(migrate, CAPITAL, "somebody")
    User.objects.filter(pk=later.pk).update(username="ascii", username_key=SMALL)

    migrate(AFTER)

    assert keys_of([earlier, later]) == [key_before(CAPITAL), SMALL]
    assert "is “ascii” in another case" in capsys.readouterr().err


def test_a_username_that_grows_too_long_keeps_its_key(
    migrate: Any, capsys: pytest.CaptureFixture[str]
):
    [person] = stored_before(migrate, SMALL)
    long = "\ufdfa" * 150  # 18 characters each
    User.objects.filter(pk=person.pk).update(username=long, username_key="before")

    migrate(AFTER)

    assert keys_of([person]) == ["before"]
    assert "is too long" in capsys.readouterr().err
