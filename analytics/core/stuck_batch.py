"""The calibrated probability of being stuck after many answers: `stuck`, in arrays.

Used to rebuild stored states, and to fit the calibration. Tests hold it equal to `Trajectory.judge`
of one answer after another, to 1e-9.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analytics.core import difficulty, plateau, predictor, stuck
from analytics.core.bkt import MASTERED, Params
from analytics.core.difficulty import Gaussians
from analytics.core.learner_update import Model
from analytics.core.logistic import BoolArray, FloatArray, IntArray, sigmoids

_THREE_RIGHT = np.array([stuck.has_three_right(results) for results in range(32)])


@dataclass(frozen=True, kw_only=True)
class ModelRows:
    """Parameters of the judgement of each skill state.

    `climb`, `threshold` and `is_local` have shape (states,), `blend` (7, states), and `weights`
    (11, states).
    """

    climb: FloatArray
    blend: FloatArray
    weights: FloatArray
    threshold: FloatArray
    is_local: FloatArray

    @classmethod
    def of(cls, models: Sequence[Model], rows: IntArray) -> ModelRows:
        """Return the parameters of states, the row of each in `models`."""
        numbers = [
            [model.climb, *model.blend, *model.stuck.weights, model.stuck.threshold,
             model.stuck.is_local]
            for model in models
        ]  # fmt: skip
        width = 2 + len(predictor.DEFAULT) + len(stuck.SHIPPED.weights) + 1
        table = np.array(numbers, dtype=np.float64).reshape(-1, width)[rows].T
        return cls(
            climb=table[0],
            blend=table[1:8],
            weights=table[8:-2],
            threshold=table[-2],
            is_local=table[-1],
        )

    def model(self, row: int, classic: Params, forgetting: Params) -> Model:
        """Return the parameters of one state, with those of knowledge tracing."""
        calibration = stuck.Calibration(
            tuple(self.weights[:, row].tolist()),
            float(self.threshold[row]),
            is_local=bool(self.is_local[row]),
        )
        blend = predictor.BlendWeights(*self.blend[:, row].tolist())
        return Model(classic, forgetting, blend, float(self.climb[row]), calibration)


class Observations:
    """Values known after each answer, filled step by step; all shapes are (answers,) behind `of`.

    `p_stuck`, `slow`, `fast` and `results` as in `stuck`; `mastery`, and `tracing`, P(correct) by
    knowledge tracing with forgetting; the learner's terms.
    """

    def __init__(self, answers: int) -> None:
        empty = np.empty((10, answers))
        self.p_stuck, self.slow, self.fast, self.results, self.mastery, self.tracing = empty[:6]
        self.ability = Gaussians(*empty[6:8])
        self.skill_ability = Gaussians(*empty[8:])


def inputs(
    observed: Observations,
    state: IntArray,
    score: FloatArray,
    skill: Gaussians,
    blend: FloatArray,
) -> stuck.Inputs[FloatArray]:
    """Return the inputs of the probability after each answer.

    Parameters
    ----------
    observed : what is known after each answer.
    state : skill state of each answer, the answers of each in temporal order, shape (answers,).
    score : in [0, 1], shape (answers,).
    skill : difficulty of the skill at the time of each answer, shape (answers,).
    blend : weights of the predictor for each answer, shape (7, answers).
    """
    ability, skill_ability = difficulty.with_drift_rows(observed.ability, observed.skill_ability)
    item = difficulty.ITEM
    kalman, _ = difficulty.shrink(
        ability.mean + skill_ability.mean - skill.mean - item.mean,
        ability.variance + skill_ability.variance + skill.variance + item.variance,
    )
    features = predictor.features(
        np.column_stack(
            [observed.tracing, ability.mean, skill_ability.mean, skill.mean,
             np.full(len(score), item.mean), kalman]
        )
    )  # fmt: skip
    number, right = _counts(state, score)
    return stuck.Inputs(
        observed.p_stuck,
        observed.slow,
        observed.fast,
        (features * blend.T).sum(axis=1),
        observed.mastery,
        np.log(number),
        right / number,
    )


def probabilities(inputs: stuck.Inputs[FloatArray], weights: FloatArray) -> FloatArray:
    """Return the probability of being stuck of each answer.

    Parameters
    ----------
    inputs : fields of shape (answers,).
    weights : shape (11,), or (11, answers).
    """
    terms = np.array(stuck.terms(inputs))
    log_odds: FloatArray = weights[0] + np.einsum(
        "ij,ij->j", np.broadcast_to(weights[1:].reshape(len(terms), -1), terms.shape), terms
    )
    return sigmoids(log_odds)


def flags(
    probability: FloatArray,
    observed: Observations,
    state: IntArray,
    threshold: FloatArray,
) -> BoolArray:
    """Return the plateau flag after each answer; see `plateau.is_flagged`.

    The flag is that of the last answer that switched it: on or off.

    Parameters
    ----------
    probability, threshold : of each answer, shape (answers,).
    observed, state : as for `inputs`.
    """
    order, starts = _by_state(state)
    number = np.arange(len(order)) - starts + 1
    stuck_now, limit = probability[order], threshold[order]
    is_mastered = observed.mastery[order] >= MASTERED
    has_three = _THREE_RIGHT[observed.results[order].astype(np.int64)]
    is_on = (number >= plateau.MIN_ANSWERS) & (stuck_now >= limit) & ~has_three & ~is_mastered
    is_off = is_mastered | (stuck_now < plateau.FLAG_OFF * limit)
    place = np.arange(len(order))
    last_on = np.maximum.accumulate(np.where(is_on, place, -1))
    last_off = np.maximum.accumulate(np.where(is_off, place, -1))
    found = np.empty(len(order), dtype=np.bool_)
    found[order] = (last_on >= starts) & (last_on > last_off)
    return found


def _counts(state: IntArray, score: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the number of answers, and of right ones, of each state up to each answer."""
    order, starts = _by_state(state)
    number, right = np.empty((2, len(order)))
    number[order] = np.arange(len(order)) - starts + 1.0
    total = np.concatenate([[0.0], np.cumsum(score[order] == 1.0)])
    right[order] = total[1:] - total[starts]
    return number, right


def _by_state(state: IntArray) -> tuple[IntArray, IntArray]:
    """Return the answers ordered by state, and the place of the first one of each one's state."""
    order = np.argsort(state, kind="stable")
    ordered = state[order]
    return order, np.searchsorted(ordered, ordered)
