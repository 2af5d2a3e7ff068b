"""Migrations that have landed do what they did, wherever the code they import has moved."""

from __future__ import annotations

from typing import Any

import pytest

from tests.upgrade import migrations

HOW = "run `python -m tests.upgrade.record` and commit what it stores"


def differing(stored: dict[str, Any], found: dict[str, Any]) -> list[str]:
    """Name what is there now or was stored, and is not the same."""
    return sorted(name for name in stored.keys() & found.keys() if stored[name] != found[name])


def test_landed_migrations_are_not_edited():
    stored, found = migrations.stored_digests(), migrations.file_digests()

    new, gone = sorted(found.keys() - stored.keys()), sorted(stored.keys() - found.keys())
    assert not new, f"New migrations, to be recorded once they are final ({HOW}): {new}"
    assert not gone, f"These migrations have landed and are gone: {gone}"
    edited = differing(stored, found)
    assert not edited, (
        f"These migrations have landed and were edited: {edited}. Write a new migration instead;"
        f" if nothing but imports changed, {HOW}."
    )


# SQLite's editor of schemas refuses to work within a test's transaction.
@pytest.mark.django_db(transaction=True)
def test_landed_migrations_make_the_same_sql():
    stored, found = migrations.stored_schema()["sql"], migrations.sql_digests()

    assert stored.keys() == found.keys(), HOW
    edited = differing(stored, found)
    assert not edited, f"The SQL of these migrations is another than when they landed: {edited}"


@pytest.mark.django_db
def test_migrations_end_at_the_same_models():
    stored, found = migrations.stored_schema()["models"], migrations.described_models()

    assert stored.keys() == found.keys(), HOW
    parts = {name: set(stored[name]) ^ set(found[name]) for name in differing(stored, found)}
    assert not parts, f"The migrations end at other models: {parts}"
    assert stored == found
