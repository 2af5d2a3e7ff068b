"""SQL of the values of a clone: new keys, shifted times, and numbered names.

The templates refer to the row `source` and to the row `clone` (number, suffix, facility_suffix,
days); `{column}` is a column of the source.
"""

from __future__ import annotations

from sqlite3 import Connection
from typing import Any

import numpy as np
from django.db import connection, models

from analytics.core import recent_results, trajectory_codec
from analytics.models import LearnerAbility

# The last 16 of a key's random bits differ in each copy; the others stay, and so does the order.
_POSTGRESQL = {
    "key": "(substr({column}::text, 1, 32) || clone.{suffix})::uuid",
    "date": "{column} + clone.days",
    "time": "{column} + clone.days * interval '1 day'",
    # The day of the newest answer, one of the packed little-endian float64s.
    "packed": """overlay({column} PLACING (
        SELECT string_agg(substr(bytes, place, 1), '' ORDER BY place DESC)
        FROM float8send(extract(epoch FROM source.{newest})::float8 / 86400 + clone.days)
            AS bytes, generate_series(1, 8) AS place) FROM 8 * {place} + 1)""",
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
    "packed": "shift_day({column}, {place}, clone.days)",
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
    "course": "{packed}",
    "interaction_history": "{history}",
    "recent": "{packed}",
    "snapshot_due": "0",
    "source_id": _SOURCE,
    **dict.fromkeys(
        ("external_id", "full_name", "name", "partner_id", "username", "username_key"), _NUMBERED
    ),
}
# The place of the day among the packed numbers of these columns.
_PLACES = {
    "course": [*trajectory_codec.WIDTHS].index("day"),  # only single numbers before it
    "recent": recent_results.NUMBERS_AT_SKILL.index("day"),  # and in NUMBERS of a learner
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
    parameters = {
        "column": column,
        "suffix": suffix,
        "place": _PLACES.get(field.name),
        "newest": "newest" if field.model is LearnerAbility else "last_practised",
    }
    parts = {name: each.format(**parameters) for name, each in templates.items()}
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
        connection.connection.create_function("shift_day", 3, _shift_day)


def _shift_day(packed: bytes | None, place: int, days: int) -> bytes | None:
    if packed is None:
        return None
    numbers = np.frombuffer(packed, "<f8").copy()
    numbers[place] += days
    return numbers.tobytes()
