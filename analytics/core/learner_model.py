"""The learner model without a database: the very formulas of the service, for data from elsewhere.

    model = LearnerModel()
    model.fit(("ada", "fractions", "q1", 1.0), ...)     # what other learners answered before
    model.predict("ben", "fractions", "q1")             # P(correct), before the answer
    model.observe("ben", "fractions", "q1", 0.0)        # what the answer changes

`docs/learner-model.md` has it on real data. Ids are any hashable. Nothing looks ahead: what
learners share moves in `fit` and `fold` alone, as by the service's `fit_skills` and `fold_items`.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import numpy as np

from analytics.core import item_parameters, replay, response_times
from analytics.core.difficulty import ITEM, SKILL, Gaussian, Gaussians, item_term
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
from analytics.core.logistic import IntArray

DAY = 86_400.0

Event = tuple[Hashable, Hashable, Hashable | None, float]


class Observation(NamedTuple):
    """What one answer did.

    Mastery is a probability; `plateau` whether one is flagged, `p_stuck` how likely the learner
    is stuck, `velocity` the gain of P(correct) to expect of one more answer.
    """

    mastery_before: float
    mastery_after: float
    plateau: bool
    p_stuck: float
    velocity: float


@dataclass(slots=True)
class _Known:
    """What answers taught of one skill or item; `answers` folded so far."""

    term: Gaussian
    answers: int = 0
    counts: response_times.Counts | None = None
    typical: float | None = None


class _Pending(NamedTuple):
    """An answer whose lesson about what learners share is not learned yet."""

    skill: Hashable
    item: Hashable | None
    score: float
    claimed: float | None
    seconds: float | None
    ability: Gaussian
    skill_ability: Gaussian


class LearnerModel:
    """What is believed of any number of learners, and of what they answer."""

    def __init__(self) -> None:
        self._models: dict[Hashable, Model] = {}
        self._skills: dict[Hashable, _Known] = {}
        self._items: dict[Hashable, _Known] = {}
        self._abilities: dict[Hashable, Ability] = {}
        self._beliefs: dict[tuple[Hashable, Hashable], Belief] = {}
        self._judged_by: dict[tuple[Hashable, Hashable], Model] = {}
        self._days: dict[Hashable, float] = {}
        self._pending: list[_Pending] = []

    def fit(self, events: Iterable[Event], *, starts: int = 1, seed: int = 0) -> None:
        """Learn all that learners share from answers of the past, from nothing.

        Nothing is learned of these learners themselves: `observe` does that. Beliefs that are
        there go on under the parameters they began with.

        Parameters
        ----------
        events : (learner, skill, item, score), in each learner's order; item None: none.
        starts, seed : see `fit.fit`.

        Raises
        ------
        ValueError : a score outside [0, 1].
        """
        rows = list(events)
        learners, skills, items = _Numbers(), _Numbers(), _Numbers()
        who = np.array([learners.of(row[0]) for row in rows], dtype=np.int64)
        skill = np.array([skills.of(row[1]) for row in rows], dtype=np.int64)
        item = np.array(
            [NONE if row[2] is None else items.of(row[2]) for row in rows], dtype=np.int64
        )
        questions = Questions(
            skill=skill, item=item, score=np.array([row[3] for row in rows], dtype=np.float64)
        )
        followed = item_parameters.replay_terms(
            who, questions, Estimates.of_skills(len(skills.all)), Estimates.of_items(len(items.all))
        )
        learned = fit_model(
            _answers(who, questions, followed), skill, skills=len(skills.all),
            starts=starts, seed=seed,
        )  # fmt: skip
        self._models = {name: learned.model(row) for row, name in enumerate(skills.all)}
        self._skills = _known(skills.all, followed.skills)
        self._items = _known(items.all, followed.items)
        self._pending.clear()

    def predict(self, learner: Hashable, skill: Hashable, item: Hashable | None = None) -> float:
        """Return the probability that the learner's next answer, to this, is right."""
        belief = self._beliefs.get((learner, skill))
        model = self._judged_by.get((learner, skill)) or self._model(skill)
        return p_correct(
            self._abilities.get(learner) or Ability(),
            belief or Belief.begin(model),
            self._shared(skill, item, None),
            model,
        )

    def observe(  # noqa: PLR0913  # what an answer is
        self,
        learner: Hashable,
        skill: Hashable,
        item: Hashable | None,
        score: float,
        *,
        at: datetime | None = None,
        difficulty: float | None = None,
        seconds: float | None = None,
    ) -> Observation:
        """Move what is believed of a learner by an answer.

        Parameters
        ----------
        score : in [0, 1].
        at : when; None: at the time of the learner's answer before.
        difficulty : a claim about the question, in log odds from -3 to 3; counts as long as no
            answer to the item was folded.
        seconds : how long it took, >= 0; None: unknown.

        Raises
        ------
        ValueError : a score outside [0, 1], or negative seconds.
        """
        key = learner, skill
        ability = self._abilities.get(learner)
        if ability is None:
            ability = self._abilities[learner] = Ability()
        belief = self._beliefs.get(key)
        if belief is None:
            model = self._judged_by[key] = self._model(skill)
            belief = self._beliefs[key] = Belief.begin(model)
        day = self._days.get(learner, 0.0) if at is None else at.timestamp() / DAY
        self._days[learner] = day
        evidence = Evidence(score, day, self._shared(skill, item, difficulty), seconds)
        judged = absorb(ability, belief, evidence, self._judged_by[key])
        self._pending.append(
            _Pending(skill, item, score, difficulty, seconds, judged.ability, judged.skill_ability)
        )
        course = belief.course
        return Observation(
            judged.before, judged.after, course.is_plateau, course.p_stuck, course.velocity
        )

    def fold(self) -> None:
        """Learn from what was observed since the last time, for all learners."""
        pending, self._pending = self._pending, []
        skills, items = _Numbers(), _Numbers()
        questions = Questions(
            skill=np.array([skills.of(one.skill) for one in pending], dtype=np.int64),
            item=np.array(
                [NONE if one.item is None else items.of(one.item) for one in pending],
                dtype=np.int64,
            ),
            score=np.array([one.score for one in pending], dtype=np.float64),
            claimed=np.array([one.claimed for one in pending], dtype=np.float64),
        )
        used = AbilitiesUsed(
            _terms([one.ability for one in pending]), _terms([one.skill_ability for one in pending])
        )
        of_skills = [self._skills.setdefault(name, _fresh_skill()) for name in skills.all]
        of_items = [self._items.setdefault(name, _fresh_item()) for name in items.all]
        folded = item_parameters.fold(questions, used, _estimates(of_skills), _estimates(of_items))
        _put(of_skills, folded.skills)
        _put(of_items, folded.items)
        for one in pending:
            if one.seconds is not None:
                _time(self._skills[one.skill], one.seconds)
                if one.item is not None:
                    _time(self._items[one.item], one.seconds)
        for known in (*of_skills, *of_items):
            known.typical = None if known.counts is None else response_times.median(known.counts)

    def _model(self, skill: Hashable) -> Model:
        return self._models.get(skill, DEFAULT_MODEL)

    def _shared(self, skill: Hashable, item: Hashable | None, claimed: float | None) -> Shared:
        """Return what is known of a question, as it stands."""
        of_skill = self._skills.get(skill)
        of_item = None if item is None else self._items.get(item)
        skill_term = of_skill.term if of_skill else SKILL
        known = of_item.term if of_item and of_item.answers else None
        typical = (of_item and of_item.typical) or (of_skill and of_skill.typical)
        return Shared(
            skill_term,
            item_term(known, claimed, skill_term),
            typical or DEFAULT_TYPICAL_SECONDS,
        )


