"""Update of all estimates by one answer: mastery, ability, progress and efficiency combined.

Each model is a module of its own; this one defines the order in which they process an answer and
their inputs. `absorb` processes the single answer of a request; `analytics.core.replay` processes
many learners at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import nan
from typing import NamedTuple

from analytics.core import bkt, causes, difficulty, growth_hmm, predictor, recent_results
from analytics.core.boosting import NO_RESULTS, ItemResults, Trees
from analytics.core.difficulty import Gaussian
from analytics.core.efficiency import efficiency, running_average
from analytics.core.exponential_average import NO_AVERAGE, ExponentialAverage
from analytics.core.logistic import sigmoid
from analytics.core.stuck import SHIPPED, Calibration
from analytics.core.trajectory import Trajectory

# Edition of all formulas that stored states depend on; states of an earlier one are to be rebuilt.
EDITION = 3


class Model(NamedTuple):
    """The parameters that the answers at one skill are evaluated with.

    `classic` moves the mastery that is shown; `forgetting`, with forgetting, the one used for
    prediction; `blend` holds the weights of the predictor. `climb` is the growth rate
    (`growth_hmm`), and `stuck` the calibration of the probability of being stuck. With `trees`,
    these predict instead of the blend.
    """

    classic: bkt.Params = bkt.DEFAULTS
    forgetting: bkt.Params = bkt.DEFAULTS
    blend: predictor.BlendWeights = predictor.DEFAULT
    climb: float = growth_hmm.P_CLIMB
    stuck: Calibration = SHIPPED
    trees: Trees | None = None


DEFAULT_MODEL = Model()


class Shared(NamedTuple):
    """The shared values of a question, at the time of one answer.

    `skill` and `item` are difficulties in log odds, the item's relative to the skill's;
    `typical_seconds` is None if unknown. `item_results` are those of all learners at the item.
    """

    skill: Gaussian
    item: Gaussian
    typical_seconds: float | None = None
    item_results: ItemResults[float] = NO_RESULTS


class Evidence(NamedTuple):
    """One answer, in numbers.

    `score` in [0, 1]; `day` in days since 1970-01-01 UTC, with fraction; `seconds` >= 0 or None;
    `confidence` 1 to 5 or None; `hinted` None if unknown.
    """

    score: float
    day: float
    shared: Shared
    seconds: float | None = None
    confidence: int | None = None
    hinted: bool | None = None


class UpdateResult(NamedTuple):
    """Result of one answer: mastery before and after, the prediction, the learner terms used.

    If the model has trees, `inputs` are their inputs, and `p_correct` is NaN: many predictions are
    cheaper together (`boosting.Trees`).
    """

    before: float
    after: float
    p_correct: float
    ability: Gaussian
    skill_ability: Gaussian
    inputs: list[float] | None = None


@dataclass(slots=True)
class Ability:
    """A learner's overall ability and mean efficiency, and `recent_results.NUMBERS`."""

    term: Gaussian = difficulty.LEARNER
    efficiency: ExponentialAverage[float] = NO_AVERAGE
    recent: Sequence[float] = recent_results.INITIAL


@dataclass(slots=True)
class Belief:
    """The estimated state of one learner at one skill, and `recent_results.NUMBERS_AT_SKILL`."""

    mastery: float
    mastery_with_forgetting: float
    attempts: int = 0
    correct: int = 0
    ability: Gaussian = difficulty.LEARNER_SKILL
    trajectory: Trajectory = field(default_factory=Trajectory.initial)
    recent: Sequence[float] = recent_results.INITIAL_AT_SKILL

    @classmethod
    def initial(cls, model: Model = DEFAULT_MODEL) -> Belief:
        """Return the initial state, before the first answer."""
        return cls(
            mastery=model.classic.prior,
            mastery_with_forgetting=model.forgetting.prior,
            trajectory=Trajectory.initial(model.climb),
        )


def predict(
    ability: Ability, state: Belief, shared: Shared, model: Model, *, day: float
) -> UpdateResult:
    """Return the prediction for the next answer (learning-science 2), which changes nothing.

    Mastery before and after are the present one.
    """
    used, skill_used = difficulty.with_drift(ability.term, state.ability)
    log_odds, _ = difficulty.expect(used, skill_used, shared.skill, shared.item)
    predicted, inputs = _predict(ability, state, (used, skill_used, log_odds), shared, model, day)
    return UpdateResult(state.mastery, state.mastery, predicted, used, skill_used, inputs)


def p_correct(
    ability: Ability, state: Belief, shared: Shared, model: Model, *, day: float
) -> float:
    """Return the probability that the next answer is right (learning-science 2).

    Parameters
    ----------
    day : time of the answer in days since 1970-01-01 UTC.
    """
    result = predict(ability, state, shared, model, day=day)
    if model.trees is None or result.inputs is None:
        return result.p_correct
    return model.trees.predict(result.inputs)


