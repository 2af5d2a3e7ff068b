"""Workbooks contain every text as it was recorded: no text becomes markup, a formula or a link."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import models
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from analytics.models import Alert, Content, PrerequisiteSuggestion, Skill, SkillPrerequisite
from infra.identifiers import normalize_id
from roster.admin import export_mixin
from roster.models import CourseSession
from tests.conftest import Client, client_for
from tests.factories import School, answered, exercise, make_lesson, make_quiz
from tests.infra.admin_school import CONTENTS, LEARNERS, random_actions, simulated_school
from tests.infra.export_client import body, browser, export, exportable_lists, read_csv, read_xlsx
from tests.infra.large_exports import finish_exports
from tests.study.study_client import create_resource

MARKUP = [
    "<r>&</r>",
    "<r><t>bold</t></r>",
    '<r></r></is><f>HYPERLINK("http://example.org")</f><is><r></r>',
    "<r>_x0041_\x01</r>",
    "_x0041_x0042_",
    "_x0041\x01",
    "=1+1",
    "http://example.org",
    "internal:Sheet1!A1",
    "{=1}",
    "0012",
]
_pieces = st.sampled_from(
    ["<r>", "</r>", "<t>", "</is>", "&", "&lt;", "_x0041", "_x005F_", "_", "\r", "\n", "\t", " ",
     "\x01", "\x1f", "\x7f", "\ufffe", "\uffff", "=", "{=", "'", '"', "]]>", "<![CDATA["]
)  # fmt: skip
_letters = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
texts = st.lists(_pieces | _letters, min_size=1, max_size=12).map("".join)
# The fields of free text; a list shows them of its rows or of related ones.
FREE_TEXT = {"title", "name", "full_name", "code", "item", "question"}


def record(client: Client, items: list[str]) -> str:
    """Answer questions with these names and return the id of their content."""
    asked = exercise()
    session = client.start(asked)
    client.move(session["session_id"], interactions=[answered(item) for item in items])
    return asked["content_id"]


@pytest.mark.parametrize("item", MARKUP)
def test_an_item_of_a_guest_is_a_text_of_the_workbook(school: School, guest: Client, item: str):
    record(guest, [item])

    [row] = read_xlsx(body(export(school.superuser, "logger/attemptlog", "xlsx")))

    assert row["item"] == item


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(items=st.lists(texts, min_size=1, max_size=20))
@example(items=["\U0002f800"])
def test_a_workbook_contains_each_text_as_it_was_recorded(school: School, items: list[str]):
    ada = client_for(school.ada)
    content = record(ada, items)

    file = body(export(school.coach, "logger/attemptlog", "xlsx", f"content={content}"))

    recorded = ada.get("/api/logger/attemptlog", {"content": content}).json()
    assert [row["item"] for row in read_xlsx(file)] == [row["item"] for row in recorded]
    assert {row["item"] for row in recorded} == {normalize_id(item) for item in items}


@pytest.mark.django_db
@pytest.mark.parametrize("is_large", [False, True])
def test_every_list_exports_markup_as_text(
    is_large: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Any, settings: Any
):
    """In one response and in the background; the CSV file has the same texts."""
    settings.EXPORTS_FOLDER = tmp_path
    with simulated_school(list(LEARNERS), random_actions(3)) as school:
        _fill(school)
        expected = {table: _rename_rows(model) for table, model in exportable_lists().items()}
        if is_large:
            monkeypatch.setattr(export_mixin, "MAX_IMMEDIATE_ROWS", 0)
        # The audit log last: it then has entries of the exports, by the person who was renamed.
        for table in sorted(expected, key="roster/auditentry".__eq__):
            renamed = expected[table]
            rows, lines = (_file(school, table, kind) for kind in ("xlsx", "csv"))
            cells = {value for row in rows for value in row.values() if isinstance(value, str)}
            in_lines = {value for line in lines for value in line.values()}
            assert any(cell.startswith("<r>") for cell in cells), table
            assert renamed <= cells, table
            assert cells <= in_lines, table


def _fill(school: School) -> None:
    """Add rows to the lists that simulated learners leave empty."""
    make_lesson(school.class_7a)
    make_quiz(school.class_7a)
    CourseSession.objects.create(facility=school.facility, title="course")
    Content.objects.create(id=CONTENTS[0], title="content")
    before, after = (
        Skill.objects.create(facility=school.facility, code=code) for code in ("before", "after")
    )
    times = {"opened_at": timezone.now(), "changed_at": timezone.now()}
    Alert.objects.create(learner=school.ada, kind="plateau", skill=after, figures={}, **times)
    edge = {"facility": school.facility, "before": before, "after": after}
    SkillPrerequisite.objects.create(**edge)
    PrerequisiteSuggestion.objects.create(
        **edge, learners=40, successes=1, bound=0.1, informed=40, informed_successes=30,
        computed_at=timezone.now(),
    )  # fmt: skip
    app = client_for(school.key())
    path = create_resource(app, "/v3/sets", name="set", partner_id="779")["links"]["self"]
    create_resource(app, f"{path}/learning_items", question="question", answer="answer")


def _rename_rows(model: Any) -> set[str]:
    """Give the rows of a list texts that look like rich text, and return the texts."""
    given: set[str] = set()
    fields = [
        field.name
        for field in model._meta.concrete_fields
        if field.name in FREE_TEXT and isinstance(field, models.CharField | models.TextField)
    ]
    for number, row in enumerate(model._default_manager.all()):
        renamed = {name: f"<r>{number}&{name}</r>" for name in fields}
        if renamed:
            model._default_manager.filter(pk=row.pk).update(**renamed)
        given.update(renamed.values())
    return given


def _file(school: School, table: str, kind: str) -> list[dict[str, Any]]:
    viewer = school.superuser
    response = export(viewer, table, kind)
    if response.status_code == 302:
        finish_exports()
        page = response.headers["Location"]
        response = browser(viewer).get(page.replace("/change/", "/download/"))
    return (read_xlsx if kind == "xlsx" else read_csv)(body(response))
