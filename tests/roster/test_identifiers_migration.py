"""The migration that folds usernames anew: contract 1.8.

The database goes back to before it once, for all of these: that takes seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from unicodedata import normalize

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tests.infra.test_identifiers import CAPITAL, SMALL

pytestmark = pytest.mark.django_db(transaction=True)

BEFORE = [("roster", "0004_membership_view")]
AFTER = [("roster", "0005_fold_usernames_stably")]


def migrate(targets: Any) -> None:
    MigrationExecutor(connection).migrate(targets)


@pytest.fixture(scope="module")
def past(django_db_setup: None, django_db_blocker: Any) -> Iterator[Any]:
    """Go back, and return the models of then."""
    with django_db_blocker.unblock():
        migrate(BEFORE)
        models = MigrationExecutor(connection).loader.project_state(BEFORE).apps
    yield models
    with django_db_blocker.unblock():
        migrate(MigrationExecutor(connection).loader.graph.leaf_nodes())


@pytest.fixture
def people(past: Any, transactional_db: None) -> Any:
    """Return the people of then, as a queryset."""
    return past.get_model("roster", "User").objects


@pytest.fixture
def refold(past: Any, transactional_db: None) -> Iterator[Callable[[], None]]:
    yield lambda: migrate(AFTER)
    migrate(BEFORE)


def key_before(username: str) -> str:
    """Fold a username as it was done before."""
    return normalize("NFKC", username).casefold()


def stored(people: Any, username: str | None, key: str | None = None) -> Any:
    """Store somebody with the key their username had then; return their id."""
    key = key or (username and key_before(username))
    person = people.model(username=username, username_key=key, is_superuser=True)
    # As it is: the field would fold the username as it is done now.
    person.save_base(raw=True, force_insert=True)
    return person.pk


def keys_of(people: Any, ids: list[Any]) -> list[str | None]:
    keys = dict(people.values_list("pk", "username_key"))
    return [keys[pk] for pk in ids]


def test_keys_from_before_are_folded_anew(
    people: Any, refold: Callable[[], None], capsys: pytest.CaptureFixture[str]
):
    ids = [stored(people, username) for username in (CAPITAL, "Ada", "Ärzte", None)]

    refold()

    assert keys_of(people, ids) == [SMALL, "ada", "ärzte", None]
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("usernames", [(SMALL, CAPITAL), (CAPITAL, SMALL)])
def test_of_two_who_become_one_the_earlier_has_the_name(
    people: Any,
    refold: Callable[[], None],
    capsys: pytest.CaptureFixture[str],
    usernames: tuple[str, str],
):
    """The migration ends, and tells whom to give another username."""
    earlier, later = (stored(people, username) for username in usernames)

    refold()

    assert keys_of(people, [earlier, later]) == [SMALL, key_before(usernames[1])]
    assert capsys.readouterr().err == (
        f"The username “{usernames[1]}” (id {later}) is “{usernames[0]}” in another case:"
        " give them another.\n"
    )


def test_a_key_somebody_has_already_stays_theirs(
    people: Any, refold: Callable[[], None], capsys: pytest.CaptureFixture[str]
):
    earlier, later = stored(people, CAPITAL), stored(people, "ascii", SMALL)

    refold()

    assert keys_of(people, [earlier, later]) == [key_before(CAPITAL), SMALL]
    assert "is “ascii” in another case" in capsys.readouterr().err


def test_a_username_that_grows_too_long_keeps_its_key(
    people: Any, refold: Callable[[], None], capsys: pytest.CaptureFixture[str]
):
    person = stored(people, "\ufdfa" * 150, "before")  # 18 characters each

    refold()

    assert keys_of(people, [person]) == ["before"]
    assert "is too long" in capsys.readouterr().err
