"""One item: its difficulty, its discrimination, and the learners who answered it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import sqrt
from typing import Any
from uuid import UUID

import numpy as np
from django.utils.translation import gettext as _

from analytics import labels
from analytics.core import difficulty, item_analysis
from analytics.core.logistic import FloatArray
from analytics.models import Item, LearningEvent, Skill
from dashboard.selectors.links import answer_url
from infra.admin.formats import decimal, duration, isolate_direction, percent, signed
from roster.models import User

NEWEST = 2_000
MAX_ANSWERS = 1_000
MAX_LEARNERS = 100
RIGHT = 1.0  # an answer that is almost right counts as wrong
MIN_LEARNERS = 10  # with fewer, discrimination is mostly chance
_COLUMNS = ("score", "ability_mean", "skill_ability_mean", "seconds")


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A figure and its explanation; with no text it is hidden, and `explanation` says why."""

    name: str
    text: str | None
    explanation: str = ""


@dataclass(frozen=True, kw_only=True)
class ItemLearner:
    """A learner of the viewer who answered the item, with counts and the last answer."""

    learner: User
    answers: int
    right: int
    last_score: float
    last_at: datetime
    url: str | None


@dataclass(frozen=True, kw_only=True)
class ItemView:
    """Data of an item page; `skill` is the own skill, else the one of the newest answer."""

    skill: Skill | None
    figures: Sequence[Figure]
    learners: Sequence[ItemLearner]


def get_item_view(item: Item, viewer: User) -> ItemView:
    """Return figures from the facility's newest 2,000 answers, and the viewer's learners."""
    events = LearningEvent.objects.filter(item=item).order_by("-id")
    answers = list(events.values_list("skill", "learner", *_COLUMNS)[:NEWEST])
    rows = np.array([row[2:] for row in answers], dtype=np.float64).reshape(-1, len(_COLUMNS))
    newest = next((row[0] for row in answers if row[0] is not None), None)
    return ItemView(
        skill=item.skill or (Skill.objects.filter(pk=newest).first() if newest else None),
        figures=_figures(item, rows, learners=len({row[1] for row in answers})),
        learners=_recent_learners(item, viewer),
    )


def _figures(item: Item, rows: Any, *, learners: int) -> list[Figure]:
    n = len(rows)
    if n < item_analysis.MIN_ANSWERS:
        reason = _("Shown once there are {least} answers.").format(least=item_analysis.MIN_ANSWERS)
        return [
            Figure(name=_("Answers"), text=str(n)),
            *(_hidden_figure(name, reason) for name in _figure_names()),
        ]
    score, ability, seconds = rows[:, 0], rows[:, 1] + rows[:, 2], rows[:, 3]
    coverage = _("all answers") if n < NEWEST else _("only the newest answers")
    return [
        Figure(name=_("Answers"), text=str(n), explanation=coverage),
        Figure(
            name=_("Right"),
            text=labels.out_of(int(np.sum(score == RIGHT)), n),
            explanation=percent(float(np.mean(score == RIGHT))),
        ),
        _difficulty_figure(item),
        _discrimination_figure(score, ability, learners=learners),
        _time_figure(seconds[~np.isnan(seconds)]),
    ]


def _hidden_figure(name: str, reason: str) -> Figure:
    return Figure(name=name, text=None, explanation=reason)


def _figure_names() -> list[str]:
    return [_("Right"), _("Difficulty"), _("Discrimination"), _("Median time")]


def _difficulty_figure(item: Item) -> Figure:
    name, sd = _("Difficulty"), sqrt(item.difficulty_variance)
    spread = isolate_direction(f"± {decimal(sd, 2)}")
    if not difficulty.is_known(item.difficulty):
        known_from = decimal(difficulty.KNOWN_SD, 2)
        reason = _("Not precise enough yet: {spread}; shown once it is below {known}.")
        return _hidden_figure(name, reason.format(spread=spread, known=known_from))
    return Figure(
        name=name,
        text=f"{signed(item.difficulty_mean, 2)} {spread}",
        explanation=_compare_with_others(item.difficulty_mean, sd),
    )


def _compare_with_others(mean: float, sd: float) -> str:
    """Return how the difficulty compares with items of the skill, whose mean is 0 (log odds)."""
    if abs(mean) <= sd:
        return _("about as hard as others of its skill")
    if mean > 0:
        return _("harder than others of its skill")
    return _("easier than others of its skill")


def _discrimination_figure(score: FloatArray, ability: FloatArray, *, learners: int) -> Figure:
    name = _("Discrimination")
    if learners < MIN_LEARNERS:
        return _hidden_figure(
            name, _("Shown once there are {least} learners.").format(least=MIN_LEARNERS)
        )
    value = item_analysis.discrimination(score, ability)
    if value is None:
        return _hidden_figure(name, _("Undefined: the answers do not differ enough."))
    if value < 0:
        explanation = _(
            "Strong learners answer it wrong more often than weak ones: check its answer key."
        )
    elif value < item_analysis.WEAK_BELOW:
        explanation = _("Barely distinguishes strong learners from weak ones.")
    else:
        explanation = _("Strong learners get it right more often.")
    return Figure(name=name, text=signed(value, 2), explanation=explanation)


def _time_figure(seconds: FloatArray) -> Figure:
    name = _("Median time")
    if not len(seconds):
        return _hidden_figure(name, _("No answer has a recorded time."))
    if len(seconds) < item_analysis.MIN_ANSWERS:
        least = item_analysis.MIN_ANSWERS
        return _hidden_figure(
            name,
            _("Shown once there are {least} answers with a recorded time.").format(least=least),
        )
    median = item_analysis.median(seconds)
    return Figure(name=name, text=None if median is None else duration(median))


def _recent_learners(item: Item, viewer: User) -> list[ItemLearner]:
    """Return the viewer's learners who answered the item recently, the latest first."""
    visible = LearningEvent.objects.visible_to(viewer).filter(item=item).order_by("-id")
    rows = visible.values("learner", "skill", "source", "source_id", "score", "happened_at")
    latest = sorted(rows[:MAX_ANSWERS], key=lambda row: row["happened_at"], reverse=True)
    of_learner: dict[UUID, list[Mapping[str, Any]]] = {}
    for row in latest:
        of_learner.setdefault(row["learner"], []).append(row)
    keys = list(of_learner)[:MAX_LEARNERS]
    people = User.objects.visible_to(viewer).in_bulk(keys) if keys else {}
    return [_item_learner(people[key], of_learner[key]) for key in keys if key in people]


def _item_learner(learner: User, rows: Sequence[Mapping[str, Any]]) -> ItemLearner:
    last = rows[0]
    return ItemLearner(
        learner=learner,
        answers=len(rows),
        right=sum(row["score"] == RIGHT for row in rows),
        last_score=last["score"],
        last_at=last["happened_at"],
        url=answer_url(last),
    )
