"""Replay of all events of some learners, in numpy: the expected states."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np

from analytics.core import narrow_replay, replay
from analytics.core.bkt import ParamRows
from analytics.core.logistic import FloatArray, IntArray
from analytics.events import Source
from analytics.models import LearningEvent, Skill, SkillParameters
from analytics.rows import DAY, microseconds, model_from_row
from analytics.services.replay_reviews import Review, ReviewReplay

_NUMBERS = (
    "score", "skill_mean", "skill_variance", "item_mean", "item_variance", "typical_seconds",
    "seconds", "confidence", "mastery_before", "mastery_after",
)  # fmt: skip
_NAMES = ("pk", "learner", "skill", "happened_at", "position", "parameter_version")
_SCORE = len(_NAMES) + _NUMBERS.index("score")
_SECONDS = len(_NAMES) + _NUMBERS.index("seconds")
LearnerSkill = tuple[UUID, UUID]
# Number of events and sum of their versions, by learner and skill; the skill may be None.
Versions = dict[tuple[UUID, UUID | None], tuple[int, int]]


class EventRow(NamedTuple):
    """One stored event, without its numbers."""

    pk: UUID
    learner_id: UUID
    skill_id: UUID
    happened_at: datetime
    position: int
    version: int


@dataclass(frozen=True, kw_only=True)
class ReplayResult:
    """The states that result from some learners' events.

    Attributes
    ----------
    answers, newest : number of events of each learner, and the time of the newest.
    versions : number of events and sum of their versions, by learner and skill.
    positions : position of each learner's next event; beyond `answers` if items were deleted with
        their events.
    learners : row of each learner in the arrays of `beliefs` that have one row a learner.
    keys : row of each belief, by learner and skill, in the arrays that have one row a belief.
    parameters, last_practised : of each belief; parameters None: the defaults.
    events, stored : each event with a skill in the order of `beliefs.before`, and the stored
        mastery before and after it, shape (events, 2).
    beliefs : the replayed states.
    reviews : the replayed memories of items.
    """

    answers: dict[UUID, int]
    versions: Versions
    newest: dict[UUID, datetime]
    positions: dict[UUID, int]
    learners: dict[UUID, int]
    keys: dict[LearnerSkill, int]
    parameters: list[SkillParameters | None]
    last_practised: list[datetime]
    events: list[EventRow]
    stored: FloatArray
    beliefs: replay.ReplayedBeliefs
    reviews: ReviewReplay


def replay_events(
    learner_ids: Collection[UUID], *, newest_parameters: bool = False
) -> ReplayResult:
    """Replay all events of some learners in order, from the beginning.

    Each state is computed with the version of its last event to arrive, or with the newest version
    of its skill.
    """
    events, numbers, reviews, answers, versions, newest, positions = _read_events(learner_ids)
    learners = _number_names(event.learner_id for event in events)
    keys = _number_names((event.learner_id, event.skill_id) for event in events)
    parameters = _parameters(events, keys, newest=newest_parameters)
    models = [model_from_row(row) for row in parameters]
    last = {(event.learner_id, event.skill_id): event.happened_at for event in events}
    beliefs = narrow_replay.replay_answers(
        replay.Answers(
            learner=_row_numbers(learners, (event.learner_id for event in events)),
            belief=_row_numbers(keys, ((event.learner_id, event.skill_id) for event in events)),
            day=np.array([event.happened_at.timestamp() / DAY for event in events]),
            **dict(zip(_NUMBERS[:-2], numbers.T[:-2], strict=True)),
        ),
        classic=ParamRows.of(model.classic for model in models),
        forgetting=ParamRows.of(model.forgetting for model in models),
    )
    return ReplayResult(
        answers=answers,
        versions=versions,
        newest=newest,
        positions=positions,
        learners=learners,
        keys=keys,
        parameters=parameters,
        last_practised=[last[key] for key in keys],
        events=events,
        stored=numbers[:, -2:],
        beliefs=beliefs,
        reviews=ReviewReplay.replay(reviews),
    )


class _ReadEvents(NamedTuple):
    """The events with skills in order, their numbers, the reviews, and totals of each learner."""

    events: list[EventRow]
    numbers: FloatArray
    reviews: list[Review]
    answers: dict[UUID, int]
    versions: Versions
    newest: dict[UUID, datetime]
    positions: dict[UUID, int]


def _read_events(learner_ids: Collection[UUID]) -> _ReadEvents:
    stored_events = LearningEvent.objects.filter(learner__in=learner_ids)
    events: list[EventRow] = []
    numbers: list[Sequence[Any]] = []
    reviews: list[Review] = []
    answers = dict.fromkeys(learner_ids, 0)
    versions: Versions = {}
    newest: dict[UUID, datetime] = {}
    positions: dict[UUID, int] = {}
    rows = stored_events.order_by("learner", "happened_at", "position").values_list(
        *_NAMES, *_NUMBERS, "item", "grade", "source"
    )
    for *row, item_id, grade, source in rows.iterator(chunk_size=2000):
        event = EventRow(*row[: len(_NAMES)])
        answers[event.learner_id] += 1
        count, version = versions.get((event.learner_id, event.skill_id), (0, 0))
        versions[event.learner_id, event.skill_id] = count + 1, version + event.version
        newest[event.learner_id] = event.happened_at
        positions[event.learner_id] = max(event.position + 1, positions.get(event.learner_id, 0))
        if event.skill_id is not None:
            events.append(event)
            numbers.append(row[len(_NAMES) :])
        if grade is not None:
            at = microseconds(event.happened_at)
            score, seconds = row[_SCORE], row[_SECONDS]
            is_study = source == Source.STUDY
            reviews.append(Review(event.learner_id, item_id, grade, at, score, seconds, is_study))
    table = np.array(numbers, dtype=np.float64).reshape(-1, len(_NUMBERS))
    return _ReadEvents(events, table, reviews, answers, versions, newest, positions)


def _number_names(names: Iterable[Any]) -> dict[Any, int]:
    """Return a number for each name, in the order of first occurrence."""
    return {name: row for row, name in enumerate(dict.fromkeys(names))}


def _row_numbers(numbers: dict[Any, int], names: Iterable[Any]) -> IntArray:
    return np.array([numbers[name] for name in names], dtype=np.int64)


def _parameters(
    events: Sequence[EventRow], keys: dict[LearnerSkill, int], *, newest: bool
) -> list[SkillParameters | None]:
    skill_ids = {skill_id for _, skill_id in keys}
    if newest:
        skills = Skill.objects.filter(pk__in=skill_ids).select_related("parameters")
        current = {skill.pk: skill.parameters for skill in skills}
        return [current[skill_id] for _, skill_id in keys]
    arrived: dict[LearnerSkill, tuple[int, int]] = {}
    for event in events:
        key = event.learner_id, event.skill_id
        arrived[key] = max(arrived.get(key, (-1, 0)), (event.position, event.version))
    if not any(version for _, version in arrived.values()):
        return [None] * len(keys)
    own = SkillParameters.objects.filter(skill__in=skill_ids)
    fits = {(fit.skill_id, fit.version): fit for fit in own.select_related("skill")}
    facilities = dict(Skill.objects.filter(pk__in=skill_ids).values_list("pk", "facility"))
    pooled = SkillParameters.objects.filter(facility__in={*facilities.values()}, skill=None)
    fits_of_facilities = {(fit.facility_id, fit.version): fit for fit in pooled}
    return [
        fits.get((skill_id, arrived[learner_id, skill_id][1]))
        or fits_of_facilities.get((facilities[skill_id], arrived[learner_id, skill_id][1]))
        for learner_id, skill_id in keys
    ]
