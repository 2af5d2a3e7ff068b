"""One answer and everything we believe: the models of mastery, ability and progress composed.

Each model is a module of its own; here is only in which order they look at an answer, and what
each is given. The one answer of a request goes through `absorb`; `analytics.core.replay` does the
same to many learners at a time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from analytics.core import bkt, difficulty, predictor
from analytics.core.difficulty import Gaussian
from analytics.core.efficiency import efficiency, running_average
from analytics.core.exponential_average import NO_AVERAGE, ExponentialAverage
from analytics.core.logistic import sigmoid
from analytics.core.trajectory import Trajectory


class Model(NamedTuple):
    """The parameters one skill is judged by.

    `classic` moves the mastery that is shown, `fading`, with forgetting, the one that predicts;
    `blend` weighs the models' voices in the prediction.
    """

    classic: bkt.Params = bkt.DEFAULTS
    forgetting: bkt.Params = bkt.DEFAULTS
    blend: predictor.BlendWeights = predictor.DEFAULT


DEFAULT_MODEL = Model()


class Shared(NamedTuple):
    """What all learners' answers say of a question, as it stood when one answer was judged.

    Difficulties in log odds, the item's beside the skill's; `typical_seconds` None: unknown.
    """

    skill: Gaussian
    item: Gaussian
    typical_seconds: float | None = None


class Evidence(NamedTuple):
    """One answer, in numbers.

    `score` in [0, 1]; `seconds` >= 0 or None; `confidence` 1 to 5 or None; `day` since 1970 in
    UTC, with its fraction.
    """

    score: float
    day: float
    shared: Shared
    seconds: float | None = None
    confidence: int | None = None


class UpdateResult(NamedTuple):
    """What one answer did, and the learner's terms that went into it."""

    before: float
    after: float
    p_correct: float
    ability: Gaussian
    skill_ability: Gaussian


@dataclass(slots=True)
class Ability:
    """What we believe of a learner whatever the skill."""

    term: Gaussian = difficulty.LEARNER
    efficiency: ExponentialAverage[float] = NO_AVERAGE


@dataclass(slots=True)
class Belief:
    """What we believe a learner knows of one skill."""

    mastery: float
    mastery_with_forgetting: float
    attempts: int = 0
    correct: int = 0
    ability: Gaussian = difficulty.LEARNER_SKILL
    course: Trajectory = field(default_factory=Trajectory.begin)

    @classmethod
    def begin(cls, model: Model = DEFAULT_MODEL) -> Belief:
        """Return what is believed before the first answer."""
        return cls(mastery=model.classic.prior, mastery_with_forgetting=model.forgetting.prior)


def p_correct(ability: Ability, belief: Belief, shared: Shared, model: Model) -> float:
    """Return the probability that the next answer is right (learning-science 2)."""
    used, skill_used = difficulty.with_drift(ability.term, belief.ability)
    log_odds, _, _ = difficulty.expect(used, skill_used, shared.skill, shared.item)
    return _blended(belief, used, skill_used, shared, log_odds, model)


def predict_next(ability: Ability, shared: Shared) -> UpdateResult:
    """Return what is expected of an answer that no skill is known of, which moves no belief.

    There is no mastery: before and after are 0.
    """
    used, absent = difficulty.with_drift(ability.term, difficulty.ABSENT)
    log_odds, _, _ = difficulty.expect(used, absent, shared.skill, shared.item)
    return UpdateResult(0.0, 0.0, sigmoid(log_odds), used, absent)


def _blended(
    belief: Belief,
    used: Gaussian,
    skill_used: Gaussian,
    shared: Shared,
    log_odds: float,
    model: Model,
) -> float:
    voices = predictor.PredictorInputs(
        bkt.predict(belief.mastery_with_forgetting, model.forgetting),
        used.mean,
        skill_used.mean,
        shared.skill.mean,
        shared.item.mean,
        log_odds,
    )
    return predictor.predict(voices, model.blend)


def absorb(ability: Ability, belief: Belief, evidence: Evidence, model: Model) -> UpdateResult:
    """Move everything we believe by one answer, in place, and return what that did."""
    shared = evidence.shared
    moved, effort = _moved(ability, belief, evidence), _effort(evidence)
    used, skill_used = moved.ability_used, moved.skill_ability_used
    predicted = _blended(belief, used, skill_used, shared, moved.log_odds, model)
    before = belief.mastery
    _follow(belief, evidence, effort, model)
    _strengthen(ability, belief, moved, effort)
    return UpdateResult(before, belief.mastery, predicted, used, skill_used)


def reapply(
    ability: Ability, belief: Belief, evidence: Evidence, model: Model
) -> tuple[float, float]:
    """`absorb` an answer whose prediction stays as it was told; return mastery before and after."""
    before = belief.mastery
    moved, effort = _moved(ability, belief, evidence), _effort(evidence)
    _follow(belief, evidence, effort, model)
    _strengthen(ability, belief, moved, effort)
    return before, belief.mastery


def reapply_ability(ability: Ability, belief: Belief, evidence: Evidence) -> None:
    """Move by an answer only what other skills' answers have a part in: the abilities."""
    moved, effort = _moved(ability, belief, evidence), _effort(evidence)
    _strengthen(ability, belief, moved, effort)


def _moved(ability: Ability, belief: Belief, evidence: Evidence) -> difficulty.KalmanStep:
    shared = evidence.shared
    return difficulty.absorb(
        evidence.score, ability.term, belief.ability, shared.skill, shared.item
    )


def _effort(evidence: Evidence) -> float:
    return efficiency(
        evidence.score,
        seconds=evidence.seconds,
        confidence=evidence.confidence,
        typical_seconds=evidence.shared.typical_seconds,
    )


def _strengthen(
    ability: Ability, belief: Belief, moved: difficulty.KalmanStep, effort: float
) -> None:
    ability.term, belief.ability = moved.ability, moved.skill_ability
    ability.efficiency = running_average(ability.efficiency, effort)


def _follow(belief: Belief, evidence: Evidence, effort: float, model: Model) -> None:
    """Move what rests on the answers at one skill alone."""
    score = evidence.score
    belief.mastery = bkt.update(belief.mastery, score, model.classic)
    belief.mastery_with_forgetting = bkt.update(
        belief.mastery_with_forgetting, score, model.forgetting
    )
    belief.attempts += 1
    belief.correct += score == 1.0
    belief.course.absorb(
        score,
        difficulty=evidence.shared.item.mean,
        mastery=belief.mastery,
        efficiency=effort,
        day=evidence.day,
    )
