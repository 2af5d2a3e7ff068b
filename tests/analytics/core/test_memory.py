"""FSRS-6, compared with the `fsrs` package: learning-science 5."""

from __future__ import annotations

from datetime import timedelta
from math import inf, nan, sqrt

import numpy as np
import pytest
from fsrs import Scheduler
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.core.memory import (
    DAY,
    EASIEST,
    HARDEST,
    MAX_INTERVAL_DAYS,
    MIN_STABILITY,
    Grade,
    Memories,
    Memory,
    due,
    interval,
    retrievabilities_at,
    retrievability,
    retrievability_at,
    review,
    review_many,
    stabilities_after,
)
from analytics.core.recall import INITIAL, Practice
from tests.analytics.core.histories import (
    EPOCH,
    MICROSECOND,
    START,
    STEPLESS,
    History,
    by_package,
    followed,
    histories,
)

NOW = (START - EPOCH) // MICROSECOND
NEAR = 1e-9
LEARNING = Scheduler(enable_fuzzing=False)
SUCCESSES = (Grade.HARD, Grade.CORRECT, Grade.EASY)

stabilities = st.floats(MIN_STABILITY, 10_000.0)
difficulties = st.floats(EASIEST, HARDEST)
memories = st.builds(Memory, stabilities, difficulties, st.just(NOW))
gaps = st.integers(0, 3 * DAY) | st.integers(0, 4_000 * DAY)
graded = st.lists(st.tuples(gaps, st.sampled_from(Grade)), min_size=1, max_size=15)


@pytest.mark.parametrize("scheduler", [STEPLESS, LEARNING], ids=["no steps", "usual steps"])
def test_thousands_of_histories_agree_with_the_package(scheduler: Scheduler):
    """learning-science 5: to 1e-9, with reviews within a day; learning steps change only `due`."""
    for history in histories(2_000, seed=6):
        assert_agrees_with_package(history, scheduler)


@settings(max_examples=200)
@given(st.lists(st.tuples(gaps, st.sampled_from(list(Grade)[:4])), min_size=1, max_size=12))
def test_any_history_agrees_with_the_package(steps: list[tuple[int, Grade]]):
    assert_agrees_with_package(timed(steps), LEARNING)


@pytest.mark.parametrize("grade", list(Grade)[:4])
@pytest.mark.parametrize("gap", [0, 1, DAY - 1, DAY, DAY + 1, 2 * DAY - 1, 2 * DAY])
def test_a_day_is_24_hours_to_the_microsecond(gap: int, grade: Grade):
    assert_agrees_with_package([(NOW, Grade.CORRECT), (NOW + gap, grade)], STEPLESS)


@given(steps=graded, others=graded)
def test_a_batch_of_memories_equals_single_reviews(
    steps: list[tuple[int, Grade]], others: list[tuple[int, Grade]]
):
    alone: list[Memory | None] = [None, None, None]
    many = Memories.blank(3)

    for (at, grade), (_, other) in zip(timed(steps), timed(others), strict=False):
        moved, grades = [0, 1 + at % 2], (grade, other)
        before = many.take(np.array(moved))
        many.put(np.array(moved), review_many(before, np.array(grades), np.array([at, at])))
        for row, mine in zip(moved, grades, strict=True):
            alone[row] = review(alone[row], mine, at)

    for row, memory in enumerate(alone):
        expected = memory or Memory(nan, nan, 0)
        assert [*map(float, column_of(many, row))] == pytest.approx(
            [*map(float, expected)], rel=NEAR, nan_ok=True
        )


@given(st.lists(st.tuples(memories, gaps), min_size=1, max_size=10))
def test_both_predicted_outcomes_are_those_of_a_review(rows: list[tuple[Memory, int]]):
    at = NOW + rows[0][1]

    correct, incorrect = stabilities_after(together([memory for memory, _ in rows]), at)

    for row, (memory, _) in enumerate(rows):
        right, wrong = (review(memory, g, at) for g in (Grade.CORRECT, Grade.INCORRECT))
        assert correct[row] == pytest.approx(right.stability, rel=NEAR)
        assert incorrect[row] == pytest.approx(wrong.stability, rel=NEAR)


