"""Causes of a lack of progress: learning-science 3."""

from __future__ import annotations

import pytest

from analytics.core import causes
from analytics.core.causes import Advice, Cause
from analytics.core.difficulty import Gaussian
from analytics.core.learner_update import (
    DEFAULT_MODEL,
    Ability,
    Belief,
    Evidence,
    Shared,
    absorb,
)
from analytics.core.trajectory import Trajectory

DAY = 20_000.0
MINUTE = 1 / 1440
TERMS = Gaussian(0.0, 0.1), Gaussian(0.0, 0.1)


def practised(
    scores: str,
    *,
    seconds: float | None = None,
    hinted: bool | None = None,
    days: list[float] | None = None,
) -> Trajectory:
    """Return the trajectory after answers, 1 for right and 0 for wrong, a minute apart."""
    ability, state = Ability(), Belief.initial()
    for n, score in enumerate(scores):
        day = days[n] if days else DAY + n * MINUTE
        shared = Shared(*TERMS)
        evidence = Evidence(float(score), day, shared, seconds, None, hinted)
        absorb(ability, state, evidence, DEFAULT_MODEL)
    return state.trajectory


def test_fast_wrong_answers_are_guesses():
    """A median of 7 s where the others take 40 s."""
    assert practised("0001" * 6, seconds=7.0).cause(40.0) is Cause.TOO_FAST
    assert practised("110" * 8, seconds=7.0).cause(40.0) is None
    assert practised("0001" * 6, seconds=14.0).cause(40.0) is None


def test_slow_answers_are_a_cause():
    assert practised("0001" * 6, seconds=125.0).cause(40.0) is Cause.TOO_SLOW


def test_without_a_typical_time_nothing_is_said():
    assert practised("0001" * 6, seconds=1.0).cause(None) is None


def test_without_times_and_hints_nothing_is_said():
    assert practised("0" * 40).cause(40.0) is None


def test_hints_nearly_each_time_are_a_cause():
    assert practised("0" * 24, hinted=True).cause(40.0) is Cause.HINTS
    assert practised("0" * 24, hinted=False).cause(40.0) is None


def sessions(*scores: str) -> tuple[str, list[float]]:
    """Return the scores of sessions on following days, and the days of the answers."""
    days = [DAY + day + n * MINUTE for day, each in enumerate(scores) for n in range(len(each))]
    return "".join(scores), days


def test_who_stops_after_wrong_answers_gives_up():
    scores, days = sessions(*["10"] * 16)
    assert practised(scores, days=days).cause(40.0) is Cause.GIVES_UP

    scores, days = sessions(*["0101", "1001", "0011", "0001"] * 2)
    assert practised(scores, days=days).cause(40.0) is not Cause.GIVES_UP


def test_who_starts_again_each_day_forgets():
    scores, days = sessions(*["0011"] * 8)
    assert practised(scores, days=days).cause(40.0) is Cause.FORGETS

    scores, days = sessions(*["10101"] * 8)
    assert practised(scores, days=days).cause(40.0) is None


def test_a_weak_prerequisite_comes_before_the_general_causes():
    found = causes.cause(
        causes.NO_HABITS, accuracy=0.2, typical_seconds=None, is_declining=True,
        is_efficiency_dropping=True, is_prerequisite_weak=True,
    )  # fmt: skip

    assert found is Cause.PREREQUISITE


@pytest.mark.parametrize(
    ("cause", "level", "advice"),
    [
        (Cause.TOO_FAST, 0.3, Advice.TOO_FAST),
        (Cause.DECLINING, 0.6, Advice.DECLINING),
        (None, 0.3, Advice.FOUNDATIONS),
        (None, 0.6, Advice.VARY),
    ],
)
def test_advice_follows_the_cause_and_otherwise_the_level(
    cause: Cause | None, level: float, advice: Advice
):
    assert causes.advice(cause, level) is advice


@pytest.mark.parametrize("advice", Advice)
def test_each_advice_is_one_or_two_sentences(advice: Advice):
    """contract 2.1: something that a teacher can act on."""
    sentence = advice.sentence("fractions")
    assert sentence.endswith(".")
    assert 1 <= sentence.count(".") <= 2


def test_each_cause_has_advice():
    assert {cause.value for cause in Cause} < {advice.value for advice in Advice}
