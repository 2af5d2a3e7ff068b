"""Measure how well Bayesian Knowledge Tracing alone predicts answers; `learning-science` 1.

    python -m benchmarks.science.mastery

Five folds by learner: the parameters are fitted to the answers of four fifths of the learners,
and each answer of the others is predicted from that learner's earlier answers alone, as online,
the first answer included.
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
    """Measure the fit that shows mastery, the fit that predicts, and two for comparison."""
    skills = answers.skills

    def defaults(_: Answers) -> ParamRows:
        return ParamRows.of([DEFAULTS] * skills)

    def classic(training: Answers) -> ParamRows:
        return fit(training.learner, training.skill, training.score, skills=skills).rows

    def with_forgetting(training: Answers) -> ParamRows:
        return fit(
            training.learner, training.skill, training.score, skills=skills, forgetting=True
        ).rows

    def without_forgetting(training: Answers) -> ParamRows:
        return ParamRows(*with_forgetting(training)[:4], forget=np.zeros(skills))

    yield from rows_without_targets("defaults", answers, cross_validate(answers, defaults))
    yield from rows_without_targets(
        "forgetting fitted, then left out", answers, cross_validate(answers, without_forgetting)
    )
    yield from rows_with_targets("classic", answers, cross_validate(answers, classic))
    yield from rows_with_targets("forgetting", answers, cross_validate(answers, with_forgetting))


def rows_with_targets(name: str, answers: Answers, predicted: FloatArray) -> Iterator[Row]:
    score = answers.score
    yield at_least(f"{name}: AUC", auc(predicted, score), MIN_AUC)
    yield at_most(f"{name}: log loss", log_loss(predicted, score), MAX_LOG_LOSS)
    error = calibration_error(predicted, score)
    yield at_most(f"{name}: calibration error", error, MAX_CALIBRATION_ERROR)


def rows_without_targets(name: str, answers: Answers, predicted: FloatArray) -> Iterator[Row]:
    for row in rows_with_targets(name, answers, predicted):
        yield Row(row.name, row.measured)


def cross_validate(answers: Answers, fitter: Fitter) -> FloatArray:
    """Return the predicted probability of each answer being right: shape (answers,)."""
    predicted = np.empty_like(answers.score)
    fold = folds(answers.learner)
    for number in range(FOLDS):
        held_out = fold == number
        fitted = fitter(answers.select(~held_out))
        predicted[held_out] = predict_online(answers.select(held_out), fitted)
    return predicted


def folds(learner: IntArray, *, seed: int = 0) -> IntArray:
    """Return the fold of each answer, which is that of its learner: shape (answers,)."""
    learners, number = np.unique(learner, return_inverse=True)
    of_learner = np.random.default_rng(seed).permutation(len(learners)) % FOLDS
    return of_learner[number]


def predict_online(answers: Answers, fitted: ParamRows) -> FloatArray:
    """Predict each answer from the learner's earlier ones to the skill, with mastery as online."""
    predicted = np.empty_like(answers.score)
    order = np.lexsort((answers.learner, answers.skill))
    learner, skill = answers.learner[order], answers.skill[order]
    is_first = (np.diff(learner, prepend=-1) != 0) | (np.diff(skill, prepend=-1) != 0)
    for sequence in np.split(order, np.flatnonzero(is_first)[1:]):
        params = fitted.row(answers.skill[sequence[0]])
        mastery = curve(answers.score[sequence].tolist(), params)[:-1]
        predicted[sequence] = p_correct(
            mastery, np.full_like(mastery, params.guess), np.full_like(mastery, params.slip)
        )
    return predicted


if __name__ == "__main__":
    sys.exit(not show(rows(load())))
