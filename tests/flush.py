"""A faster flush of PostgreSQL after tests with real transactions."""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql.operations import DatabaseOperations

# Larger tables are truncated, so that no dead rows and no old statistics remain.
SMALL_BYTES = 1024 * 1024
_truncate_tables = DatabaseOperations.sql_flush


def sql_flush(
    operations: DatabaseOperations, style: Any, tables: list[str], **options: Any
) -> list[str]:
    """Delete the rows of the few tables that have any.

    Django's way, TRUNCATE, recreates every table and index: forty tables, a quarter of a second.
    """
    with operations.connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, pg_relation_size(oid), current_setting('is_superuser')"
            " FROM pg_class WHERE relkind = 'r' AND relname = ANY(%s)",
            [tables],
        )
        found = cursor.fetchall()
    is_large = any(size > SMALL_BYTES for _name, size, _is_superuser in found)
    may_not = any(is_superuser == "off" for _name, _size, is_superuser in found)
    if is_large or may_not or options.get("reset_sequences"):
        emptying = _truncate_tables(operations, style, tables, **options)
    else:
        used = [operations.quote_name(name) for name, size, _is_superuser in found if size]
        emptying = [f"DELETE FROM {name}" for name in used]
    if may_not:
        return emptying
    # With this role PostgreSQL checks no foreign keys and runs no triggers that prevent deletes.
    return [
        "SET LOCAL session_replication_role = replica",
        *emptying,
        "SET LOCAL session_replication_role = DEFAULT",
    ]
