"""Criteria and answers as text."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import translation

from logger.outcomes import Outcome
from logger.presentation import MAX_LENGTH, criterion_words, readable


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ({"type": "m_of_n", "m": 3, "n": 5}, "3 of the last 5"),
        ({"type": "m_of_n", "m": 5, "n": 5}, "5 in a row"),
        ({"type": "num_correct_in_a_row_2"}, "2 in a row"),
        ({"type": "num_correct_in_a_row_10"}, "10 in a row"),
        ({"type": "do_all"}, "every question done"),
        ({"type": "quiz", "coach_assigned": True}, "quiz handed in"),
    ],
)
def test_a_criterion_is_described_in_words(model: dict[str, Any], words: str):
    assert criterion_words(model) == words


@pytest.mark.parametrize("count", [2, 3, 10])
def test_a_criterion_is_described_in_arabic(count: int):
    with translation.override("ar"):
        words = criterion_words({"type": f"num_correct_in_a_row_{count}"})

    assert "row" not in words
    assert words


@pytest.mark.parametrize(
    ("answer", "simple", "text"),
    [
        (None, "", ""),
        ({}, "", ""),
        ({"choice": 2}, "", "choice: 2"),
        ({"choice": 2}, "B", "B"),
        ({"value": "3/4"}, "", "3/4"),
        ({"answer": {"choices": ["a", "c"]}}, "", "choices: a, c"),
        ({"parts": [{"top": 1}, {"bottom": 2.5}]}, "", "top: 1; bottom: 2.5"),
        ({"sure": True, "note": None, "skipped": False}, "", "sure: yes; skipped: no"),
        ({"value": 0}, "", "0"),
        ("as it is", "", "as it is"),
        ([1, 2], "", "1, 2"),
    ],
)  # fmt: skip
def test_an_answer_is_shown_as_readable_text(answer: Any, simple: str, text: str):
    assert readable(answer, simple) == text


def test_a_long_answer_is_truncated():
    assert readable({"essay": "word " * 1000}).endswith("…")
    assert len(readable({"essay": "x" * 1000})) == MAX_LENGTH + 1
    assert readable({f"blank {n}": n for n in range(1000)}).endswith("…")


@pytest.mark.parametrize(
    ("correct", "hinted", "judged", "outcome"),
    [
        (1.0, False, True, Outcome.RIGHT),
        (0.5, False, True, Outcome.PARTLY),
        (0.0, False, True, Outcome.WRONG),
        (1.0, True, True, Outcome.HINTED),
        (0.0, False, False, Outcome.ERROR),
    ],
)
def test_the_outcome_of_an_attempt_agrees_with_the_mastery_models(
    correct: float, hinted: bool, judged: bool, outcome: Outcome
):
    """contract 1.6: a hint makes an attempt not correct, errors alone do not count."""
    assert Outcome.of(correct=correct, hinted=hinted, judged=judged) is outcome


def test_outcomes_can_be_distinguished_without_colour():
    assert len({outcome.sign for outcome in Outcome}) == len(Outcome)
