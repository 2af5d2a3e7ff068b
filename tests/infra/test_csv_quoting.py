"""CSV files: no part of a text is a formula, ids survive the import, numbers stay numbers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.management import call_command
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from analytics.models import Content, Item
from infra.formula_guard import guard_formulas, remove_guards
from infra.identifiers import normalize_id
from logger.models import MasteryLog
from roster.models import Facility, User
from tests.conftest import client_for
from tests.factories import School, answered, exercise, make_quiz
from tests.infra.export_client import body, export, read_csv, read_xlsx
from tests.roster.oneroster import imported, org, person, role, text_of

FORMULA = re.compile(r"""[\s"\x00-\x1f]*[-=+@\uff1d\uff0b\uff0d\uff20]""")
IDS = [
    "=1+1",
    "+49",
    "-5",
    "@SUM(A1)",
    "'=1",
    "''-5",
    "x;=HYPERLINK(1)",
    "a|'+1",
    "'t Hooft",
    "a-b",
]
_pieces = st.sampled_from(
    ["=", "+", "-", "@", "\uff1d", "'", '"', ",", ";", "|", "\t", "\r", "\n", " ", "\x01"]
)
_letters = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
texts = st.lists(_pieces | _letters, min_size=1, max_size=12).map("".join)


def import_person(folder: Path, user: dict[str, str]) -> None:
    """Import a school with one student from OneRoster files."""
    files = {
        "orgs": [org()], "users": [user], "roles": [role(user["sourcedId"], "student")],
        "classes": [], "enrollments": [],
    }  # fmt: skip
    for name, rows in files.items():
        (folder / f"{name}.csv").write_text(text_of(f"{name}.csv", rows), newline="")
    imported(folder)


@given(text=texts)
def test_no_part_of_a_text_is_a_formula_at_any_separator(text: str):
    parts = re.split(r"[,;|\t\r\n]", guard_formulas(text))

    assert [part for part in parts if FORMULA.match(part)] == []


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(items=st.lists(texts, min_size=1, max_size=20))
@example(items=["\uf900"])
def test_the_quoting_of_a_file_can_be_removed(school: School, items: list[str]):
    ada, asked = client_for(school.ada), exercise()
    session = ada.start(asked)
    ada.move(session["session_id"], interactions=[answered(item) for item in items])

    query = f"content={asked['content_id']}"
    lines = read_csv(body(export(school.coach, "logger/attemptlog", query=query)))

    assert {remove_guards(line["item"]) for line in lines} == {normalize_id(item) for item in items}


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("=1+1", "'=1+1"), ("-5", "'-5"), ("\uff1d1", "'\uff1d1"), ("\t=1", "\t'=1"),
        ("'=1", "''=1"), ("x;=HYPERLINK(1)", "x;'=HYPERLINK(1)"), ('x;"=1', "x;\"'=1"),
        ("x,\n @y", "x,\n '@y"), ("a-b", "a-b"), ("3=3", "3=3"), ("'t Hooft", "'t Hooft"),
    ],
)  # fmt: skip
def test_a_name_is_quoted_in_csv_and_unchanged_in_a_workbook(
    school: School, text: str, quoted: str
):
    User.objects.filter(pk=school.ada.pk).update(full_name=text)

    lines = read_csv(body(export(school.coach, "roster/user")))
    rows = read_xlsx(body(export(school.coach, "roster/user", "xlsx")))

    assert quoted in {row["full name"] for row in lines}
    assert text in {row.get("full name") for row in rows}


@pytest.mark.parametrize("external_id", IDS)
def test_an_exported_id_finds_its_person_again(school: School, external_id: str, tmp_path: Path):
    """contract 1.8: OneRoster identifies people by their ids."""
    User.objects.filter(pk=school.ada.pk).update(external_id=external_id)
    Facility.objects.filter(pk=school.facility.pk).update(partner_id="s1")
    lines = read_csv(body(export(school.admin, "roster/user", query="q=ada")))
    [exported] = [line["external id"] for line in lines if line["username"] == "ada"]
    people = User.objects.count()

    import_person(tmp_path, person(exported, "renamed"))

    ada = User.objects.get(pk=school.ada.pk)
    assert (ada.username, ada.external_id) == ("renamed", external_id)
    assert User.objects.count() == people


def test_a_password_of_an_import_is_not_changed(school: School, tmp_path: Path):
    password = "'-correct;'=horse battery"

    import_person(tmp_path, person("u9", "eva", password=password))

    assert User.objects.get(username="eva").check_password(password)


def test_exported_contents_can_be_imported(school: School, tmp_path: Path):
    """The headings of the export are accepted, and the catalogue stays as it was."""
    parent = Content.objects.create(id=UUID(int=1), title="=Maths, -2;+3")
    Content.objects.create(
        id=UUID(int=2), title="'-5", kind="exercise", parent=parent, items=["=1", "a;-b", "c,+d"]
    )
    before = list(Content.objects.order_by("id").values())
    table = tmp_path / "contents.csv"
    table.write_bytes(body(export(school.superuser, "logger/content")))

    Content.objects.all().delete()
    call_command("import_content", table)

    assert list(Content.objects.order_by("id").values()) == before


def test_negative_numbers_stay_numbers(school: School):
    """contract 1.1: the mastery level of a quiz is negative; so are difficulties of easy items."""
    quiz = make_quiz(school.class_7a)
    client_for(school.ada).start({"quiz_id": quiz.pk.hex})
    client_for(school.ada).work(exercise(), answered("q"))
    Item.objects.update(difficulty_mean=-1.25)
    level = MasteryLog.objects.get(is_quiz=True).mastery_level

    found: dict[str, list[Any]] = {}
    for kind, read in (("csv", read_csv), ("xlsx", read_xlsx)):
        tries = read(body(export(school.superuser, "logger/masterylog", kind)))
        items = read(body(export(school.superuser, "analytics/item", kind)))
        levels = [row["mastery level"] for row in tries if row["quiz"] in (True, "true")]
        found[kind] = [*levels, *(row["difficulty (log odds)"] for row in items)]

    assert level < 0
    assert found == {"csv": [str(level), "-1.25"], "xlsx": [level, -1.25]}
