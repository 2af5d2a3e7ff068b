"""Heat map of a class's mastery, by learner and skill."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Sum
from django.utils.translation import gettext as _

from analytics.core.bkt import MASTERED
from analytics.core.confidence import too_few_answers
from analytics.labels import short_ids, within_limits
from analytics.models import Skill, SkillStateQuerySet
from dashboard.charts import Cell, Head, HeatMap, HeatRow
from infra.admin.formats import percent
from infra.admin.html import DetailURL, detail_url
from infra.admin.quantities import whole_percent
from roster.models import User

MAX_LEARNERS = 50
MAX_SKILLS = 20
STUCK, DONE, FEW = "▬", "✓", "?"


def get_heat_map(
    learners: Sequence[User], practised: SkillStateQuerySet, *, query: str
) -> HeatMap | None:
    """Return the mastery of these learners at the skills they practised most.

    None if no learner has a state.

    Parameters
    ----------
    practised : states of these learners.
    query : query string of the links to skills, so that those pages show the same class.
    """
    skills = _most_practised(practised)
    states = {
        (learner_id, skill_id): (mastery, plateau, answers)
        for learner_id, skill_id, mastery, plateau, answers in practised.filter(skill__in=skills)
        .order_by()
        .values_list("learner", "skill", "mastery", "plateau", "attempts")
    }
    answered = {learner_id for learner_id, _skill_id in states}
    shown = [learner for learner in learners if learner.pk in answered]
    if not shown:
        return None
    texts: dict[int, str] = {}
    learner_url, url = DetailURL("coach_learner", 1), DetailURL("coach_practice", 2)
    return HeatMap(
        title=_("Mastery by learner and skill"),
        description=_(
            "Probability that each skill is known. {stuck} stuck, {done} mastered (from"
            " {mastered}), {few} too few answers."
        ).format(stuck=STUCK, done=DONE, mastered=percent(MASTERED), few=FEW),
        corner=_("Learner"),
        columns=[_column_head(skill, query) for skill in skills],
        rows=[
            HeatRow(
                head=Head(label=str(learner), url=learner_url(learner.pk)),
                cells=[
                    _cell(*state, texts, url=url(learner.pk, skill.pk))
                    if (state := states.get((learner.pk, skill.pk)))
                    else None
                    for skill in skills
                ],
            )
            for learner in shown[:MAX_LEARNERS]
        ],
    )


def _column_head(skill: Skill, query: str) -> Head:
    return Head(
        label=short_ids(str(skill)), url=(detail_url("coach_skill", skill.pk) or "") + query
    )


def _most_practised(practised: SkillStateQuerySet) -> list[Skill]:
    counted = practised.order_by().values("skill").annotate(answers=Sum("attempts"))
    keys = list(counted.order_by("-answers", "skill").values_list("skill", flat=True)[:MAX_SKILLS])
    skills = Skill.objects.filter(pk__in=keys).only("code", "title") if keys else []
    return sorted(skills, key=lambda skill: (str(skill), skill.pk))


def _cell(
    belief: float,
    is_plateau: bool,  # noqa: FBT001
    answers: int,
    texts: dict[int, str],
    *,
    url: str | None,
) -> Cell:
    """Return a cell; `texts` has the texts of former cells by their percentage."""
    if too_few_answers(answers):
        return Cell(value=None, text=FEW, note=_("too few answers"), url=url)
    symbol, note = "", ""
    if is_plateau:
        symbol, note = STUCK, _("stuck")
    elif belief >= MASTERED:
        symbol, note = DONE, _("mastered")
    shown = within_limits(belief)
    key = whole_percent(shown)
    if key not in texts:
        texts[key] = percent(shown)
    return Cell(value=belief, text=texts[key], symbol=symbol, note=note, url=url)
