"""The learner model without a database (learning-science 1-4)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.core import bkt
from analytics.core.learner_model import LearnerModel

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
PAST = [
    (f"learner{n}", skill, f"{skill}{question}", float(right))
    for n in range(30)
    for skill, hard in (("easy", 1), ("hard", 6))
    for question in range(8)
    for right in [question + n % 4 >= hard]
]

answers = st.lists(
    st.tuples(
        st.sampled_from(["ada", 7, ("a", "tuple")]),
        st.sampled_from(["easy", "hard", "new"]),
        st.sampled_from([None, "easy1", "new1"]),
        st.sampled_from([0.0, 0.5, 1.0]),
    ),
    max_size=20,
)


@pytest.fixture(scope="module")
def fitted() -> LearnerModel:
    model = LearnerModel()
    model.fit(PAST)
    return model


def test_a_new_model_has_the_documents_parameters():
    """contract 2.1: P(L0) is .25; the update is that of one right answer."""
    model = LearnerModel()

    result = model.observe("ada", "algebra", None, 1.0)

    assert result.mastery_before == 0.25
    assert result.mastery_after == bkt.update(0.25, 1.0, bkt.DEFAULTS)
    assert not result.plateau


def test_a_fit_separates_easy_from_hard_items(fitted: LearnerModel):
    assert fitted.predict("nobody yet", "easy", "easy7") > fitted.predict(
        "nobody yet", "hard", "hard0"
    )
    assert fitted.predict("nobody yet", "hard", "hard7") > fitted.predict(
        "nobody yet", "hard", "hard0"
    )


def test_a_right_answer_raises_the_prediction_and_a_wrong_one_lowers_it():
    def after(score: float) -> float:
        model = LearnerModel()
        model.observe("ada", "algebra", "q1", score)
        return model.predict("ada", "algebra", "q2")

    assert after(0.0) < LearnerModel().predict("ada", "algebra", "q2") < after(1.0)


@given(answers)
def test_observing_answers_does_not_change_shared_values(given_answers: list[tuple]):
    """learning-science 2: only `fit` and `fold` change shared values."""
    model, stranger = LearnerModel(), "somebody else"
    model.fit(PAST[:64])
    first = model.predict(stranger, "easy", "easy1")

    for learner, skill, item, score in given_answers:
        before = model.predict(learner, skill, item)
        result = model.observe(learner, skill, item, score)
        assert 0 < before < 1
        assert 0 <= result.mastery_after <= 1
        assert 0 <= result.stuck <= 1

    assert model.predict(stranger, "easy", "easy1") == first


def test_a_fold_learns_from_observed_answers():
    model = LearnerModel()
    before = model.predict("ben", "algebra", "q1")
    for learner in range(20):
        model.observe(learner, "algebra", "q1", 0.0, seconds=30.0)

    model.fold()

    after = model.predict("ben", "algebra", "q1")
    assert after < before
    model.fold()
    assert model.predict("ben", "algebra", "q1") == after


def test_a_sent_difficulty_counts_until_an_answer_to_the_item_is_folded():
    """learning-science 2: question_difficulty"""

    def moved(difficulty: float, *, known: bool) -> float:
        model = LearnerModel()
        model.observe("somebody", "algebra", "q0", 1.0, difficulty=0.0)
        model.fold()
        if known:
            model.observe("somebody", "algebra", "q1", 1.0)
            model.fold()
        model.observe("ada", "algebra", "q1", 1.0, difficulty=difficulty)
        return model.predict("ada", "algebra", "q2")

    assert moved(3.0, known=False) > moved(-3.0, known=False)
    assert moved(3.0, known=True) == moved(-3.0, known=True)


def test_time_passes_only_by_the_at_argument():
    """learning-science 3: the history of velocity is stored by day."""
    still, moving = LearnerModel(), LearnerModel()
    for n in range(12):
        first = still.observe("ada", "algebra", None, n % 2)
        second = moving.observe("ada", "algebra", None, n % 2, at=AT + timedelta(days=n))

    assert first == second  # only the trend differs, which the result does not contain


@pytest.mark.parametrize("score", [-0.1, 1.1, float("nan")])
def test_an_invalid_score_is_refused(score: float):
    with pytest.raises(ValueError, match="score"):
        LearnerModel().observe("ada", "algebra", None, score)
    with pytest.raises(ValueError, match="scores"):
        LearnerModel().fit([("ada", "algebra", None, score)])


@pytest.mark.parametrize(
    "wrong",
    [
        {"at": float("nan")},
        {"at": float("inf")},
        {"seconds": float("nan")},
        {"seconds": -1.0},
        {"difficulty": float("nan")},
        {"difficulty": 10.1},
    ],
)
def test_an_invalid_answer_is_refused_and_changes_nothing(wrong: dict[str, float]):
    model = LearnerModel()

    with pytest.raises(ValueError, match="must"):
        model.observe("ada", "algebra", "q1", 1.0, **wrong)

    assert model.predict("ada", "algebra", "q1") == LearnerModel().predict("ada", "algebra", "q1")
    assert model.observe("ada", "algebra", "q1", 1.0) == LearnerModel().observe(
        "ada", "algebra", "q1", 1.0
    )


@pytest.mark.parametrize("event", [("ada", "algebra", None), ("ada", "algebra", None, 1.0, 0.0, 0)])
def test_events_of_another_length_are_refused(event: tuple):
    with pytest.raises(ValueError, match="values to unpack"):
        LearnerModel().fit([event])


def test_a_time_that_is_not_finite_is_refused():
    with pytest.raises(ValueError, match="time"):
        LearnerModel().fit([("ada", "algebra", None, 1.0, float("nan"))])
    with pytest.raises(ValueError, match="time"):
        LearnerModel().predict("ada", "algebra", at=float("nan"))


def test_events_with_times_may_come_in_any_order():
    """Seconds, datetimes, and datetimes without a time zone, which count as UTC, are equal."""
    times = [AT + timedelta(minutes=n) for n in range(len(PAST))]
    shuffled = [(*PAST[n], times[n]) for n in np.random.default_rng(1).permutation(len(PAST))]
    in_seconds = [(*event, at.timestamp()) for event, at in zip(PAST, times, strict=True)]
    without_zone = [
        (*event, at.replace(tzinfo=None)) for event, at in zip(PAST, times, strict=True)
    ]

    expected = after_fit(PAST)

    for events in (shuffled, in_seconds, without_zone):
        assert after_fit(events) == expected


def after_fit(events: list[tuple]) -> list[float]:
    model = LearnerModel()
    model.fit(events)
    return [model.predict("ada", skill, item) for skill, item in {event[1:3]: 0 for event in PAST}]


def test_an_event_without_a_time_follows_the_one_before_it():
    events = [
        ("ada", "easy", "q1", 1.0, 50.0), ("ada", "easy", "q2", 0.0, None),
        ("ben", "easy", "q1", 0.0, 60.0), ("ada", "easy", "q3", 1.0, 10.0),
    ]  # fmt: skip

    assert after_fit(events) == after_fit([events[3], *events[:3]])


def test_values_of_numpy_are_those_of_python():
    python, numpy = LearnerModel(), LearnerModel()
    python.fit(PAST)
    past: list[tuple] = [(*names, np.str_(item), np.bool_(score)) for *names, item, score in PAST]
    numpy.fit(past)

    for n in range(6):
        score = n % 3 > 0
        expected = python.observe(1, "easy", "easy1", float(score), at=60.0 * n, seconds=4.0)
        for kind in (np.bool_, np.float32, np.int64):
            value: Any = kind(score)
            seen = numpy.observe(
                (value.dtype.name, 1), "easy", "easy1", value, at=np.float64(60.0 * n),
                seconds=np.float64(4.0),
            )  # fmt: skip
            assert seen == expected
            assert type(seen.mastery_after) is float


def test_a_time_before_the_previous_answer_counts_as_that_of_the_previous_one():
    late, still = LearnerModel(), LearnerModel()
    for hour, late_hour in enumerate([0, 1, -40, 3]):
        first = late.observe("ada", "algebra", None, hour % 2, at=AT + timedelta(hours=late_hour))
        at = AT + timedelta(hours=max(hour if hour != 2 else 1, 0))
        assert still.observe("ada", "algebra", None, hour % 2, at=at) == first


@pytest.mark.parametrize(
    "events",
    [
        [("ada", "algebra", "q1", 1.0)],
        [("ada", "algebra", f"q{n}", float(n % 2)) for n in range(60)],
        [(name, "algebra", f"q{n}", 1.0) for name in range(20) for n in range(30)],
        [(name, "algebra", f"q{n}", 0.0) for name in range(20) for n in range(30)],
        [(name, ("tuple", name), None, 0.5) for name in range(20)],
    ],
    ids=["one answer", "one learner", "all right", "all wrong", "one answer each"],
)
def test_unusual_data_give_probabilities(events: list[tuple]):
    model = LearnerModel()
    model.fit(events)

    for skill, item in {event[1:3]: 0 for event in events}:
        seen = model.observe("new", skill, item, 0.0)

        assert 0 < model.predict("new", skill, item) < 1
        assert 0 <= seen.mastery_before <= 1
        assert 0 <= seen.mastery_after <= 1
        assert -1 <= seen.velocity <= 1


def test_a_fit_without_answers_changes_nothing():
    model = LearnerModel()
    before = model.predict("ada", "algebra", None)

    model.fit([])

    assert model.predict("ada", "algebra", None) == before
