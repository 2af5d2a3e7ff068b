"""`confidence` and `too_few_answers`: contract 4.1, learning-science 6."""

from __future__ import annotations

import pytest

from analytics.core import alerts, confidence
from tests.analytics.event_builders import answer, data_of, tracked
from tests.conftest import Client

EXPECTED = [(1, 0.1667, True), (4, 0.4444, True), (5, 0.5, False), (15, 0.75, False)]


@pytest.mark.parametrize(("answers", "expected", "few"), EXPECTED)
def test_answers_come_with_the_confidence(app: Client, answers: int, expected: float, few: bool):
    for _each in range(answers):
        change = tracked(app, answer())

    [row] = data_of(app.get("/api/v1/mastery/student_ada"))
    velocity = data_of(app.get("/api/v1/velocity/student_ada", {"skill_id": "algebra"}))

    for body in (change, row, velocity):
        assert (body["confidence"], body["too_few_answers"]) == (expected, few)


def test_velocity_over_all_skills_counts_their_answers(app: Client):
    for skill in ("algebra", "geometry"):
        for _each in range(3):
            tracked(app, answer(skill_id=skill))

    velocity = data_of(app.get("/api/v1/velocity/student_ada"))
    rows = data_of(app.get("/api/v1/mastery/student_ada"))

    assert (velocity["confidence"], velocity["too_few_answers"]) == (0.5455, False)
    assert [row["too_few_answers"] for row in rows] == [True, True]


def test_without_answers_nothing_is_known(app: Client):
    tracked(app, answer("student_ben"))

    velocity = data_of(app.get("/api/v1/velocity/student_ada"))

    assert (velocity["confidence"], velocity["too_few_answers"]) == (0, True)


def test_no_alert_about_a_skill_needs_fewer_answers():
    assert alerts.MIN_ANSWERS >= confidence.MIN_ANSWERS
