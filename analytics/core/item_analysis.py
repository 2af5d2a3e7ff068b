"""What answers say of a question: classical test theory (Lord & Novick 1968).

Discrimination is the point-biserial correlation of the score with the learner's ability: near 0
the question does not tell strong learners from weak ones, below 0 something is wrong with it.
"""

from __future__ import annotations

import numpy as np

from analytics.core.logistic import FloatArray

MIN_ANSWERS = 10
WEAK_BELOW = 0.20  # of discrimination; Ebel & Frisbie 1991
_ROUNDING = 1e-12


def discrimination(score: FloatArray, ability: FloatArray) -> float | None:
    """Return the correlation of score and ability, in [-1, 1]; None where it is not defined.

    That is with fewer than two answers, or where all scores or all abilities are the same.

    Parameters
    ----------
    score : shape (answers,), in [0, 1].
    ability : shape (answers,), in log odds, as the learner's stood at the answer.

    Raises
    ------
    ValueError : shapes that differ, or a value that is not finite.
    """
    if score.ndim != 1 or score.shape != ability.shape:
        raise ValueError("score and ability are of shape (answers,)")
    if not (np.isfinite(score).all() and np.isfinite(ability).all()):
        raise ValueError("scores and abilities are finite")
    if len(score) < 2:
        return None
    y, x = score - score.mean(), ability - ability.mean()
    spread = float(np.sqrt((y @ y) * (x @ x)))
    if spread <= _ROUNDING * len(score):
        return None
    return float(np.clip((y @ x) / spread, -1.0, 1.0))


def median(seconds: FloatArray) -> float | None:
    """Return the median time, shape (answers,); NaN is no time. None where there is none."""
    told = seconds[~np.isnan(seconds)]
    return float(np.median(told)) if len(told) else None
