"""A hidden Markov model of growth at a skill: growing or stuck, at one of six levels.

Learning-science 3. The hidden state is one of twelve: six levels, each a P(correct) at average
difficulty, times two modes. A growing learner moves up now and then; a stuck learner hardly
moves. The forward algorithm (Rabiner 1989, "A tutorial on hidden Markov models") tracks the
distribution over the states: `transition` before each answer but the first, `observe` with it.

The equations accept a `Number`: floats for one learner, or arrays of one shape with one entry per
learner. They are unrolled level by level, since a loop over six levels costs three times as much
in a request. Arguments are not validated here (see `trajectory`); NaN propagates, and empty
arrays give empty results.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Generic, NamedTuple, TypeAlias

from analytics.core.logistic import Number

Bins: TypeAlias = tuple[Number, Number, Number, Number, Number, Number]


def bins(values: Iterable[Number]) -> Bins[Number]:
    """Return six values as a tuple of bins.

    Raises
    ------
    ValueError : the number of values is not six.
    """
    a, b, c, d, e, f = values
    return a, b, c, d, e, f


# Constants of learning-science 3. Levels of at least MASTERED_LEVEL count as mastered.
LEVELS = bins((0.20, 0.35, 0.50, 0.65, 0.80, 0.92))
MASTERED_LEVEL = 0.80
P_CLIMB = 0.30  # a growing learner moves one level up, per answer; `growth_fit` fits it
P_SLIDE = 0.01  # a stuck learner moves one level down
P_STALL = 0.02  # a growing learner becomes stuck
P_RECOVER = 0.008  # a stuck learner becomes growing
DIFFICULTY_WEIGHT = 0.7  # decrease of the log odds of a right answer per logit of difficulty
START_LEVELS = bins((0.30, 0.25, 0.18, 0.12, 0.08, 0.07))
START_GROWING = 0.9

_MISSES = bins(1 - level for level in LEVELS)
_ABOVE = (*LEVELS[1:], LEVELS[-1])
_BELOW = (LEVELS[0], *LEVELS[:-1])
_RISES = bins(up - level for level, up in zip(LEVELS, _ABOVE, strict=True))
_UNMASTERED = bins(float(level < MASTERED_LEVEL) for level in LEVELS)
# A learner who stands still at a mastered level does not decline.
_FALLS = bins(
    P_SLIDE * (down - level) * is_unmastered
    for level, down, is_unmastered in zip(LEVELS, _BELOW, _UNMASTERED, strict=True)
)
_MASTERED = bins(1.0 - is_unmastered for is_unmastered in _UNMASTERED)
_ONES = bins(1.0 for _ in LEVELS)
_SQUARES = bins(level**2 for level in LEVELS)


class Belief(NamedTuple, Generic[Number]):
    """Distribution over the twelve hidden states, lowest level first.

    The twelve probabilities sum to 1. In an array version each entry has the shape of the batch.
    """

    growing: Bins[Number]
    stuck: Bins[Number]


START = Belief(
    bins(START_GROWING * share for share in START_LEVELS),
    bins((1 - START_GROWING) * share for share in START_LEVELS),
)


def transition(belief: Belief[Number], climb: Number) -> Belief[Number]:
    """Return the predicted distribution one answer later, before the answer is observed.

    First the level changes by the rule of the mode, then the mode may change. At the ends of the
    grid the level stays. `climb` is the probability that a growing learner moves one level up.
    """
    g, s = belief
    remain = 1 - climb
    climbed = (
        remain * g[0],
        climb * g[0] + remain * g[1],
        climb * g[1] + remain * g[2],
        climb * g[2] + remain * g[3],
        climb * g[3] + remain * g[4],
        climb * g[4] + g[5],
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
        _mix(1 - P_STALL, climbed, P_RECOVER, slid), _mix(P_STALL, climbed, 1 - P_RECOVER, slid)
    )


def observe(belief: Belief[Number], score: Number, ease: Number) -> Belief[Number]:
    """Return the posterior distribution after an answer.

    At level l an answer is right with probability sigmoid(logit l - .7 difficulty), which equals
    l ease / (l ease + 1 - l) with ease = exp(-.7 difficulty). The posteriors of a right and of a
    wrong answer are mixed by the score (Jeffrey's rule); scores 0 and 1 give Bayes' rule.

    Parameters
    ----------
    belief : the distribution before the answer.
    score : correctness in [0, 1].
    ease : exp(-.7 difficulty), > 0; 1 at average difficulty.
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
    return Belief(_multiply(g, likelihood), _multiply(s, likelihood))


def p_stuck(belief: Belief[Number]) -> Number:
    """Return P_stuck, the probability of being stuck below mastery, in [0, 1]."""
    return _dot(_UNMASTERED, belief.stuck)


def level(belief: Belief[Number]) -> Number:
    """Return the expected level, P(correct) at average difficulty, in [.20, .92]."""
    return _dot(LEVELS, belief.growing) + _dot(LEVELS, belief.stuck)


def p_still(belief: Belief[Number]) -> Number:
    """Return the probability of standing still, at any level, in [0, 1]."""
    return _dot(_ONES, belief.stuck)


def p_mastered(belief: Belief[Number]) -> Number:
    """Return the probability of a level of .80 or more, in [0, 1]."""
    return _dot(_MASTERED, belief.growing) + _dot(_MASTERED, belief.stuck)


def level_variance(belief: Belief[Number]) -> Number:
    """Return the variance of the level, >= 0 up to rounding."""
    mean = level(belief)
    return _dot(_SQUARES, belief.growing) + _dot(_SQUARES, belief.stuck) - mean * mean


def velocity(belief: Belief[Number], climb: Number) -> Number:
    """Return the expected gain of P(correct) from one more answer, in [-.0015, .15 climb].

    Stuck at a mastered level contributes no decline.
    """
    return climb * _dot(_RISES, belief.growing) + _dot(_FALLS, belief.stuck)


def p_right(belief: Belief[Number], ease: Number) -> Number:
    """Return the probability of a right answer on a question of this ease; see `observe`."""
    g, s = belief
    total = (g[0] + s[0]) * LEVELS[0] / (LEVELS[0] * ease + _MISSES[0])
    for level, miss, growing, stuck in zip(LEVELS[1:], _MISSES[1:], g[1:], s[1:], strict=True):
        total = total + (growing + stuck) * level / (level * ease + miss)
    return total * ease


def _dot(weights: Bins[float], values: Bins[Number]) -> Number:
    return (
        weights[0] * values[0]
        + weights[1] * values[1]
        + weights[2] * values[2]
        + weights[3] * values[3]
        + weights[4] * values[4]
        + weights[5] * values[5]
    )


def _mix(a: float, left: Bins[Number], b: float, right: Bins[Number]) -> Bins[Number]:
    return (
        a * left[0] + b * right[0],
        a * left[1] + b * right[1],
        a * left[2] + b * right[2],
        a * left[3] + b * right[3],
        a * left[4] + b * right[4],
        a * left[5] + b * right[5],
    )


def _multiply(left: Bins[Number], right: Bins[Number]) -> Bins[Number]:
    return (
        left[0] * right[0],
        left[1] * right[1],
        left[2] * right[2],
        left[3] * right[3],
        left[4] * right[4],
        left[5] * right[5],
    )
