"""Template filters of the report in plain words: no percentages, no terms of the learner model."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics.core.bkt import MASTERY_BANDS
from analytics.core.next_steps import MIN_SUCCESS, Reason
from analytics.selectors import NextStep
from dashboard.selectors.learner import SkillRow

register = template.Library()
_LOWEST, _HIGH = MASTERY_BANDS[0], MASTERY_BANDS[2]


@register.filter
def level_in_words(row: SkillRow) -> str:
    """Return how well a learner knows a skill that is not mastered, with enough answers."""
    if row.state.plateau:
        return _("may need help")
    if row.state.mastery >= _HIGH:
        return _("nearly there")
    return _("partly secure") if row.state.mastery >= _LOWEST else _("not secure yet")


@register.filter
def step_in_words(step: NextStep) -> str:
    """Return the reason of a recommendation."""
    if step.reason is Reason.DUE:
        return ngettext(
            "{due} question is due for review.", "{due} questions are due for review.", step.due
        ).format(due=step.due)
    if step.reason is Reason.PREREQUISITE:
        return _("Practise this first: something that is hard at the moment builds on it.")
    if step.reason is Reason.READY:
        return _("At the right level: neither too easy nor too hard.")
    if step.expected_success < MIN_SUCCESS:
        return _("Hard at the moment: take time, and ask for help.")
    return _("Nearly there: a little more practice.")
