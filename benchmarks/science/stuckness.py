"""Measure the calibrated probability of being stuck on real answers; `learning-science` 3.

    python -m benchmarks.science.stuckness

Five folds by learner: everything is fitted to the answers of four fifths of the learners, as in
`fit_skills`; the answers of the others then arrive one after another, while shared values do not
change. A decision point is an answer from the eighth at a skill on that ten others follow; the
learner is stuck there if the accuracy of these ten is below .70 and at most .10 above that of the
last ten. Beside it: P_stuck alone, the discounted accuracy alone, and the rule of Beck & Gong 2013,
ten answers or more without three right in a row.

The gain foretold by the velocity, of ten answers, is compared with the realised one: the mean of
the next answers, up to ten, minus the level expected now. Learners stop where they have mastered a
skill, so those who give ten answers more are the ones who did not gain; requiring ten would measure
that.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from analytics.core import growth_hmm
from analytics.core.difficulty import ITEM, Gaussian
from analytics.core.fit_all import fit_model
from analytics.core.item_parameters import Estimates, Questions, replay_terms
from analytics.core.learner_update import Ability, Belief, Evidence, Shared, absorb
from analytics.core.logistic import BoolArray, FloatArray, IntArray
from analytics.core.replay import Answers as Replayed
from analytics.core.stuck_fit import AHEAD, MAX_FLAGGED, outcomes
from benchmarks.science.assistments import Answers, load
from benchmarks.science.mastery import FOLDS, folds
from benchmarks.science.scoring import auc, calibration_error
from benchmarks.science.table import Row, at_least, at_most, show

MIN_AUC, MIN_PRECISION, MAX_CALIBRATION_ERROR = 0.72, 0.65, 0.03
MAX_AFTER_THREE, MAX_GAIN_ERROR = 0.50, 0.25
BECK_GONG_ANSWERS = 10


FIELDS = 8


class Judged(NamedTuple):
    """Estimates of the model after each answer; all shapes are (answers,)."""

    stuck: FloatArray
    is_flagged: FloatArray
    p_stuck: FloatArray
    slow: FloatArray
    level: FloatArray
    gain: FloatArray
    had_three: FloatArray
    number: FloatArray


def rows(answers: Answers) -> Iterator[Row]:
    """Measure the probability, the flags and the foretold gain, beside other rules."""
    judged = cross_validate(answers)
    state = _states(answers)
    outcome = outcomes(state, answers.score)
    is_point = ~np.isnan(outcome)
    at = Judged(*(column[is_point] for column in judged))
    stuck, fold = outcome[is_point], folds(answers.learner)[is_point]
    yield Row("decision points", float(len(stuck)))
    yield Row("stuck, of all", float(stuck.mean()))
    yield at_least("stuck: AUC", auc(at.stuck, stuck), MIN_AUC)
    spread = [auc(at.stuck[fold == number], stuck[fold == number]) for number in range(FOLDS)]
    yield Row("stuck: AUC, worst fold", min(spread))
    yield Row("stuck: AUC, best fold", max(spread))
    error = calibration_error(at.stuck, stuck)
    yield at_most("stuck: calibration error", error, MAX_CALIBRATION_ERROR)
    flagged = at.is_flagged > 0
    yield at_most("flagged", float(flagged.mean()), MAX_FLAGGED)
    yield at_least("flagged: precision", float(stuck[flagged].mean()), MIN_PRECISION)
    after_three = float(at.had_three[flagged].mean())
    yield at_most("flagged after three right in a row", after_three, MAX_AFTER_THREE)
    for name, ranking in (
        ("P_stuck alone", at.p_stuck), ("discounted accuracy alone", -at.slow),
        ("stuck", at.stuck),
    ):  # fmt: skip
        top = ranking >= np.quantile(ranking, 1.0 - MAX_FLAGGED)
        yield Row(f"{name}: AUC", auc(ranking, stuck))
        yield Row(f"{name}: precision of the highest 15 %", float(stuck[top].mean()))
    spinning: BoolArray = (at.number >= BECK_GONG_ANSWERS) & (at.had_three == 0)
    yield Row("Beck & Gong: flagged", float(spinning.mean()))
    yield Row("Beck & Gong: precision", float(stuck[spinning].mean()))
    yield Row("Beck & Gong: AUC", auc(spinning.astype(np.float64), stuck))
    realised = _mean_of_next(state, answers.score) - judged.level
    known = ~np.isnan(realised)
    foretold, found = AHEAD * judged.gain[known].mean(), realised[known].mean()
    yield Row("foretold gain of ten answers", float(foretold))
    yield Row("realised gain", float(found))
    yield at_most("error of the foretold gain", abs(foretold / found - 1.0), MAX_GAIN_ERROR)


def cross_validate(answers: Answers) -> Judged:
    """Judge every learner with parameters from the other folds' learners."""
    judged = np.empty((FIELDS, len(answers.score)))
    fold = folds(answers.learner)
    for number in range(FOLDS):
        held_out = fold == number
        judged[:, held_out] = judge(answers.select(~held_out), answers.select(held_out))
    return Judged(*judged)


