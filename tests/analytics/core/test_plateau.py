"""The plateau flag, its confidence, severity and advice: learning-science 3."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.core import plateau
from analytics.core.plateau import Advice, Confidence, Severity

SHARES = st.floats(0, 1)


@pytest.mark.parametrize(
    ("answers", "p_stuck", "was_raised", "is_raised"),
    [
        (7, 0.99, False, False),
        (8, 0.80, False, True),
        (8, 0.79, False, False),
        (9, 0.79, True, True),
        (9, 0.30, True, True),
        (9, 0.29, True, False),
    ],
)
def test_the_flag_has_a_high_and_a_low_threshold(
    answers: int, p_stuck: float, was_raised: bool, is_raised: bool
):
    """learning-science 3.4."""
    assert plateau.is_flagged(answers, p_stuck, was_raised=was_raised) is is_raised


@given(rows=st.lists(st.tuples(st.integers(1, 12), SHARES, st.booleans()), max_size=20))
def test_a_batch_equals_single_flags(rows: list[tuple[int, float, bool]]):
    answers, p_stuck, were = np.array(rows, dtype=float).reshape(-1, 3).T

    together = plateau.are_flagged(answers, p_stuck, were_raised=were > 0)

    assert together.tolist() == [plateau.is_flagged(n, p, was_raised=was) for n, p, was in rows]


@pytest.mark.parametrize(
    ("p_stuck", "mastery", "confidence"),
    [
        (0.49, 0.5, None),
        (0.50, 0.5, Confidence.LOW),
        (0.65, 0.5, Confidence.MEDIUM),
        (0.80, 0.5, Confidence.HIGH),
        (0.80, 0.94, Confidence.HIGH),
        (0.99, 0.95, None),
    ],
)
def test_confidence_has_three_steps_below_mastery(
    p_stuck: float, mastery: float, confidence: Confidence | None
):
    """learning-science 3.4, contract 2.1."""
    assert plateau.confidence(p_stuck, mastery) is confidence


@pytest.mark.parametrize(
    ("p_stuck", "fall", "is_flagged", "severity"),
    [
        (0.49, 0.2, False, None),
        (0.49, 0.2, True, Severity.MILD),
        (0.50, 0.0, False, Severity.MILD),
        (0.80, 0.09, True, Severity.MODERATE),
        (0.80, 0.10, True, Severity.SEVERE),
    ],
)
def test_severity_depends_on_p_stuck_and_the_fall(
    p_stuck: float, fall: float, is_flagged: bool, severity: Severity | None
):
    """learning-science 3."""
    assert plateau.severity(p_stuck, 0.5, fall, is_flagged=is_flagged) is severity
    assert plateau.severity(p_stuck, 0.95, fall, is_flagged=is_flagged) is None


@pytest.mark.parametrize(
    ("level", "is_declining", "is_efficiency_dropping", "advice"),
    [
        (0.3, False, False, Advice.PREREQUISITES),
        (0.6, False, False, Advice.VARY),
        (0.6, False, True, Advice.SLOW_DOWN),
        (0.6, True, True, Advice.SPACE),
        (0.3, True, False, Advice.SPACE),
    ],
)
def test_advice_follows_the_evidence(
    level: float, is_declining: bool, is_efficiency_dropping: bool, advice: Advice
):
    """learning-science 3."""
    chosen = plateau.advice(
        level, is_declining=is_declining, is_efficiency_dropping=is_efficiency_dropping
    )

    assert chosen is advice


def test_mastery_is_stagnant_after_eight_answers_without_a_record_while_likely_stuck():
    """learning-science 3."""
    assert plateau.is_stagnant(0.5, 0.94, 8)
    assert not plateau.is_stagnant(0.49, 0.94, 8)
    assert not plateau.is_stagnant(0.5, 0.95, 8)
    assert not plateau.is_stagnant(0.5, 0.94, 7)


@pytest.mark.parametrize("advice", Advice)
def test_each_advice_is_one_sentence(advice: Advice):
    """contract 2.1: one sentence a teacher can act on."""
    assert advice.sentence.endswith(".")
    assert advice.sentence.count(".") == 1
