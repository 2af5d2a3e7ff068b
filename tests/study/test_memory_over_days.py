"""Studied items are forgotten over days and recover by a review: contract 3 and 0.10."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from analytics.core.memory import Grade, Reviewed, due, learn, served_recall
from analytics.core.recall import INITIAL
from tests.conftest import Client
from tests.factories import NOW, School
from tests.study.study_builders import (
    guid_of,
    item_stats,
    items_of,
    make_set,
    reviews,
    stats,
    study,
)

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
SECONDS = 4.0  # of every review


def test_readiness_decays_over_days_and_recovers_after_a_review(
    school: School, app: Client, clock: time_machine.Traveller
):
    """The clock is moved by days."""
    study(app)
    ready = []
    for days in (0, 1, 2, 3, 10, 100):
        clock.move_to(NOW + days * DAY)
        ready.append(item_stats(app)["readiness"])

    study(app)
    after = item_stats(app)
    clock.move_to(NOW + 103 * DAY)

    assert ready == sorted(ready, reverse=True)
    assert len(set(ready)) == 6
    assert ready[0] > 0.97
    assert ready[3] < 0.9
    assert after["readiness"] > 0.97
    assert after["presentations-count"] == 2
    # Stability has grown: three days later, readiness is higher than it was the first time.
    assert item_stats(app)["readiness"] > ready[3]


def test_an_item_is_listed_again_when_it_is_due(
    school: School, app: Client, clock: time_machine.Traveller
):
    """contract 3: items due; learning-science 5: when recall falls to .9."""
    study_set = make_set(school.facility, "q1")
    study(app)
    next_time = datetime.fromisoformat(item_stats(app)["see-next-at"])

    clock.move_to(next_time - timedelta(microseconds=1))
    before = items_of(reviews(app)), items_of(reviews(app, set_id=study_set.pk))
    clock.move_to(next_time)
    then = items_of(reviews(app)), items_of(reviews(app, set_id=study_set.pk))

    assert (before, then) == (([], []), (["q1"], ["q1"]))
    study(app)
    assert items_of(reviews(app)) == []


def predict_memory(*results: tuple[str, timedelta]) -> tuple[float, float]:
    """Return the interval and the readiness at `NOW` that the models predict from results."""
    grades = {
        "Correct": Grade.CORRECT, "Incorrect": Grade.INCORRECT, "AlmostCorrect": Grade.ALMOST,
    }  # fmt: skip
    reviewed: Reviewed | None = None
    model = INITIAL
    for quiz_result, ago in results:
        grade, at = grades[quiz_result], micros(NOW - ago)
        model, reviewed = learn(model, reviewed, grade, at, SECONDS)
    assert reviewed is not None
    at = reviewed.memory.at
    days = (due(*reviewed, model) - at) / micros_of(DAY)
    return days, served_recall(reviewed, model, micros(NOW))


def micros(moment: datetime) -> int:
    return micros_of(moment - datetime(1970, 1, 1, tzinfo=NOW.tzinfo))


def micros_of(span: timedelta) -> int:
    return span // timedelta(microseconds=1)


@pytest.mark.parametrize(
    "results",
    [
        [("Correct", 9 * DAY)],
        [("AlmostCorrect", 9 * DAY)],
        [("Correct", 9 * DAY), ("AlmostCorrect", 5 * DAY)],
        [("Correct", 9 * DAY), ("Incorrect", 5 * DAY), ("AlmostCorrect", DAY)],
        [("Incorrect", 4 * DAY + HOUR), ("Correct", 4 * DAY), ("AlmostCorrect", 3.5 * DAY)],
        [("Correct", 9 * DAY), ("Correct", 8 * DAY), ("Correct", 8 * DAY), ("Correct", 3 * DAY)],
        [("Correct", 9 * DAY), ("Correct", 8 * DAY + timedelta(microseconds=1))],
    ],
)
def test_statistics_are_those_of_the_memory_model(
    school: School, app: Client, clock: Any, results: list[tuple[str, timedelta]]
):
    """learning-science 5: AlmostCorrect, reviews of the same day, the learner's recall model."""
    for quiz_result, ago in results:
        study(app, quiz_result=quiz_result, timestamp=NOW - ago)

    attributes = item_stats(app)

    interval, readiness = predict_memory(*results)
    assert attributes["review-interval"] == pytest.approx(interval, abs=5.1e-5)
    assert attributes["readiness"] == pytest.approx(readiness, abs=5.1e-5)


def test_almost_correct_lies_between_correct_and_incorrect(school: School, app: Client, clock: Any):
    """contract 3; learning-science 5."""
    for quiz_result in ("Correct", "AlmostCorrect", "Incorrect"):
        study(app, quiz_result, quiz_result=quiz_result)

    by_result = {name: item_stats(app, name) for name in ("Correct", "AlmostCorrect", "Incorrect")}

    intervals = [each["review-interval"] for each in by_result.values()]
    assert intervals == sorted(intervals, reverse=True)
    assert [each["accuracy"] for each in by_result.values()] == [1, 0.5, 0]


def test_a_late_result_is_put_in_order(school: School, app: Client, clock: Any):
    """contract 0.10: the result equals in-order arrival."""
    sent = [("Correct", 9), ("Incorrect", 6), ("AlmostCorrect", 4), ("Correct", 1)]
    for place in (0, 3, 1, 2):
        quiz_result, days = sent[place]
        study(app, "late", quiz_result=quiz_result, timestamp=NOW - days * DAY)
    late = item_stats(app, "late")
    study(app, "in order", user_id="student_ben", timestamp=NOW - 9 * DAY)
    for quiz_result, days in sent[1:]:
        fields = {"quiz_result": quiz_result, "timestamp": NOW - days * DAY}
        study(app, "in order", user_id="student_ben", **fields)

    in_order = stats(app, f"items/{guid_of('in order')}", user="student_ben")

    assert late == pytest.approx(in_order)


def test_a_result_sent_again_counts_once(school: School, app: Client, clock: Any):
    """contract 0.9: event_id."""
    for _again in range(3):
        study(app, event_id="e1")

    assert item_stats(app)["presentations-count"] == 1


def test_a_result_ahead_of_the_clock_is_ready_at_once(school: School, app: Client, clock: Any):
    """contract 0.10: a client's clock may run five minutes ahead."""
    study(app, timestamp=NOW + timedelta(minutes=4))

    attributes = item_stats(app)

    assert attributes["last-study-time"] == "2026-03-02T09:34:00.000000Z"
    assert attributes["readiness"] > 0.97
