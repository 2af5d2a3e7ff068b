"""Heat map of a class's mastery, by learner and skill."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from analytics.core.bkt import MASTERED
from analytics.labels import mastery, short_ids
from analytics.models import Skill, SkillState
from dashboard.charts import Cell, Head, HeatMap, HeatRow
from infra.admin.formats import percent
from infra.admin.html import detail_url
from roster.models import User

MAX_LEARNERS = 50
MAX_SKILLS = 20
STUCK, DONE = "▬", "✓"


def get_heat_map(
    learners: Sequence[User], states: Iterable[SkillState], *, query: str
) -> HeatMap | None:
    """Return the mastery of these learners at the skills they practised most.

    None if no learner has a state.

    Parameters
    ----------
    query : query string of the links to skills, so that those pages show the same class.
    """
    states_by_key = {(state.learner_id, state.skill_id): state for state in states}
    skills = _most_practised(states_by_key.values())
    shown = [
        learner for learner in learners if any((learner.pk, s.pk) in states_by_key for s in skills)
    ]
    if not shown:
        return None
    return HeatMap(
        title=_("Mastery by learner and skill"),
        description=_(
            "Probability that each skill is known. {stuck} plateau, {done} mastered (from"
            " {mastered})."
        ).format(stuck=STUCK, done=DONE, mastered=percent(MASTERED)),
        corner=_("Learner"),
        columns=[_column_head(skill, query) for skill in skills],
        rows=[
            HeatRow(
                head=Head(label=str(learner), url=detail_url("coach_learner", learner.pk)),
                cells=[_cell(states_by_key.get((learner.pk, skill.pk))) for skill in skills],
            )
            for learner in shown[:MAX_LEARNERS]
        ],
    )


def _column_head(skill: Skill, query: str) -> Head:
    return Head(
        label=short_ids(str(skill)), url=(detail_url("coach_skill", skill.pk) or "") + query
    )


def _most_practised(states: Iterable[SkillState]) -> list[Skill]:
    answers: Counter[object] = Counter()
    skills: dict[object, Skill] = {}
    for state in states:
        answers[state.skill_id] += state.attempts
        skills[state.skill_id] = state.skill
    practised = [skills[key] for key, _count in answers.most_common(MAX_SKILLS)]
    return sorted(practised, key=lambda skill: (str(skill), skill.pk))


def _cell(state: SkillState | None) -> Cell | None:
    if state is None:
        return None
    symbol, note = "", ""
    if state.plateau:
        symbol, note = STUCK, _("plateau")
    elif state.mastery >= MASTERED:
        symbol, note = DONE, _("mastered")
    return Cell(
        value=state.mastery,
        text=mastery(state.mastery),
        symbol=symbol,
        note=note,
        url=detail_url("coach_practice", state.learner_id, state.skill_id),
    )
