"""Measure how well the blend of all models predicts the next answer; `learning-science` 2.

    python -m benchmarks.science.prediction

Five folds by learner, as in `benchmarks.science.mastery`. All shared parameters are learned from
the answers of four fifths of the learners, in one pass: knowledge tracing with forgetting is
fitted; all abilities and difficulties are updated, one answer after another; and the weights are
fitted to the predictions of both models before each of these answers, with difficulties as known
by then, as events store them. After that no shared parameter changes, and each answer of the other
learners is predicted from their earlier answers alone, as online, the first answer included.

Two others are measured for comparison: the blend an installation starts with, while knowledge
tracing has its defaults (its weights were fitted to all these answers, which flatters it), and the
ability model alone. (Gervet, Koedinger, Schneider & Mitchell 2020 report an AUC of .770 for the
best logistic regression, which is refitted rather than updated.)
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from analytics.core.bkt import DEFAULTS, ParamRows
from analytics.core.difficulty import LEARNER, LEARNER_SKILL, Gaussian, Gaussians, absorb, item_term
from analytics.core.fit import fit
from analytics.core.item_parameters import Estimates, Questions, ReplayedTerms, replay_terms
from analytics.core.logistic import FloatArray
from analytics.core.predictor import DEFAULT, BlendWeights, features, fit_blend, predictions
from benchmarks.science.assistments import Answers, load
from benchmarks.science.mastery import FOLDS, folds, predict_online, rows_without_targets
from benchmarks.science.scoring import auc, calibration_error, log_loss
from benchmarks.science.table import Row, at_least, at_most, show

MIN_AUC, MAX_LOG_LOSS, MAX_CALIBRATION_ERROR = 0.775, 0.527, 0.012
KALMAN = BlendWeights(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0)


@dataclass(frozen=True)
class LearnedParameters:
    """Parameters of skills and items that are learned from the answers of some learners."""

    tracing: ParamRows
    skills: Estimates
    items: Estimates
    blend: BlendWeights


class PredictedScores(NamedTuple):
    """Predicted probability of each answer being right, shapes (answers,), by three blends."""

    fitted: FloatArray
    shipped: FloatArray
    kalman: FloatArray


def rows(answers: Answers) -> Iterator[Row]:
    """Measure the prediction, and two others for comparison."""
    predicted = cross_validate(answers)
    yield from rows_without_targets(
        "shipped weights, tracing by defaults", answers, predicted.shipped
    )
    yield from rows_without_targets("ability and difficulty alone", answers, predicted.kalman)
    score = answers.score
    yield at_least("blend: AUC", auc(predicted.fitted, score), MIN_AUC)
    yield at_most("blend: log loss", log_loss(predicted.fitted, score), MAX_LOG_LOSS)
    error = calibration_error(predicted.fitted, score)
    yield at_most("blend: calibration error", error, MAX_CALIBRATION_ERROR)


def cross_validate(answers: Answers) -> PredictedScores:
    """Predict every learner's answers with parameters from the other folds' learners."""
    predicted = np.empty((3, len(answers.score)))
    fold = folds(answers.learner)
    for number in range(FOLDS):
        held_out = fold == number
        parameters = learn_parameters(answers.select(~held_out), items=int(answers.item.max()) + 1)
        predicted[:, held_out] = predict_learners(answers.select(held_out), parameters)
    return PredictedScores(*predicted)


def learn_parameters(answers: Answers, *, items: int) -> LearnedParameters:
    """Learn all shared parameters, from answers in their order."""
    skills = answers.skills
    tracing = fit(
        answers.learner, answers.skill, answers.score, skills=skills, forgetting=True
    ).rows
    replayed = replay_terms(
        answers.learner,
        Questions(skill=answers.skill, item=answers.item, score=answers.score),
        Estimates.of_skills(skills),
        Estimates.of_items(items),
    )
    inputs = _predictor_inputs(predict_online(answers, tracing), replayed)
    blend = fit_blend(features(inputs), answers.score)
    return LearnedParameters(tracing, replayed.skills, replayed.items, blend)


def _predictor_inputs(tracing: FloatArray, replayed: ReplayedTerms) -> FloatArray:
    used = replayed.used
    return np.column_stack(
        [
            tracing,
            used.ability.mean,
            used.skill_ability.mean,
            replayed.skill.mean,
            replayed.item.mean,
            replayed.log_odds,
        ]
    )


def predict_learners(answers: Answers, parameters: LearnedParameters) -> PredictedScores:
    """Predict the answers of new learners, one after another."""
    ability_inputs = replay_abilities(answers, parameters)
    tracing = predict_online(answers, parameters.tracing)
    default_tracing = predict_online(answers, ParamRows.of([DEFAULTS] * answers.skills))
    fitted_features = features(np.column_stack([tracing, ability_inputs]))
    default_features = features(np.column_stack([default_tracing, ability_inputs]))
    return PredictedScores(
        predictions(fitted_features, parameters.blend),
        predictions(default_features, DEFAULT),
        predictions(fitted_features, KALMAN),
    )


def replay_abilities(answers: Answers, parameters: LearnedParameters) -> FloatArray:
    """Return the ability model's `PredictorInputs` before each answer: shape (answers, 5).

    Learners come one after another, and so do the answers of each, as in requests.
    """
    skills = _terms(parameters.skills.terms)
    items = [
        term if count else None
        for term, count in zip(
            _terms(parameters.items.terms), parameters.items.answers, strict=True
        )
    ]
    abilities: dict[int, Gaussian] = {}
    skill_abilities: dict[tuple[int, int], Gaussian] = {}
    inputs = []
    for learner, skill_index, item_index, score in zip(
        *(column.tolist() for column in answers), strict=True
    ):
        skill = skills[skill_index]
        item = item_term(items[item_index], None, skill)
        update = absorb(
            score,
            abilities.get(learner, LEARNER),
            skill_abilities.get((learner, skill_index), LEARNER_SKILL),
            skill,
            item,
        )
        abilities[learner], skill_abilities[learner, skill_index] = (
            update.ability,
            update.skill_ability,
        )
        ability, skill_ability = update.ability_used.mean, update.skill_ability_used.mean
        inputs.append((ability, skill_ability, skill.mean, item.mean, update.log_odds))
    return np.array(inputs)


def _terms(terms: Gaussians) -> list[Gaussian]:
    pairs = zip(terms.mean.tolist(), terms.variance.tolist(), strict=True)
    return [Gaussian(mean, variance) for mean, variance in pairs]


if __name__ == "__main__":
    sys.exit(not show(rows(load())))
