"""Where a learner's practice leads: the scores to expect, and each skill (contract 2.3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Count

from analytics.core import difficulty, forecast
from analytics.core.forecast import Forecast, SkillForecast
from analytics.core.learner_update import Ability, Belief, p_correct
from analytics.core.score_scale import Scale
from analytics.models import LearningEvent, Skill, SkillState
from analytics.rows import DAY, ability_from_row, model_from_row
from analytics.selectors.recommendations import recommend
from analytics.selectors.skill_states import (
    SkillEstimate,
    shared_from_skill,
    skill_estimates,
    states_of_learner,
)
from roster.models import User

RECENT_WINDOW = timedelta(days=forecast.RECENT_DAYS)


@dataclass(frozen=True, kw_only=True)
class SkillPrediction:
    """What is to be expected of a learner at one skill they have practised."""

    code: str
    mastery: float
    predicted_mastery: float
    p_correct_next: float


@dataclass(frozen=True, kw_only=True)
class Predictions:
    """Where a learner's practice leads within some days."""

    days: int
    forecast: Forecast
    target: float | None
    skills: list[SkillPrediction]
    recommendations: list[str]


def predictions(
    learner: User, *, days: int, at: datetime, target: float | None = None
) -> Predictions:
    """Forecast a learner's scores and skills; everybody goes on practising as they lately did.

    Parameters
    ----------
    days : how far to look ahead, 1 to 365.
    target : the total to reach; None: the installation's, if any.
    """
    standing = skill_estimates(learner, states_of_learner(learner))
    rates = _rates(learner, at=at) if standing else {}
    ability = ability_from_row(standing[0].state.learner.ability) if standing else Ability()
    scales: Mapping[str, Scale] = settings.SCORE_SECTIONS
    prospects = _skill_forecasts(learner, standing, rates, ability=ability, sections=scales)
    target = settings.TARGET_SCORE if target is None else target
    return Predictions(
        days=days,
        forecast=forecast.forecast(
            prospects, scales, ability_variance=ability.term.variance, days=days, target=target
        ),
        target=target,
        skills=[_of_skill(each, rates, days=days) for each in standing],
        recommendations=recommend(standing, prospects, at=at),
    )


def _of_skill(
    standing: SkillEstimate, rates: Mapping[UUID, float], *, days: int
) -> SkillPrediction:
    state = standing.state
    attempts = rates.get(state.skill_id, 0.0) * days
    learn = model_from_row(state.parameters).classic.learn
    return SkillPrediction(
        code=state.skill.code,
        mastery=state.mastery,
        predicted_mastery=forecast.count_mastered(state.mastery, learn, attempts),
        p_correct_next=standing.p_correct_next,
    )


def _rates(learner: User, *, at: datetime) -> dict[UUID, float]:
    """Return how many answers a day to expect at each skill that was lately practised."""
    events = LearningEvent.objects.filter(learner=learner, skill__isnull=False)
    first = events.in_order().values_list("happened_at", flat=True)[:1]
    known_days = (at - min([at, *first])).total_seconds() / DAY
    lately = events.filter(happened_at__gt=at - RECENT_WINDOW).order_by()
    counted = lately.values_list("skill").annotate(answers=Count("pk"))
    return {
        skill_id: forecast.expected_rate(answers, known_days=known_days)
        for skill_id, answers in counted
    }


def _skill_forecasts(
    learner: User,
    standing: list[SkillEstimate],
    rates: Mapping[UUID, float],
    *,
    ability: Ability,
    sections: Mapping[str, Scale],
) -> dict[str, list[SkillForecast[float]]]:
    """Return every skill of each section, those never practised included."""
    held = {each.state.skill_id: each for each in standing}
    skills = Skill.objects.filter(facility=learner.facility_id, section__in=sections)
    prospects: dict[str, list[SkillForecast[float]]] = defaultdict(list)
    for skill in skills.select_related("parameters").order_by("code"):
        found = held.get(skill.pk)
        rate = rates.get(skill.pk, 0.0)
        prospects[skill.section].append(
            _practised(found.state, found.p_correct_next, rate)
            if found
            else _unpractised(skill, ability)
        )
    return dict(prospects)


def _practised(state: SkillState, p: float, rate: float) -> SkillForecast[float]:
    return SkillForecast(
        p_correct=p,
        variance=state.ability_variance,
        velocity=state.velocity,
        rate=rate,
        answers=state.attempts,
    )


def _unpractised(skill: Skill, ability: Ability) -> SkillForecast[float]:
    """Return what the learner's ability elsewhere leads to expect."""
    model = model_from_row(skill.parameters)
    p = p_correct(ability, Belief.begin(model), shared_from_skill(skill), model)
    return SkillForecast(
        p_correct=p, variance=difficulty.LEARNER_SKILL.variance, velocity=0.0, rate=0.0, answers=0
    )
