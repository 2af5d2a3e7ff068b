"""Texts of the coach's pages: why a learner needs help, what to do, and how answers went."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from analytics.core import plateau
from analytics.core.alerts import Problem, Reason
from analytics.core.plateau import Advice
from analytics.core.velocity import Trend
from analytics.events import Source
from analytics.labels import mastery
from analytics.models import SkillState
from infra.admin.formats import decimal, percent

REASONS = {
    Reason.PLATEAU: gettext_lazy("Plateau"),
    Reason.WHEEL_SPINNING: gettext_lazy("Wheel-spinning"),
    Reason.DECLINING: gettext_lazy("Declining"),
    Reason.INACTIVE: gettext_lazy("Inactive"),
}
SYMBOLS = {
    Reason.PLATEAU: "▬",
    Reason.WHEEL_SPINNING: "↻",
    Reason.DECLINING: "↘",
    Reason.INACTIVE: "◌",
}
TONES = {
    Reason.PLATEAU: "bad",
    Reason.WHEEL_SPINNING: "bad",
    Reason.DECLINING: "warn",
    Reason.INACTIVE: "warn",
}
TRENDS = {
    Trend.ACCELERATING: gettext_lazy("getting faster"),
    Trend.STABLE: gettext_lazy("steady"),
    Trend.DECLINING: gettext_lazy("slowing down"),
}
SOURCES = {
    Source.SESSION: gettext_lazy("content session"),
    Source.TRACK: gettext_lazy("tracked answer"),
    Source.STUDY: gettext_lazy("study result"),
}
ADVICE = {
    Advice.PREREQUISITES: gettext_lazy(
        "Practice alone no longer helps: check the skills this one builds on,"
        " or go through a worked example together."
    ),
    Advice.VARY: gettext_lazy(
        "Progress has stopped short of mastery: change the type of practice,"
        " such as other kinds of tasks or explaining each step."
    ),
    Advice.SPACE: gettext_lazy(
        "Results are falling: practise in shorter sessions, spread over several days."
    ),
    Advice.SLOW_DOWN: gettext_lazy(
        "Effort pays off less and less: ask the learner to slow down"
        " and to check each answer before moving on."
    ),
}


def explain(concern: Problem) -> str:
    """Return the reason's figure and its threshold in a sentence."""
    return _EXPLAINED[concern.reason](concern)


def _plateau(concern: Problem) -> str:
    if concern.figure < concern.threshold:
        text = _(
            "Was {threshold} sure to be stuck, now {figure}; the flag goes away below {lowered}."
        )
    else:
        text = _("{figure} sure to be stuck; flagged from {threshold}.")
    return text.format(
        figure=percent(concern.figure),
        threshold=percent(concern.threshold),
        lowered=percent(plateau.FLAG_OFF_BELOW),
    )


def _spinning(concern: Problem) -> str:
    answers = round(concern.figure)
    return ngettext(
        "{answers} answer without ever mastering it; the threshold is {threshold}.",
        "{answers} answers without ever mastering it; the threshold is {threshold}.",
        answers,
    ).format(answers=answers, threshold=round(concern.threshold))


def _declining(concern: Problem) -> str:
    return _(
        "Right answers become rarer by {figure} points with each answer;"
        " the threshold is {threshold}."
    ).format(figure=decimal(100 * concern.figure), threshold=decimal(100 * concern.threshold))


def _inactive(concern: Problem) -> str:
    days = int(concern.figure)
    return ngettext(
        "No answer for {days} day; the threshold is {threshold}.",
        "No answer for {days} days; the threshold is {threshold}.",
        days,
    ).format(days=days, threshold=round(concern.threshold))


_EXPLAINED = {
    Reason.PLATEAU: _plateau,
    Reason.WHEEL_SPINNING: _spinning,
    Reason.DECLINING: _declining,
    Reason.INACTIVE: _inactive,
}


def out_of(right: int, answers: int) -> str:
    """Return how many of how many answers were right."""
    return _("{right} of {answers}").format(right=right, answers=answers)


def describe_state(state: SkillState) -> str:
    """Return where a learner stands at a skill."""
    return _("Mastery {mastery}, {right} answers right.").format(
        mastery=mastery(state.mastery), right=out_of(state.correct, state.attempts)
    )


def result(score: float) -> str:
    """Return whether an answer was right."""
    if score == 1:
        return _("right")
    return _("wrong") if score == 0 else _("{share} right").format(share=percent(score))


def result_symbol(score: float) -> str:
    """Return a sign for it."""
    return {1.0: "✓", 0.0: "✗"}.get(score, "◐")


def result_tone(score: float) -> str:
    """Return how the style sheet calls it."""
    return {1.0: "good", 0.0: "bad"}.get(score, "warn")