def test_a_first_review_by_hand():
    """learning-science 5: S = w2; D = 6.4133 − e^(2 · .8334) + 1."""
    memory = review(None, Grade.CORRECT, NOW)

    assert (memory.stability, memory.at) == (2.3065, NOW)
    assert memory.difficulty == pytest.approx(2.118104, abs=1e-6)


def test_a_second_review_by_hand():
    """learning-science 5, three days later: R = (1 + .980346 · 3 / 2.3065)^−.1542 = .880948.

    S' = 2.3065 (1 + e^1.8722 · 8.881896 · 2.3065^−.1666 (e^(.119052 · .796) − 1)); only
    mean reversion moves D: .001 · −4.771627 + .999 · 2.118104.
    """
    memory = Memory(2.3065, 2.118104, NOW)

    after = review(memory, Grade.CORRECT, NOW + 3 * DAY)

    assert retrievability_at(memory, NOW + 3 * DAY) == pytest.approx(0.880948, abs=1e-6)
    assert after.stability == pytest.approx(13.826904, abs=1e-5)
    assert after.difficulty == pytest.approx(2.111214, abs=1e-6)


@pytest.mark.parametrize("gap", [0, DAY - 1, DAY, 40 * DAY])
@given(memory=memories)
def test_almost_right_lies_between_wrong_and_hard(memory: Memory, gap: int):
    """learning-science 5: D is that of Hard, S the geometric mean of Hard and Incorrect."""
    at = NOW + gap

    wrong, hard, almost = (
        review(memory, grade, at) for grade in (Grade.INCORRECT, Grade.HARD, Grade.ALMOST)
    )

    assert almost.difficulty == hard.difficulty
    assert almost.stability == pytest.approx(sqrt(hard.stability * wrong.stability), rel=1e-12)
    assert wrong.stability * (1 - NEAR) <= almost.stability <= hard.stability * (1 + NEAR)


def test_the_first_review_may_be_almost_right():
    first = review(None, Grade.ALMOST, NOW)

    assert first.stability == pytest.approx(sqrt(1.2931 * 0.212))
    assert first.difficulty == review(None, Grade.HARD, NOW).difficulty


@given(steps=graded)
def test_memories_stay_in_their_ranges(steps: list[tuple[int, Grade]]):
    for memory in followed(timed(steps)):
        assert MIN_STABILITY <= memory.stability < inf
        assert EASIEST <= memory.difficulty <= HARDEST


@given(memory=memories, days=st.lists(st.floats(0.0, 36_500.0), min_size=2, max_size=2))
def test_recall_falls_with_time_and_never_to_nothing(memory: Memory, days: list[float]):
    sooner, later = sorted(days)

    assert (
        0 < retrievability(memory.stability, later) <= retrievability(memory.stability, sooner) <= 1
    )
    assert retrievability(memory.stability, 0.0) == 1


@given(stability=stabilities, factor=st.floats(1.0, 100.0), days=st.floats(0.0, 4_000.0))
def test_a_more_stable_memory_is_recalled_better(stability: float, factor: float, days: float):
    assert retrievability(stability * factor, days) >= retrievability(stability, days) - 1e-15


@given(memory=memories, days=st.integers(0, 4_000), grade=st.sampled_from(SUCCESSES))
def test_a_success_never_costs_stability(memory: Memory, days: int, grade: Grade):
    after = review(memory, grade, NOW + days * DAY)

    assert after.stability >= memory.stability


@given(memory=memories, days=st.integers(1, 4_000))
def test_a_failure_never_adds_stability_and_better_grades_add_more(memory: Memory, days: int):
    by_grade = [review(memory, grade, NOW + days * DAY).stability for grade in list(Grade)[:4]]

    assert by_grade[0] <= max(memory.stability, MIN_STABILITY)
    assert by_grade == sorted(by_grade)


@given(memory=memories, days=st.lists(st.integers(1, 4_000), min_size=2, max_size=2))
def test_the_harder_it_was_to_recall_the_more_a_success_adds(memory: Memory, days: list[int]):
    sooner, later = (review(memory, Grade.CORRECT, NOW + day * DAY) for day in sorted(days))

    assert sooner.stability <= later.stability


