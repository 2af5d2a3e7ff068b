"""Fit of everything learned from all learners: BKT parameters of skills, blend and trees."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from analytics.core import (
    bkt,
    fit,
    growth_fit,
    growth_hmm,
    predictor,
    replay,
    stuck_batch,
    stuck_fit,
)
from analytics.core.boosting import Trees
from analytics.core.cross_fitting import choose_trees
from analytics.core.difficulty import Gaussians
from analytics.core.item_parameters import Questions
from analytics.core.learner_update import Model
from analytics.core.logistic import IntArray
from analytics.core.stuck import SHIPPED, Calibration
from analytics.core.stuck_batch import ModelRows


@dataclass(frozen=True, kw_only=True)
class ModelFit:
    """Fitted parameters of all skills, numbered from 0.

    `classic` and `forgetting` are the BKT fits without and with forgetting; `blend` holds the
    weights of the predictor, `climb` the growth rate and `stuck` the calibration of the probability
    of being stuck, common to all skills; `trees` predict instead of the blend, unless they are
    None. A skill of which one fit is rejected has the pooled parameters.
    """

    classic: fit.Fit
    forgetting: fit.Fit
    blend: predictor.BlendWeights
    climb: float = growth_hmm.P_CLIMB
    stuck: Calibration = SHIPPED
    trees: Trees | None = None

    def model(self, skill: int) -> Model:
        """Return the fitted parameters of one skill."""
        if self.rejections(skill):
            return self.pooled
        classic, forgetting = self.classic.params(skill), self.forgetting.params(skill)
        return self._model(classic, forgetting)

    @property
    def pooled(self) -> Model:
        """The parameters of all answers as one skill, for skills that the fit does not know."""
        return self._model(self.classic.pooled, self.forgetting.pooled)

    def _model(self, classic: bkt.Params, forgetting: bkt.Params) -> Model:
        return Model(classic, forgetting, self.blend, self.climb, self.stuck, self.trees)

    def rejections(self, skill: int) -> list[str]:
        """Return the reasons for which one of the fits of a skill is rejected."""
        return [
            *self.classic.rejections(skill),
            *(f"with forgetting: {reason}" for reason in self.forgetting.rejections(skill)),
        ]


def fit_model(
    answers: replay.Answers,
    questions: Questions,
    *,
    skills: int,
    starts: int = 1,
    seed: int = 0,
    with_trees: bool = True,
) -> ModelFit:
    """Fit the BKT parameters of all skills, without and with forgetting, the blend and the trees.

    Parameters
    ----------
    answers : the answers of each learner in temporal order. The shared terms are those that each
        answer was evaluated with, so the weights are fitted to what was known before the answer.
    questions : the question of each answer, with skills in [0, skills).
    skills : number of skills.
    starts, seed : see `fit.fit`.
    with_trees : whether trees are fitted; without them the blend predicts.
    """
    skill = questions.skill
    classic = fit.fit(
        answers.learner, skill, answers.score, skills=skills, starts=starts, seed=seed
    )
    forgetting = fit.fit(
        answers.learner, skill, answers.score, skills=skills, starts=starts, seed=seed,
        forgetting=True,
    )  # fmt: skip
    skill_of = _skill_of_state(answers.belief, skill)
    fitted = ModelFit(classic=classic, forgetting=forgetting, blend=predictor.DEFAULT)
    of_skills = bkt.ParamRows.of(fitted.model(row).forgetting for row in range(skills))
    forgetting_rows = of_skills.take(skill_of)
    inputs, _ = replay.predictor_inputs(answers, forgetting=forgetting_rows)
    blend = predictor.fit_blend(predictor.features(inputs), answers.score)
    trees = choose_trees(answers, questions, skills=skills, seed=seed) if with_trees else None
    climb = growth_fit.fit_climb(answers)
    fitted = replace(fitted, blend=blend, climb=climb, trees=trees)
    return replace(fitted, stuck=_fit_stuck(answers, skill_of, fitted))


def _fit_stuck(answers: replay.Answers, skill_of: IntArray, fitted: ModelFit) -> Calibration:
    """Return the calibration of the probability of being stuck; the shipped one if none fits."""
    models = [fitted.model(row) for row in range(int(skill_of.max(initial=-1)) + 1)]
    rows = ModelRows.of(models, skill_of)
    replayed = replay.replay(
        answers,
        classic=bkt.ParamRows.of(model.classic for model in models).take(skill_of),
        forgetting=bkt.ParamRows.of(model.forgetting for model in models).take(skill_of),
        models=rows,
    )
    skill = Gaussians(answers.skill_mean, answers.skill_variance)
    inputs = stuck_batch.inputs(
        replayed.observed, answers.belief, answers.score, skill, rows.blend[:, answers.belief]
    )
    calibration = stuck_fit.fit_calibration(
        inputs, replayed.observed, answers.learner, answers.belief, answers.score
    )
    return calibration or SHIPPED


def _skill_of_state(state: IntArray, skill: IntArray) -> IntArray:
    """Return the skill of each skill state, shape (states,)."""
    skill_of = np.zeros(int(state.max(initial=-1)) + 1, dtype=np.int64)
    skill_of[state] = skill
    return skill_of
