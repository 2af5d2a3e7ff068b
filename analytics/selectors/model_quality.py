"""Quality of the learner model in facilities and at their skills (contract 4.4)."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np

from analytics.core import model_quality
from analytics.core.logistic import BoolArray, IntArray
from analytics.core.model_quality import Answers, Quality
from analytics.models import Alert, LearningEvent, Skill
from roster.models import Actor, Facility

# A request reads at most the newest MAX_EVENTS answers of the facilities together, of the days and
# of HISTORY before them, and the newest MAX_ALERTS alerts.
MAX_EVENTS = 50_000
MAX_ALERTS = 5_000
HISTORY = timedelta(days=60)
MAX_FACILITIES = 20
MAX_SKILLS = 500
_COLUMNS = ("facility", "learner", "skill", "happened_at", "score", "p_correct")
_JUDGED = ("plateau", "wheel_spinning")


@dataclass(frozen=True, kw_only=True)
class QualityRow:
    """The quality in one facility, at one skill or (None) at all of them."""

    facility: Facility
    skill: Skill | None
    quality: Quality
    is_refit_suggested: bool


def get_model_quality(
    actor: Actor, *, days: int, at: datetime, facility_id: UUID | None = None
) -> list[QualityRow]:
    """Return the quality over the last days in each facility that the actor may read in full.

    Each facility is followed by its skills, those with the most answers first; only skills with
    answers are listed, at most 500 of all facilities together.
    """
    managed = Facility.objects.managed_by(actor)
    if facility_id is not None:
        managed = managed.filter(pk=facility_id)
    facilities = list(managed.order_by("name", "pk")[:MAX_FACILITIES])
    start = at - timedelta(days=days)
    events = LearningEvent.objects.filter(
        facility__in=[each.pk for each in facilities],
        skill__isnull=False,
        happened_at__gte=start - HISTORY,
    )
    newest = events.order_by("-happened_at", "-id").values_list(*_COLUMNS)[:MAX_EVENTS]
    events_in_order = list(reversed(newest)) if facilities else []
    counts = Counter(row[2] for row in events_in_order if row[3] >= start)
    shown = [skill_id for skill_id, _ in counts.most_common(MAX_SKILLS)]
    skills = Skill.objects.select_related("parameters").defer("times").in_bulk(shown)
    known = [skills[key] for key in shown if key in skills]
    raised = Alert.objects.filter(
        skill__in=known, kind__in=_JUDGED, opened_at__gte=start
    ).newest_first()
    alerts = raised.values_list("learner", "skill", "opened_at")[:MAX_ALERTS]
    return _rows(facilities, known, events_in_order, alerts, start)


def _rows(
    facilities: Sequence[Facility],
    skills: Sequence[Skill],
    events: Sequence[tuple[Any, ...]],
    alerts: Iterable[tuple[Any, ...]],
    start: datetime,
) -> list[QualityRow]:
    numbers: dict[tuple[UUID, UUID], int] = {}
    sequence = np.array(
        [numbers.setdefault((row[1], row[2]), len(numbers)) for row in events], dtype=np.int64
    )
    order = np.argsort(sequence, kind="stable")
    score, predicted = (
        np.array([row[column] for row in events], dtype=np.float64) for column in (4, 5)
    )
    answers = Answers(
        sequence=sequence,
        score=score,
        predicted=predicted,
        is_raised=_last_before(alerts, events, numbers, sequence),
        is_counted=np.array([row[3] >= start for row in events], dtype=np.bool_),
    ).take(order)
    judged = model_quality.judge(answers)
    rows_of: dict[UUID, list[int]] = defaultdict(list)
    for position, event in enumerate(order.tolist()):
        rows_of[events[event][0]].append(position)
        rows_of[events[event][2]].append(position)

    def row(facility: Facility, skill: Skill | None) -> QualityRow:
        chosen = np.array(rows_of[(skill or facility).pk], dtype=np.int64)
        quality = model_quality.measure(answers.take(chosen), judged.take(chosen))
        fitted = [skill] if skill else [each for each in skills if each.facility_id == facility.pk]
        is_fitted = any(each.parameters and each.parameters.skill_id for each in fitted)
        return QualityRow(
            facility=facility,
            skill=skill,
            quality=quality,
            is_refit_suggested=quality.is_refit_suggested(is_fitted=is_fitted),
        )

    return [
        row(facility, skill)
        for facility in facilities
        for skill in (None, *(each for each in skills if each.facility_id == facility.pk))
    ]


def _last_before(
    alerts: Iterable[tuple[Any, ...]],
    events: Sequence[tuple[Any, ...]],
    numbers: Mapping[tuple[UUID, UUID], int],
    sequence: IntArray,
) -> BoolArray:
    """Mark for each alert the last answer before it, of its learner at its skill."""
    is_raised = np.zeros(len(events), dtype=np.bool_)
    rows: dict[int, list[int]] = defaultdict(list)
    for position, number in enumerate(sequence.tolist()):
        rows[number].append(position)
    for learner, skill, opened_at in alerts:
        positions = rows.get(numbers.get((learner, skill), -1), [])
        earlier = bisect_right(positions, opened_at, key=lambda position: events[position][3])
        if earlier:
            is_raised[positions[earlier - 1]] = True
    return is_raised
