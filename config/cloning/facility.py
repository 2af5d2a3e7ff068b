"""Cloning of a facility: one INSERT … SELECT per table and batch of copies.

Rows that depend on a user or a classroom are cloned once per copy, the others (skills, items,
study sets) once per new facility. A clone refers to clones of the same copy and facility.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import AutoField, Field, Model, QuerySet
from tqdm import tqdm

from config.cloning.expressions import clone_expression, register_functions
from config.cloning.ownership import find_dependents, find_owned_models
from roster.models import Classroom, Facility, User

COPIES_PER_STATEMENT = 16


@dataclass(frozen=True, kw_only=True)
class Copy:
    """One copy of the classes and learners of a facility.

    `number` is unique, `facility` is the number of the new facility, both from 1. All times are
    shifted by `days`.
    """

    number: int
    facility: int
    days: int


def clone_facility(facility: Facility, copies: Sequence[Copy], *, quiet: bool = False) -> None:
    """Clone all rows of a facility, in one transaction."""
    cloner = FacilityCloner(facility)
    by_days = sorted(copies, key=lambda copy: copy.days, reverse=True)
    # What the copies of a facility share is as old as the oldest of them.
    days = {copy.facility: copy.days for copy in by_days}
    facilities = [Copy(number=key, facility=key, days=days[key]) for key in days]
    with transaction.atomic(), tqdm(total=len(copies), unit=" copies", disable=quiet) as bar:
        for batch in _batches(facilities):
            cloner.clone(cloner.owned.keys() - cloner.per_copy, batch)
        for batch in _batches(copies):
            cloner.clone(cloner.per_copy, batch)
            bar.update(len(batch))


def _batches(copies: Sequence[Copy]) -> Iterator[Sequence[Copy]]:
    for start in range(0, len(copies), COPIES_PER_STATEMENT):
        yield copies[start : start + COPIES_PER_STATEMENT]


class FacilityCloner:
    """Inserts copies of the rows of a facility."""

    def __init__(self, facility: Facility) -> None:
        self.facility = facility
        self.owned = find_owned_models()
        self.per_copy = find_dependents({User, Classroom}, self.owned)
        self.suffixes = self._find_unused_suffixes()
        register_functions()

    def clone(self, tables: Collection[type[Model]], copies: Sequence[Copy]) -> None:
        """Insert the copies of all rows of some tables."""
        with connection.cursor() as cursor:
            for model in tables:
                cursor.execute(*self._statement(model, copies))
        if connection.vendor == "postgresql":
            # Check foreign keys now: deferred to the commit, the checks would fill the memory.
            connection.check_constraints()

    def _find_unused_suffixes(self) -> list[str]:
        """Return the four hexadecimal digits with which no key of the facility ends, one per copy.

        No two keys differ only in these digits, so no key of a clone exists already.
        """
        keys = (self._rows(model).values_list("pk", flat=True) for model in self.owned)
        used = {str(key)[-4:] for some in keys for key in some}
        return [digits for number in range(16**4) if (digits := f"{number:04x}") not in used]

    def _rows(self, model: type[Model]) -> QuerySet[Any]:
        return model._default_manager.filter(**{self.owned[model]: self.facility.pk})

    def _statement(self, model: type[Model], copies: Sequence[Copy]) -> tuple[str, list[Any]]:
        quote = connection.ops.quote_name
        fields = [
            field
            for field in model._meta.concrete_fields
            if not field.generated and not isinstance(field, AutoField)
        ]
        source, params = self._rows(model).query.sql_with_params()
        clones: list[Any] = []
        for copy in copies:
            suffixes = self.suffixes[copy.number], self.suffixes[copy.facility]
            clones += [copy.number, *suffixes, copy.days]
        statement = f"""
            WITH clone (number, suffix, facility_suffix, days) AS (
                VALUES {", ".join(["(%s, %s, %s, %s)"] * len(copies))})
            INSERT INTO {quote(model._meta.db_table)}
                ({", ".join(quote(str(field.column)) for field in fields)})
            SELECT {", ".join(self._expression(field) for field in fields)}
            FROM ({source}) AS source CROSS JOIN clone"""  # noqa: S608  # no values, only names
        return statement, [*clones, *params]

    def _expression(self, field: Field[Any, Any]) -> str:
        target = field.related_model or field.model
        return clone_expression(
            field,
            is_key=target in self.owned and (field.is_relation or field.primary_key),
            suffix="suffix" if target in self.per_copy else "facility_suffix",
        )
