"""Learning from all learners' answers: each skill's parameters, and the prediction's weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.core import bkt, fit, predictor, replay
from analytics.core.learner_update import Model
from analytics.core.logistic import IntArray


@dataclass(frozen=True, kw_only=True)
class ModelFit:
    """What answers taught about skills, numbered from 0.

    `classic` and `fading` are the fits without and with forgetting; `blend` is of all skills.
    """

    classic: fit.Fit
    fading: fit.Fit
    blend: predictor.BlendWeights

    def model(self, skill: int) -> Model:
        """Return what a skill is judged by from now on."""
        return Model(self.classic.params(skill), self.fading.params(skill), self.blend)


def fit_model(
    answers: replay.Answers, skill: IntArray, *, skills: int, starts: int = 1, seed: int = 0
) -> ModelFit:
    """Fit everything that is fitted.

    Parameters
    ----------
    answers : each learner's in order; the shared terms are those each was judged with, so that
        the weights are fitted on what was known by then.
    skill : of each answer, shape (answers,), below `skills`.
    starts, seed : see `fit.fit`.
    """
    classic = fit.fit(
        answers.learner, skill, answers.score, skills=skills, starts=starts, seed=seed
    )
    fading = fit.fit(
        answers.learner, skill, answers.score, skills=skills, starts=starts, seed=seed,
        forgetting=True,
    )  # fmt: skip
    skill_of = _skill_of_belief(answers.belief, skill)
    fading_rows = bkt.ParamRows.of(fading.params(row) for row in range(skills)).take(skill_of)
    voices = replay.predictor_inputs(answers, fading=fading_rows)
    blend = predictor.fit_blend(predictor.features(voices), answers.score)
    return ModelFit(classic=classic, fading=fading, blend=blend)


def _skill_of_belief(belief: IntArray, skill: IntArray) -> IntArray:
    """Return which skill each belief is about."""
    skill_of = np.zeros(int(belief.max(initial=-1)) + 1, dtype=np.int64)
    skill_of[belief] = skill
    return skill_of
