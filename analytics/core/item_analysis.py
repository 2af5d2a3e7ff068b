"""Item statistics of classical test theory (Lord & Novick 1968).

Discrimination is the point-biserial correlation of the score with the learner's ability. Near 0
an item does not separate strong from weak learners; below 0 the item is probably faulty.
"""

from __future__ import annotations

import numpy as np

from analytics.core.logistic import FloatArray

MIN_ANSWERS = 10
WEAK_BELOW = 0.20  # of discrimination; Ebel & Frisbie 1991
_ROUNDING = 1e-12


def discrimination(score: FloatArray, ability: FloatArray) -> float | None:
    """Return the correlation of score and ability, in [-1, 1], or None if it is undefined.

    It is undefined with fewer than two answers, or if all scores or all abilities are equal.

    Parameters
    ----------
    score : shape (answers,), in [0, 1].
    ability : shape (answers,), the learner's ability at the time of the answer, in log odds.

    Raises
    ------
    ValueError : different shapes, or a value that is not finite.
    """
    if score.ndim != 1 or score.shape != ability.shape:
        raise ValueError("score and ability must have the same shape (answers,)")
    if not (np.isfinite(score).all() and np.isfinite(ability).all()):
        raise ValueError("scores and abilities must be finite")
    if len(score) < 2:
        return None
    y, x = score - score.mean(), ability - ability.mean()
    spread = float(np.sqrt((y @ y) * (x @ x)))
    if spread <= _ROUNDING * len(score):
        return None
    return float(np.clip((y @ x) / spread, -1.0, 1.0))


def median(seconds: FloatArray) -> float | None:
    """Return the median response time in seconds, or None without any.

    Parameters
    ----------
    seconds : shape (answers,); NaN means that the time is unknown.
    """
    known = seconds[~np.isnan(seconds)]
    return float(np.median(known)) if len(known) else None
