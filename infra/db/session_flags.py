"""Flags of a database session, which triggers can read; a transaction sets them for itself.

In triggers, `session_flag('name')` is true on SQLite, and `current_setting('learntrace.name',
true)` is 'on' on PostgreSQL. SQLite has the function only on connections of this project.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from django.db import connection


@contextmanager
def session_flag(name: str) -> Iterator[None]:
    """Set a flag while the block runs, inside a transaction; an error in it ends the flag too."""
    if connection.vendor == "sqlite":
        flags = cast("Any", connection).session_flags
        flags.add(name)
        try:
            yield
        finally:
            flags.discard(name)
    else:
        _set_on_postgresql(name, "on")
        yield
        # After an error PostgreSQL undoes the setting, as it does at the end of the transaction.
        _set_on_postgresql(name, "off")


def _set_on_postgresql(name: str, value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [f"learntrace.{name}", value])
