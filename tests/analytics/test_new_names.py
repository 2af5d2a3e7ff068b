"""Learners may name a few new skills and items, apps as many as they like: contract 0.11."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import LazySettings

from analytics.models import Item, LearningEvent, Skill
from infra.api.rate_limit import Rate
from logger.models import AttemptLog
from tests.conftest import Client, client_for
from tests.factories import School, answered, exercise

BULK = "/api/v1/track-answers"


@pytest.fixture
def few(settings: LazySettings) -> None:
    settings.THROTTLES = {**settings.THROTTLES, "user_names": Rate.parse("300/day")}


def rows(start: int, stop: int) -> list[dict[str, Any]]:
    return [
        {
            "user_id": "student_ada", "skill_id": f"skill {number}", "is_correct": True,
            "time_spent_seconds": 1,
        }
        for number in range(start, stop)
    ]  # fmt: skip


def recorded(client: Client, start: int, stop: int) -> tuple[int, set[str]]:
    """Record rows; return how many were accepted, and the messages of the others."""
    data = client.post(BULK, rows(start, stop)).json()
    return data["data"]["accepted"], {str(row["errors"]) for row in data.get("results", ())}


def test_the_new_skills_of_a_learner_are_limited(school: School, few: None):
    ada = client_for(school.ada)

    first, refused = recorded(ada, 0, 250)
    second, _ = recorded(ada, 250, 500)
    third, _ = recorded(ada, 500, 600)

    assert (first, second, third) == (200, 200, 0)
    assert "too many new skills" in refused.pop()
    assert Skill.objects.count() == LearningEvent.objects.count() == 400
    known, _ = recorded(ada, 0, 1)
    assert known == 1


def test_a_single_answer_that_names_one_too_many_is_refused(school: School, few: None):
    ada = client_for(school.ada)
    recorded(ada, 0, 200)
    recorded(ada, 200, 400)

    refused = ada.post("/api/v1/track-answer", rows(900, 901)[0])

    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert not Skill.objects.filter(code="skill 900").exists()


def test_an_app_may_name_any_number(school: School, few: None):
    app = client_for(school.key())

    assert recorded(app, 0, 700) == (700, set())


def test_interactions_beyond_the_limit_are_kept_but_give_no_evidence(school: School, few: None):
    """The learner's work is never lost; the learner model does without new names."""
    ada = client_for(school.ada)
    session = ada.start(exercise())["session_id"]

    moved = ada.move(session, interactions=[answered(f"q{number}") for number in range(250)])

    assert len(moved["attempts"]) == 250
    assert AttemptLog.objects.count() == 250
    assert Item.objects.count() + Skill.objects.count() == 200
