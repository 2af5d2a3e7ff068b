"""Texts of the coach pages: reasons to help a learner, advice, and results of answers."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from analytics.core import plateau
from analytics.core.alerts import Problem, Reason
from analytics.core.causes import Advice
from analytics.core.next_steps import Reason as NextReason
from analytics.core.velocity import Trend
from analytics.events import Source
from analytics.labels import mastery, out_of
from analytics.models import SkillState
from infra.admin.formats import decimal, percent

SYMBOLS = {
    Reason.PLATEAU: "▬",
    Reason.WHEEL_SPINNING: "↻",
    Reason.DECLINING: "↘",
    Reason.INACTIVE: "◌",
    Reason.NOT_STARTED: "○",
}
TONES = {
    Reason.PLATEAU: "bad",
    Reason.WHEEL_SPINNING: "bad",
    Reason.DECLINING: "warn",
    Reason.INACTIVE: "warn",
    Reason.NOT_STARTED: "warn",
}
TRENDS = {
    Trend.ACCELERATING: gettext_lazy("rising"),
    Trend.STABLE: gettext_lazy("steady"),
    Trend.DECLINING: gettext_lazy("falling"),
}
SOURCES = {
    Source.SESSION: gettext_lazy("content session"),
    Source.TRACK: gettext_lazy("tracked answer"),
    Source.STUDY: gettext_lazy("study result"),
}
ADVICE = {
    Advice.TOO_FAST: gettext_lazy(
        "Answers come much faster than those of others, and most are wrong: the learner is likely"
        " guessing. Ask for the reasons behind a few answers."
    ),
    Advice.HINTS: gettext_lazy(
        "A hint is used nearly each time: go through an example together, then let the learner try"
        " without hints."
    ),
    Advice.GIVES_UP: gettext_lazy(
        "Practice mostly ends after a wrong answer: give easier questions first, and look at the"
        " wrong answers together."
    ),
    Advice.FORGETS: gettext_lazy(
        "What was right in one session is forgotten in the next: practise in shorter sessions on"
        " more days."
    ),
    Advice.TOO_SLOW: gettext_lazy(
        "Answers take much longer than those of others: check whether the texts are understood and"
        " the basic steps are fluent."
    ),
    Advice.PREREQUISITE: gettext_lazy(
        "This skill builds on {prerequisite}, which is not mastered yet: practise {prerequisite}"
        " first."
    ),
    Advice.FOUNDATIONS: gettext_lazy(
        "Practice alone no longer helps: check the skills this one builds on,"
        " or go through a worked example together."
    ),
    Advice.VARY: gettext_lazy(
        "Progress has stopped short of mastery: change the type of practice,"
        " such as other kinds of tasks or explaining each step."
    ),
    Advice.DECLINING: gettext_lazy(
        "Results are falling: practise in shorter sessions, spread over several days."
    ),
    Advice.EFFICIENCY_DROPPING: gettext_lazy(
        "Effort pays off less and less: ask the learner to slow down"
        " and to check each answer before moving on."
    ),
}

# The names of figures on the pages of coaches, and what they mean.
TERMS = {
    "mastery": (
        gettext_lazy("Mastery"),
        gettext_lazy("The probability that the learner knows the skill; mastered from 95 %."),
    ),
    "gain": (
        gettext_lazy("Gain per answer"),
        gettext_lazy("How much of what is left to learn one more answer adds, on average."),
    ),
    "efficiency": (
        gettext_lazy("Efficiency"),
        gettext_lazy("How well confidence agrees with results, less for slow answers."),
    ),
    "readiness": (
        gettext_lazy("Readiness"),
        gettext_lazy("The probability of remembering an item answered so far, on average."),
    ),
    "expected": (
        gettext_lazy("Expected"),
        gettext_lazy("The probability of a right answer, predicted before the answer."),
    ),
    "stuck": (
        gettext_lazy("Probability of being stuck"),
        gettext_lazy("The probability that more answers of the same kind do not help."),
    ),
}


NEXT_REASONS = {
    NextReason.DUE: gettext_lazy("Due for review"),
    NextReason.PREREQUISITE: gettext_lazy("Weak prerequisite"),
    NextReason.READY: gettext_lazy("Ready to learn"),
    NextReason.CLOSEST: gettext_lazy("Closest fit"),
}


def reason_name(reason: NextReason) -> str:
    """Return the name of the reason of a recommendation."""
    return str(NEXT_REASONS[reason])


def advise(problem: Problem) -> str:
    """Return the advice to a teacher about a problem; empty without any."""
    if problem.advice is None:
        return ""
    return str(ADVICE[problem.advice]).format(prerequisite=problem.prerequisite)


def explain(problem: Problem) -> str:
    """Return a sentence with the figure and the threshold of a problem."""
    return _EXPLANATIONS[problem.reason](problem)


def _explain_plateau(problem: Problem) -> str:
    if not problem.is_calibrated:
        return _("Likely no progress within the next ten answers.")
    if problem.figure < problem.threshold:
        text = _(
            "The probability of being stuck reached {threshold} and is now {figure}; the flag is"
            " removed below {lowered}."
        )
    else:
        text = _("Probability of being stuck: {figure}; flagged from {threshold}.")
    return text.format(
        figure=percent(problem.figure),
        threshold=percent(problem.threshold),
        lowered=percent(plateau.FLAG_OFF * problem.threshold),
    )


def _explain_wheel_spinning(problem: Problem) -> str:
    answers = round(problem.figure)
    return ngettext(
        "{answers} answer without reaching mastery; the threshold is {threshold}.",
        "{answers} answers without reaching mastery; the threshold is {threshold}.",
        answers,
    ).format(answers=answers, threshold=round(problem.threshold))


def _explain_decline(problem: Problem) -> str:
    return _(
        "The chance of a right answer falls by {figure} points with each answer; the threshold is"
        " {threshold}."
    ).format(figure=decimal(100 * problem.figure), threshold=decimal(100 * problem.threshold))


def _explain_inactivity(problem: Problem) -> str:
    days = int(problem.figure)
    return ngettext(
        "No answer for {days} day; the threshold is {threshold}.",
        "No answer for {days} days; the threshold is {threshold}.",
        days,
    ).format(days=days, threshold=round(problem.threshold))


def _explain_no_start(problem: Problem) -> str:
    days = int(problem.figure)
    return ngettext(
        "No answer within {days} day; the threshold is {threshold}.",
        "No answer within {days} days; the threshold is {threshold}.",
        days,
    ).format(days=days, threshold=round(problem.threshold))


_EXPLANATIONS = {
    Reason.PLATEAU: _explain_plateau,
    Reason.WHEEL_SPINNING: _explain_wheel_spinning,
    Reason.DECLINING: _explain_decline,
    Reason.INACTIVE: _explain_inactivity,
    Reason.NOT_STARTED: _explain_no_start,
}


class KnownState(NamedTuple):
    """The values of a learner's state at a skill that pages read, with the packed trajectory."""

    learner_id: UUID
    skill_id: UUID
    course: bytes
    mastery: float
    attempts: int
    correct: int
    plateau: bool
    weak_prerequisite: str | None


KNOWN_STATE_COLUMNS = (
    "learner_id", "skill_id", "course", "mastery", "attempts", "correct", "plateau",
    "weak_prerequisite",
)  # fmt: skip


def describe_state(state: KnownState | SkillState) -> str:
    """Return a text on a learner's mastery and right answers at a skill."""
    return _("Mastery {mastery}, {right} answers right.").format(
        mastery=mastery(state.mastery), right=out_of(state.correct, state.attempts)
    )


def result(score: float) -> str:
    """Return the text of a score: right, wrong, or the share that was right."""
    if score == 1:
        return _("right")
    return _("wrong") if score == 0 else _("{share} right").format(share=percent(score))


def result_symbol(score: float) -> str:
    """Return the symbol of a score."""
    return {1.0: "✓", 0.0: "✗"}.get(score, "◐")


def result_tone(score: float) -> str:
    """Return the CSS class of a score."""
    return {1.0: "good", 0.0: "bad"}.get(score, "warn")
