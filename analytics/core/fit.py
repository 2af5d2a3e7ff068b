"""Fit of the BKT parameters of each skill to the answers of all learners.

Expectation maximisation (Baum-Welch) over all skills at once; Corbett & Anderson 1995 for the
model, Badrinath, Wang & Pardos 2021 (pyBKT) for the same fit of one skill at a time. First, one
pooled fit treats all answers as answers to a single skill. Then each skill is fitted on its own,
with `PSEUDO_OBSERVATIONS` at the pooled parameters as a prior (empirical Bayes): few answers move
a skill little from the pooled fit, many answers outweigh it.

Some answers fit best to parameters with which a right answer is evidence against mastery: questions
that get harder, for example. Such parameters are degenerate (Baker, Corbett & Aleven 2008, "More
accurate student modeling through contextual estimation of slip and guess probabilities"). The
maximisation is constrained to prior <= .95, guess + slip <= .95 and learn + forget <= .95, so that
mastery is never lower after a right answer than after a wrong one. A fit that ends at the
constraint, or that `Rejection` finds implausible otherwise, is replaced by the pooled fit.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np

from analytics.core import bkt
from analytics.core.bkt import DEFAULTS, MASTERY_BANDS, MIN_MASTERY, ParamRows, Params
from analytics.core.forward_backward import ExpectedCounts, expected_counts, log_likelihood
from analytics.core.logistic import BoolArray, FloatArray, IntArray
from analytics.core.packed_sequences import Packed, Sequences

PSEUDO_OBSERVATIONS = 20.0
MIN_PROBABILITY = 0.001
MAX_PROBABILITY = 1.0 - MIN_PROBABILITY
TOLERANCE = 1e-6
MAX_ROUNDS = 500
FEW_ANSWERS = 100
IMPLAUSIBLE = 0.5
MAX_PRIOR = 0.95
MAX_SUM = 0.95  # of guess and slip, and of learn and forget
CHECKED_ANSWERS = 10
MAX_AFTER_FAILURES = MASTERY_BANDS[2]
MIN_AFTER_SUCCESSES = 0.5
FORGETFUL = Params(*DEFAULTS[:4], forget=0.02)

_REPACK_BELOW = 0.75
_BISECTIONS = 50


class FitWarning(StrEnum):
    """Reasons to doubt the fitted parameters of a skill."""

    FEW_ANSWERS = "too few answers"
    GUESS = "guess above .5"
    SLIP = "slip above .5"
    NOT_CONVERGED = "still climbing after the last round"


class Rejection(StrEnum):
    """Reasons to reject the fitted parameters of a skill."""

    UNINFORMATIVE = "right answers are hardly more likely with mastery than without"
    FORGOTTEN = "mastery hardly depends on mastery before the answer"
    FAILURES = "ten wrong answers lead to a mastery of .8"
    SUCCESSES = "ten right answers do not lead to a mastery of .5"


class Maximum(NamedTuple):
    """Result of one EM run; all shapes are (skills,).

    `objective` is the log likelihood plus the log prior density, up to a constant. `has_converged`
    is true if the last round gained no more than the tolerance per answer.
    """

    params: ParamRows
    log_likelihood: FloatArray
    objective: FloatArray
    rounds: IntArray
    has_converged: BoolArray


@dataclass(frozen=True)
class Fit:
    """The fitted parameters of each skill and diagnostics; all shapes are (skills,).

    Attributes
    ----------
    rows : the parameters; for a skill without answers or with a rejected fit, the pooled ones.
    pooled : the parameters of all answers as one skill; the defaults without answers, and if their
        fit is rejected.
    rejected : which skills' fits each reason applies to.
    pooled_rejected : the reasons that apply to the pooled fit.
    answers, learners : numbers of answers and of learners.
    log_likelihood_before : log likelihood of the answers under `DEFAULTS`.
    log_likelihood : log likelihood of the answers under `rows`.
    rounds : number of EM rounds of the best run.
    has_converged : whether another round would gain less than the tolerance.
    """

    rows: ParamRows
    pooled: Params
    rejected: dict[Rejection, BoolArray]
    pooled_rejected: list[Rejection]
    answers: IntArray
    learners: IntArray
    log_likelihood_before: FloatArray
    log_likelihood: FloatArray
    rounds: IntArray
    has_converged: BoolArray

    def params(self, skill: int) -> Params:
        """Return the parameters of one skill."""
        return self.rows.row(skill)

    def rejections(self, skill: int) -> list[Rejection]:
        """Return the reasons for which the fit of one skill is rejected."""
        return [reason for reason, holds in self.rejected.items() if holds[skill]]

    def warnings(self, skill: int) -> list[FitWarning]:
        """Return the reasons to doubt the parameters of one skill."""
        conditions = {
            FitWarning.FEW_ANSWERS: self.answers[skill] < FEW_ANSWERS,
            FitWarning.GUESS: self.rows.guess[skill] > IMPLAUSIBLE,
            FitWarning.SLIP: self.rows.slip[skill] > IMPLAUSIBLE,
            FitWarning.NOT_CONVERGED: not self.has_converged[skill],
        }
        return [warning for warning, holds in conditions.items() if holds]


def fit(  # noqa: PLR0913  the three columns of the answers, and how to fit them
    learner: IntArray,
    skill: IntArray,
    score: FloatArray,
    *,
    skills: int,
    forgetting: bool = False,
    starts: int = 1,
    seed: int = 0,
) -> Fit:
    """Fit the parameters of every skill to all answers.

    Parameters
    ----------
    learner, skill, score : shape (answers,), the answers of each learner in temporal order.
        Learners are any integers, skills integers in [0, skills), scores correctness in [0, 1].
        Without answers the result is the defaults.
    skills : number of skills.
    forgetting : fit the variant with forgetting; otherwise `forget` is 0.
    starts : number of starting points, >= 1: the pooled fit, then random ones. More starting points
        never give a lower objective.
    seed : seed of the random starting points.

    Raises
    ------
    ValueError : columns of different lengths, a skill or a score outside its range (NaN included),
        or no starting point.
    """
    _validate(learner, skill, score, skills=skills, starts=starts)
    sequences = Sequences.of(learner, skill, score)
    pooled, pooled_rejected = _fit_pooled(sequences, FORGETFUL if forgetting else DEFAULTS)
    packed = sequences.packed()
    prior_params = pooled.take(np.zeros(skills, dtype=np.int64))
    best = maximise(packed, prior_params, prior_params)
    for start in range(1, starts):
        best = _select_better(
            best, maximise(packed, _random_starts(prior_params, seed=[seed, start]), prior_params)
        )
    rejected = find_implausible(best.params)
    rows = _select(np.any([*rejected.values()], axis=0), prior_params, best.params)
    return Fit(
        rows=rows,
        pooled=pooled.row(0),
        rejected=rejected,
        pooled_rejected=pooled_rejected,
        answers=np.bincount(skill, minlength=skills),
        learners=np.bincount(sequences.skill, minlength=skills),
        log_likelihood_before=log_likelihood(packed, ParamRows.of([DEFAULTS] * skills)),
        log_likelihood=log_likelihood(packed, rows),
        rounds=best.rounds,
        has_converged=best.has_converged,
    )


def maximise(packed: Packed, start: ParamRows, prior_params: ParamRows) -> Maximum:
    """Run EM from `start` to a local maximum of each skill's objective.

    No round lowers an objective. Converged skills are left out of the following rounds.

    Parameters
    ----------
    packed : the answers.
    start : initial parameters, shape (skills,).
    prior_params : parameters of the pseudo-observations, shape (skills,).
    """
    params, skills = start, len(start.prior)
    min_gain = TOLERANCE * np.bincount(packed.skill[packed.row], packed.weight[packed.row], skills)
    rounds = np.zeros(skills, dtype=np.int64)
    is_active = np.ones(skills, dtype=np.bool_)
    expected = expected_counts(packed, params)
    likelihood = expected.log_likelihood
    objective = likelihood + _log_prior(params, prior_params)
    while is_active.any() and rounds.max() < MAX_ROUNDS:
        params = _select(is_active, maximisation_step(expected, prior_params), params)
        packed = _drop_converged(packed, is_active)
        expected = expected_counts(packed, params)
        likelihood = np.where(is_active, expected.log_likelihood, likelihood)
        new_objective = likelihood + _log_prior(params, prior_params)
        rounds += is_active
        is_active &= new_objective - objective > min_gain
        objective = new_objective
    return Maximum(params, likelihood, objective, rounds, ~is_active)


def maximisation_step(expected: ExpectedCounts, prior_params: ParamRows) -> ParamRows:
    """Return the parameters that maximise the expected objective (M step), shape (skills,).

    The objective has one maximum in each parameter, so clipping to its bounds gives the maximum
    within them. If guess and slip, or learn and forget, then exceed `MAX_SUM`, the maximum is
    where they add up to it. `forget` is fitted only if it is above 0 in `prior_params`.

    Parameters
    ----------
    expected : expected counts from the E step.
    prior_params : parameters of the pseudo-observations.
    """
    initially_known = _Trials.of(expected.initially_known, expected.sequences, prior_params.prior)
    guessed = _Trials.of(expected.guessed, expected.unknown, prior_params.guess)
    slipped = _Trials.of(expected.slipped, expected.known, prior_params.slip)
    learned = _Trials.of(expected.learned, expected.could_learn, prior_params.learn)
    forgot = _Trials.of(expected.forgot, expected.could_forget, prior_params.forget)
    guess, slip = _estimate_pair(guessed, slipped)
    is_forgetting = prior_params.forget > 0.0
    learn, forget = _estimate_pair(learned, forgot)
    return ParamRows(
        prior=initially_known.rate().clip(MIN_MASTERY, MAX_PRIOR),
        learn=np.where(is_forgetting, learn, learned.rate()),
        guess=guess,
        slip=slip,
        forget=np.where(is_forgetting, forget, 0.0),
    )


class _Trials(NamedTuple):
    """Expected numbers of successes and failures, the pseudo-observations included: (skills,)."""

    successes: FloatArray
    failures: FloatArray

    @classmethod
    def of(cls, successes: FloatArray, trials: FloatArray, prior: FloatArray) -> _Trials:
        return cls(
            successes + PSEUDO_OBSERVATIONS * prior,
            trials - successes + PSEUDO_OBSERVATIONS * (1.0 - prior),
        )

    def rate(self) -> FloatArray:
        rate: FloatArray = self.successes / (self.successes + self.failures)
        return rate.clip(MIN_PROBABILITY, MAX_PROBABILITY)

    def slope(self, p: FloatArray) -> FloatArray:
        """Return the derivative of the objective at the probability p; it falls with p."""
        return self.successes / p - self.failures / (1.0 - p)


def _estimate_pair(one: _Trials, other: _Trials) -> tuple[FloatArray, FloatArray]:
    """Return the two rates, with a sum of at most `MAX_SUM`."""
    p, q = one.rate(), other.rate()
    exceeds = p + q > MAX_SUM
    if not exceeds.any():
        return p, q
    low, high = np.full_like(p, MIN_PROBABILITY), np.full_like(p, MAX_SUM - MIN_PROBABILITY)
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2.0
        is_below = one.slope(middle) > other.slope(MAX_SUM - middle)
        low, high = np.where(is_below, middle, low), np.where(is_below, high, middle)
    return np.where(exceeds, low, p), np.where(exceeds, MAX_SUM - low, q)


def find_implausible(params: ParamRows) -> dict[Rejection, BoolArray]:
    """Return for each reason which of the parameters it rejects, shape (skills,).

    Ten wrong answers from the start must not lead to a high mastery, nor ten right ones to a low
    one; the sums of guess and slip, and of learn and forget, must be below the constraint.
    """
    after = {}
    for score in (0.0, 1.0):
        mastery = params.prior
        for _ in range(CHECKED_ANSWERS):
            mastery = bkt.updates(mastery, np.full_like(mastery, score), params)
        after[score] = mastery
    limit = MAX_SUM - MIN_PROBABILITY
    return {
        Rejection.UNINFORMATIVE: params.guess + params.slip > limit,
        Rejection.FORGOTTEN: (params.learn + params.forget > limit) & (params.forget > 0.0),
        Rejection.FAILURES: after[0.0] >= MAX_AFTER_FAILURES,
        Rejection.SUCCESSES: after[1.0] < MIN_AFTER_SUCCESSES,
    }


def _fit_pooled(sequences: Sequences, defaults: Params) -> tuple[ParamRows, list[Rejection]]:
    """Fit all answers as answers to a single skill, with the defaults as prior: shape (1,).

    The defaults are returned instead, with the reasons, if the fit is rejected.
    """
    start = ParamRows.of([defaults])
    params = maximise(sequences.pooled().packed(), start, start).params
    reasons = [reason for reason, holds in find_implausible(params).items() if holds.any()]
    return (start if reasons else params), reasons


def _random_starts(prior_params: ParamRows, *, seed: list[int]) -> ParamRows:
    """Return random plausible parameters, with guess and slip below .5."""
    random = np.random.default_rng(seed)
    prior, learn, guess, slip, forget = random.uniform(0.02, 0.48, (5, len(prior_params.prior)))
    return ParamRows(
        2.0 * prior, learn, guess, slip, np.where(prior_params.forget > 0.0, forget, 0.0)
    )


def _select_better(one: Maximum, other: Maximum) -> Maximum:
    """Return for each skill the run with the higher objective."""
    is_higher = other.objective > one.objective
    columns = [np.where(is_higher, b, a) for a, b in zip(one[1:], other[1:], strict=True)]
    return Maximum(_select(is_higher, other.params, one.params), *columns)


def _select(condition: BoolArray, params: ParamRows, others: ParamRows) -> ParamRows:
    columns = zip(params, others, strict=True)
    return ParamRows(*(np.where(condition, column, other) for column, other in columns))


def _drop_converged(packed: Packed, is_active: BoolArray) -> Packed:
    """Drop converged skills once they are numerous enough to pay for the repacking."""
    is_worth_it = is_active[packed.skill].sum() < _REPACK_BELOW * len(packed.skill)
    return packed.of_skills(is_active) if is_worth_it else packed


def _log_prior(params: ParamRows, prior_params: ParamRows) -> FloatArray:
    """Return the log density of the pseudo-observations, up to a constant: shape (skills,)."""
    density = np.zeros_like(params.prior)
    for probability, prior in zip(params, prior_params, strict=True):
        is_free = prior > 0.0
        value = np.where(is_free, probability, 0.5)
        density += (
            PSEUDO_OBSERVATIONS
            * is_free
            * (prior * np.log(value) + (1.0 - prior) * np.log1p(-value))
        )
    return density


def _validate(
    learner: IntArray, skill: IntArray, score: FloatArray, *, skills: int, starts: int
) -> None:
    if score.ndim != 1 or not learner.shape == skill.shape == score.shape:
        raise ValueError("learner, skill and score must have the same length")
    if not np.all((skill >= 0) & (skill < skills)):
        raise ValueError("skill numbers must be from 0 to skills - 1")
    if not np.all((score >= 0.0) & (score <= 1.0)):
        raise ValueError("scores lie in [0, 1]")
    if starts < 1:
        raise ValueError("starts must be at least 1")
