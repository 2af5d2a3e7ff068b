"""Reads about one learner are bounded, however much was recorded for them: contract 0.11."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from analytics.models import Item, ItemMemory
from analytics.selectors import predictions, recent_answers, skill_states
from study.selectors import item_memories
from tests.conftest import Client
from tests.factories import NOW, School
from tests.study.study_builders import reviews

DAY = timedelta(days=1)
MAX_STATEMENTS = 10


@pytest.fixture(autouse=True)
def _at() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@contextmanager
def few_statements() -> Iterator[None]:
    with CaptureQueriesContext(connection) as captured:
        yield
    assert len(captured) <= MAX_STATEMENTS


def record(app: Client, *answers: dict[str, Any]) -> None:
    rows = [{"user_id": "student_ada", "is_correct": True, **each} for each in answers]
    counts = app.post("/api/v1/track-answers", rows, format="json").json()["data"]
    assert counts["accepted"] == len(rows)


def read(app: Client, path: str) -> Any:
    with few_statements():
        return app.get(f"/api/v1/{path}").json()["data"]


def test_the_review_queue_has_the_items_that_are_due_longest(school: School, app: Client):
    facility, most = school.facility, item_memories.MAX_DUE
    facility.partner_id = "779"
    facility.save()
    items = [Item(facility=facility, code=f"q{number}") for number in range(most + 3)]
    Item.objects.bulk_create(items)
    ItemMemory.objects.bulk_create(
        ItemMemory(
            learner=school.ada, item=item, due=NOW - DAY - number * timedelta(seconds=1),
            last_review=NOW - 11 * DAY, stability=10.0, difficulty=5.0, reviews=1, score=1.0,
            seconds=5.0, timed=1, last_seconds=5.0, studied=True,
        )
        for number, item in enumerate(items)
    )  # fmt: skip

    with few_statements():
        queue = reviews(app, **{"page[size]": 200})

    assert queue["meta"]["total-count"] == most
    assert len(queue["data"]) == 200
    last = reviews(app, **{"page[size]": 200, "page[number]": most // 200})
    shown = {each["attributes"]["item-id"] for each in queue["data"] + last["data"]}
    assert not shown & {"q0", "q1", "q2"}


def test_mastery_velocity_and_predictions_have_the_skills_practised_last(app: Client):
    most = skill_states.MAX_SKILLS
    record(app, *({"skill_id": f"s{number}"} for number in range(most + 3)))

    assert len(read(app, "mastery/student_ada")) == 1000
    assert len(read(app, "velocity/student_ada")["skill_velocities"]) == most
    assert len(read(app, "predictions/student_ada")["skills"]) == most


def test_velocity_and_predictions_count_the_newest_answers(
    app: Client, monkeypatch: pytest.MonkeyPatch
):
    days = [{"skill_id": "s", "timestamp": str(NOW - number * DAY)} for number in range(1, 15)]
    record(app, *days)
    counted = read(app, "velocity/student_ada?days=30")["activity_level"]
    monkeypatch.setattr(recent_answers, "MAX_ANSWERS", 7)

    assert read(app, "velocity/student_ada?days=30")["activity_level"] < counted
    read(app, "predictions/student_ada")


def test_predictions_have_a_limit_of_skills_never_practised(app: Client):
    record(app, {"skill_id": "s"})

    with CaptureQueriesContext(connection) as captured:
        read(app, "predictions/student_ada")

    limit = f"LIMIT {predictions.MAX_SECTION_SKILLS}"
    assert [each for each in captured if "section" in each["sql"] and limit in each["sql"]]
