"""A database of an earlier version is migrated without losing data."""

from __future__ import annotations

import json
import os
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pytest
from django.db import connection

from tests.upgrade.databases import (
    FOLDER,
    PASSWORD,
    Table,
    build_environment,
    load,
    manage,
    new_postgresql,
    read_tables,
    run,
)

VENDOR = connection.vendor
SCHEMAS = sorted(
    path.stem.removesuffix("_answers") for path in FOLDER.glob("schema_*_answers.json")
)
# Tables to which every `migrate` may add rows, and in which it may rename models.
GROWING_TABLES = {"django_migrations", "django_content_type", "auth_permission"}
# Columns that are no longer needed; their values were computed from events.
REMOVED_COLUMNS = {
    "analytics_learnerability": {
        "recall_offset", "recall_slope", "recall_offset_sum", "recall_slope_sum",
    },
}  # fmt: skip

# Ids in the stored database, and the columns that have them.
NAMES = ("pupil_ada", "algebra", "a1", "example", "q0")
ID_COLUMNS = [
    ("roster_user", "external_id"), ("roster_facility", "partner_id"),
    ("analytics_skill", "code"), ("analytics_item", "code"), ("logger_attemptlog", "item"),
    ("analytics_learningevent", "source_id"), ("logger_content", "items"),
]  # fmt: skip


@dataclass(frozen=True)
class UpgradedDatabase:
    """An upgraded database, its earlier tables, and the earlier responses."""

    url: str
    before: dict[str, Table]
    answers: dict[str, Any]


@pytest.fixture(scope="module", params=SCHEMAS)
def upgraded(request: Any, tmp_path_factory: Any) -> Iterator[UpgradedDatabase]:
    schema = request.param
    answers = json.loads((FOLDER / f"{schema}_answers.json").read_text())[VENDOR]
    for url in _new_database(tmp_path_factory.mktemp("upgrade")):
        load(url, FOLDER / f"{schema}_{VENDOR}.sql")
        before = read_tables(url)
        manage(url, "migrate", "--verbosity=0")
        yield UpgradedDatabase(url, before, answers)


def _new_database(folder: Path) -> Iterator[str]:
    if VENDOR == "sqlite":
        yield f"sqlite:///{folder / 'upgraded.sqlite3'}"
    else:
        with new_postgresql(os.environ["TEST_DATABASE_URL"]) as url:
            yield url


@pytest.fixture(scope="module")
def report(upgraded: UpgradedDatabase) -> dict[str, Any]:
    """The output of `after.py` for the upgraded database."""
    paths = json.dumps(list(upgraded.answers))
    command = [sys.executable, "-m", "tests.upgrade.after", paths]
    return json.loads(run(command, build_environment(upgraded.url)))


def test_the_stored_database_has_a_row_in_every_table(upgraded: UpgradedDatabase):
    assert [name for name, (_columns, rows) in upgraded.before.items() if not rows] == []


def test_every_row_is_unchanged(upgraded: UpgradedDatabase):
    after = read_tables(upgraded.url)

    assert upgraded.before.keys() <= after.keys()
    for name, (columns, rows) in upgraded.before.items():
        columns_now, rows_now = after[name]
        kept = set(columns) - REMOVED_COLUMNS.get(name, set())
        assert kept <= set(columns_now), name
        compared = {"id"} if name in GROWING_TABLES else kept
        stored = _count_rows(columns, rows, compared)
        found = _count_rows(columns_now, rows_now, compared)
        assert not stored - found, name
        assert name in GROWING_TABLES or not found - stored, name


def _count_rows(columns: list[str], rows: list[Any], compared: set[str]) -> Counter[str]:
    """Count equal rows by the values of some columns."""
    indexes = [columns.index(column) for column in sorted(compared)]
    return Counter(repr(tuple(row[index] for index in indexes)) for row in rows)


def test_the_migrations_match_the_models(upgraded: UpgradedDatabase):
    manage(upgraded.url, "makemigrations", "--check", "--dry-run")


