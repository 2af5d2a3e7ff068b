"""What each skill is like, from everyone's answers: fitting Bayesian Knowledge Tracing.

Expectation maximisation (Baum-Welch; Corbett & Anderson 1995 for the model, Badrinath, Wang &
Pardos 2021, pyBKT, for the same fit skill by skill), of all skills at once. First one fit of all
answers as if of one skill; then each skill's own, its parameters drawn towards the pooled ones by
`PSEUDO_OBSERVATIONS` (empirical Bayes), so that few answers move it a little and many decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np

from analytics.core.bkt import DEFAULTS, MAX_MASTERY, MIN_MASTERY, ParamRows, Params
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
FORGETFUL = Params(*DEFAULTS[:4], forget=0.02)

_REPACK_BELOW = 0.75


class FitWarning(StrEnum):
    """What makes the parameters of a skill doubtful."""

    FEW_ANSWERS = "too few answers"
    GUESS = "guess above .5"
    SLIP = "slip above .5"
    NOT_CONVERGED = "still climbing after the last round"


class Maximum(NamedTuple):
    """Where a climb ended: shapes (skills,).

    `objective`: the log likelihood and the log density of the pull, up to a constant;
    `has_converged`: the last round gained no more than the tolerance, an answer.
    """

    params: ParamRows
    log_likelihood: FloatArray
    objective: FloatArray
    rounds: IntArray
    has_converged: BoolArray


@dataclass(frozen=True)
class Fit:
    """The parameters of each skill, and how they came about: shapes (skills,).

    Attributes
    ----------
    rows : the parameters; where a skill has no answers, the pooled ones.
    pooled : of all answers as if of one skill; `DEFAULTS` where there is none.
    answers, learners : how many there were.
    log_likelihood_before : of the answers under `DEFAULTS`.
    log_likelihood : of the answers under `rows`.
    rounds : of expectation and maximisation, from the start that led highest.
    has_converged : another round would gain nothing worth it.
    """

    rows: ParamRows
    pooled: Params
    answers: IntArray
    learners: IntArray
    log_likelihood_before: FloatArray
    log_likelihood: FloatArray
    rounds: IntArray
    has_converged: BoolArray

    def params(self, skill: int) -> Params:
        """Return the parameters of one skill."""
        return self.rows.row(skill)

    def warnings(self, skill: int) -> list[FitWarning]:
        """Return what makes the parameters of one skill doubtful."""
        found = {
            FitWarning.FEW_ANSWERS: self.answers[skill] < FEW_ANSWERS,
            FitWarning.GUESS: self.rows.guess[skill] > IMPLAUSIBLE,
            FitWarning.SLIP: self.rows.slip[skill] > IMPLAUSIBLE,
            FitWarning.NOT_CONVERGED: not self.has_converged[skill],
        }
        return [doubt for doubt, is_so in found.items() if is_so]


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
    """Fit every skill's parameters to all answers.

    Parameters
    ----------
    learner, skill, score : shapes (answers,), each learner's in the order given: any numbers;
        numbers in [0, skills); correctness in [0, 1]. Empty: the defaults.
    forgetting : fit the variant in which mastery can be lost; else `forget` is 0.
    starts : how many points to climb from, >= 1: the pooled fit, then others drawn at random.
        More never end lower.
    seed : of those draws.

    Raises
    ------
    ValueError : columns of different lengths, a skill or a score outside its range (NaN
        included), no start.
    """
    _check(learner, skill, score, skills=skills, starts=starts)
    sequences = Sequences.of(learner, skill, score)
    pooled = _pooled(sequences, FORGETFUL if forgetting else DEFAULTS)
    packed = sequences.packed()
    toward = pooled.take(np.zeros(skills, dtype=np.int64))
    peak = maximise(packed, toward, toward)
    for start in range(1, starts):
        peak = _higher(peak, maximise(packed, _random_starts(toward, seed=[seed, start]), toward))
    return Fit(
        rows=peak.params,
        pooled=pooled.row(0),
        answers=np.bincount(skill, minlength=skills),
        learners=np.bincount(sequences.skill, minlength=skills),
        log_likelihood_before=log_likelihood(packed, ParamRows.of([DEFAULTS] * skills)),
        log_likelihood=peak.log_likelihood,
        rounds=peak.rounds,
        has_converged=peak.has_converged,
    )


def maximise(packed: Packed, start: ParamRows, toward: ParamRows) -> Maximum:
    """Climb from `start` to a maximum of each skill's objective, drawn `toward`: (skills,).

    No round lowers an objective; a skill that has settled is left out of the next.
    """
    params, skills = start, len(start.prior)
    enough = TOLERANCE * np.bincount(packed.skill[packed.row], packed.weight[packed.row], skills)
    rounds = np.zeros(skills, dtype=np.int64)
    climbing = np.ones(skills, dtype=np.bool_)
    expected = expected_counts(packed, params)
    likelihood = expected.log_likelihood
    objective = likelihood + _log_pull(params, toward)
    while climbing.any() and rounds.max() < MAX_ROUNDS:
        params = _where(climbing, maximisation_step(expected, toward), params)
        packed = _of_climbing(packed, climbing)
        expected = expected_counts(packed, params)
        likelihood = np.where(climbing, expected.log_likelihood, likelihood)
        reached = likelihood + _log_pull(params, toward)
        rounds += climbing
        climbing &= reached - objective > enough
        objective = reached
    return Maximum(params, likelihood, objective, rounds, ~climbing)


def maximisation_step(expected: ExpectedCounts, toward: ParamRows) -> ParamRows:
    """Return the likeliest parameters given the counts and the pull: shapes (skills,).

    Each has one peak, so that within its bounds (those of mastery for the prior) the best value
    is the nearest to it. Without forgetting in `toward`, none is fitted.
    """

    def chance(came_true: FloatArray, out_of: FloatArray, pull: FloatArray) -> FloatArray:
        pulled: FloatArray = (came_true + PSEUDO_OBSERVATIONS * pull) / (
            out_of + PSEUDO_OBSERVATIONS
        )
        return pulled.clip(MIN_PROBABILITY, MAX_PROBABILITY)

    forget = chance(expected.forgot, expected.could_forget, toward.forget)
    return ParamRows(
        prior=chance(expected.began_known, expected.began, toward.prior).clip(
            MIN_MASTERY, MAX_MASTERY
        ),
        learn=chance(expected.learned, expected.could_learn, toward.learn),
        guess=chance(expected.guessed, expected.unknown, toward.guess),
        slip=chance(expected.slipped, expected.known, toward.slip),
        forget=np.where(toward.forget > 0.0, forget, 0.0),
    )


def _pooled(sequences: Sequences, defaults: Params) -> ParamRows:
    """Fit all answers as if of one skill, drawn towards the defaults: shape (1,)."""
    start = ParamRows.of([defaults])
    return maximise(sequences.pooled().packed(), start, start).params


def _random_starts(toward: ParamRows, *, seed: list[int]) -> ParamRows:
    """Return plausible parameters at random: guess and slip below .5."""
    random = np.random.default_rng(seed)
    prior, learn, guess, slip, forget = random.uniform(0.02, 0.48, (5, len(toward.prior)))
    return ParamRows(2.0 * prior, learn, guess, slip, np.where(toward.forget > 0.0, forget, 0.0))


def _higher(one: Maximum, other: Maximum) -> Maximum:
    """Return of each skill the peak with the higher objective."""
    is_higher = other.objective > one.objective
    columns = [np.where(is_higher, b, a) for a, b in zip(one[1:], other[1:], strict=True)]
    return Maximum(_where(is_higher, other.params, one.params), *columns)


def _where(chosen: BoolArray, params: ParamRows, others: ParamRows) -> ParamRows:
    columns = zip(params, others, strict=True)
    return ParamRows(*(np.where(chosen, column, other) for column, other in columns))


def _of_climbing(packed: Packed, climbing: BoolArray) -> Packed:
    """Leave settled skills out, once that is worth the packing."""
    is_worth_it = climbing[packed.skill].sum() < _REPACK_BELOW * len(packed.skill)
    return packed.of_skills(climbing) if is_worth_it else packed


def _log_pull(params: ParamRows, toward: ParamRows) -> FloatArray:
    """Return the log density of the pseudo-observations, up to a constant: shape (skills,)."""
    density = np.zeros_like(params.prior)
    for chance, pull in zip(params, toward, strict=True):
        is_free = pull > 0.0
        free = np.where(is_free, chance, 0.5)
        density += (
            PSEUDO_OBSERVATIONS * is_free * (pull * np.log(free) + (1.0 - pull) * np.log1p(-free))
        )
    return density


def _check(
    learner: IntArray, skill: IntArray, score: FloatArray, *, skills: int, starts: int
) -> None:
    if score.ndim != 1 or not learner.shape == skill.shape == score.shape:
        raise ValueError("learner, skill and score are columns of one length")
    if not np.all((skill >= 0) & (skill < skills)):
        raise ValueError("skills are numbered from 0")
    if not np.all((score >= 0.0) & (score <= 1.0)):
        raise ValueError("scores lie in [0, 1]")
    if starts < 1:
        raise ValueError("a climb starts somewhere")
