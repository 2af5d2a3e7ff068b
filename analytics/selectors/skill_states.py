"""Estimates of a learner at each skill."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.db.models import UUIDField

from analytics.core.boosting import ItemResults
from analytics.core.difficulty import ITEM
from analytics.core.explanation import Explanation, explain
from analytics.core.learner_update import Shared, p_correct
from analytics.core.trajectory import Trajectory
from analytics.models import Item, Skill, SkillState, SkillStateQuerySet
from analytics.rows import DAY, ability_from_row, belief_from_row, model_from_row
from infra.db.compiled_lists import CompiledList, CompiledRows, QueryByShape
from infra.db.compiled_queries import Param
from roster.models import User


@dataclass(frozen=True, kw_only=True)
class SkillEstimate:
    """The state of a learner at one skill, and the probability of a right answer next."""

    state: SkillState
    p_correct_next: float


def _states(learner: Any, skill: Any = None) -> SkillStateQuerySet:
    """Return a learner's states and what predictions and causes need; last practised first."""
    states = SkillState.objects.filter(learner=learner).with_weak_prerequisite()
    if skill is not None:
        states = states.filter(skill__code=skill)
    related = ("skill", "parameters", "learner__ability")
    return states.select_related(*related).order_by("-last_practised", "-id")


# Predictions and velocity include as many skills at most.
MAX_SKILLS = 1000
_STATES = QueryByShape(lambda learner, skill: _states(learner, skill)[:MAX_SKILLS])


def states_of_learner(learner: User, skill: str | None = None) -> list[SkillState]:
    """Return the learner's states, last practised first; with `skill`, only that at this code.

    Without it, there are at most `MAX_SKILLS`.
    """
    return _STATES.all(learner=learner.pk, skill=skill)


def list_states(learner: User) -> CompiledRows:
    """Return the learner's states as a list, last practised first."""
    return CompiledRows(_states_list(), {"learner": learner.pk})


@cache
def _states_list() -> CompiledList:
    return CompiledList(_states(Param("learner", UUIDField())))


def get_skill_estimates(
    states: Iterable[SkillState], *, at: datetime, item: Item | None = None
) -> list[SkillEstimate]:
    """Return the estimate of each state, for an answer at this time; item None: an unknown one."""
    day = at.timestamp() / DAY
    return [
        SkillEstimate(state=state, p_correct_next=_predict_correct(state, item, day))
        for state in states
    ]


def explain_state(state: SkillState) -> Explanation:
    """Return the reasons for missing progress, of a state with its `weak_prerequisite`."""
    trajectory = Trajectory.from_bytes(bytes(state.course))
    return explain(trajectory, state.skill.typical_seconds, state.weak_prerequisite)


def find_answered_item(learner: User, code: str | None) -> Item | None:
    """Return the item with this code; None if nobody has answered it."""
    if code is None or "\0" in code:
        return None
    found = _ANSWERED.all(facility=learner.facility_id, code=code)
    return next(iter(found), None)


_ANSWERED = QueryByShape(
    lambda facility, code: Item.objects.filter(facility=facility, code=code, answers__gt=0)
)


def _predict_correct(state: SkillState, item: Item | None, day: float) -> float:
    ability = ability_from_row(state.learner.ability)
    shared = shared_from_skill(state.skill, item)
    model = model_from_row(state.parameters)
    return p_correct(ability, belief_from_row(state), shared, model, day=day)


def shared_from_skill(skill: Skill, item: Item | None = None) -> Shared:
    """Return the shared values of a question about a skill; without an item those of any."""
    if item is None:
        return Shared(skill.difficulty, ITEM)
    results = ItemResults.of(item.answers, item.correct)
    return Shared(skill.difficulty, item.difficulty, item_results=results)
