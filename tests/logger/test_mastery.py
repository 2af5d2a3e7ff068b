"""The mastery models as pure functions: contract 1.6."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logger.mastery import IN_A_ROW, Criterion, MasteryType

SCORES = st.lists(st.sampled_from([0.0, 0.5, 1.0]), max_size=30)


@pytest.mark.parametrize(
    ("model", "scores", "met"),
    [
        ({"type": "m_of_n", "m": 2, "n": 3}, [], False),
        ({"type": "m_of_n", "m": 2, "n": 3}, [1], False),
        ({"type": "m_of_n", "m": 2, "n": 3}, [1, 1], True),
        ({"type": "m_of_n", "m": 2, "n": 3}, [1, 0, 1], True),
        ({"type": "m_of_n", "m": 2, "n": 3}, [1, 0, 0, 1], False),
        ({"type": "m_of_n", "m": 2, "n": 3}, [1, 1, 0, 0], False),
        ({"type": "m_of_n", "m": 1, "n": 1}, [0, 1], True),
        ({"type": "m_of_n", "m": 2, "n": 3}, [1, 0.99, 0.99], False),
        ({"type": "num_correct_in_a_row_2"}, [1, 1], True),
        ({"type": "num_correct_in_a_row_2"}, [1, 0, 1], False),
        ({"type": "num_correct_in_a_row_3"}, [0, 1, 1, 1], True),
        ({"type": "num_correct_in_a_row_5"}, [1] * 4, False),
        ({"type": "num_correct_in_a_row_5"}, [1] * 5, True),
        ({"type": "num_correct_in_a_row_10"}, [1] * 10, True),
        ({"type": "num_correct_in_a_row_10"}, [1] * 9 + [0], False),
        ({"type": "do_all"}, [1] * 50, False),
        ({"type": "quiz"}, [1] * 50, False),
    ],
)
def test_criteria_are_met_as_tabulated(model: dict[str, Any], scores: list[float], met: bool):
    """contract 1.6."""
    assert Criterion.of(model).met(scores) is met


@given(scores=SCORES, m=st.integers(1, 8), extra=st.integers(0, 8))
def test_m_of_n_requires_m_right_answers_among_the_last_n(scores: list[float], m: int, extra: int):
    """contract 1.6: at least m of the last n attempts have correct = 1."""
    n = m + extra

    met = Criterion.of({"type": "m_of_n", "m": m, "n": n}).met(scores)

    assert met is (list(reversed(scores))[:n].count(1.0) >= m)


@given(scores=SCORES, kind=st.sampled_from(sorted(IN_A_ROW)))
def test_in_a_row_requires_a_run_of_right_answers_at_the_end(
    scores: list[float], kind: MasteryType
):
    """contract 1.6: the last N attempts all have correct = 1."""
    run = 0
    for score in scores:
        run = run + 1 if score == 1 else 0

    assert Criterion.of({"type": kind}).met(scores) is (run >= IN_A_ROW[kind])


@given(scores=SCORES, kind=st.sampled_from(sorted(IN_A_ROW)), older=SCORES)
def test_only_the_window_matters(scores: list[float], kind: MasteryType, older: list[float]):
    """Only the attempts of the window are read from the database."""
    criterion = Criterion.of({"type": kind})
    window = ([0.0] * criterion.window + scores)[-criterion.window :]

    assert criterion.met(older + window) is criterion.met(window)


@given(scores=SCORES, m=st.integers(1, 5), extra=st.integers(0, 5))
def test_another_right_answer_never_revokes_mastery(scores: list[float], m: int, extra: int):
    criterion = Criterion.of({"type": "m_of_n", "m": m, "n": m + extra})

    assert criterion.met([*scores, 1.0]) or not criterion.met(scores)


@pytest.mark.parametrize(
    "model",
    [
        {"type": "luck"},
        {"type": "m_of_n"},
        {"type": "m_of_n", "m": 2},
        {"type": "m_of_n", "m": 0, "n": 2},
        {"type": "m_of_n", "m": 3, "n": 2},
        {"type": "m_of_n", "m": 1, "n": 1001},
        {"type": "m_of_n", "m": 1.5, "n": 2},
    ],
)
def test_an_unsatisfiable_criterion_is_refused(model: dict[str, Any]):
    """contract 1.1."""
    with pytest.raises(ValueError, match=r".+"):
        Criterion.of(model)


@pytest.mark.parametrize("score", [-0.1, 1.1, float("nan")])
def test_a_score_outside_its_range_is_refused(score: float):
    with pytest.raises(ValueError, match="scores"):
        Criterion.of({"type": "do_all"}).met([score])


ITEMS = st.lists(st.sampled_from(["a", "b", "c", "d"]), unique=True)


@given(items=ITEMS, done=ITEMS, kind=st.sampled_from(sorted(MasteryType)))
def test_all_is_done_if_every_listed_item_is_done(items: list[str], done: list[str], kind: str):
    """contract 1.6: do_all only, and only if a catalogue lists the items."""
    criterion = Criterion.of({"type": kind, "m": 1, "n": 2})

    met = criterion.all_done(items, done)

    assert met is (kind == "do_all" and items != [] and all(item in done for item in items))
