"""Train the shipped calibration of `analytics.core.stuck` on simulated learners, and print it.

    python -m benchmarks.science.stuck_weights

No research data is used. The learners are those of `benchmarks.science.simulator`, with another
seed than the benchmark's, in three settings: an established skill, a skill nobody has answered
before, and questions of unknown difficulty; and learners who fail nearly always, with and without
success at other skills. Of the learners who ever stand still one in five is
used, since they are a minority in most classes. The label is the mean of the truth and of the
outcome that a local fit uses (`stuck_fit.outcomes`): the first is sharper, the second is what the
number claims.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from analytics.core import difficulty, stuck, stuck_fit
from analytics.core.difficulty import Gaussian
from analytics.core.logistic import FloatArray
from analytics.core.logistic_fit import fit_logistic
from benchmarks.science.plateaus import ESTABLISHED, replay_learners
from benchmarks.science.simulator import Kind, Learners, simulated

SEED, OF_EACH = 77, 400
THINNED = 5
EASY = Gaussian(-1.5, 0.05)  # at other skills, the learners who fail do better
RIDGE = 0.1


def settings() -> Iterator[tuple[Learners, Gaussian]]:
    """Yield learners and the difficulty of their skill, for each setting."""
    yield simulated(OF_EACH, SEED), ESTABLISHED
    yield simulated(OF_EACH, SEED + 1), difficulty.SKILL
    blind = simulated(OF_EACH, SEED + 2)
    kind, score, difficulties, day, level, stands_still = blind
    nothing = np.zeros_like(difficulties)
    yield Learners(kind, score, nothing, day, level, stands_still), ESTABLISHED
    for skill in (ESTABLISHED, EASY):
        yield failing(OF_EACH, SEED + 3), skill


def failing(count: int, seed: int) -> Learners:
    """Return learners whose level stays below .15, which the simulator does not have."""
    rng = np.random.default_rng(seed)
    _, _, difficulty, day, level, stands_still = simulated(count, seed)
    chosen = slice(0, count)
    level = np.broadcast_to(rng.uniform(0.01, 0.15, (count, 1)), level[chosen].shape)
    score = rng.random(level.shape) < level
    return Learners(
        [Kind.LOW] * count, score.astype(np.float64), np.zeros_like(difficulty[chosen]),
        day[chosen], level, np.ones_like(stands_still[chosen]),
    )  # fmt: skip


def examples(learners: Learners, skill: Gaussian) -> tuple[FloatArray, FloatArray]:
    """Return the features and labels of the decision points of some learners."""
    answers, _replayed, inputs = replay_learners(learners, skill)
    outcome = stuck_fit.outcomes(answers.belief, answers.score)
    is_kept = np.ones(len(learners.kind), dtype=np.bool_)
    still = np.flatnonzero(learners.stands_still.any(axis=1))
    is_kept[np.delete(still, np.s_[::THINNED])] = False
    chosen = ~np.isnan(outcome) & is_kept[answers.learner]
    features = np.column_stack([np.ones(len(outcome)), *stuck.terms(inputs)])
    label = (outcome + learners.stands_still.ravel()) / 2.0
    return features[chosen], label[chosen]


def main() -> None:
    """Train and print the weights."""
    features, labels = map(
        np.concatenate, zip(*(examples(*each) for each in settings()), strict=True)
    )
    centre = np.zeros(features.shape[1])
    print(
        [
            round(float(weight), 3)
            for weight in fit_logistic(features, labels, centre=centre, ridge=RIDGE)
        ]
    )


if __name__ == "__main__":
    main()
