"""Predictions of a learner's scores and of each skill (contract 2.3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count

from analytics.core import difficulty, forecast
from analytics.core.forecast import Forecast, SkillForecast
from analytics.core.learner_update import Ability, Belief, p_correct
from analytics.core.score_scale import Scale
from analytics.core.trajectory import Trajectory
from analytics.models import (
    LearnerAbility,
    LearningEvent,
    LearningEventQuerySet,
    Skill,
    SkillState,
)
from analytics.rows import DAY, ability_from_row, model_from_row
from analytics.selectors.recent_answers import limit_start
from analytics.selectors.recommendations import recommend
from analytics.selectors.skill_states import (
    SkillEstimate,
    get_skill_estimates,
    shared_from_skill,
    states_of_learner,
)
from infra.db.compiled_lists import QueryByShape
from roster.models import User

# The skills of all sections that predictions include at most.
MAX_SECTION_SKILLS = 5_000
RECENT_WINDOW = timedelta(days=forecast.RECENT_DAYS)


@dataclass(frozen=True, kw_only=True)
class SkillPrediction:
    """The prediction for one skill that a learner has practised."""

    code: str
    mastery: float
    predicted_mastery: float
    p_correct_next: float


@dataclass(frozen=True, kw_only=True)
class Predictions:
    """The predictions for one learner within a number of days."""

    days: int
    forecast: Forecast
    target: float | None
    skills: list[SkillPrediction]
    recommendations: list[str]


def get_predictions(
    learner: User, *, days: int, at: datetime, target: float | None = None
) -> Predictions:
    """Forecast a learner's scores and skills, assuming the recent rate of practice continues.

    Parameters
    ----------
    days : how far to look ahead, 1 to 365.
    target : the total to reach; None: the installation's, if any.
    """
    estimates = get_skill_estimates(states_of_learner(learner), at=at)
    row = estimates[0].state.learner.ability if estimates else None
    rates = _answer_rates(row, at=at) if row else {}
    ability = ability_from_row(row) if row else Ability()
    scales: Mapping[str, Scale] = settings.SCORE_SECTIONS
    skill_forecasts = _skill_forecasts(
        learner, estimates, rates, ability=ability, sections=scales, day=at.timestamp() / DAY
    )
    target = settings.TARGET_SCORE if target is None else target
    return Predictions(
        days=days,
        forecast=forecast.forecast(
            skill_forecasts,
            scales,
            days=days,
            target=target,
        ),
        target=target,
        skills=[_predict_skill(each, rates, days=days) for each in estimates],
        recommendations=recommend(estimates, skill_forecasts, at=at),
    )


def _predict_skill(
    estimate: SkillEstimate, rates: Mapping[UUID, float], *, days: int
) -> SkillPrediction:
    state = estimate.state
    # Where practice alone no longer helps, the forecast does not rise with it.
    is_stuck = state.plateau or state.p_stuck >= forecast.LIKELY_STILL
    attempts = 0.0 if is_stuck else rates.get(state.skill_id, 0.0) * days
    learn = model_from_row(state.parameters).classic.learn
    return SkillPrediction(
        code=state.skill.code,
        mastery=state.mastery,
        predicted_mastery=forecast.expected_mastery(state.mastery, learn, attempts),
        p_correct_next=estimate.p_correct_next,
    )


def _answer_rates(ability: LearnerAbility, *, at: datetime) -> dict[UUID, float]:
    """Return the expected answers per day at each skill that was practised recently."""
    learner_id = ability.learner_id
    first = (happened_at for (happened_at,) in _FIRST_ANSWER.rows(learner=learner_id))
    known_days = (at - min([at, *first])).total_seconds() / DAY
    counted = _RECENT_ANSWERS.rows(
        learner=learner_id, start=limit_start(at - RECENT_WINDOW, ability)
    )
    return {
        skill_id: forecast.expected_rate(answers, known_days=known_days)
        for skill_id, answers in counted
    }


def _answers_of(learner: Any) -> LearningEventQuerySet:
    return LearningEvent.objects.filter(learner=learner, skill__isnull=False)


_FIRST_ANSWER = QueryByShape(
    lambda learner: _answers_of(learner).in_order().values_list("happened_at")[:1]
)
_RECENT_ANSWERS = QueryByShape(
    lambda learner, start: (
        _answers_of(learner)
        .filter(happened_at__gt=start)
        .order_by()
        .values_list("skill")
        .annotate(answers=Count("pk"))
    )
)
_SKILLS_OF_SECTIONS = QueryByShape(
    lambda facility, sections: (
        Skill.objects.filter(facility=facility, section__in=sections)
        .select_related("parameters")
        .order_by("code")[:MAX_SECTION_SKILLS]
    )
)


def _skill_forecasts(
    learner: User,
    estimates: list[SkillEstimate],
    rates: Mapping[UUID, float],
    *,
    ability: Ability,
    sections: Mapping[str, Scale],
    day: float,
) -> dict[str, list[SkillForecast[float]]]:
    """Return the forecast of every skill of each section, unpractised ones included."""
    by_skill = {each.state.skill_id: each for each in estimates}
    may_fall = any(each.state.correct < each.state.attempts for each in estimates)
    skills = _SKILLS_OF_SECTIONS.all(facility=learner.facility_id, sections=tuple(sections))
    forecasts: dict[str, list[SkillForecast[float]]] = defaultdict(list)
    for skill in skills:
        estimate = by_skill.get(skill.pk)
        rate = rates.get(skill.pk, 0.0)
        forecasts[skill.section].append(
            _forecast_practised(estimate.state, rate, may_fall=may_fall)
            if estimate
            else _forecast_unpractised(skill, ability, day)
        )
    return dict(forecasts)


def _forecast_practised(state: SkillState, rate: float, *, may_fall: bool) -> SkillForecast[float]:
    trajectory = Trajectory.from_bytes(bytes(state.course))
    return SkillForecast(
        level=trajectory.level,
        variance=trajectory.level_variance,
        velocity=trajectory.velocity,
        p_still=max(trajectory.p_still, forecast.LIKELY_STILL * trajectory.is_plateau),
        rate=rate,
        answers=state.attempts,
        gains=_gains(state, may_fall=may_fall),
    )


def _gains(state: SkillState, *, may_fall: bool) -> forecast.Gains:
    """Return the gains at a skill; those of someone who is always right do not fall."""
    if state.parameters is None:
        return forecast.UNLIMITED
    return forecast.Gains.at(state.fading, state.parameters.forgetting, may_fall=may_fall)


def _forecast_unpractised(skill: Skill, ability: Ability, day: float) -> SkillForecast[float]:
    """Return the forecast of a skill from the learner's ability at others."""
    model = model_from_row(skill.parameters)
    p = p_correct(ability, Belief.initial(model), shared_from_skill(skill), model, day=day)
    variance = ability.term.variance + difficulty.LEARNER_SKILL.variance
    return SkillForecast(
        level=p,
        variance=(p * (1.0 - p)) ** 2 * variance,
        velocity=0.0,
        p_still=0.0,
        rate=0.0,
        answers=0,
    )
