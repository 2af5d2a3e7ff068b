"""The learner model without a database: the formulas of the service, for data from elsewhere.

    model = LearnerModel()
    model.fit([("ada", "fractions", "q1", 1.0), ...])   # earlier answers of other learners
    model.fit([("ada", "fractions", "q1", 1.0, 86_400.0), ...])  # … with times
    model.predict("ben", "fractions", "q1")             # P(correct), before the answer
    model.observe("ben", "fractions", "q1", 0.0)        # update by the answer

`docs/learner-model.md` reports its results on real data. Ids may be any hashable values, scores
numbers or booleans, times datetimes or seconds since any fixed time. No prediction uses later data:
shared values change only in `fit` and `fold`, as in the jobs `fit_skills` and `fold_items` of the
service. After a `ValueError` nothing has changed.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime
from math import inf
from typing import NamedTuple

import numpy as np

from analytics.core import item_parameters, response_times
from analytics.core.boosting import NO_RESULTS, ItemResults
from analytics.core.difficulty import ITEM, NO_CLAIMS, SKILL, Claims, Gaussian, Gaussians, item_term
from analytics.core.efficiency import DEFAULT_TYPICAL_SECONDS
from analytics.core.fit_all import fit_model
from analytics.core.item_parameters import NONE, AbilitiesUsed, Estimates, Questions
from analytics.core.learner_update import (
    DEFAULT_MODEL,
    Ability,
    Belief,
    Evidence,
    Model,
    Shared,
    absorb,
    p_correct,
)
from analytics.core.logistic import FloatArray
from analytics.core.replay import Answers
from analytics.core.times import seconds_since_epoch

DAY = 86_400.0
MAX_CLAIM = 10.0

Time = float | datetime
Event = (
    tuple[Hashable, Hashable, Hashable | None, float]
    | tuple[Hashable, Hashable, Hashable | None, float, Time | None]
)


class Observation(NamedTuple):
    """Result of one answer.

    `mastery_before` and `mastery_after` are probabilities, `plateau` is true if a plateau is
    flagged, `stuck` is the probability of being stuck, calibrated by `fit`, and `velocity` the
    share of the room left that one more answer is expected to close, in [-1, 1].
    """

    mastery_before: float
    mastery_after: float
    plateau: bool
    stuck: float
    velocity: float


@dataclass(slots=True)
class _SharedValues:
    """Shared values of one skill or item.

    `term` is its difficulty, `answers` the number of answers folded into it, and `correct` the sum
    of their scores; `claims` are the claims of difficulty at a skill; `counts` is the histogram of
    response times and `typical` their median in seconds.
    """

    term: Gaussian
    answers: int = 0
    correct: float = 0.0
    claims: Claims = NO_CLAIMS
    counts: response_times.Counts | None = None
    typical: float | None = None


class _Pending(NamedTuple):
    """An answer that has not been folded into the shared values yet."""

    skill: Hashable
    item: Hashable | None
    score: float
    claimed: float | None
    seconds: float | None
    ability: Gaussian
    skill_ability: Gaussian


class LearnerModel:
    """The estimates of any number of learners, skills and items."""

    def __init__(self) -> None:
        self._fitted: dict[Hashable, Model] = {}
        self.pooled = DEFAULT_MODEL
        self._skills: dict[Hashable, _SharedValues] = {}
        self._items: dict[Hashable, _SharedValues] = {}
        self._abilities: dict[Hashable, Ability] = {}
        self._states: dict[tuple[Hashable, Hashable], Belief] = {}
        self._parameters_used: dict[tuple[Hashable, Hashable], Model] = {}
        self._days: dict[Hashable, float] = {}
        self._pending: list[_Pending] = []

    def fit(
        self,
        events: Iterable[Event],
        *,
        starts: int = 1,
        seed: int = 0,
        with_trees: bool = True,
    ) -> None:
        """Fit all shared values to past answers, from scratch.

        The states of the learners themselves are not updated; use `observe` for that. Existing
        skill states keep the parameters they started with.

        Parameters
        ----------
        events : (learner, skill, item, score) or (learner, skill, item, score, at) tuples; item
            None if there is none, score in [0, 1]. They are sorted by `at`; those of one time, and
            all without times, stay in the order given. An event without a time has that of the
            learner's event before it in this order.
        starts, seed, with_trees : see `fit_all.fit_model`.

        Raises
        ------
        ValueError : a score outside [0, 1], or a time that is not finite (NaN included); tuples of
            another length.
        """
        rows, day = _sort_events(events)
        learners, skills, items = _RowNumbers(), _RowNumbers(), _RowNumbers()
        learner = np.array([learners.row(row[0]) for row in rows], dtype=np.int64)
        skill = np.array([skills.row(row[1]) for row in rows], dtype=np.int64)
        item = np.array(
            [NONE if row[2] is None else items.row(row[2]) for row in rows], dtype=np.int64
        )
        questions = Questions(
            skill=skill, item=item, score=np.array([row[3] for row in rows], dtype=np.float64)
        )
        replayed = item_parameters.replay_terms(
            learner,
            questions,
            Estimates.of_skills(len(skills.all)),
            Estimates.of_items(len(items.all)),
        )
        answers = Answers.of_questions(
            learner, questions, skill=replayed.skill, item=replayed.item, day=day
        )
        fitted = fit_model(
            answers, questions, skills=len(skills.all), starts=starts, seed=seed,
            with_trees=with_trees,
        )  # fmt: skip
        self.pooled = fitted.pooled
        self._fitted = {name: fitted.model(row) for row, name in enumerate(skills.all)}
        self._skills = _shared_values(skills.all, replayed.skills)
        self._items = _shared_values(items.all, replayed.items)
        for row in rows:
            if row[2] is not None:
                self._items[row[2]].correct += row[3]
        self._pending.clear()

    def predict(
        self,
        learner: Hashable,
        skill: Hashable,
        item: Hashable | None = None,
        *,
        at: Time | None = None,
    ) -> float:
        """Return the probability that the learner's next answer is right.

        Parameters
        ----------
        learner, skill, item : as in `observe`.
        at : time of that answer; None, or a time before the learner's previous answer: the time of
            that one. Trees predict by the times since the last answers, too: a learner who made no
            mistakes is predicted no higher for waiting.

        Raises
        ------
        ValueError : the time is not finite (NaN included).
        """
        day = self._day(learner, at)
        state = self._states.get((learner, skill))
        model = self._parameters_used.get((learner, skill)) or self._parameters(skill)
        return p_correct(
            self._abilities.get(learner) or Ability(),
            state or Belief.initial(model),
            self._shared_terms(skill, item, None),
            model,
            day=day,
        )

    def observe(  # noqa: PLR0913  # the fields of an answer
        self,
        learner: Hashable,
        skill: Hashable,
        item: Hashable | None,
        score: float,
        *,
        at: Time | None = None,
        difficulty: float | None = None,
        seconds: float | None = None,
    ) -> Observation:
        """Update the estimates of a learner by one answer.

        Parameters
        ----------
        learner, skill, item : ids; item None if there is none.
        score : in [0, 1].
        at : time of the answer; None for the time of the learner's previous answer. A time before
            that counts as that time.
        difficulty : claimed difficulty of the question, in log odds from -10 to 10; used only until
            an answer to the item has been folded.
        seconds : response time >= 0; None if unknown.

        Raises
        ------
        ValueError : a value outside its range, or not finite (NaN included).
        """
        score = _valid_score(score)
        if difficulty is not None and not abs(difficulty := float(difficulty)) <= MAX_CLAIM:
            raise ValueError("a difficulty must be within 10 logits")
        if seconds is not None and not 0.0 <= (seconds := float(seconds)) < inf:
            raise ValueError("seconds must be finite and not negative")
        day = self._day(learner, at)
        key = learner, skill
        ability = self._abilities.get(learner)
        if ability is None:
            ability = self._abilities[learner] = Ability()
        state = self._states.get(key)
        if state is None:
            model = self._parameters_used[key] = self._parameters(skill)
            state = self._states[key] = Belief.initial(model)
        self._days[learner] = day
        evidence = Evidence(score, day, self._shared_terms(skill, item, difficulty), seconds)
        result = absorb(ability, state, evidence, self._parameters_used[key])
        self._pending.append(
            _Pending(skill, item, score, difficulty, seconds, result.ability, result.skill_ability)
        )
        trajectory = state.trajectory
        return Observation(
            result.before,
            result.after,
            trajectory.is_plateau,
            trajectory.stuck,
            trajectory.velocity,
        )

    def fold(self) -> None:
        """Update the shared values by all answers observed since the last fold."""
        pending, self._pending = self._pending, []
        skills, items = _RowNumbers(), _RowNumbers()
        questions = Questions(
            skill=np.array([skills.row(answer.skill) for answer in pending], dtype=np.int64),
            item=np.array(
                [NONE if answer.item is None else items.row(answer.item) for answer in pending],
                dtype=np.int64,
            ),
            score=np.array([answer.score for answer in pending], dtype=np.float64),
            claimed=np.array([answer.claimed for answer in pending], dtype=np.float64),
        )
        used = AbilitiesUsed(
            _terms([answer.ability for answer in pending]),
            _terms([answer.skill_ability for answer in pending]),
        )
        of_skills = [self._skills.setdefault(name, _new_skill()) for name in skills.all]
        of_items = [self._items.setdefault(name, _new_item()) for name in items.all]
        folded = item_parameters.fold(questions, used, _estimates(of_skills), _estimates(of_items))
        _store_estimates(of_skills, folded.skills)
        _store_estimates(of_items, folded.items)
        for answer in pending:
            if answer.item is not None:
                self._items[answer.item].correct += answer.score
            if answer.seconds is not None:
                _count_time(self._skills[answer.skill], answer.seconds)
                if answer.item is not None:
                    _count_time(self._items[answer.item], answer.seconds)
        for values in (*of_skills, *of_items):
            values.typical = None if values.counts is None else response_times.median(values.counts)

    def _day(self, learner: Hashable, at: Time | None) -> float:
        """Return the day of a learner's next answer."""
        previous = self._days.get(learner)
        if at is None:
            return previous or 0.0
        day = seconds_since_epoch(at) / DAY
        return day if previous is None else max(day, previous)

    def _parameters(self, skill: Hashable) -> Model:
        return self._fitted.get(skill, self.pooled)

    def _shared_terms(
        self, skill: Hashable, item: Hashable | None, claimed: float | None
    ) -> Shared:
        """Return the current shared values of a question."""
        of_skill = self._skills.get(skill)
        of_item = None if item is None else self._items.get(item)
        skill_term = of_skill.term if of_skill else SKILL
        term = of_item.term if of_item and of_item.answers else None
        typical = (of_item and of_item.typical) or (of_skill and of_skill.typical)
        return Shared(
            skill_term,
            item_term(term, claimed, skill_term, of_skill.claims if of_skill else NO_CLAIMS),
            typical or DEFAULT_TYPICAL_SECONDS,
            ItemResults.of(of_item.answers, of_item.correct) if of_item else NO_RESULTS,
        )


