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
from benchmarks.science.assistments import Answers, TimedAnswers, load, load_timed
from benchmarks.science.mastery import FOLDS, folds
from benchmarks.science.scoring import auc, calibration_error, log_loss
from benchmarks.science.table import Row, at_least, at_most, show

MIN_AUC, MAX_LOG_LOSS, MAX_CALIBRATION_ERROR = 0.791, 0.512, 0.010
MIN_GAIN = 0.010
MAX_MICROSECONDS = 90.0


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


def timed_rows(timed: TimedAnswers) -> Iterator[Row]:
    """Measure the predictions of answers with times: by the blend, and with and without times."""
    answers, day = timed
    seconds = (day * 86_400.0).tolist()
    blend = auc(_timed_predictions(answers, seconds, with_trees=False), answers.score)
    yield Row("2017, by the blend: AUC", blend)
    for name, times in (("with times", seconds), ("without times", [0.0] * len(seconds))):
        predicted = _timed_predictions(answers, times)
        gain = auc(predicted, answers.score) - blend
        yield at_least(f"2017, {name}: AUC above the blend's", gain, MIN_GAIN)
        yield Row(f"2017, {name}: log loss", log_loss(predicted, answers.score))
        error = calibration_error(predicted, answers.score)
        yield Row(f"2017, {name}: calibration error", error)


def _timed_predictions(
    answers: Answers, times: list[float], *, with_trees: bool = True
) -> FloatArray:
    """Return the prediction of each answer, by models fitted to the other folds."""
    predicted = np.empty(len(answers.score))
    fold = folds(answers.learner)
    rows = [(*event, at) for event, at in zip(events(answers), times, strict=True)]
    for number in range(FOLDS):
        model, held_out = LearnerModel(), fold == number
        others = (row for row, is_out in zip(rows, held_out, strict=True) if not is_out)
        model.fit(others, with_trees=with_trees)
        for row in np.flatnonzero(held_out).tolist():
            learner, skill, item, score, at = rows[row]
            predicted[row] = model.predict(learner, skill, item, at=at)
            model.observe(learner, skill, item, score, at=at)
    return predicted


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
    sys.exit(not all([show(rows(load())), show(timed_rows(load_timed()))]))
