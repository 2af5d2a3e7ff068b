"""What a teacher could do next for a learner, by what the evidence says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice

from django.conf import settings

from analytics.core import forecast
from analytics.core.bkt import MASTERED
from analytics.core.forecast import Prospect
from analytics.core.trajectory import Course
from analytics.models import SkillState
from analytics.selectors.skill_states import Standing

MOST_SENTENCES = 5
MOST_OF_A_KIND = 2
LONG_AGO = timedelta(days=14)


def advise(
    standing: Sequence[Standing],
    prospects: Mapping[str, Sequence[Prospect[float]]],
    *,
    at: datetime,
) -> list[str]:
    """Return a few sentences, the most pressing first.

    Where the learner is stuck; what is mastered least, where they are not; what was mastered and
    not practised for two weeks; and which sections of the test cannot be scored yet, and why.
    """
    kinds = (
        _stuck(standing),
        _weakest(standing),
        _rusty(standing, at),
        _unscored(prospects),
    )
    sentences = (sentence for kind in kinds for sentence in islice(kind, MOST_OF_A_KIND))
    return list(islice(sentences, MOST_SENTENCES))


def _states(standing: Iterable[Standing]) -> list[SkillState]:
    return [each.state for each in standing]


def _stuck(standing: Sequence[Standing]) -> Iterator[str]:
    flagged = [state for state in _states(standing) if state.plateau]
    for state in sorted(flagged, key=lambda state: (-state.p_stuck, state.skill.code)):
        advice = Course.from_bytes(bytes(state.course)).recommendation
        if advice is not None:
            yield f"{state.skill}: {advice.sentence}"


def _weakest(standing: Sequence[Standing]) -> Iterator[str]:
    moving = [each for each in standing if not each.state.plateau and each.state.mastery < MASTERED]
    for each in sorted(moving, key=lambda each: (each.p_correct_next, each.state.skill.code)):
        share = round(100 * each.p_correct_next)
        yield f"{each.state.skill}: go on practising; {share} % of answers would be right now."


def _rusty(standing: Sequence[Standing], at: datetime) -> Iterator[str]:
    left = [
        state
        for state in _states(standing)
        if state.mastery >= MASTERED and at - state.last_practised > LONG_AGO
    ]
    for state in sorted(left, key=lambda state: (state.last_practised, state.skill.code)):
        days = (at - state.last_practised).days
        yield f"{state.skill}: mastered, but not practised for {days} days; ask a few again."


def _unscored(prospects: Mapping[str, Sequence[Prospect[float]]]) -> Iterator[str]:
    for section in settings.SCORE_SECTIONS:
        skills = prospects.get(section, ())
        missing = forecast.missing_answers(skills)
        if not skills:
            yield f"{section}: no skill counts for this section yet; give skills their section."
        elif missing:
            needed = "one more answer is" if missing == 1 else f"{missing} more answers are"
            yield f"{section}: {needed} needed before it can be scored."