def judge(training: Answers, answers: Answers) -> FloatArray:
    """Return the fields of `Judged` for new learners, with parameters from others."""
    items = int(max(training.item.max(), answers.item.max())) + 1
    questions = Questions(skill=training.skill, item=training.item, score=training.score)
    terms = replay_terms(
        training.learner, questions, Estimates.of_skills(answers.skills),
        Estimates.of_items(items),
    )  # fmt: skip
    replayed = Replayed.of_questions(
        training.learner, questions, skill=terms.skill, item=terms.item,
        day=np.zeros(len(training.score)),
    )  # fmt: skip
    fitted = fit_model(replayed, questions, skills=answers.skills)
    models = [fitted.model(skill) for skill in range(answers.skills)]
    skills = [Gaussian(*pair) for pair in zip(*terms.skills.terms, strict=True)]
    known = terms.items.answers > 0
    of_items = [
        Gaussian(*pair) if is_known else ITEM
        for *pair, is_known in zip(*terms.items.terms, known, strict=True)
    ]
    abilities: dict[int, Ability] = {}
    states: dict[tuple[int, int], Belief] = {}
    three: dict[tuple[int, int], float] = {}
    judged = []
    for learner, skill, item, score in zip(*(column.tolist() for column in answers), strict=True):
        model, key = models[skill], (learner, skill)
        ability = abilities.setdefault(learner, Ability())
        state = states.get(key) or states.setdefault(key, Belief.initial(model))
        absorb(ability, state, Evidence(score, 0.0, Shared(skills[skill], of_items[item])), model)
        course = state.trajectory
        results = int(course.recent_results.results)
        three[key] = max(three.get(key, 0.0), float(results % 8 == 7))
        gain = growth_hmm.velocity(course.belief, course.climb)
        judged.append(
            (course.stuck, course.is_plateau, course.p_stuck, course.recent_results.slow,
             course.level, gain, three[key], course.answers)
        )  # fmt: skip
    return np.array(judged, dtype=np.float64).T


def _states(answers: Answers) -> IntArray:
    pairs = answers.learner * answers.skills + answers.skill
    state: IntArray = np.unique(pairs, return_inverse=True)[1].astype(np.int64)
    return state


def _mean_of_next(state: IntArray, score: FloatArray) -> FloatArray:
    """Return the mean of the next answers of each state, up to ten; NaN without one."""
    order = np.argsort(state, kind="stable")
    ordered, place = state[order], np.arange(len(order))
    ends = np.minimum(np.searchsorted(ordered, ordered, side="right"), place + 1 + AHEAD)
    total, count = np.concatenate([[0.0], np.cumsum(score[order])]), ends - place - 1
    found = np.full(len(order), np.nan)
    found[order] = np.where(
        count > 0, (total[ends] - total[place + 1]) / np.maximum(count, 1), np.nan
    )
    return found


if __name__ == "__main__":
    sys.exit(not show(rows(load())))
