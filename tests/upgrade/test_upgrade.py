"""A database that an earlier version made is brought up to date, and nothing in it is lost."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.upgrade.databases import (
    FOLDER,
    Table,
    environment_of,
    load,
    manage,
    new_postgresql,
    run,
    tables,
)

VENDOR = connection.vendor
SCHEMAS = sorted(
    path.stem.removesuffix("_answers") for path in FOLDER.glob("schema_*_answers.json")
)
# Tables to which every `migrate` may add rows, and in which it may rename models.
GROWING = {"django_migrations", "django_content_type", "auth_permission"}


@dataclass(frozen=True)
class Upgraded:
    """An upgraded database, and what it held before."""

    url: str
    before: dict[str, Table]
    answers: dict[str, Any]


@pytest.fixture(scope="module", params=SCHEMAS)
def upgraded(request: Any, tmp_path_factory: Any) -> Iterator[Upgraded]:
    schema = request.param
    answers = json.loads((FOLDER / f"{schema}_answers.json").read_text())[VENDOR]
    for url in _new_database(tmp_path_factory.mktemp("upgrade")):
        load(url, FOLDER / f"{schema}_{VENDOR}.sql")
        before = tables(url)
        manage(url, "migrate", "--verbosity=0")
        yield Upgraded(url, before, answers)


def _new_database(folder: Path) -> Iterator[str]:
    if VENDOR == "sqlite":
        yield f"sqlite:///{folder / 'upgraded.sqlite3'}"
    else:
        with new_postgresql(os.environ["TEST_DATABASE_URL"]) as url:
            yield url


@pytest.fixture(scope="module")
def found(upgraded: Upgraded) -> dict[str, Any]:
    """What the app finds in the upgraded database."""
    paths = json.dumps(list(upgraded.answers))
    command = [sys.executable, "-m", "tests.upgrade.after", paths]
    return json.loads(run(command, environment_of(upgraded.url)))


def test_the_stored_database_has_a_row_in_every_table(upgraded: Upgraded):
    assert [name for name, (_columns, rows) in upgraded.before.items() if not rows] == []


def test_every_row_is_there_and_unchanged(upgraded: Upgraded):
    after = tables(upgraded.url)

    assert upgraded.before.keys() <= after.keys()
    for name, (columns, rows) in upgraded.before.items():
        columns_now, rows_now = after[name]
        assert set(columns) <= set(columns_now), name
        kept = {"id"} if name in GROWING else set(columns)
        stored = _counted(columns, rows, kept)
        found = _counted(columns_now, rows_now, kept)
        assert not stored - found, name
        assert name in GROWING or not found - stored, name


def _counted(columns: list[str], rows: list[Any], kept: set[str]) -> Counter[str]:
    """Count equal rows, looking at some columns only."""
    places = [columns.index(column) for column in sorted(kept)]
    return Counter(repr(tuple(row[place] for place in places)) for row in rows)


def test_the_models_are_what_the_migrations_end_at(upgraded: Upgraded):
    manage(upgraded.url, "makemigrations", "--check", "--dry-run")


def test_the_learner_model_follows_from_its_events(upgraded: Upgraded):
    assert "No difference." in manage(upgraded.url, "rebuild_state", "--check")


@pytest.mark.parametrize("what", ["types", "permissions"])
def test_content_types_and_permissions_are_those_of_the_models(found: dict[str, Any], what: str):
    assert found[f"missing_{what}"] == []
    assert found[f"orphaned_{what}"] == []


def test_a_learner_logs_in_and_is_answered_as_before(upgraded: Upgraded, found: dict[str, Any]):
    assert found["answers"] == upgraded.answers
