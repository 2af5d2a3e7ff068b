"""The migration that folds usernames with the new rules: contract 1.8.

The database is migrated back once for all tests of this module, which takes seconds.
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
def old_models(django_db_setup: None, django_db_blocker: Any) -> Iterator[Any]:
    """Migrate back, and return the historical models."""
    with django_db_blocker.unblock():
        migrate(BEFORE)
        models = MigrationExecutor(connection).loader.project_state(BEFORE).apps
    yield models
    with django_db_blocker.unblock():
        migrate(MigrationExecutor(connection).loader.graph.leaf_nodes())


@pytest.fixture
def people(old_models: Any, transactional_db: None) -> Any:
    """Return a queryset of the historical users."""
    return old_models.get_model("roster", "User").objects


@pytest.fixture
def refold(old_models: Any, transactional_db: None) -> Iterator[Callable[[], None]]:
    yield lambda: migrate(AFTER)
    migrate(BEFORE)


def key_before(username: str) -> str:
    """Fold a username with the old rules."""
    return normalize("NFKC", username).casefold()


def store_user(people: Any, username: str | None, key: str | None = None) -> Any:
    """Store a user with the key of the old rules; return their id."""
    key = key or (username and key_before(username))
    person = people.model(username=username, username_key=key, is_superuser=True)
    # A raw save: the field would fold the username with the new rules.
    person.save_base(raw=True, force_insert=True)
    return person.pk


def keys_of(people: Any, ids: list[Any]) -> list[str | None]:
    keys = dict(people.values_list("pk", "username_key"))
    return [keys[pk] for pk in ids]


def test_old_keys_are_folded_with_the_new_rules(
    people: Any, refold: Callable[[], None], capsys: pytest.CaptureFixture[str]
):
    ids = [store_user(people, username) for username in (CAPITAL, "Ada", "Ärzte", None)]

    refold()

    assert keys_of(people, ids) == [SMALL, "ada", "ärzte", None]
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("usernames", [(SMALL, CAPITAL), (CAPITAL, SMALL)])
def test_the_earlier_of_two_conflicting_users_gets_the_username(
    people: Any,
    refold: Callable[[], None],
    capsys: pytest.CaptureFixture[str],
    usernames: tuple[str, str],
):
    """The migration succeeds, and its output names the user who needs another username."""
    earlier, later = (store_user(people, username) for username in usernames)

    refold()

    assert keys_of(people, [earlier, later]) == [SMALL, key_before(usernames[1])]
    assert capsys.readouterr().err == (
        f"The username “{usernames[1]}” (id {later}) is “{usernames[0]}” in another case:"
        " give them another.\n"
    )


def test_a_user_keeps_a_key_that_another_would_get(
    people: Any, refold: Callable[[], None], capsys: pytest.CaptureFixture[str]
):
    earlier, later = store_user(people, CAPITAL), store_user(people, "ascii", SMALL)

    refold()

    assert keys_of(people, [earlier, later]) == [key_before(CAPITAL), SMALL]
    assert "is “ascii” in another case" in capsys.readouterr().err


def test_a_username_that_becomes_too_long_keeps_its_key(
    people: Any, refold: Callable[[], None], capsys: pytest.CaptureFixture[str]
):
    person = store_user(people, "\ufdfa" * 150, "before")  # 18 characters each

    refold()

    assert keys_of(people, [person]) == ["before"]
    assert "is too long" in capsys.readouterr().err
