"""Compiled lookups return the rows of several tables for each given row, in one statement."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.db.models import CharField, UUIDField

from infra.db.compiled_lookup import CompiledLookup, Join
from roster.models import Facility, User
from tests.factories import School, make_user

NAMED: dict[str, Any] = {"facility": UUIDField(), "name": CharField()}
PERSON = "person.facility_id = given.facility AND person.external_id = given.name"
HOME = Join("home", Facility, "home.id = person.facility_id")
PEOPLE = CompiledLookup(NAMED, Join("person", User, PERSON), HOME)
KNOWN_PEOPLE = CompiledLookup(NAMED, Join("person", User, PERSON, is_required=True), HOME)
NAMES = ["plain", 'say "hi"', "back\\slash", "{a,b}", "NULL", "ü 漢 😀", "it's %s"]


@pytest.fixture
def people(school: School) -> list[User]:
    return [make_user(school.facility, external_id=name) for name in NAMES]


def fields_of(row: Any) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_each_given_row_gets_its_rows(school: School, people: list[User], statements: Any):
    given = [(school.facility.pk, name) for name in [*NAMES, "nobody", None]]

    with statements() as asked:
        found = sorted(PEOPLE(given), key=lambda each: each[0])

    assert len(asked) == 1
    assert [position for position, *_ in found] == list(range(len(given)))
    for person, (_, row, home) in zip(people, found, strict=False):
        assert fields_of(row) == fields_of(User.objects.get(pk=person.pk))
        assert fields_of(home) == fields_of(Facility.objects.get(pk=school.facility.pk))
    assert [each[1:] for each in found[len(NAMES) :]] == [(None, None)] * 2


def test_names_of_another_facility_are_not_found(school: School, people: list[User]):
    assert PEOPLE([(school.elsewhere.pk, "plain")]) == [(0, None, None)]


def test_given_rows_without_a_required_row_are_left_out(school: School, people: list[User]):
    found = KNOWN_PEOPLE([(school.facility.pk, name) for name in ("nobody", "plain")])

    assert [(position, row.external_id) for position, row, _ in found] == [(1, "plain")]


def test_equal_rows_are_one_instance(school: School, people: list[User]):
    found = PEOPLE([(school.facility.pk, name) for name in NAMES])

    assert len({id(home) for _, _, home in found}) == 1


def test_instances_can_be_saved(school: School, people: list[User]):
    [(_, row, _)] = PEOPLE([(school.facility.pk, "plain")])
    row.full_name = "Ada"

    row.save(update_fields=["full_name"])

    assert User.objects.get(external_id="plain").full_name == "Ada"


def test_nothing_given_needs_no_statement(db: None, statements: Any):
    with statements() as asked:
        assert PEOPLE([]) == []

    assert not asked


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no generic plans")
def test_postgresql_does_not_plan_a_lookup_every_time(
    school: School, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "prepare_threshold", 0)
    connection.connection.prepare_threshold = 0
    lookup = CompiledLookup(NAMED, Join("person", User, PERSON), HOME)

    for _turn in range(8):
        lookup([(school.facility.pk, "plain")])

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT generic_plans FROM pg_prepared_statements"
            " WHERE statement LIKE %s AND NOT from_sql",
            ["%ORDINALITY AS given(facility, name, n)%LEFT JOIN LATERAL%AS home%"],
        )
        assert max(plans for (plans,) in cursor.fetchall()) > 0
