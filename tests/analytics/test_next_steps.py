"""`GET /api/v1/next`: contract 4.3, learning-science 7. Permissions are in test_insights."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from analytics.models import Item, Skill
from roster.models import Facility
from tests.analytics.event_builders import answer, data_of, refused, tracked
from tests.conftest import Client, client_for
from tests.factories import NOW, School
from tests.study.study_client import study

NEXT = "/api/v1/next/student_ada"


@pytest.fixture(autouse=True)
def _at() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def study_app(school: School, app: Client) -> Client:
    Facility.objects.filter(pk=school.facility.pk).update(partner_id="779")
    return app


def next_items(client: Client, **query: Any) -> list[dict[str, Any]]:
    data = data_of(client.get(NEXT, query))
    assert data.keys() == {"items"}
    rows: list[dict[str, Any]] = data["items"]
    return rows


def practise(client: Client, right: str, skill: str, user: str = "student_ada") -> None:
    for letter in right:
        tracked(client, answer(user, skill_id=skill, is_correct=letter == "r"))


def studied(client: Client, item: str, *, days_ago: float, **fields: Any) -> None:
    at = (NOW - timedelta(days=days_ago)).isoformat()
    study(client, user_id="student_ada", item_id=item, timestamp=at, **fields)


def test_skills_that_are_not_mastered_are_recommended_with_a_reason(app: Client):
    practise(app, "r" * 12, "mastered")
    practise(app, "rwrrw", "algebra")

    [row] = next_items(app)

    assert row.keys() == {
        "skill_id", "item_id", "reason", "text", "expected_success", "expected_gain_per_minute",
    }  # fmt: skip
    assert (row["skill_id"], row["item_id"], row["reason"]) == ("algebra", None, "ready_to_learn")
    assert row["text"].startswith("Ready to learn: ")
    [mastery] = [
        state
        for state in data_of(app.get("/api/v1/mastery/student_ada"))
        if state["skill_id"] == "algebra"
    ]
    assert row["expected_success"] == mastery["p_correct_next"]
    assert row["expected_gain_per_minute"] > 0


def test_new_skills_are_recommended_once_they_are_established(school: School, app: Client):
    """A learner may name skills, so a name that only one learner used is not shown to others."""
    practise(app, "r", "algebra")
    practise(app, "r", "of one", "student_ben")
    practise(app, "r", "of two", "student_ben")
    practise(app, "r", "of two", "student_chen")
    Skill.objects.create(facility=school.facility, code="titled", title="Fractions")
    Skill.objects.create(facility=school.elsewhere, code="foreign", title="Elsewhere")

    assert {row["skill_id"] for row in next_items(app)} == {"algebra", "of two", "titled"}


def test_the_largest_gain_per_minute_comes_first(school: School, app: Client):
    for code, seconds in (("slow", 90.0), ("quick", 15.0), ("medium", 40.0)):
        Skill.objects.create(
            facility=school.facility, code=code, title=code, typical_seconds=seconds
        )

    rows = next_items(app)

    assert [row["skill_id"] for row in rows] == ["quick", "medium", "slow"]
    gains = [row["expected_gain_per_minute"] for row in rows]
    assert gains == sorted(gains, reverse=True)
    assert [row["skill_id"] for row in next_items(app, n=1)] == ["quick"]


def test_a_stuck_learner_is_not_sent_back_to_the_same_skill_first(app: Client):
    practise(app, "w" * 16, "stuck")
    practise(app, "wrwr", "algebra")

    assert [row["skill_id"] for row in next_items(app)] == ["algebra", "stuck"]
    assert next_items(app)[1]["reason"] == "closest_fit"


def test_studied_items_are_recommended_once_they_are_due(study_app: Client):
    studied(study_app, "early", days_ago=40)
    studied(study_app, "late", days_ago=30)
    studied(study_app, "fresh", days_ago=0.01)

    [row] = next_items(study_app)

    assert (row["skill_id"], row["item_id"], row["reason"]) == (None, "early", "due_for_review")
    assert row["text"].startswith("2 items are due for review")
    assert 0 < row["expected_success"] < 0.9


def test_the_item_just_answered_is_never_recommended(study_app: Client):
    studied(study_app, "other", days_ago=50)
    studied(study_app, "last", days_ago=40)
    rows = next_items(study_app)

    assert [row["item_id"] for row in rows] == ["other"]
    assert rows[0]["text"].startswith("1 item is due for review")


def test_each_kind_of_reason_is_represented(school: School, study_app: Client):
    for number in range(9):
        result = "Correct" if number % 2 else "Incorrect"
        studied(study_app, f"card{number}", days_ago=40 - number, quiz_result=result)
        skill = Skill.objects.create(facility=school.facility, code=f"set{number}")
        Item.objects.filter(code=f"card{number}").update(skill=skill)
    practise(study_app, "rwrrwrr", "algebra")

    assert {row["reason"] for row in next_items(study_app, n=1)} == {"due_for_review"}
    assert {row["reason"] for row in next_items(study_app, n=3)} == {
        "due_for_review", "ready_to_learn",
    }  # fmt: skip
    assert len(next_items(study_app, n=50)) == 10
    assert len(next_items(study_app)) == 5


def test_answers_to_exercises_are_not_reviewed(app: Client):
    """Only items of study results are cards that are learned by heart."""
    at = (NOW - timedelta(days=200)).isoformat()
    tracked(app, answer(item_id="q1", timestamp=at))
    tracked(app, answer(item_id="q2", timestamp=at))

    assert {row["reason"] for row in next_items(app)} == {"ready_to_learn"}


@pytest.mark.parametrize("count", ["0", "51", "-1", "1.0", "x", "", "٣"])
def test_the_number_must_be_valid(app: Client, count: str):
    practise(app, "r", "algebra")

    assert "n" in refused(app.get(NEXT, {"n": count}), 400)


def test_the_learner_sees_the_same_as_the_coach(school: School, app: Client):
    practise(app, "rw", "algebra")
    path = f"/api/v1/next/{school.ada.pk.hex}"

    seen = [data_of(client_for(who).get(path)) for who in (school.ada, school.coach)]

    assert seen[0] == seen[1] == {"items": next_items(app)}
