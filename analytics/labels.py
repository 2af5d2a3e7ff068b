"""Numbers and names of the learner model, as lists and pages show them."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from analytics.core import alerts
from analytics.core.bkt import MASTERY_BANDS
from analytics.core.confidence import too_few_answers
from analytics.core.next_steps import MIN_SUCCESS, Reason
from analytics.models import AlertState
from analytics.selectors.next_steps import NextStep
from infra.admin.formats import NO_BREAK_SPACE, percent, signed

REASONS = {
    alerts.Reason.PLATEAU: gettext_lazy("Stuck"),
    alerts.Reason.WHEEL_SPINNING: gettext_lazy("Likely stuck"),
    alerts.Reason.DECLINING: gettext_lazy("Declining"),
    alerts.Reason.INACTIVE: gettext_lazy("Inactive"),
    alerts.Reason.NOT_STARTED: gettext_lazy("Not started"),
}
ALERT_STATES = {
    AlertState.NEW: gettext_lazy("new"),
    AlertState.SEEN: gettext_lazy("seen"),
    AlertState.SNOOZED: gettext_lazy("snoozed"),
    AlertState.RESOLVED: gettext_lazy("resolved"),
}
SHORT = 6
_ID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def mastery(belief: float) -> str:
    """Return a probability of mastery as a percentage."""
    return percent(within_limits(belief))


def level(belief: float, answers: int) -> str:
    """Return a mastery as a percentage; with too few answers, words instead."""
    return _("too few answers") if too_few_answers(answers) else mastery(belief)


def within_limits(belief: float) -> float:
    """Return a probability of mastery that does not round up to a limit it has not reached.

    Otherwise a value just below the limit of mastery would be shown as mastered.
    """
    rounded = round(belief, 2)
    is_beyond = any(belief < limit <= rounded for limit in MASTERY_BANDS)
    return rounded - 0.01 if is_beyond else belief


def out_of(right: int, answers: int) -> str:
    """Return the text of a number of right answers out of all answers."""
    return _("{right} of {answers}").format(right=right, answers=answers)


def velocity(gain: float) -> str:
    """Return a gain per answer, relative to the room left, in percent; in words if it is zero."""
    if not round(100 * gain, 1):
        return _("no change")
    return f"{signed(100 * gain)}{NO_BREAK_SPACE}%"


def next_step(step: NextStep) -> str:
    """Return the reason of a recommendation as a sentence."""
    share = percent(step.expected_success)
    if step.reason is Reason.DUE:
        return ngettext(
            "{due} item is due for review; it would be remembered with a probability of {share}.",
            "{due} items are due for review; this one would be remembered with a probability of"
            " {share}.",
            step.due,
        ).format(due=step.due, share=share)
    if step.reason is Reason.READY:
        return _("Ready to learn: {share} of answers would be right now.").format(share=share)
    if step.reason is Reason.PREREQUISITE:
        return _(
            "A skill at which the learner is stuck builds on this one: {share} of answers would be"
            " right now."
        ).format(share=share)
    if step.expected_success < MIN_SUCCESS:
        return _(
            "The closest fit, though it is hard: {share} of answers would be right now."
        ).format(share=share)
    return _("Nearly mastered: {share} of answers would be right now.").format(share=share)


def item_name(code: str) -> str:
    """Return the part of an item's code that is meaningful to a person.

    Of an exercise's question that is its name in the exercise; of an id the last few digits, since
    the first ones encode the time.
    """
    content, colon, question = code.partition(":")
    if colon and question and _ID.fullmatch(content):
        return question
    return short_ids(code)


def short_ids(text: str) -> str:
    """Return a text whose hexadecimal ids are cut to their last digits."""
    return _ID.sub(lambda found: f"…{found[0][-SHORT:]}", text)
