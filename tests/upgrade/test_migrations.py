"""Landed migrations keep their effect when the code that they import moves."""

from __future__ import annotations

from typing import Any

import pytest

from tests.upgrade import migrations

RECORD_HINT = "run `python -m tests.upgrade.record` and commit what it stores"


def find_changed(stored: dict[str, Any], current: dict[str, Any]) -> list[str]:
    """Return the names that are in both and have different values."""
    return sorted(name for name in stored.keys() & current.keys() if stored[name] != current[name])


def test_landed_migrations_are_not_edited():
    stored, current = migrations.stored_digests(), migrations.file_digests()

    new, gone = sorted(current.keys() - stored.keys()), sorted(stored.keys() - current.keys())
    assert not new, f"New migrations, to be recorded once they are final ({RECORD_HINT}): {new}"
    assert not gone, f"These migrations have landed and are gone: {gone}"
    edited = find_changed(stored, current)
    assert not edited, (
        f"These migrations have landed and were edited: {edited}. Write a new migration instead;"
        f" if nothing but imports changed, {RECORD_HINT}."
    )


# The schema editor of SQLite does not work inside the transaction of a test.
@pytest.mark.django_db(transaction=True)
def test_landed_migrations_produce_the_same_sql():
    stored, current = migrations.stored_schema()["sql"], migrations.sql_digests()

    assert stored.keys() == current.keys(), RECORD_HINT
    edited = find_changed(stored, current)
    assert not edited, f"The SQL of these migrations is another than when they landed: {edited}"


@pytest.mark.django_db
def test_migrations_produce_the_same_models():
    stored, current = migrations.stored_schema()["models"], migrations.describe_models()

    assert stored.keys() == current.keys(), RECORD_HINT
    parts = {name: set(stored[name]) ^ set(current[name]) for name in find_changed(stored, current)}
    assert not parts, f"The migrations end at other models: {parts}"
    assert stored == current
