"""Columns of the exports of study sets and items; values as in the API."""

from __future__ import annotations

from infra.exports import Column

SETS = (
    Column("set id", "id"),
    Column("name", "name"),
    Column("facility id", "facility"),
    Column("facility", "facility__name"),
    Column("created", "created_at"),
)
ITEMS = (
    Column("item id", "item"),
    Column("item guid", "item__guid"),
    Column("set id", "study_set"),
    Column("set", "study_set__name"),
    Column("position", "position"),
    Column("question", "question"),
    Column("answer", "answer"),
    Column("created", "created_at"),
)