@given(memory=memories)
def test_difficulty_rises_by_failures_and_falls_by_ease(memory: Memory):
    by_grade = [review(memory, grade, NOW + DAY).difficulty for grade in list(Grade)[:4]]

    assert by_grade == sorted(by_grade, reverse=True)


@given(stability=stabilities, desired=st.floats(0.05, 0.99))
def test_an_interval_ends_at_the_desired_recall(stability: float, desired: float):
    assert retrievability(stability, interval(stability, desired)) == pytest.approx(desired)


def test_nothing_is_due_later_than_in_a_century():
    ageless = Memory(1e12, 5.0, NOW)

    assert due(ageless, Practice(1, 0, 1, 8), INITIAL) == NOW + MAX_INTERVAL_DAYS * DAY


@given(memory=memories, back=st.integers(0, 1_000 * DAY), grade=st.sampled_from(Grade))
def test_an_earlier_time_counts_as_that_of_the_last_review(memory: Memory, back: int, grade: Grade):
    assert retrievability_at(memory, NOW - back) == 1
    assert review(memory, grade, NOW - back) == review(memory, grade, NOW)
    alone, before = together([memory]), np.array([NOW - back])
    assert retrievabilities_at(alone, before).tolist() == [1]
    assert review_many(alone, np.array([grade]), before).at.tolist() == [NOW]


@pytest.mark.parametrize(
    ("score", "grade"),
    [(0.0, Grade.INCORRECT), (0.01, Grade.ALMOST), (0.99, Grade.ALMOST), (1.0, Grade.CORRECT)],
)
def test_a_score_between_right_and_wrong_is_almost(score: float, grade: Grade):
    assert Grade.of_score(score) == grade


def test_the_scores_of_grades():
    """learning-science 5: the calibration's label of AlmostCorrect is .5, Hard is a success."""
    assert [grade.score for grade in Grade] == [0.0, 1.0, 1.0, 1.0, 0.5]


@pytest.mark.parametrize(
    ("stability", "difficulty"), [(nan, 5.0), (0.0, 5.0), (-1.0, 5.0), (1.0, nan), (1.0, 10.1)]
)
def test_an_invalid_memory_is_refused(stability: float, difficulty: float):
    with pytest.raises(ValueError, match="stability must be above 0"):
        review(Memory(stability, difficulty, NOW), Grade.CORRECT, NOW)


@pytest.mark.parametrize("desired", [0.0, 1.0, -0.1, nan])
def test_an_invalid_desired_recall_is_refused(desired: float):
    with pytest.raises(ValueError, match=r"inside \(0, 1\)"):
        interval(1.0, desired)


def test_no_reviews_change_nothing():
    nothing = np.zeros(0, dtype=np.int64)

    assert len(review_many(Memories.blank(0), nothing, nothing).stability) == 0
    assert np.isnan(retrievabilities_at(Memories.blank(2), NOW)).all()


def assert_agrees_with_package(history: History, scheduler: Scheduler) -> None:
    """Compare S and D after each review, and R two days and three hours after the last."""
    cards = by_package(history, scheduler)
    for memory, card in zip(followed(history), cards, strict=True):
        assert memory.stability == pytest.approx(card.stability, rel=NEAR, abs=NEAR)
        assert memory.difficulty == pytest.approx(card.difficulty, abs=NEAR)
    later = EPOCH + history[-1][0] * MICROSECOND + timedelta(days=2, hours=3)
    theirs = scheduler.get_card_retrievability(cards[-1], later)
    assert retrievability(memory.stability, 2.0) == pytest.approx(theirs, abs=NEAR)


def timed(steps: list[tuple[int, Grade]]) -> History:
    times = NOW + np.cumsum([gap for gap, _ in steps])
    return [(at, grade) for at, (_, grade) in zip(times.tolist(), steps, strict=True)]


def together(rows: list[Memory]) -> Memories:
    stability, difficulty, at = zip(*rows, strict=True)
    return Memories(np.array(stability), np.array(difficulty), np.array(at))


def column_of(many: Memories, row: int) -> tuple[float, float, int]:
    return many.stability[row], many.difficulty[row], many.at[row]
