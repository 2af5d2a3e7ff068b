"""An exercise's skill is called like its content, wherever that becomes known first."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.management import call_command

from analytics.models import Content, Skill
from tests.conftest import client_for
from tests.factories import School, answered, exercise
from tests.logger.test_admin import browser

pytestmark = pytest.mark.django_db

TENS = UUID(int=1, version=4)


@pytest.fixture
def body() -> dict[str, Any]:
    return exercise(content_id=str(TENS))


def practise(school: School, body: dict[str, Any]) -> None:
    client_for(school.ada).work(body, answered("q1"))


def titles() -> list[str]:
    return [skill.title for skill in Skill.objects.order_by("pk")]


def bring_in(folder: Path, title: str) -> None:
    table = folder / "contents.csv"
    table.write_text(f"id,title\n{TENS},{title}\n")
    call_command("import_content", table, verbosity=0)


def test_a_skill_is_named_when_it_is_practised_first(school: School, body: dict[str, Any]):
    Content.objects.create(pk=TENS, title="Counting tens")

    practise(school, body)

    assert titles() == ["Counting tens"]


def test_a_skill_of_an_unknown_content_has_no_title(school: School, body: dict[str, Any]):
    practise(school, body)

    assert titles() == [""]


def test_an_import_names_skills_that_are_there_and_names_them_anew(
    school: School, body: dict[str, Any], tmp_path: Path
):
    practise(school, body)
    Skill.objects.create(facility=school.facility, code="algebra")

    bring_in(tmp_path, "Counting tens")
    first = titles()
    bring_in(tmp_path, "Counting by tens")

    assert first == ["Counting tens", ""]
    assert titles() == ["Counting by tens", ""]


def test_what_a_person_called_a_skill_stays(school: School, body: dict[str, Any], tmp_path: Path):
    practise(school, body)
    Skill.objects.update(title="Tens, as we say")

    bring_in(tmp_path, "Counting tens")
    bring_in(tmp_path, "Counting by tens")

    assert titles() == ["Tens, as we say"]


def test_a_content_named_in_the_admin_names_its_skill(school: School, body: dict[str, Any]):
    practise(school, body)
    window = browser(school.superuser)
    told = {"id": TENS, "title": "Tens", "kind": "exercise", "parent": "", "items": ""}

    window.post("/admin/logger/content/add/", told)
    first = titles()
    window.post(f"/admin/logger/content/{TENS}/change/", {**told, "title": "Tens anew"})

    assert (first, titles()) == (["Tens"], ["Tens anew"])


def test_coaches_read_the_title(school: School, body: dict[str, Any]):
    Content.objects.create(pk=TENS, title="Counting tens")
    practise(school, body)

    window = browser(school.coach)
    skill = Skill.objects.get()

    for path in (
        "", "analytics/skillstate/", "analytics/learningevent/",
        f"coach/learners/{school.ada.pk}/", f"coach/skills/{skill.pk}/",
    ):  # fmt: skip
        assert "Counting tens" in window.get(f"/admin/{path}").content.decode(), path
