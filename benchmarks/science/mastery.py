"""How well Bayesian Knowledge Tracing alone foresees the next answer; `learning-science` 1.

    python -m benchmarks.science.mastery

Five folds by learner: the parameters are fitted to the answers of four fifths of the learners,
and each answer of the others is predicted from that learner's earlier ones alone, as online, the
first included.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import numpy as np

from analytics.core.bkt import DEFAULTS, ParamRows, curve, p_correct
from analytics.core.fit import fit
from analytics.core.logistic import FloatArray, IntArray
from benchmarks.science.assistments import Answers, load
from benchmarks.science.scoring import auc, calibration_error, log_loss
from benchmarks.science.table import Row, at_least, at_most, show

FOLDS = 5
MIN_AUC, MAX_LOG_LOSS, MAX_CALIBRATION_ERROR = 0.720, 0.569, 0.01

Fitter = Callable[[Answers], ParamRows]


def rows(answers: Answers) -> Iterator[Row]:
    """Measure the fit mastery is shown by, the one that predicts, and what stands beside them."""
    skills = answers.skills

    def defaults(_: Answers) -> ParamRows:
        return ParamRows.of([DEFAULTS] * skills)

    def classic(known: Answers) -> ParamRows:
        return fit(known.learner, known.skill, known.score, skills=skills).rows

    def fading(known: Answers) -> ParamRows:
        return fit(known.learner, known.skill, known.score, skills=skills, forgetting=True).rows

    def unfading(known: Answers) -> ParamRows:
        return ParamRows(*fading(known)[:4], forget=np.zeros(skills))

    yield from beside("defaults", answers, foreseen(answers, defaults))
    yield from beside("forgetting fitted, then left out", answers, foreseen(answers, unfading))
    yield from targeted("classic", answers, foreseen(answers, classic))
    yield from targeted("forgetting", answers, foreseen(answers, fading))


def targeted(name: str, answers: Answers, predicted: FloatArray) -> Iterator[Row]:
    score = answers.score
    yield at_least(f"{name}: AUC", auc(predicted, score), MIN_AUC)
    yield at_most(f"{name}: log loss", log_loss(predicted, score), MAX_LOG_LOSS)
    error = calibration_error(predicted, score)
    yield at_most(f"{name}: calibration error", error, MAX_CALIBRATION_ERROR)


def beside(name: str, answers: Answers, predicted: FloatArray) -> Iterator[Row]:
    for row in targeted(name, answers, predicted):
        yield Row(row.name, row.measured)


def foreseen(answers: Answers, fitter: Fitter) -> FloatArray:
    """Return the probability given to each answer being right: shape (answers,)."""
    predicted = np.empty_like(answers.score)
    fold = folds(answers.learner)
    for number in range(FOLDS):
        held_out = fold == number
        fitted = fitter(answers.of(~held_out))
        predicted[held_out] = causal(answers.of(held_out), fitted)
    return predicted


def folds(learner: IntArray, *, seed: int = 0) -> IntArray:
    """Return the fold each answer is in, its learner's: shape (answers,)."""
    learners, number = np.unique(learner, return_inverse=True)
    of_learner = np.random.default_rng(seed).permutation(len(learners)) % FOLDS
    return of_learner[number]


def causal(answers: Answers, fitted: ParamRows) -> FloatArray:
    """Predict each answer from the learner's earlier ones to the skill, mastery as online."""
    predicted = np.empty_like(answers.score)
    order = np.lexsort((answers.learner, answers.skill))
    learner, skill = answers.learner[order], answers.skill[order]
    is_first = (np.diff(learner, prepend=-1) != 0) | (np.diff(skill, prepend=-1) != 0)
    for one in np.split(order, np.flatnonzero(is_first)[1:]):
        params = fitted.row(answers.skill[one[0]])
        mastery = curve(answers.score[one].tolist(), params)[:-1]
        predicted[one] = p_correct(
            mastery, np.full_like(mastery, params.guess), np.full_like(mastery, params.slip)
        )
    return predicted


if __name__ == "__main__":
    sys.exit(not show(rows(load())))
