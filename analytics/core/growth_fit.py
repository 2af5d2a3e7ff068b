"""Fit of the growth rate of `growth_hmm` by likelihood (learning-science 3).

The growth rate is the same at all skills of a facility. Only the answers from the eighth at a skill
on count: the earlier ones depend more on the fit of the initial distribution than on growth.
"""

from __future__ import annotations

import numpy as np

from analytics.core import growth_hmm, replay
from analytics.core.growth_hmm import P_CLIMB, START, Belief, bins
from analytics.core.logistic import FloatArray
from analytics.core.steps import steps

RATES = np.geomspace(0.03, 0.60, 14)
FIRST = 8  # number of the first answer that counts
MAX_ANSWERS = 100  # at one skill
MAX_STATES = 3000
PRIOR_SD = 1.0  # of the logarithm of the rate, around that of the default


def fit_climb(answers: replay.Answers) -> float:
    """Return the most likely growth rate, in [.03, .60]; without answers the default.

    The likelihood of some rates is computed in one pass, and the maximum interpolated by a
    parabola. Of many skill states an evenly spread part is used.
    """
    likelihood = _log_likelihood(_sample(answers))
    logs = np.log(RATES)
    likelihood -= 0.5 * ((logs - np.log(P_CLIMB)) / PRIOR_SD) ** 2
    best = int(np.argmax(likelihood))
    if best in {0, len(RATES) - 1}:
        return float(RATES[best])
    before, at, after = likelihood[best - 1 : best + 2]
    shift = 0.5 * (before - after) / (before - 2.0 * at + after)
    return float(np.exp(logs[best] + shift * (logs[1] - logs[0])))


def _sample(answers: replay.Answers) -> list[tuple[FloatArray, FloatArray]]:
    """Return scores and ease of the next answer of each state, step by step."""
    counts = np.bincount(answers.belief)
    long_enough = np.flatnonzero(counts >= FIRST)
    spacing = max(len(long_enough) // MAX_STATES, 1)
    row = np.full(len(counts), -1)
    chosen = long_enough[::spacing]
    row[chosen[np.argsort(-counts[chosen], kind="stable")]] = np.arange(len(chosen))
    selected = np.flatnonzero(row[answers.belief] >= 0) if len(answers) else np.empty(0, np.int64)
    state, samples = row[answers.belief[selected]], []
    for number, rows in enumerate(steps(state)):
        if number == MAX_ANSWERS:
            break
        rows = rows[np.argsort(state[rows])]  # noqa: PLW2901  # longest first: those left come first
        score, difficulty = answers.score[selected[rows]], answers.item_mean[selected[rows]]
        samples.append((score, np.exp(-growth_hmm.DIFFICULTY_WEIGHT * difficulty)))
    return samples


def _log_likelihood(steps: list[tuple[FloatArray, FloatArray]]) -> FloatArray:
    """Return the log likelihood of the answers under each rate, shape (rates,)."""
    total, climb = np.zeros(len(RATES)), RATES[:, np.newaxis]
    width = len(steps[0][0]) if steps else 0
    belief = Belief(*(bins(np.full((len(RATES), width), p) for p in mode) for mode in START))
    for number, (score, ease) in enumerate(steps, start=1):
        left = [bins(level[:, : len(score)] for level in mode) for mode in belief]
        belief = Belief(*left)
        if number > 1:
            belief = growth_hmm.transition(belief, climb)
        if number >= FIRST:
            p = growth_hmm.p_right(belief, ease)
            total += (score * np.log(p) + (1.0 - score) * np.log1p(-p)).sum(axis=1)
        belief = growth_hmm.observe(belief, score, ease)
    return total
