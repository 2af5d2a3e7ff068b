"""One item: how hard it is, whether it tells learners apart, and who answered it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import sqrt
from typing import Any
from uuid import UUID

import numpy as np
from django.utils.translation import gettext as _

from analytics.core import difficulty, item_analysis
from analytics.core.logistic import FloatArray
from analytics.models import Item, LearningEvent, Skill
from dashboard.selectors.links import answer_url
from infra.admin.formats import decimal, duration, isolate_direction, percent, signed
from roster.models import User

NEWEST = 2_000
MAX_ANSWERS = 1_000
MAX_LEARNERS = 100
RIGHT = 1.0  # an answer that is almost right is not
MIN_LEARNERS = 10  # fewer are told apart by chance
_COLUMNS = ("score", "ability_mean", "skill_ability_mean", "seconds")


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A figure and what it means; without a text it is hidden, and `meaning` says why."""

    name: str
    text: str | None
    explanation: str = ""


@dataclass(frozen=True, kw_only=True)
class ItemLearner:
    """A learner of the viewer's who answered the item: how often, how often right, when last."""

    learner: User
    answers: int
    right: int
    last_score: float
    last_at: datetime
    url: str | None


@dataclass(frozen=True, kw_only=True)
class ItemView:
    """What is known of an item; `skill` is its own, else the one its newest answer moved."""

    skill: Skill | None
    figures: Sequence[Figure]
    learners: Sequence[ItemLearner]


def item_view(item: Item, viewer: User) -> ItemView:
    """Return the figures of the facility's newest 2,000 answers, and the viewer's learners."""
    events = LearningEvent.objects.filter(item=item).order_by("-id")
    told = list(events.values_list("skill", "learner", *_COLUMNS)[:NEWEST])
    rows = np.array([row[2:] for row in told], dtype=np.float64).reshape(-1, len(_COLUMNS))
    newest = next((row[0] for row in told if row[0] is not None), None)
    return ItemView(
        skill=item.skill or (Skill.objects.filter(pk=newest).first() if newest else None),
        figures=_figures(item, rows, learners=len({row[1] for row in told})),
        learners=_answerers(item, viewer),
    )


def _figures(item: Item, rows: Any, *, learners: int) -> list[Figure]:
    n = len(rows)
    if n < item_analysis.MIN_ANSWERS:
        why = _("Shown from {least} answers on.").format(least=item_analysis.MIN_ANSWERS)
        return [
            Figure(name=_("Answers"), text=str(n)),
            *(_hidden(name, why) for name in _names()),
        ]
    score, ability, seconds = rows[:, 0], rows[:, 1] + rows[:, 2], rows[:, 3]
    is_all = _("all there are") if n < NEWEST else _("the newest")
    return [
        Figure(name=_("Answers"), text=str(n), explanation=is_all),
        Figure(name=_("Right"), text=percent(float(np.mean(score == RIGHT)))),
        _difficulty(item),
        _discrimination(score, ability, learners=learners),
        _time(seconds[~np.isnan(seconds)]),
    ]


def _hidden(name: str, why: str) -> Figure:
    return Figure(name=name, text=None, explanation=why)


def _names() -> list[str]:
    return [_("Right"), _("Difficulty"), _("Discrimination"), _("Median time")]


def _difficulty(item: Item) -> Figure:
    name, sd = _("Difficulty"), sqrt(item.difficulty_variance)
    spread = isolate_direction(f"± {decimal(sd, 2)}")
    if not difficulty.is_known(item.difficulty):
        known_from = decimal(difficulty.KNOWN_SD, 2)
        why = _("Not known well enough yet: {spread}, shown below {known}.")
        return _hidden(name, why.format(spread=spread, known=known_from))
    return Figure(
        name=name,
        text=f"{signed(item.difficulty_mean, 2)} {spread}",
        explanation=_beside_others(item.difficulty_mean, sd),
    )


def _beside_others(mean: float, sd: float) -> str:
    """Return how hard it is beside others of its skill, whose mean is 0 (log odds)."""
    if abs(mean) <= sd:
        return _("about as hard as others of its skill")
    if mean > 0:
        return _("harder than others of its skill")
    return _("easier than others of its skill")


def _discrimination(score: FloatArray, ability: FloatArray, *, learners: int) -> Figure:
    name = _("Discrimination")
    if learners < MIN_LEARNERS:
        return _hidden(name, _("Shown from {least} learners on.").format(least=MIN_LEARNERS))
    found = item_analysis.discrimination(score, ability)
    if found is None:
        return _hidden(name, _("All answers are alike."))
    if found < 0:
        meaning = _("Strong learners fail it more often than weak ones: look at its key.")
    elif found < item_analysis.WEAK_BELOW:
        meaning = _("Hardly tells strong learners from weak ones.")
    else:
        meaning = _("Strong learners get it right more often.")
    return Figure(name=name, text=signed(found, 2), explanation=meaning)


def _time(seconds: FloatArray) -> Figure:
    name = _("Median time")
    if not len(seconds):
        return _hidden(name, _("No answer came with a time."))
    if len(seconds) < item_analysis.MIN_ANSWERS:
        least = item_analysis.MIN_ANSWERS
        return _hidden(name, _("Shown from {least} answers with a time on.").format(least=least))
    median = item_analysis.median(seconds)
    return Figure(name=name, text=None if median is None else duration(median))


def _answerers(item: Item, viewer: User) -> list[ItemLearner]:
    """Return who of the viewer's learners answered it lately, the latest first."""
    visible = LearningEvent.objects.visible_to(viewer).filter(item=item).order_by("-id")
    rows = visible.values("learner", "skill", "source", "source_id", "score", "happened_at")
    latest = sorted(rows[:MAX_ANSWERS], key=lambda row: row["happened_at"], reverse=True)
    of_learner: dict[UUID, list[Mapping[str, Any]]] = {}
    for row in latest:
        of_learner.setdefault(row["learner"], []).append(row)
    keys = list(of_learner)[:MAX_LEARNERS]
    people = User.objects.visible_to(viewer).in_bulk(keys) if keys else {}
    return [_answerer(people[key], of_learner[key]) for key in keys if key in people]


def _answerer(learner: User, rows: Sequence[Mapping[str, Any]]) -> ItemLearner:
    last = rows[0]
    return ItemLearner(
        learner=learner,
        answers=len(rows),
        right=sum(row["score"] == RIGHT for row in rows),
        last_score=last["score"],
        last_at=last["happened_at"],
        url=answer_url(last),
    )