@pytest.mark.parametrize("schema", SCHEMAS)
def test_another_facility_may_use_the_usernames(schema: str, tmp_path_factory: Any):
    """contract 1.8: usernames were unique across the installation."""
    folder = tmp_path_factory.mktemp("usernames")
    roster = folder / "roster.json"
    ada = {"username": "ADA", "password": f"{PASSWORD} of another school"}
    roster.write_text(json.dumps({"facility": {"name": "Another"}, "users": [ada]}))

    for url in _new_database(folder):
        load(url, FOLDER / f"{schema}_{VENDOR}.sql")
        manage(url, "migrate", "--verbosity=0")
        manage(url, "import_roster", str(roster))

        columns, rows = read_tables(url)["roster_user"]
        keys = [row[columns.index("username_key")] for row in rows]
        assert keys.count("ada") == 2
        command = [sys.executable, "-m", "tests.upgrade.after", "[]"]
        assert json.loads(run(command, build_environment(url)))["answers"] == {}


@pytest.mark.parametrize("what", ["types", "permissions"])
def test_content_types_and_permissions_match_the_models(report: dict[str, Any], what: str):
    assert report[f"missing_{what}"] == []
    assert report[f"orphaned_{what}"] == []


def test_a_learner_logs_in_and_gets_the_same_responses(
    upgraded: UpgradedDatabase, report: dict[str, Any]
):
    """Later versions may add fields to responses."""
    assert without_new_fields(report["answers"], upgraded.answers) == upgraded.answers


def without_new_fields(value: Any, before: Any) -> Any:
    """Return a response without the fields that the earlier one did not have."""
    if isinstance(value, dict) and isinstance(before, dict):
        return {
            name: without_new_fields(each, before[name])
            for name, each in value.items()
            if name in before
        }
    if isinstance(value, list) and isinstance(before, list) and len(value) == len(before):
        return [without_new_fields(*pair) for pair in zip(value, before, strict=True)]
    return value


def test_the_learner_model_equals_its_rebuild_from_events(upgraded: UpgradedDatabase):
    """States of an earlier edition of the formulas are rebuilt first, as operations.md says."""
    assert "Differences corrected." in manage(upgraded.url, "rebuild_state")
    assert "No difference." in manage(upgraded.url, "rebuild_state", "--check")


@pytest.mark.parametrize("schema", SCHEMAS)
def test_ids_in_another_normal_form_are_normalized(schema: str, tmp_path_factory: Any):
    """contract 0.2: ids that apps used before are found by either form afterwards."""
    folder = tmp_path_factory.mktemp("forms")
    dump, text = folder / "dump.sql", (FOLDER / f"{schema}_{VENDOR}.sql").read_text()
    for name in NAMES:
        text = re.sub(rf"\b{name}\b", f"{name}e\u0301", text)
    events = f"{'public.' if VENDOR == 'postgresql' else ''}analytics_learningevent"
    named = f"UPDATE {events} SET source_id = 'e\u0301' || id WHERE source_id IS NULL;"
    dump.write_text(f"{text}\n{named}\n")

    for url in _new_database(folder):
        load(url, dump)
        before = read_tables(url)
        manage(url, "migrate", "--verbosity=0")
        after = read_tables(url)

        for table, column in ID_COLUMNS:
            earlier, found = (_values(tables[table], column) for tables in (before, after))
            assert found == {normalize("NFC", value) for value in earlier}
            assert found != earlier
        assert "No difference." in manage(url, "rebuild_state") + manage(
            url, "rebuild_state", "--check"
        )


def _values(table: Table, column: str) -> set[str]:
    columns, rows = table
    values = [row[columns.index(column)] or "" for row in rows]
    if column == "items":  # lists, which SQLite stores as text
        lists = [
            json.loads(value) if isinstance(value, str) else value for value in values if value
        ]
        return {item for items in lists for item in items}
    return set(values)
