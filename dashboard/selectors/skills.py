"""One skill: its parameters and learning curve, and the viewer's learners."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import numpy as np
from django.db.models import Q
from django.utils.translation import gettext as _

from analytics.core import bkt, learning_curve
from analytics.core.confidence import MIN_ANSWERS
from analytics.core.learning_curve import Opportunity
from analytics.core.logistic import FloatArray, IntArray
from analytics.models import LearningEvent, Skill, SkillState
from analytics.rows import model_from_row
from dashboard.charts import LineChart, Point, Series, Tick, whole_steps
from dashboard.scope import DashboardScope
from dashboard.selectors.learner import SkillRow, skill_row
from dashboard.selectors.progress import mastery_axis
from infra.admin.formats import percent

CURVE_LEARNERS = 300
CURVE_EVENTS = 12_000
MAX_LEARNERS = 200


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One fitted parameter: its name, value and explanation."""

    name: str
    text: str
    explanation: str


@dataclass(frozen=True, kw_only=True)
class SkillView:
    """Data of a skill page; `version` and `fitted_at` are those of the last fit, if any."""

    parameters: Sequence[Parameter]
    version: int
    fitted_at: datetime | None
    fitted_answers: int
    fitted_learners: int
    curve: LineChart | None
    learners: Sequence[SkillRow]


def get_skill_view(skill: Skill, scope: DashboardScope, *, at: datetime) -> SkillView:
    """Return the data of a skill, and the learners in the scope.

    Parameters
    ----------
    skill : with its parameters.
    """
    fit, params = skill.parameters, model_from_row(skill.parameters).classic
    return SkillView(
        parameters=_parameters(params),
        version=fit.version if fit else 0,
        fitted_at=fit.fitted_at if fit else None,
        fitted_answers=fit.answers if fit else 0,
        fitted_learners=fit.learners if fit else 0,
        curve=_curve(skill, params),
        learners=_learners(skill, scope, at=at),
    )


def _parameters(params: bkt.Params) -> list[Parameter]:
    return [
        Parameter(
            name=_("Known before"),
            text=percent(params.prior),
            explanation=_("of learners know it before their first answer"),
        ),
        Parameter(
            name=_("Learned per answer"),
            text=percent(params.learn),
            explanation=_("of learners who did not know it yet, per answer"),
        ),
        Parameter(
            name=_("Guessed"),
            text=percent(params.guess),
            explanation=_("of answers are right although the skill is not known"),
        ),
        Parameter(
            name=_("Slipped"),
            text=percent(params.slip),
            explanation=_("of answers are wrong although the skill is known"),
        ),
    ]


def _learners(skill: Skill, scope: DashboardScope, *, at: datetime) -> list[SkillRow]:
    """Return the states of the learners in the scope, lowest mastery first.

    Those with too few answers come last, since their mastery is not shown.
    """
    states = SkillState.objects.filter(skill=skill, learner__in=scope.learners)
    ranked = states.alias(few=Q(attempts__lt=MIN_ANSWERS)).order_by(
        "few", "mastery", "-attempts", "pk"
    )
    rows = ranked.select_related("learner")
    return [skill_row(state, at=at) for state in rows[:MAX_LEARNERS]]


def _curve(skill: Skill, params: bkt.Params) -> LineChart | None:
    """Return the measured learning curve with the expected one; None with too few answers."""
    learners = list(
        SkillState.objects.filter(skill=skill)
        .order_by("-last_practised", "-pk")
        .values_list("learner", flat=True)[:CURVE_LEARNERS]
    )
    points = learning_curve.measured_curve(*_answers(skill, learners)) if learners else []
    if not points:
        return None
    expected = learning_curve.expected_curve(params, points[-1].number)
    return LineChart(
        title=_("Learning curve"),
        description=_(
            "Mean score at each opportunity, for the learners of this facility who practised most"
            " recently, with its 95 % band and the score that the model expects. Learners stop"
            " once they master the skill, so later opportunities show only slower learners."
        ),
        x_label=_("Opportunity"),
        y_label=_("Score"),
        series=[_measured_series(points), _expected_series(expected)],
        x_ticks=[Tick(value=i, text=str(i)) for i in whole_steps(points[-1].number)],
        y_ticks=mastery_axis(),
    )


def _answers(skill: Skill, learners: Sequence[UUID]) -> tuple[IntArray, FloatArray]:
    """Return the opportunity number of each answer at the skill, and its score."""
    events = LearningEvent.objects.filter(skill=skill, learner__in=learners)
    rows = events.order_by("learner", "happened_at", "position").values_list("learner", "score")
    numbers, scores = [], []
    last, count = None, 0
    for learner, score in rows[:CURVE_EVENTS].iterator():
        count = count + 1 if learner == last else 1
        last = learner
        numbers.append(count)
        scores.append(score)
    return np.array(numbers, dtype=np.int64), np.array(scores, dtype=np.float64)


def _measured_series(points: Sequence[Opportunity]) -> Series:
    return Series(
        label=_("measured, with its 95 % band"),
        points=[
            Point(
                x=float(point.number),
                y=point.mean,
                x_text=str(point.number),
                y_text=percent(point.mean),
                low=point.low,
                high=point.high,
                range_text=f"{percent(point.low)} … {percent(point.high)}",
            )
            for point in points
        ],
    )


def _expected_series(expected: Sequence[float]) -> Series:
    return Series(
        label=_("expected by the model"),
        is_model=True,
        points=[
            Point(x=float(i), y=p, x_text=str(i), y_text=percent(p))
            for i, p in enumerate(expected, 1)
        ],
    )
