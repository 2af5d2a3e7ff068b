"""Choice between the blend and boosted trees, by predictions of learners left out of the fit.

Learners are divided into folds. The shared values that the answers of a fold are evaluated with
are estimated from the answers of the other folds, as those of a new learner will be. Those stored
with the events would be less certain at the beginning than later, which lowers the AUC by .0016.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from analytics.core import boosting_fit, fit, predictor, recent_results, replay
from analytics.core.bkt import ParamRows
from analytics.core.boosting import ItemResults, Trees
from analytics.core.difficulty import ITEM, Claims, Gaussian, item_term
from analytics.core.item_parameters import NONE, Estimates, Questions, replay_terms
from analytics.core.logistic import BoolArray, FloatArray, IntArray
from analytics.core.scoring import log_loss

FOLDS = 4
# With less, the trees could not beat the blend, or not reliably.
MIN_ANSWERS = 1_000
MIN_LEARNERS = 20
_CERTAIN = 1e-6


@dataclass(frozen=True)
class CrossFitted:
    """Inputs of the predictors before each answer, by shared values from the other folds.

    Attributes
    ----------
    fold : fold of each answer, shape (answers,).
    features : the design matrix of the blend, shape (answers, 7).
    inputs : columns `boosting.INPUTS`, shape (answers, inputs).
    """

    fold: IntArray
    features: FloatArray
    inputs: NDArray[np.float32]


def choose_trees(
    answers: replay.Answers, questions: Questions, *, skills: int, seed: int = 0
) -> Trees | None:
    """Fit boosted trees; return them if they predict learners left out better than the blend.

    None also if there are too few answers or learners, or LightGBM is not installed.

    Parameters
    ----------
    answers : the answers of each learner in temporal order; their shared terms are not used. If all
        have the same time, times are not among the inputs.
    questions : the questions of the answers.
    skills : number of skills.
    seed : of the division into folds.
    """
    if len(answers) < MIN_ANSWERS or len(np.unique(answers.learner)) < MIN_LEARNERS:
        return None
    given = cross_fit(answers, questions, skills=skills, seed=seed)
    try:
        trees, blend = _predict_held_out(given, answers.score)
        if _log_loss(trees, answers.score) >= _log_loss(blend, answers.score):
            return None
        return boosting_fit.fit_trees(given.inputs, answers.score)
    except boosting_fit.FitUnavailable:
        return None


def cross_fit(
    answers: replay.Answers, questions: Questions, *, skills: int, seed: int = 0
) -> CrossFitted:
    """Return the inputs of the predictors; parameters as for `choose_trees`."""
    learners = int(answers.learner.max()) + 1
    fold = (np.random.default_rng(seed).permutation(learners) % FOLDS)[answers.learner]
    terms, results = np.empty((4, len(answers))), np.empty((2, len(answers)))
    tracing, by_time = [], np.argsort(answers.day, kind="stable")
    for number in range(FOLDS):
        held_out, rows = fold == number, by_time[fold[by_time] != number]
        others, learner = _select(questions, rows), answers.learner[rows]
        replayed = replay_terms(
            learner, others, Estimates.of_skills(skills),
            Estimates.of_items(int(questions.item.max(initial=NONE)) + 1),
        )  # fmt: skip
        terms[:, held_out], results[:, held_out] = _shared_values(
            _select(questions, held_out), replayed.skills, replayed.items, others
        )
        tracing.append(
            fit.fit(learner, others.skill, others.score, skills=skills, forgetting=True).rows
        )
    states = np.zeros(int(answers.belief.max()) + 1, dtype=np.int64)
    states[answers.belief] = fold * skills + questions.skill
    forgetting = ParamRows(*map(np.concatenate, zip(*tracing, strict=True))).take(states)
    skill_mean, skill_variance, item_mean, item_variance = terms
    answers = replace(
        answers, skill_mean=skill_mean, skill_variance=skill_variance, item_mean=item_mean,
        item_variance=item_variance,
    )  # fmt: skip
    of_blend, variance = replay.predictor_inputs(answers, forgetting=forgetting)
    return CrossFitted(
        fold,
        predictor.features(of_blend),
        np.column_stack([of_blend, variance, results.T, _recent(answers)]).astype(np.float32),
    )


def _recent(answers: replay.Answers) -> FloatArray:
    """Return the last columns of `boosting.INPUTS`, those that need the answers alone."""
    before = recent_results.replay(answers.learner, answers.belief, answers.score, answers.day)
    recent = np.column_stack(
        recent_results.inputs([*before.before], [*before.at_skill_before], answers.day)
    )
    if np.ptp(answers.day) == 0.0:
        recent[:, [name in recent_results.TIMED for name in recent_results.INPUTS]] = 0.0
    return recent


def _select(questions: Questions, chosen: BoolArray | IntArray) -> Questions:
    claimed = questions.claimed
    return Questions(
        skill=questions.skill[chosen],
        item=questions.item[chosen],
        score=questions.score[chosen],
        claimed=None if claimed is None else claimed[chosen],
    )


def _shared_values(
    questions: Questions, skills: Estimates, items: Estimates, others: Questions
) -> tuple[FloatArray, FloatArray]:
    """Return the terms to evaluate answers with, and the `ItemResults` of the other answers.

    The terms are means and variances of skill and item: shape (4, answers).
    """
    skill = skills.terms.take(questions.skill)
    count = np.append(items.answers, 0)[questions.item]
    is_of_item = others.item != NONE
    correct = np.zeros(len(items.answers) + 1)
    np.add.at(correct, others.item[is_of_item], others.score[is_of_item])
    item = items.terms.take(questions.item)
    terms = np.stack(
        [
            *skill,
            np.where(count > 0, item.mean, ITEM.mean),
            np.where(count > 0, item.variance, ITEM.variance),
        ]
    )
    if questions.claimed is not None:
        for row in np.flatnonzero((count == 0) & ~np.isnan(questions.claimed)):
            claims = skills.claims[questions.skill[row]] if skills.claims else Claims()
            claim = float(questions.claimed[row])
            terms[2:, row] = item_term(None, claim, Gaussian(*terms[:2, row]), claims)
    answers: FloatArray = count.astype(np.float64)
    return terms, np.stack(ItemResults.of(answers, correct[questions.item]))


def _predict_held_out(given: CrossFitted, score: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the predictions by trees and by the blend, each fitted to the other folds."""
    trees, blend = np.empty_like(score), np.empty_like(score)
    for number in range(FOLDS):
        others, held_out = given.fold != number, given.fold == number
        fitted = boosting_fit.fit_trees(given.inputs[others], score[others])
        trees[held_out] = fitted.predictions(given.inputs[held_out].astype(np.float64))
        weights = predictor.fit_blend(given.features[others], score[others])
        blend[held_out] = predictor.predictions(given.features[held_out], weights)
    return trees, blend


def _log_loss(predicted: FloatArray, score: FloatArray) -> float:
    return log_loss(predicted.clip(_CERTAIN, 1.0 - _CERTAIN), score)
