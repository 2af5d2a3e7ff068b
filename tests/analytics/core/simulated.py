"""Answers simulated by Bayesian Knowledge Tracing with known parameters."""

from __future__ import annotations

import numpy as np

from analytics.core.bkt import ParamRows, Params
from analytics.core.logistic import FloatArray, IntArray

Answers = tuple[IntArray, IntArray, FloatArray]


def simulated(skills: list[Params], *, learners: int, answers: int, seed: int = 0) -> Answers:
    """Simulate answers of each learner to each skill, drawn from the model itself."""
    random = np.random.default_rng(seed)
    learner, skill, _step = (
        axis.ravel() for axis in np.indices((learners, len(skills), answers), dtype=np.int64)
    )
    params = ParamRows.of(skills)
    known = random.random((learners, len(skills))) < params.prior
    right = []
    for _ in range(answers):
        right.append(random.random(known.shape) < np.where(known, 1 - params.slip, params.guess))
        stays = np.where(known, 1 - params.forget, 1 - params.learn)
        known = known ^ (random.random(known.shape) >= stays)
    return learner, skill, np.stack(right, axis=2).ravel().astype(np.float64)
