"""The learner model without a database (learning-science 1-4)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

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
        assert 0 <= result.p_stuck <= 1

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


def test_a_fit_without_answers_changes_nothing():
    model = LearnerModel()
    before = model.predict("ada", "algebra", None)

    model.fit([])

    assert model.predict("ada", "algebra", None) == before
