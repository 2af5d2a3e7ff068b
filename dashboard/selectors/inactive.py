"""Learners without recent answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from infra.admin.formats import days_ago
from infra.admin.html import DetailURL
from infra.time_zones import days_between, start_of_day
from roster.models import User


@dataclass(frozen=True, kw_only=True)
class InactiveLearner:
    """A learner without answers in a period, their page, and the age of the last answer as text."""

    learner: User
    url: str | None
    last: str


def find_inactive_learners(
    learners: Iterable[User], zones: Mapping[UUID | None, str], *, since: date, at: datetime
) -> list[InactiveLearner]:
    """Return the learners without an answer since the start of a day, in their order.

    Parameters
    ----------
    learners : with their ability.
    zones : time zone of each facility.
    """
    starts = {facility_id: start_of_day(since, zone) for facility_id, zone in zones.items()}
    url = DetailURL("coach_learner", 1)
    return [
        InactiveLearner(
            learner=learner,
            url=url(learner.pk),
            last=days_ago(last, at, zones[learner.facility_id]) if last else _("never"),
        )
        for learner in learners
        if (last := newest_answer(learner)) is None or last < starts[learner.facility_id]
    ]


def newest_answer(learner: User) -> datetime | None:
    """Return the time of a learner's last answer, from the loaded ability; None if never."""
    ability = getattr(learner, "ability", None)
    newest: datetime | None = ability.newest if ability else None
    return newest


def days_inactive(
    learner: User, at: datetime, zones: Mapping[UUID | None, str] | None = None
) -> int | None:
    """Return the days since a learner's last answer, as `days_ago` counts them; None if never.

    Parameters
    ----------
    learner : with the ability.
    zones : time zone of each facility; None: the current one.
    """
    newest = newest_answer(learner)
    if newest is None:
        return None
    zone = zones[learner.facility_id] if zones else timezone.get_current_timezone_name()
    return days_between(newest, at, zone)
