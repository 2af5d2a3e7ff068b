"""The plateau flag, its confidence and severity: learning-science 3."""

from __future__ import annotations

import pytest

from analytics.core import plateau
from analytics.core.plateau import Confidence, Severity
from analytics.core.stuck import Recent


@pytest.mark.parametrize(
    ("answers", "stuck", "was_raised", "is_raised"),
    [
        (7, 0.99, False, False),
        (8, 0.60, False, True),
        (8, 0.59, False, False),
        (9, 0.59, True, True),
        (9, 0.48, True, True),
        (9, 0.47, True, False),
    ],
)
def test_the_flag_has_a_high_and_a_low_threshold(
    answers: int, stuck: float, was_raised: bool, is_raised: bool
):
    """learning-science 3.4."""
    assert raised(stuck, answers=answers, was_raised=was_raised) is is_raised


@pytest.mark.parametrize(
    ("last_five", "is_raised"), [("11100", False), ("00111", False), ("11011", True)]
)
def test_three_right_in_a_row_keep_the_flag_from_being_raised(last_five: str, is_raised: bool):
    """learning-science 3.4: the gate is for switching on only."""
    results = float(int(last_five, 2))

    assert raised(0.9, results=results) is is_raised
    assert raised(0.9, results=results, was_raised=True)


def raised(
    stuck: float, *, answers: int = 20, results: float = 0.0, was_raised: bool = False
) -> bool:
    recent = Recent(0.2, 0.2, results)
    return plateau.is_flagged(stuck, recent, answers=answers, threshold=0.60, was_raised=was_raised)


@pytest.mark.parametrize(
    ("stuck", "mastery", "confidence"),
    [
        (0.39, 0.5, None),
        (0.40, 0.5, Confidence.LOW),
        (0.55, 0.5, Confidence.MEDIUM),
        (0.70, 0.5, Confidence.HIGH),
        (0.70, 0.94, Confidence.HIGH),
        (0.99, 0.95, None),
    ],
)
def test_confidence_has_three_steps_below_mastery(
    stuck: float, mastery: float, confidence: Confidence | None
):
    """learning-science 3.4, contract 2.1."""
    assert plateau.confidence(stuck, mastery) is confidence


@pytest.mark.parametrize(
    ("stuck", "fall", "is_flagged", "severity"),
    [
        (0.39, 0.2, False, None),
        (0.39, 0.2, True, Severity.MILD),
        (0.40, 0.0, False, Severity.MILD),
        (0.70, 0.09, True, Severity.MODERATE),
        (0.70, 0.10, True, Severity.SEVERE),
    ],
)
def test_severity_depends_on_stuck_and_the_fall(
    stuck: float, fall: float, is_flagged: bool, severity: Severity | None
):
    """learning-science 3."""
    assert plateau.severity(stuck, 0.5, fall, is_flagged=is_flagged) is severity
    assert plateau.severity(stuck, 0.95, fall, is_flagged=is_flagged) is None


def test_mastery_is_stagnant_after_eight_answers_without_a_record_while_likely_stuck():
    """learning-science 3."""
    assert plateau.is_stagnant(0.4, 0.94, 8)
    assert not plateau.is_stagnant(0.39, 0.94, 8)
    assert not plateau.is_stagnant(0.4, 0.95, 8)
    assert not plateau.is_stagnant(0.4, 0.94, 7)
