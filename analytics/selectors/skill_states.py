"""Estimates of a learner at each skill."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from analytics.core.difficulty import ITEM
from analytics.core.learner_update import Shared, p_correct
from analytics.models import Item, Skill, SkillState, SkillStateQuerySet
from analytics.rows import ability_from_row, belief_from_row, model_from_row
from roster.models import User


@dataclass(frozen=True, kw_only=True)
class SkillEstimate:
    """The state of a learner at one skill, and the probability of a right answer next."""

    state: SkillState
    p_correct_next: float


def states_of_learner(learner: User) -> SkillStateQuerySet:
    """Return the learner's states and the rows that predictions need; last practised first."""
    states = SkillState.objects.filter(learner=learner)
    related = ("skill", "parameters", "learner__ability")
    return states.select_related(*related).order_by("-last_practised", "-pk")


def get_skill_estimates(
    learner: User, states: Iterable[SkillState], *, item: str | None = None
) -> list[SkillEstimate]:
    """Return the estimate of each state; the states come from `states_of_learner`.

    Parameters
    ----------
    item : the code of the next item; None, or one nobody has answered: an unknown item.
    """
    term = _find_answered_item(learner, item)
    return [
        SkillEstimate(state=state, p_correct_next=_predict_correct(state, term)) for state in states
    ]


def _find_answered_item(learner: User, code: str | None) -> Item | None:
    if code is None or "\0" in code:
        return None
    items = Item.objects.filter(facility=learner.facility_id, code=code, answers__gt=0)
    return next(iter(items), None)


def _predict_correct(state: SkillState, item: Item | None) -> float:
    ability = ability_from_row(state.learner.ability)
    shared = shared_from_skill(state.skill, item)
    return p_correct(ability, belief_from_row(state), shared, model_from_row(state.parameters))


def shared_from_skill(skill: Skill, item: Item | None = None) -> Shared:
    """Return the shared values of a question about a skill; without an item those of any."""
    return Shared(skill.difficulty, item.difficulty if item else ITEM)
