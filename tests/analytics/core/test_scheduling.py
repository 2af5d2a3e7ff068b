"""The order of reviews: learning-science 5, decision record 19."""

from __future__ import annotations

from math import inf, nan

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from analytics.core.memory import (
    DAY,
    Grade,
    Memories,
    Memory,
    retrievabilities_at,
    retrievability,
    review,
)
from analytics.core.scheduling import (
    DEFAULT_SECONDS,
    HORIZON,
    MIN_SECONDS,
    expected_seconds,
    gains,
    mean_recall,
    new_first,
    order,
)
from benchmarks.science.policies import ORDERS
from benchmarks.science.studying import Setting, retained

AT = 20_000 * DAY
MEMORY = st.builds(
    Memory, st.floats(0.01, 2_000.0), st.floats(1.0, 10.0), st.integers(AT - 400 * DAY, AT)
)
MEMORIES = st.lists(MEMORY, min_size=1, max_size=20)
PROBABILITY = st.floats(0.0, 1.0)
GAINS = st.lists(st.floats(-1.0, 1.0) | st.sampled_from([0.0, -0.0, inf, -inf]), max_size=50)


@given(MEMORY, PROBABILITY, st.floats(1.0, 300.0))
def test_a_gain_is_the_mean_recall_added_over_sixty_days(
    memory: Memory, chance: float, seconds: float
):
    """Compared with numerical integrals of R with and without the review."""
    right, wrong = (
        integrate_recall(review(memory, grade, AT).stability, 0.0)
        for grade in (Grade.CORRECT, Grade.INCORRECT)
    )
    without = integrate_recall(memory.stability, (AT - memory.at) / DAY)

    [gain] = gains(together([memory]), AT, seconds=np.array([seconds]), recall=np.array([chance]))

    expected = (chance * right + (1 - chance) * wrong - without) / seconds
    assert gain * seconds == pytest.approx(expected * seconds, abs=1e-5)


@given(st.floats(0.001, 1e6), st.floats(0.0, 4_000.0))
def test_the_mean_of_recall_lies_between_its_ends(stability: float, days: float):
    start, end = (retrievability(stability, days + passed) for passed in (0.0, HORIZON))

    mean = float(mean_recall(np.array(stability), days))

    assert end - 1e-9 <= mean <= start + 1e-9


def test_the_mean_of_recall_by_hand():
    """S = 60, f = .980346: ((1 + f)^.8458 − 1) / (.8458 f)."""
    assert float(mean_recall(np.array(60.0))) == pytest.approx(0.943479, abs=1e-5)


@given(MEMORIES)
def test_the_default_recall_is_that_of_the_model(rows: list[Memory]):
    memories, seconds = together(rows), np.full(len(rows), 10.0)

    expected = gains(memories, AT, seconds=seconds, recall=retrievabilities_at(memories, AT))

    assert gains(memories, AT, seconds=seconds).tolist() == expected.tolist()


@given(MEMORIES, st.floats(1.0, 100.0))
def test_a_review_of_twice_the_time_has_half_the_gain(rows: list[Memory], seconds: float):
    memories, once = together(rows), np.full(len(rows), seconds)

    gain, halved = (gains(memories, AT, seconds=time) for time in (once, 2.0 * once))

    assert halved.tolist() == pytest.approx((gain / 2.0).tolist(), rel=1e-12)


@given(MEMORY, PROBABILITY, PROBABILITY)
def test_a_more_probable_success_has_a_greater_gain(memory: Memory, one: float, other: float):
    worse, better = sorted([one, other])
    memories, seconds = together([memory, memory]), np.ones(2)

    low, high = gains(memories, AT, seconds=seconds, recall=np.array([worse, better]))

    assert low <= high + 1e-12


@given(MEMORIES, st.randoms(use_true_random=False))
def test_items_do_not_change_each_others_gains(rows: list[Memory], random):
    shuffled = random.sample(range(len(rows)), len(rows))
    seconds = np.linspace(1.0, 60.0, len(rows))

    gain = gains(together(rows), AT, seconds=seconds)
    moved = gains(together([rows[n] for n in shuffled]), AT, seconds=seconds[shuffled])

    assert moved.tolist() == pytest.approx(gain[shuffled].tolist(), rel=1e-12, abs=1e-15)


def test_a_due_item_comes_before_one_that_was_just_reviewed():
    fresh, faded = Memory(5.0, 5.0, AT), Memory(5.0, 5.0, AT - 8 * DAY)

    gain = gains(together([fresh, faded]), AT, seconds=np.full(2, 10.0))

    assert order(gain).tolist() == [1, 0]


