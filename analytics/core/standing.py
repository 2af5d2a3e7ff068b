"""The alerts that a learner's standing gives reason for: a pure function of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import compress
from typing import Generic, NamedTuple, TypeVar

from analytics.core import alerts
from analytics.core.alerts import DEFAULT_THRESHOLDS, Problem, Reason, Thresholds
from analytics.core.trajectory import Trajectory

S = TypeVar("S")
Figures = dict[str, str | float | None]

# What the value and the threshold of a reason are; other reasons give their own name.
_RULES = {
    Reason.PLATEAU: "p_stuck",
    Reason.WHEEL_SPINNING: "answers_without_mastery",
    Reason.DECLINING: "loss_per_answer",
    Reason.INACTIVE: "days_without_answer",
    Reason.NOT_STARTED: "days_enrolled",
}


@dataclass(frozen=True, kw_only=True)
class Standing(Generic[S]):
    """The facts about one learner that alerts depend on.

    Attributes
    ----------
    trajectories : packed trajectories of at least `alerts.MIN_ANSWERS` answers, by skill.
    days_inactive : days since the last answer, >= 0; None if the learner has never answered.
    days_enrolled : days since a learner who has never answered could have started; None if they
        are in no class.
    raised : the skills with an unresolved alert of a plateau.
    thresholds : those of the learner's facility.
    """

    trajectories: Mapping[S, bytes]
    days_inactive: float | None
    days_enrolled: float | None
    raised: Collection[S] = ()
    thresholds: Thresholds = DEFAULT_THRESHOLDS


class FoundAlert(NamedTuple, Generic[S]):
    """A reason to alert, with the skill that it is about (None: no single one) and its figures."""

    kind: str
    skill: S | None
    figures: Figures


def find_alerts(standing: Standing[S]) -> list[FoundAlert[S]]:
    """Return the alerts that the standing gives reason for, at most one for each kind and skill.

    The figures are the `rule`, its `value` and `threshold`, and the `window`: the number of
    answers at the skill, or None for rules of time.
    """
    found = []
    records = list(standing.trajectories.values())
    possible = alerts.may_have_problems(records).tolist() if records else []
    for skill, record in compress(standing.trajectories.items(), possible):
        trajectory = Trajectory.from_bytes(record)
        problem = alerts.skill_problem(
            trajectory, thresholds=standing.thresholds, was_raised=skill in standing.raised
        )
        if problem is not None:
            found.append(_found(problem, skill, window=trajectory.answers))
    absence = alerts.absence_problem(standing.days_inactive, standing.thresholds.inactive_days)
    if standing.days_inactive is None:
        absence = alerts.not_started_problem(standing.days_enrolled)
    return [*found, *([_found(absence, None)] if absence else [])]


def _found(problem: Problem, skill: S | None, *, window: int | None = None) -> FoundAlert[S]:
    figures: Figures = {
        "rule": _RULES.get(problem.reason, problem.reason.name.lower()),
        "value": problem.figure,
        "threshold": problem.threshold,
        "window": window,
    }
    return FoundAlert(problem.reason.name.lower(), skill, figures)
