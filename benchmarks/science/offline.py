"""Measure how well the offline `LearnerModel` predicts the next answer (learning-science 2).

    python -m benchmarks.science.offline

Five folds by learner: `fit` to the answers of four fifths of the learners, then `predict` and
`observe` each answer of the others, first answers included; shared parameters do not change
meanwhile. The model is the service's own code: the same parameters, difficulties and weights, the
same formulas.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

import numpy as np

from analytics.core.learner_model import LearnerModel
from analytics.core.logistic import FloatArray
from benchmarks.science.assistments import Answers, load
from benchmarks.science.mastery import FOLDS, folds
from benchmarks.science.prediction import MAX_CALIBRATION_ERROR, MAX_LOG_LOSS, MIN_AUC
from benchmarks.science.scoring import auc, calibration_error, log_loss
from benchmarks.science.table import Row, at_least, at_most, show

MAX_MICROSECONDS = 60.0


def rows(answers: Answers) -> Iterator[Row]:
    """Measure the predictions, and the processor time per answer."""
    predicted = np.empty(len(answers.score))
    fold = folds(answers.learner)
    seconds = 0.0
    for number in range(FOLDS):
        held_out = fold == number
        model = LearnerModel()
        model.fit(events(answers.select(~held_out)))
        started = time.process_time()
        predicted[held_out] = predictions(model, answers.select(held_out))
        seconds += time.process_time() - started
    score = answers.score
    yield at_least("offline: AUC", auc(predicted, score), MIN_AUC)
    yield at_most("offline: log loss", log_loss(predicted, score), MAX_LOG_LOSS)
    error = calibration_error(predicted, score)
    yield at_most("offline: calibration error", error, MAX_CALIBRATION_ERROR)
    microseconds = 1e6 * seconds / len(score)
    yield at_most(
        "offline: CPU of predict and observe, microseconds", microseconds, MAX_MICROSECONDS
    )


def events(answers: Answers) -> Iterator[tuple[int, int, int, float]]:
    """Return an iterator of the answers in the form that `fit` takes."""
    return zip(*(column.tolist() for column in answers), strict=True)


def predictions(model: LearnerModel, answers: Answers) -> FloatArray:
    """Return the prediction of each answer from the learner's earlier answers."""
    predicted = np.empty(len(answers.score))
    for row, (learner, skill, item, score) in enumerate(events(answers)):
        predicted[row] = model.predict(learner, skill, item)
        model.observe(learner, skill, item, score)
    return predicted


if __name__ == "__main__":
    sys.exit(not show(rows(load())))