def predict_next(ability: Ability, shared: Shared) -> UpdateResult:
    """Return the prediction for an answer without a skill, which updates no skill state.

    There is no mastery: before and after are 0.
    """
    used, absent = difficulty.with_drift(ability.term, difficulty.ABSENT)
    log_odds, _ = difficulty.expect(used, absent, shared.skill, shared.item)
    return UpdateResult(0.0, 0.0, sigmoid(log_odds), used, absent)


def _predict(  # all that a prediction is based on
    ability: Ability,
    state: Belief,
    terms: tuple[Gaussian, Gaussian, float],
    shared: Shared,
    model: Model,
    day: float,
) -> tuple[float, list[float] | None]:
    """Return `UpdateResult.p_correct` and `inputs`; terms are those used, and their log odds."""
    used, skill_used, log_odds = terms
    skill, item = shared.skill, shared.item
    inputs = predictor.PredictorInputs(
        bkt.predict(state.mastery_with_forgetting, model.forgetting),
        used.mean,
        skill_used.mean,
        skill.mean,
        item.mean,
        log_odds,
    )
    if model.trees is None:
        return predictor.predict(inputs, model.blend), None
    variance = used.variance + skill_used.variance + skill.variance + item.variance
    recent = recent_results.inputs(ability.recent, state.recent, day)
    return nan, [*inputs, variance, *shared.item_results, *recent]


def absorb(ability: Ability, state: Belief, evidence: Evidence, model: Model) -> UpdateResult:
    """Update the ability and the skill state by one answer, in place, and return the result."""
    shared = evidence.shared
    step, efficiency_now = _ability_step(ability, state, evidence), _answer_efficiency(evidence)
    used, skill_used = step.ability_used, step.skill_ability_used
    terms = used, skill_used, step.log_odds
    predicted, inputs = _predict(ability, state, terms, shared, model, evidence.day)
    before = state.mastery
    _update_skill(state, evidence, efficiency_now, model)
    _apply_ability(ability, state, step, efficiency_now)
    _note_result(ability, state, evidence)
    _judge(ability, state, shared, model)
    return UpdateResult(before, state.mastery, predicted, used, skill_used, inputs)


def reapply(
    ability: Ability, state: Belief, evidence: Evidence, model: Model
) -> tuple[float, float]:
    """Update by an answer without predicting it again; return mastery before and after.

    For replays, in which the stored prediction of the answer is kept.
    """
    before = state.mastery
    step, efficiency_now = _ability_step(ability, state, evidence), _answer_efficiency(evidence)
    _update_skill(state, evidence, efficiency_now, model)
    _apply_ability(ability, state, step, efficiency_now)
    _note_result(ability, state, evidence)
    _judge(ability, state, evidence.shared, model)
    return before, state.mastery


def _note_result(ability: Ability, state: Belief, evidence: Evidence) -> None:
    """Update the recent results."""
    recent, at_skill, (score, day, *_) = ability.recent, state.recent, evidence
    state.recent = recent_results.after_at_skill(at_skill, score, day, number=recent[0])
    is_new = float(at_skill[0] == 0.0)
    ability.recent = recent_results.after(recent, score, day, is_new=is_new)


def _judge(ability: Ability, state: Belief, shared: Shared, model: Model) -> None:
    """Update the probability of being stuck, which depends on all other values."""
    used, skill_used = difficulty.with_drift(ability.term, state.ability)
    kalman, _ = difficulty.expect(used, skill_used, shared.skill, difficulty.ITEM)
    inputs = predictor.PredictorInputs(
        bkt.predict(state.mastery_with_forgetting, model.forgetting),
        used.mean,
        skill_used.mean,
        shared.skill.mean,
        difficulty.ITEM.mean,
        kalman,
    )
    next_log_odds = predictor.log_odds(inputs, model.blend)
    state.trajectory.judge(next_log_odds, state.correct / state.attempts, model.stuck)


def _ability_step(ability: Ability, state: Belief, evidence: Evidence) -> difficulty.KalmanStep:
    shared = evidence.shared
    return difficulty.absorb(evidence.score, ability.term, state.ability, shared.skill, shared.item)


def _answer_efficiency(evidence: Evidence) -> float:
    return efficiency(
        evidence.score,
        seconds=evidence.seconds,
        confidence=evidence.confidence,
        typical_seconds=evidence.shared.typical_seconds,
    )


def _apply_ability(
    ability: Ability, state: Belief, step: difficulty.KalmanStep, efficiency_now: float
) -> None:
    ability.term, state.ability = step.ability, step.skill_ability
    ability.efficiency = running_average(ability.efficiency, efficiency_now)


def _update_skill(state: Belief, evidence: Evidence, efficiency_now: float, model: Model) -> None:
    """Update the values that depend only on the learner's answers at this skill."""
    score = evidence.score
    state.mastery = bkt.update(state.mastery, score, model.classic)
    state.mastery_with_forgetting = bkt.update(
        state.mastery_with_forgetting, score, model.forgetting
    )
    state.attempts += 1
    state.correct += score == 1.0
    state.trajectory.absorb(
        score,
        difficulty=evidence.shared.item.mean,
        mastery=state.mastery,
        efficiency=efficiency_now,
        day=evidence.day,
        signs=causes.signs(evidence.seconds, hinted=evidence.hinted),
    )
