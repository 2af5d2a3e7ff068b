"""Recommendations to teachers for a learner, from the learner's estimates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice

from django.conf import settings

from analytics.core import forecast
from analytics.core.bkt import MASTERED
from analytics.core.forecast import SkillForecast
from analytics.models import SkillState
from analytics.selectors.skill_states import SkillEstimate, explain_state

MAX_SENTENCES = 5
MAX_OF_A_KIND = 2
LONG_AGO = timedelta(days=14)


def recommend(
    estimates: Sequence[SkillEstimate],
    skill_forecasts: Mapping[str, Sequence[SkillForecast[float]]],
    *,
    at: datetime,
) -> list[str]:
    """Return a few sentences, the most urgent first.

    They name skills at a plateau; the least mastered skills without one; skills that were mastered
    and not practised for two weeks; and sections of the test without a score yet, with the reason.
    """
    kinds = (
        _advise_stuck(estimates),
        _advise_weakest(estimates),
        _advise_unpractised(estimates, at),
        _advise_unscored(skill_forecasts),
    )
    sentences = (sentence for kind in kinds for sentence in islice(kind, MAX_OF_A_KIND))
    return list(islice(sentences, MAX_SENTENCES))


def _states(estimates: Iterable[SkillEstimate]) -> list[SkillState]:
    return [each.state for each in estimates]


def _advise_stuck(estimates: Sequence[SkillEstimate]) -> Iterator[str]:
    flagged = [state for state in _states(estimates) if state.plateau]
    for state in sorted(flagged, key=lambda state: (-state.p_stuck, state.skill.code)):
        recommendation = explain_state(state).recommendation
        if recommendation is not None:
            yield f"{state.skill}: {recommendation}"


def _advise_weakest(estimates: Sequence[SkillEstimate]) -> Iterator[str]:
    moving = [
        each for each in estimates if not each.state.plateau and each.state.mastery < MASTERED
    ]
    for each in sorted(moving, key=lambda each: (each.p_correct_next, each.state.skill.code)):
        share = round(100 * each.p_correct_next)
        yield f"{each.state.skill}: keep practising; {share} % of answers would be right now."


def _advise_unpractised(estimates: Sequence[SkillEstimate], at: datetime) -> Iterator[str]:
    unpractised = [
        state
        for state in _states(estimates)
        if state.mastery >= MASTERED and at - state.last_practised > LONG_AGO
    ]
    for state in sorted(unpractised, key=lambda state: (state.last_practised, state.skill.code)):
        days = (at - state.last_practised).days
        yield (
            f"{state.skill}: mastered, but not practised for {days} days; review it with a few"
            " questions."
        )


def _advise_unscored(
    skill_forecasts: Mapping[str, Sequence[SkillForecast[float]]],
) -> Iterator[str]:
    for section in settings.SCORE_SECTIONS:
        skills = skill_forecasts.get(section, ())
        missing = forecast.missing_answers(skills)
        if not skills:
            yield (
                f"{section}: no skill is assigned to this section yet; set the section of its"
                " skills."
            )
        elif missing:
            needed = "one more answer is" if missing == 1 else f"{missing} more answers are"
            yield f"{section}: {needed} needed before it can be scored."
