"""The admin pages of skills, items, skill states, item memories and learning events."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client as Browser
from uuid_utils.compat import uuid7

from analytics.models import Item, LearningEvent, Skill, SkillState
from infra.admin.formats import NO_BREAK_SPACE
from roster.models import User
from tests.analytics.test_recording import record, tracked
from tests.factories import School

pytestmark = pytest.mark.django_db


@pytest.fixture
def practised(school: School) -> School:
    for learner in (school.ada, school.chen, school.stranger):
        record(learner, tracked(skill=f"skill of {learner.username}", item="q1"))
    return school


@pytest.fixture
def root(school: School) -> Browser:
    return browser(school.superuser)


def browser(user: User) -> Browser:
    browser = Browser()
    browser.force_login(user, backend="roster.authentication.RosterBackend")
    return browser


@pytest.mark.parametrize("table", ["skillstate", "learningevent"])
def test_coaches_see_states_and_events_of_their_learners(practised: School, table: str):
    """contract 0.7"""
    page = browser(practised.coach).get(f"/admin/analytics/{table}/").content.decode()

    assert "skill of ada" in page
    assert "skill of chen" not in page
    assert "skill of stranger" not in page


@pytest.mark.parametrize("model", [SkillState, LearningEvent])
def test_rows_of_learners_of_another_class_are_a_404(practised: School, model: Any):
    table = model._meta.model_name
    row = model.objects.get(learner=practised.chen)

    path = f"/admin/analytics/{table}/{row.pk}/change/"

    assert browser(practised.coach).get(path).status_code == 404
    assert browser(practised.facility_coach).get(path).status_code == 200


def test_an_item_is_mapped_to_a_skill_and_keeps_its_statistics(practised: School, root: Browser):
    """The form sets the skill; statistics and code are read-only."""
    item = Item.objects.get(facility=practised.facility)
    skill = Skill.objects.first()
    assert skill is not None
    path = f"/admin/analytics/item/{item.pk}/change/"

    answer = root.post(
        path, {"guid": str(item.guid), "skill": str(skill.pk), "answers": "99", "code": "other"}
    )

    assert answer.status_code == 302
    item.refresh_from_db()
    assert (item.skill, item.answers, item.code) == (skill, 0, "q1")


def test_an_item_is_not_mapped_to_another_facilitys_skill(practised: School, root: Browser):
    """An answer concerns one facility; recording this one would be a 500."""
    item = Item.objects.get(facility=practised.facility)
    foreign = Skill.objects.get(facility=practised.elsewhere)

    answer = root.post(
        f"/admin/analytics/item/{item.pk}/change/",
        {"guid": str(item.guid), "skill": str(foreign.pk)},
    )

    assert "another facility" in answer.content.decode()
    item.refresh_from_db()
    assert item.skill is None


def test_an_item_keeps_its_guid_and_is_found_by_it(practised: School, root: Browser):
    """contract 3: apps identify items by their GUID."""
    item = Item.objects.get(facility=practised.facility)
    item.code = None
    item.save()

    root.post(f"/admin/analytics/item/{item.pk}/change/", {"guid": str(uuid7()), "skill": ""})
    found = root.get("/admin/analytics/item/", {"q": item.guid.hex}).content.decode()

    assert Item.objects.get(pk=item.pk).guid == item.guid
    assert str(item.guid) in found


def test_rows_cannot_be_deleted_and_events_cannot_be_changed(practised: School, root: Browser):
    for row in (Skill.objects.first(), Item.objects.first(), LearningEvent.objects.first()):
        assert row is not None
        path = f"/admin/analytics/{row._meta.model_name}/{row.pk}"
        assert root.post(f"{path}/delete/", {"post": "yes"}).status_code == 403
    event = LearningEvent.objects.get(learner=practised.ada)
    path = f"/admin/analytics/learningevent/{event.pk}/change/"
    assert root.post(path, {"score": "0"}).status_code == 403


@pytest.mark.parametrize(
    ("table", "query", "count"),
    [
        ("skillstate", "plateau=no", 1), ("skillstate", "plateau=yes", 0),
        ("skillstate", "plateau=x", 0), ("skillstate", "skill=skill+of", 1),
        ("skillstate", "skill=of+ada", 0), ("skillstate", "skill=numbers", 0),
        ("learningevent", "source=track", 1), ("learningevent", "source=study", 0),
        ("learningevent", "source=x", 0), ("learningevent", "skill=skill", 1),
        ("itemmemory", "q=q1", 1), ("itemmemory", "q=1", 0),
    ],
)  # fmt: skip
def test_the_filters_of_a_list_narrow_it(practised: School, table: str, query: str, count: int):
    page = browser(practised.coach).get(f"/admin/analytics/{table}/?{query}").content.decode()

    assert page.partition("<tbody>")[2].count("<tr>") == count


def test_a_rows_page_formats_times_and_fractions_for_people(practised: School):
    event = LearningEvent.objects.filter(learner=practised.ada).latest("pk")
    LearningEvent.objects.filter(pk=event.pk).update(seconds=250.0, p_correct=0.130667)

    path = f"/admin/analytics/learningevent/{event.pk}/change/"
    page = browser(practised.coach).get(path).content.decode()

    assert re.search(r"<label>Time:</label>\s*<div class=\"readonly\">4 m 10 s<", page)
    assert "0.131<" in page
    assert not re.search("seconds", re.sub(r'class="[^"]*"', "", page), re.IGNORECASE)


def test_the_list_of_skill_states_is_readable(practised: School):
    SkillState.objects.filter(learner=practised.ada).update(
        mastery=0.724, plateau=True, p_stuck=0.84, attempts=12, correct=9, velocity=0.0123
    )

    page = browser(practised.coach).get("/admin/analytics/skillstate/").content.decode()

    for text in ("72 %", "9 of 12", "⚠ stuck"):
        assert text in page
    state = SkillState.objects.get(learner=practised.ada)
    assert f'href="/admin/coach/skills/{state.skill_id}/"' in page
    assert f'href="/admin/coach/learners/{state.learner_id}/skills/{state.skill_id}/"' in page


@pytest.mark.parametrize(
    ("gain", "text"),
    [(0.0123, "+1.2 %"), (-0.0004, "no change"), (-0.0123, "−1.2 %")],
)
def test_a_gain_is_formatted_as_on_the_coachs_pages(practised: School, gain: float, text: str):
    """A number is the same on every screen; a loss of nearly nothing used to be "-0.0"."""
    SkillState.objects.filter(learner=practised.ada).update(velocity=gain)

    page = browser(practised.coach).get("/admin/analytics/skillstate/").content.decode()

    assert f">{text}</td>" in page.replace(NO_BREAK_SPACE, " ")


def test_a_question_of_an_exercise_is_shown_by_its_own_name(practised: School):
    content = "0123456789abcdef0123456789abcdef"
    Item.objects.filter(events__learner=practised.ada).update(code=f"{content}:tens: 3")

    page = browser(practised.coach).get("/admin/analytics/learningevent/").content.decode()

    assert ">tens: 3</a>" in page
    assert f'<code class="id" title="{content}">' in page


def test_only_superusers_see_skills_and_items(practised: School):
    for table in ("skill", "item"):
        for viewer in (practised.coach, practised.admin):
            assert browser(viewer).get(f"/admin/analytics/{table}/").status_code == 403
        assert browser(practised.superuser).get(f"/admin/analytics/{table}/").status_code == 200