def _valid_score(score: float) -> float:
    score = float(score)  # numpy's booleans do not support arithmetic
    if not 0.0 <= score <= 1.0:
        raise ValueError("scores lie in [0, 1]")
    return score


def _sort_events(
    events: Iterable[Event],
) -> tuple[list[tuple[Hashable, Hashable, Hashable | None, float]], FloatArray]:
    """Return the events without their times, sorted by time, and their days."""
    rows: list[tuple[Hashable, Hashable, Hashable | None, float]] = []
    days: list[float] = []
    latest: dict[Hashable, float] = {}
    for learner, skill, item, score, *rest in events:
        [at] = rest or [None]
        day = latest.get(learner, 0.0) if at is None else seconds_since_epoch(at) / DAY
        latest[learner] = day
        rows.append((learner, skill, item, _valid_score(score)))
        days.append(day)
    day_of = np.array(days, dtype=np.float64)
    order = np.argsort(day_of, kind="stable")
    return [rows[row] for row in order.tolist()], day_of[order]


class _RowNumbers:
    """Row numbers of names, in the order of their first appearance."""

    def __init__(self) -> None:
        self.all: dict[Hashable, int] = {}

    def row(self, name: Hashable) -> int:
        return self.all.setdefault(name, len(self.all))


def _new_skill() -> _SharedValues:
    return _SharedValues(SKILL)


