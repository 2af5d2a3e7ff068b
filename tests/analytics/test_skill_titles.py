"""The skill of an exercise has the title of its content, whichever is created first."""

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


def import_table(folder: Path, title: str) -> None:
    table = folder / "contents.csv"
    table.write_text(f"id,title\n{TENS},{title}\n")
    call_command("import_content", table, verbosity=0)


def test_a_skill_gets_its_title_when_it_is_first_practised(school: School, body: dict[str, Any]):
    Content.objects.create(pk=TENS, title="Counting tens")

    practise(school, body)

    assert titles() == ["Counting tens"]


def test_a_skill_of_an_unknown_content_has_no_title(school: School, body: dict[str, Any]):
    practise(school, body)

    assert titles() == [""]


def test_an_import_sets_and_updates_the_titles_of_existing_skills(
    school: School, body: dict[str, Any], tmp_path: Path
):
    practise(school, body)
    Skill.objects.create(facility=school.facility, code="algebra")

    import_table(tmp_path, "Counting tens")
    first = titles()
    import_table(tmp_path, "Counting by tens")

    assert first == ["Counting tens", ""]
    assert titles() == ["Counting by tens", ""]


def test_a_title_set_by_a_person_is_kept(school: School, body: dict[str, Any], tmp_path: Path):
    practise(school, body)
    Skill.objects.update(title="Tens, as we say")

    import_table(tmp_path, "Counting tens")
    import_table(tmp_path, "Counting by tens")

    assert titles() == ["Tens, as we say"]


def test_a_title_set_in_the_admin_of_contents_is_that_of_the_skill(
    school: School, body: dict[str, Any]
):
    practise(school, body)
    window = browser(school.superuser)
    form = {"id": TENS, "title": "Tens", "kind": "exercise", "parent": "", "items": ""}

    window.post("/admin/logger/content/add/", form)
    first = titles()
    window.post(f"/admin/logger/content/{TENS}/change/", {**form, "title": "Tens anew"})

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