class _Numbers:
    """Numbers names in the order in which they come."""

    def __init__(self) -> None:
        self.all: dict[Hashable, int] = {}

    def of(self, name: Hashable) -> int:
        return self.all.setdefault(name, len(self.all))


def _fresh_skill() -> _Known:
    return _Known(SKILL)


def _fresh_item() -> _Known:
    return _Known(ITEM)


def _terms(terms: list[Gaussian]) -> Gaussians:
    return Gaussians(*np.array(terms, dtype=np.float64).reshape(-1, 2).T.copy())


def _estimates(known: list[_Known]) -> Estimates:
    answers = np.array([one.answers for one in known], dtype=np.int64)
    return Estimates(_terms([one.term for one in known]), answers)


def _put(known: list[_Known], estimates: Estimates) -> None:
    means, variances = (column.tolist() for column in estimates.terms)
    for one, mean, variance, answers in zip(
        known, means, variances, estimates.answers.tolist(), strict=True
    ):
        one.term, one.answers = Gaussian(mean, variance), answers


def _known(names: Iterable[Hashable], estimates: Estimates) -> dict[Hashable, _Known]:
    known = {name: _Known(ITEM) for name in names}
    _put(list(known.values()), estimates)
    return known


def _time(known: _Known, seconds: float) -> None:
    if known.counts is None:
        known.counts = response_times.empty()
    response_times.add(known.counts, np.array([seconds]))


def _answers(
    who: IntArray, questions: Questions, followed: item_parameters.ReplayedTerms
) -> replay.Answers:
    """Return answers beside the shared terms each was judged with."""
    pairs = who * (questions.skill.max(initial=0) + 1) + questions.skill
    unknown = np.full(len(who), np.nan)
    return replay.Answers(
        learner=who,
        belief=np.unique(pairs, return_inverse=True)[1].astype(np.int64),
        score=questions.score,
        day=np.zeros(len(who)),
        skill_mean=followed.skill.mean,
        skill_variance=followed.skill.variance,
        item_mean=followed.item.mean,
        item_variance=followed.item.variance,
        typical_seconds=np.full(len(who), DEFAULT_TYPICAL_SECONDS),
        seconds=unknown,
        confidence=unknown,
    )
