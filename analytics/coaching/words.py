"""What a coach is told of the learner model's numbers."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from analytics.charting import SHADES
from analytics.core import plateau
from analytics.core.attention import Concern, Reason
from analytics.core.plateau import Advice
from analytics.core.velocity import Trend
from analytics.events import Source
from analytics.models import SkillState
from infra.admin.formats import UNBROKEN, decimal, percent, signed

SHORT = 6
_ID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

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


def explained(concern: Concern) -> str:
    """Return the reason's figure and its threshold in a sentence."""
    return _EXPLAINED[concern.reason](concern)


def _plateau(concern: Concern) -> str:
    if concern.figure < concern.threshold:
        text = _(
            "Was {threshold} sure to be stuck, now {figure}; the flag goes away below {lowered}."
        )
    else:
        text = _("{figure} sure to be stuck; flagged from {threshold}.")
    return text.format(
        figure=percent(concern.figure),
        threshold=percent(concern.threshold),
        lowered=percent(plateau.LOWERED_BELOW),
    )


def _spinning(concern: Concern) -> str:
    answers = round(concern.figure)
    return ngettext(
        "{answers} answer without ever mastering it; the threshold is {threshold}.",
        "{answers} answers without ever mastering it; the threshold is {threshold}.",
        answers,
    ).format(answers=answers, threshold=round(concern.threshold))


def _declining(concern: Concern) -> str:
    return _(
        "Right answers become rarer by {figure} points with each answer;"
        " the threshold is {threshold}."
    ).format(figure=decimal(100 * concern.figure), threshold=decimal(100 * concern.threshold))


def _inactive(concern: Concern) -> str:
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


def mastery(belief: float) -> str:
    """Return a probability of mastery as a percentage."""
    return percent(within_limits(belief))


def within_limits(belief: float) -> float:
    """Return a probability of mastery that is not rounded up to a limit it has not reached.

    What is just below being mastered would else be told as what counts as mastered.
    """
    rounded = round(belief, 2)
    is_beyond = any(belief < limit <= rounded for limit in SHADES)
    return rounded - 0.01 if is_beyond else belief


def velocity(gain: float) -> str:
    """Return an expected gain of P(right) an answer, in points; in words where it is nothing."""
    if not round(100 * gain, 1):
        return _("no change")
    return _("{points} points").format(points=signed(100 * gain)).replace(" ", UNBROKEN)


def out_of(right: int, answers: int) -> str:
    """Return how many of how many answers were right."""
    return _("{right} of {answers}").format(right=right, answers=answers)


def standing(state: SkillState) -> str:
    """Return where a learner stands at a skill."""
    return _("Mastery {mastery}, {right} answers right.").format(
        mastery=mastery(state.mastery), right=out_of(state.correct, state.attempts)
    )


def item_name(code: str) -> str:
    """Return an item's code as far as it says anything to a person.

    Of an exercise's question its name within the exercise; of an id the last few digits, since
    the first are those of the time.
    """
    content, colon, question = code.partition(":")
    if colon and question and _ID.fullmatch(content):
        return question
    return short_ids(code)


def short_ids(text: str) -> str:
    """Return a text whose hexadecimal ids are cut to their last digits."""
    return _ID.sub(lambda found: f"…{found[0][-SHORT:]}", text)


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
