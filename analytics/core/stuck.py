"""The calibrated probability that a learner is stuck at a skill (learning-science 3).

P_stuck of `growth_hmm` is no probability of anything observable: on real answers, of learners with
.8 or more about half do not improve next. A logistic regression over it and nine other terms gives
the probability that the accuracy of the next ten answers is below .70 and at most .10 above that of
the last ten. `stuck_fit` fits it to the answers of a facility; until then the weights below apply.

The formulas accept a `Number`: floats for one learner, or arrays with one entry per answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, NamedTuple

from analytics.core.logistic import Number, sigmoid

SLOW_RATE, FAST_RATE = 0.15, 0.40
_RESULTS = 32.0  # last five results, as binary digits


class Recent(NamedTuple, Generic[Number]):
    """Recent results at a skill.

    `slow` and `fast` are the discounted accuracies: means of the scores in which each answer
    weighs less than the next one, by .15 and .40. `results` has the last five as binary digits, the
    last one lowest, 1 for right.
    """

    slow: Number
    fast: Number
    results: Number


NOTHING_RECENT = Recent(0.0, 0.0, 0.0)


class Inputs(NamedTuple, Generic[Number]):
    """Inputs of the probability, after an answer.

    `p_stuck` is that of `growth_hmm`; `slow` and `fast` are those of `Recent`; `next_log_odds` are
    the log odds of a right answer to a question of the skill's mean difficulty (`predictor`);
    `mastery` in [0, 1]; `log_answers` is the logarithm of the number of answers; `accuracy` is the
    share of right answers at the skill.
    """

    p_stuck: Number
    slow: Number
    fast: Number
    next_log_odds: Number
    mastery: Number
    log_answers: Number
    accuracy: Number


class Calibration(NamedTuple):
    """Weights of an intercept and the ten terms, and the probability from which a plateau is on.

    `is_local`: fitted to answers of the facility. Otherwise the probability is only a ranking.
    """

    weights: tuple[float, ...]
    threshold: float
    is_local: bool = False

    @classmethod
    def of_numbers(cls, numbers: Sequence[float]) -> Calibration:
        """Return a stored local calibration; without numbers the shipped one."""
        return cls(tuple(numbers[:-1]), numbers[-1], is_local=True) if numbers else SHIPPED

    def numbers(self) -> list[float]:
        """Return a local calibration to be stored; an empty list if it is the shipped one."""
        return [*self.weights, self.threshold] if self.is_local else []


class Judgement(NamedTuple, Generic[Number]):
    """The probability of being stuck after an answer, and the threshold it was compared with.

    `is_local` as in `Calibration`, 1 or 0.
    """

    stuck: Number
    threshold: Number
    is_local: Number


# Trained on simulated learners alone, by `benchmarks.science.stuck_weights`, which says
# how. On real answers they rank nearly as well as a local fit, with a calibration error of .17.
SHIPPED = Calibration(
    (-4.723, 3.868, 7.586, -0.386, -1.699, 2.123, -0.151, -0.955, -0.259, -1.75, -4.512), 0.62
)
UNJUDGED = Judgement(0.0, SHIPPED.threshold, 0.0)


def after_answer(recent: Recent[Number], score: Number, answers: Number) -> Recent[Number]:
    """Return the recent results after one more answer, the `answers`-th at the skill."""
    slow, fast, results = recent
    return Recent(
        slow + SLOW_RATE / (1.0 - (1.0 - SLOW_RATE) ** answers) * (score - slow),
        fast + FAST_RATE / (1.0 - (1.0 - FAST_RATE) ** answers) * (score - fast),
        2.0 * results % _RESULTS + 1.0 * (score == 1.0),
    )


def has_three_right(results: float) -> bool:
    """Return whether three of the last five results in a row are right; see `Recent`."""
    digits = int(results)
    return bool(digits & digits >> 1 & digits >> 2)


def terms(inputs: Inputs[Number]) -> tuple[Number, ...]:
    """Return the ten terms that the weights after the intercept multiply."""
    p_stuck, slow, fast, next_log_odds, mastery, log_answers, accuracy = inputs
    return (
        p_stuck,
        slow,
        fast,
        next_log_odds,
        mastery,
        log_answers,
        accuracy,
        next_log_odds * p_stuck,
        slow * p_stuck,
        slow * slow,
    )


def probability(inputs: Inputs[float], calibration: Calibration) -> float:
    """Return the calibrated probability of being stuck, in [0, 1]."""
    intercept, *weights = calibration.weights
    pairs = zip(weights, terms(inputs), strict=True)
    return sigmoid(intercept + sum(weight * term for weight, term in pairs))
