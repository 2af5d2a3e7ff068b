"""SQL of the values of a clone: new keys, shifted times, and numbered names.

The templates refer to the row `source` and to the row `clone` (number, suffix, facility_suffix,
days); `{column}` is a column of the source.
"""

from __future__ import annotations

from sqlite3 import Connection
from typing import Any

from django.db import connection, models

from analytics.core import trajectory_codec

# The last 16 of a key's random bits differ in each copy; the others stay, and so does the order.
_POSTGRESQL = {
    "key": "(substr({column}::text, 1, 32) || clone.{suffix})::uuid",
    "date": "{column} + clone.days",
    "time": "{column} + clone.days * interval '1 day'",
    # The day of the newest answer, a little-endian float64, is the third number of a trajectory.
    "trajectory": """overlay({column} PLACING (
        SELECT string_agg(substr(bytes, place, 1), '' ORDER BY place DESC)
        FROM float8send(extract(epoch FROM source.last_practised)::float8 / 86400 + clone.days)
            AS bytes, generate_series(1, 8) AS place) FROM 17)""",
    "history": """(
        SELECT jsonb_agg(entry || jsonb_build_object('timestamp',
            (left(entry ->> 'timestamp', 10)::date + clone.days)::text
                || substr(entry ->> 'timestamp', 11)) ORDER BY place)
        FROM jsonb_array_elements({column}) WITH ORDINALITY AS entries (entry, place))""",
}
_SQLITE = {
    "key": "substr({column}, 1, 28) || clone.{suffix}",
    "date": "date({column}, clone.days || ' days')",
    "time": "date({column}, clone.days || ' days') || substr({column}, 11)",
    "trajectory": "shift_trajectory({column}, clone.days)",
    "history": """(
        SELECT json_group_array(json_set(value, '$.timestamp',
            date(substr(value ->> 'timestamp', 1, 10), clone.days || ' days')
                || substr(value ->> 'timestamp', 11)))
        FROM json_each({column}))""",
}
_NUMBERED = "{column} || '-' || clone.number"
# The content of a quiz is the quiz itself.
_CONTENT = "CASE WHEN {column} IN (SELECT id FROM roster_quiz) THEN {key} ELSE {column} END"
# The source of a session's event is an attempt.
_SOURCE = (
    "CASE source.source WHEN 'session' THEN substr({column}, 1, 28) || clone.suffix"
    " ELSE {column} || '-' || clone.number END"
)
# By name, the columns whose type does not say how they change.
_BY_NAME = {
    "content_id": _CONTENT,
    "course": "{trajectory}",
    "interaction_history": "{history}",
    "snapshot_due": "0",
    "source_id": _SOURCE,
    **dict.fromkeys(
        ("external_id", "full_name", "name", "partner_id", "username", "username_key"), _NUMBERED
    ),
}


def clone_expression(field: models.Field[Any, Any], *, is_key: bool, suffix: str) -> str:
    """Return the SQL of the value that a clone has in a column.

    Parameters
    ----------
    is_key : whether it is the key of a row that is cloned too.
    suffix : the column of `clone` with the last digits of that key.
    """
    column = f"source.{connection.ops.quote_name(str(field.column))}"
    templates = _SQLITE if connection.vendor == "sqlite" else _POSTGRESQL
    parts = {name: each.format(column=column, suffix=suffix) for name, each in templates.items()}
    return _template(field, is_key=is_key).format(column=column, **parts)


def _template(field: models.Field[Any, Any], *, is_key: bool) -> str:
    if is_key:
        return "{key}"
    if isinstance(field, models.DateTimeField):
        return "{time}"
    if isinstance(field, models.DateField):
        return "{date}"
    return _BY_NAME.get(field.name, "{column}")


def register_functions() -> None:
    """Add the function that SQLite lacks to the connection."""
    connection.ensure_connection()
    if isinstance(connection.connection, Connection):
        connection.connection.create_function("shift_trajectory", 2, _shift_trajectory)


def _shift_trajectory(record: bytes, days: int) -> bytes:
    table = trajectory_codec.table([record])
    trajectory_codec.columns(table).day[:] += days
    [shifted] = trajectory_codec.encode(table)
    return shifted
