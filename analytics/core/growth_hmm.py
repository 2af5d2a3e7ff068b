"""Is a learner growing at a skill, or stuck? A hidden Markov model with twelve states.

Learning-science 3: six levels, each the probability of a right answer at average difficulty,
times two modes. A growing learner climbs now and then, a stuck one hardly moves. What is hidden
is believed with twelve probabilities, which `move` from answer to answer and are corrected by
what is `observe`d (the forward algorithm; Rabiner 1989, "A tutorial on hidden Markov models").

The equations hold for a `Number`: one learner's floats, or arrays of one shape with an entry a
learner. They are written out level by level: in a request a loop over six costs three times as
much. Nothing is checked here, see `trajectory`; NaN spreads, an empty array stays empty.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Generic, NamedTuple, TypeAlias

from analytics.core.logistic import Number

Bins: TypeAlias = tuple[Number, Number, Number, Number, Number, Number]


def bins(values: Iterable[float]) -> Bins[float]:
    """Return six values as bins.

    Raises
    ------
    ValueError : there are not six.
    """
    a, b, c, d, e, f = values
    return a, b, c, d, e, f


# All from learning-science 3. Levels of at least MASTERED_LEVEL are mastered.
LEVELS = bins((0.20, 0.35, 0.50, 0.65, 0.80, 0.92))
MASTERED_LEVEL = 0.80
P_CLIMB = 0.30  # probability that a growing learner moves one level up, from answer to answer
P_SLIDE = 0.01  # … that a stuck one moves one level down
P_STALL = 0.02  # … that a growing learner becomes stuck
P_RECOVER = 0.008  # … that a stuck one grows again
DIFFICULTY_WEIGHT = 0.7  # log odds of a right answer that a logit of difficulty costs
START_LEVELS = bins((0.30, 0.25, 0.18, 0.12, 0.08, 0.07))
START_GROWING = 0.9

_MISSES = bins(1 - level for level in LEVELS)
_ABOVE = (*LEVELS[1:], LEVELS[-1])
_BELOW = (LEVELS[0], *LEVELS[:-1])
_RISES = bins(P_CLIMB * (up - level) for level, up in zip(LEVELS, _ABOVE, strict=True))
_FALLS = bins(P_SLIDE * (down - level) for level, down in zip(LEVELS, _BELOW, strict=True))
_UNMASTERED = bins(float(level < MASTERED_LEVEL) for level in LEVELS)


class Belief(NamedTuple, Generic[Number]):
    """The probabilities of the twelve states, lowest level first; together they are 1."""

    growing: Bins[Number]
    stuck: Bins[Number]


START = Belief(
    bins(START_GROWING * share for share in START_LEVELS),
    bins((1 - START_GROWING) * share for share in START_LEVELS),
)


def transition(belief: Belief[Number]) -> Belief[Number]:
    """Return what to believe one answer later, before it is seen.

    A learner first moves as the mode has it, then may change mode; who is at the end of the grid
    stays there.
    """
    g, s = belief
    up, stay = P_CLIMB, 1 - P_CLIMB
    climbed = (
        stay * g[0],
        up * g[0] + stay * g[1],
        up * g[1] + stay * g[2],
        up * g[2] + stay * g[3],
        up * g[3] + stay * g[4],
        up * g[4] + g[5],
    )
    down, stay = P_SLIDE, 1 - P_SLIDE
    slid = (
        s[0] + down * s[1],
        stay * s[1] + down * s[2],
        stay * s[2] + down * s[3],
        stay * s[3] + down * s[4],
        stay * s[4] + down * s[5],
        stay * s[5],
    )
    return Belief(
        _mixed(1 - P_STALL, climbed, P_RECOVER, slid), _mixed(P_STALL, climbed, 1 - P_RECOVER, slid)
    )


def observe(belief: Belief[Number], score: Number, ease: Number) -> Belief[Number]:
    """Return what to believe in the light of an answer.

    At level l an answer is right with probability sigmoid(logit l - .7 difficulty), which is
    l ease / (l ease + 1 - l) with ease = exp(-.7 difficulty). The posteriors of a right and of
    a wrong answer are mixed by the score (Jeffrey's rule), so 0 and 1 are Bayes' rule.

    Parameters
    ----------
    ease : above 0; 1 at average difficulty.
    """
    g, s = belief
    odds = (
        LEVELS[0] * ease + _MISSES[0],
        LEVELS[1] * ease + _MISSES[1],
        LEVELS[2] * ease + _MISSES[2],
        LEVELS[3] * ease + _MISSES[3],
        LEVELS[4] * ease + _MISSES[4],
        LEVELS[5] * ease + _MISSES[5],
    )
    share = (
        (g[0] + s[0]) / odds[0],
        (g[1] + s[1]) / odds[1],
        (g[2] + s[2]) / odds[2],
        (g[3] + s[3]) / odds[3],
        (g[4] + s[4]) / odds[4],
        (g[5] + s[5]) / odds[5],
    )
    right = score / _dot(LEVELS, share)
    wrong = (1 - score) / _dot(_MISSES, share)
    likelihood = (
        (right * LEVELS[0] + wrong * _MISSES[0]) / odds[0],
        (right * LEVELS[1] + wrong * _MISSES[1]) / odds[1],
        (right * LEVELS[2] + wrong * _MISSES[2]) / odds[2],
        (right * LEVELS[3] + wrong * _MISSES[3]) / odds[3],
        (right * LEVELS[4] + wrong * _MISSES[4]) / odds[4],
        (right * LEVELS[5] + wrong * _MISSES[5]) / odds[5],
    )
    return Belief(_times(g, likelihood), _times(s, likelihood))


def p_stuck(belief: Belief[Number]) -> Number:
    """Return the probability of being stuck below mastery, in [0, 1]."""
    return _dot(_UNMASTERED, belief.stuck)


def level(belief: Belief[Number]) -> Number:
    """Return the expected level: P(correct) at average difficulty, in [.20, .92]."""
    return _dot(LEVELS, belief.growing) + _dot(LEVELS, belief.stuck)


def velocity(belief: Belief[Number]) -> Number:
    """Return the gain of P(correct) to expect from one more answer, in [-.0015, .045]."""
    return _dot(_RISES, belief.growing) + _dot(_FALLS, belief.stuck)


def _dot(weights: Bins[float], bins: Bins[Number]) -> Number:
    return (
        weights[0] * bins[0]
        + weights[1] * bins[1]
        + weights[2] * bins[2]
        + weights[3] * bins[3]
        + weights[4] * bins[4]
        + weights[5] * bins[5]
    )


def _mixed(a: float, left: Bins[Number], b: float, right: Bins[Number]) -> Bins[Number]:
    return (
        a * left[0] + b * right[0],
        a * left[1] + b * right[1],
        a * left[2] + b * right[2],
        a * left[3] + b * right[3],
        a * left[4] + b * right[4],
        a * left[5] + b * right[5],
    )


def _times(left: Bins[Number], right: Bins[Number]) -> Bins[Number]:
    return (
        left[0] * right[0],
        left[1] * right[1],
        left[2] * right[2],
        left[3] * right[3],
        left[4] * right[4],
        left[5] * right[5],
    )