@example([1e-60, -1e-60, 0.0, -0.0])
@given(GAINS)
def test_the_greatest_gain_comes_first_and_equal_gains_keep_their_order(given_gains: list[float]):
    single = np.array(given_gains, dtype=np.float32)

    rows = order(np.array(given_gains, dtype=np.float64))

    assert rows.tolist() == sorted(range(len(single)), key=lambda row: -single[row])


def test_a_hundred_thousand_rows_are_ordered():
    gain = np.random.default_rng(1).normal(0.0, 1e-3, 100_000)

    ordered = gain[order(gain)].astype(np.float32)

    assert np.all(np.diff(ordered) <= 0)
    assert sorted(order(gain).tolist()) == list(range(100_000))


def test_new_items_come_easiest_first():
    """learning-science 5: by the probability of being right at first sight."""
    assert new_first(np.array([0.2, 0.9, 0.2, 0.5])).tolist() == [1, 3, 0, 2]


def test_expected_times_are_shrunk_to_the_learners_mean_by_two_reviews():
    """50 s in 5 reviews are 10 s each: (40 + 2 · 10) / 3, (10 + 2 · 10) / 4 and 10."""
    seconds = expected_seconds(np.array([40.0, 10.0, 0.0]), np.array([1, 4, 0]))

    assert seconds.tolist() == pytest.approx([20.0, 5.0, 10.0])
    assert expected_seconds(seconds * 2, np.full(3, 2)).mean() == pytest.approx(35 / 3)


@given(st.lists(st.tuples(st.floats(0.0, 500.0), st.integers(0, 20)), min_size=1, max_size=20))
def test_expected_times_lie_between_the_items_own_and_the_mean(rows: list[tuple[float, int]]):
    total, reviews = (np.array(column) for column in zip(*rows, strict=True))
    total = np.where(reviews > 0, total, 0.0)

    seconds = expected_seconds(total, reviews)

    usual = total.sum() / reviews.sum() if reviews.sum() else DEFAULT_SECONDS
    own = np.where(reviews > 0, total / np.maximum(reviews, 1), usual)
    assert np.all(seconds >= np.maximum(np.minimum(own, usual), MIN_SECONDS) - 1e-9)
    assert np.all(seconds <= np.maximum(np.maximum(own, usual), MIN_SECONDS) + 1e-9)


def test_unknown_times_are_the_default():
    nothing = np.zeros(0)

    assert expected_seconds(np.zeros(2), np.zeros(2, np.int64)).tolist() == [DEFAULT_SECONDS] * 2
    assert expected_seconds(nothing, nothing.astype(np.int64)).tolist() == []


def test_the_order_of_no_items_is_empty():
    gain = gains(Memories.blank(0), AT, seconds=np.zeros(0))

    assert order(gain).tolist() == new_first(gain).tolist() == []


def test_invalid_arguments_are_refused():
    one, second = together([Memory(5.0, 5.0, AT - DAY)]), np.ones(1)

    with pytest.raises(ValueError, match="reviewed before"):
        gains(Memories.blank(1), AT, seconds=second, recall=np.array([0.5]))
    for chance in (-0.1, 1.1, nan):
        with pytest.raises(ValueError, match=r"\[0, 1\]"):
            gains(one, AT, seconds=second, recall=np.array([chance]))
        with pytest.raises(ValueError, match=r"\[0, 1\]"):
            new_first(np.array([chance]))
    for seconds in (0.0, -1.0, nan):
        with pytest.raises(ValueError, match="seconds"):
            gains(one, AT, seconds=np.array([seconds]))
    with pytest.raises(ValueError, match="NaN"):
        order(np.array([0.1, nan]))
    for total, reviews in ((nan, 1), (-1.0, 1), (1.0, -1)):
        with pytest.raises(ValueError, match="negative"):
            expected_seconds(np.array([total]), np.array([reviews]))


def test_learners_with_little_time_retain_more_than_in_any_other_order():
    """learning-science 5: 240 items, 60 days, four minutes a day, with a seed."""
    setting = Setting("4 min", budget=240.0)
    kept = {
        name: retained(by, setting, shape=(30, 240), days=60, seed=7) for name, by in ORDERS.items()
    }

    for name, items in kept.items():
        if name != "ours":
            more = kept["ours"] - items
            error = more.std(ddof=1) / np.sqrt(len(more))
            assert more.mean() > 3 * error, name


def integrate_recall(stability: float, days: float) -> float:
    """Return the mean of R over the horizon in small steps, smallest where R falls fastest."""
    edges = np.concatenate([[0.0], np.geomspace(1e-6, HORIZON, 4_000)])
    middles = days + (edges[1:] + edges[:-1]) / 2.0
    return float(retrievability(stability, middles) @ np.diff(edges)) / HORIZON


def together(rows: list[Memory]) -> Memories:
    stability, difficulty, at = zip(*rows, strict=True)
    return Memories(np.array(stability), np.array(difficulty), np.array(at))
