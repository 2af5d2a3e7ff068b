"""How well the blend of all models foresees the next answer; `learning-science` 2.

    python -m benchmarks.science.prediction

Five folds by learner, as in `benchmarks.science.mastery`. From the answers of four fifths of the
learners, all in one pass: knowledge tracing with forgetting is fitted; everybody's ability and
the difficulties are followed, one answer after another; and the weights are fitted to what both
models said of each of these answers before it came, with difficulties as known by then, as
events keep them. Then nothing shared moves any more, and each answer of the other learners is
predicted from their earlier ones alone, as online, the first included.

Beside it: the blend an installation starts with, while knowledge tracing has its defaults (its
weights have seen all these answers, which flatters it), and the ability model alone. (Gervet,
Koedinger, Schneider & Mitchell 2020 report an AUC of .770 for the best logistic regression,
which is refitted rather than followed.)
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
from benchmarks.science.mastery import FOLDS, beside, causal, folds
from benchmarks.science.scoring import auc, calibration_error, log_loss
from benchmarks.science.table import Row, at_least, at_most, show

MIN_AUC, MAX_LOG_LOSS, MAX_CALIBRATION_ERROR = 0.775, 0.527, 0.012
KALMAN = BlendWeights(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0)


@dataclass(frozen=True)
class Known:
    """What the answers of some learners taught of skills and items."""

    fading: ParamRows
    skills: Estimates
    items: Estimates
    blend: BlendWeights


class PredictedScores(NamedTuple):
    """The probability given to each answer being right, shapes (answers,), by three blends."""

    fitted: FloatArray
    shipped: FloatArray
    kalman: FloatArray


def rows(answers: Answers) -> Iterator[Row]:
    """Measure the prediction, and what stands beside it."""
    foreseen = folded(answers)
    yield from beside("shipped weights, tracing by defaults", answers, foreseen.shipped)
    yield from beside("ability and difficulty alone", answers, foreseen.kalman)
    score = answers.score
    yield at_least("blend: AUC", auc(foreseen.fitted, score), MIN_AUC)
    yield at_most("blend: log loss", log_loss(foreseen.fitted, score), MAX_LOG_LOSS)
    error = calibration_error(foreseen.fitted, score)
    yield at_most("blend: calibration error", error, MAX_CALIBRATION_ERROR)


def folded(answers: Answers) -> PredictedScores:
    """Predict every learner's answers from what the other folds' learners taught."""
    predicted = np.empty((3, len(answers.score)))
    fold = folds(answers.learner)
    for number in range(FOLDS):
        held_out = fold == number
        known = taught(answers.of(~held_out), items=int(answers.item.max()) + 1)
        predicted[:, held_out] = foreseen(answers.of(held_out), known)
    return PredictedScores(*predicted)


def taught(answers: Answers, *, items: int) -> Known:
    """Learn all that is shared, from answers in their order."""
    skills = answers.skills
    fading = fit(answers.learner, answers.skill, answers.score, skills=skills, forgetting=True).rows
    followed = replay_terms(
        answers.learner,
        Questions(skill=answers.skill, item=answers.item, score=answers.score),
        Estimates.of_skills(skills),
        Estimates.of_items(items),
    )
    voices = _voices(causal(answers, fading), followed)
    blend = fit_blend(features(voices), answers.score)
    return Known(fading, followed.skills, followed.items, blend)


def _voices(tracing: FloatArray, followed: ReplayedTerms) -> FloatArray:
    used = followed.used
    return np.column_stack(
        [
            tracing,
            used.ability.mean,
            used.skill_ability.mean,
            followed.skill.mean,
            followed.item.mean,
            followed.log_odds,
        ]
    )


def foreseen(answers: Answers, known: Known) -> PredictedScores:
    """Predict learners nobody learned from, answer by answer."""
    terms = judged(answers, known)
    tracing = causal(answers, known.fading)
    untaught = causal(answers, ParamRows.of([DEFAULTS] * answers.skills))
    said = features(np.column_stack([tracing, terms]))
    at_first = features(np.column_stack([untaught, terms]))
    return PredictedScores(
        predictions(said, known.blend), predictions(at_first, DEFAULT), predictions(said, KALMAN)
    )


def judged(answers: Answers, known: Known) -> FloatArray:
    """Return the ability model's `PredictorInputs` before each answer: shape (answers, 5).

    Learners come one after another, and so do the answers of each: as requests bring them.
    """
    skills = _terms(known.skills.terms)
    items = [
        term if count else None
        for term, count in zip(_terms(known.items.terms), known.items.answers, strict=True)
    ]
    abilities: dict[int, Gaussian] = {}
    skill_abilities: dict[tuple[int, int], Gaussian] = {}
    said = []
    for learner, of, which, score in zip(*(column.tolist() for column in answers), strict=True):
        skill = skills[of]
        item = item_term(items[which], None, skill)
        moved = absorb(
            score,
            abilities.get(learner, LEARNER),
            skill_abilities.get((learner, of), LEARNER_SKILL),
            skill,
            item,
        )
        abilities[learner], skill_abilities[learner, of] = moved.ability, moved.skill_ability
        ability, skill_ability = moved.ability_used.mean, moved.skill_ability_used.mean
        said.append((ability, skill_ability, skill.mean, item.mean, moved.log_odds))
    return np.array(said)


def _terms(terms: Gaussians) -> list[Gaussian]:
    pairs = zip(terms.mean.tolist(), terms.variance.tolist(), strict=True)
    return [Gaussian(mean, variance) for mean, variance in pairs]


if __name__ == "__main__":
    sys.exit(not show(rows(load())))