def _new_item() -> _SharedValues:
    return _SharedValues(ITEM)


def _terms(terms: list[Gaussian]) -> Gaussians:
    return Gaussians(*np.array(terms, dtype=np.float64).reshape(-1, 2).T.copy())


def _estimates(values: list[_SharedValues]) -> Estimates:
    answers = np.array([value.answers for value in values], dtype=np.int64)
    claims = [value.claims for value in values]
    return Estimates(_terms([value.term for value in values]), answers, claims)


def _store_estimates(values: list[_SharedValues], estimates: Estimates) -> None:
    means, variances = (column.tolist() for column in estimates.terms)
    for value, mean, variance, answers in zip(
        values, means, variances, estimates.answers.tolist(), strict=True
    ):
        value.term, value.answers = Gaussian(mean, variance), answers
    for value, claims in zip(values, estimates.claims or (), strict=False):
        value.claims = claims


def _shared_values(
    names: Iterable[Hashable], estimates: Estimates
) -> dict[Hashable, _SharedValues]:
    values = {name: _SharedValues(ITEM) for name in names}
    _store_estimates(list(values.values()), estimates)
    return values


def _count_time(values: _SharedValues, seconds: float) -> None:
    if values.counts is None:
        values.counts = response_times.empty()
    response_times.add(values.counts, np.array([seconds]))
