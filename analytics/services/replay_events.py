"""Replay of all events of some learners, in numpy: the expected states."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
from django.db.models import BooleanField, ExpressionWrapper, Q

from analytics.core import narrow_replay, replay
from analytics.core.bkt import ParamRows
from analytics.core.logistic import FloatArray, IntArray
from analytics.core.stuck_batch import ModelRows
from analytics.events import Source
from analytics.models import LearningEvent, Skill, SkillParameters
from analytics.rows import DAY, model_from_row, moment
from analytics.services.activity_counts import find_differing
from analytics.services.replay_reviews import Review, ReviewReplay
from infra.db.columns import Array, read_columns, uuid_of

_NUMBERS = (
    "score", "skill_mean", "skill_variance", "item_mean", "item_variance", "typical_seconds",
    "seconds", "confidence", "hinted", "mastery_before", "mastery_after",
)  # fmt: skip
_OTHERS = (
    "pk", "learner", "skill", "item", "happened_at", "position", "parameter_version", "grade",
    "is_study",
)  # fmt: skip
_IS_STUDY = ExpressionWrapper(Q(source=Source.STUDY), output_field=BooleanField())
LearnerSkill = tuple[UUID, UUID]
# Number of events and sum of their versions, by learner and skill; the skill may be None.
Versions = dict[tuple[UUID, UUID | None], tuple[int, int]]


class Events(NamedTuple):
    """Stored events with a skill, without their numbers; shapes (events,).

    `pk`, `learner` and `skill` are UUIDs as 16 bytes, `at` is in microseconds since 1970 UTC.
    """

    pk: Array
    learner: Array
    skill: Array
    at: IntArray
    version: IntArray


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
    belief : row of the state that each of these events belongs to, shape (events,).
    beliefs : the replayed states.
    reviews : the replayed memories of items.
    differing_activity : learners whose stored daily activity is not that of these events.
    """

    answers: dict[UUID, int]
    versions: Versions
    newest: dict[UUID, datetime]
    positions: dict[UUID, int]
    learners: dict[UUID, int]
    keys: dict[LearnerSkill, int]
    parameters: list[SkillParameters | None]
    last_practised: list[datetime]
    events: Events
    stored: FloatArray
    belief: IntArray
    beliefs: replay.ReplayedBeliefs
    reviews: ReviewReplay
    differing_activity: set[UUID]


def replay_events(
    learner_ids: Collection[UUID], *, newest_parameters: bool = False
) -> ReplayResult:
    """Replay all events of some learners in order, from the beginning.

    Each state is computed with the version of its last event to arrive, or with the newest version
    of its skill.
    """
    read = _read_events(learner_ids)
    of_learners, learner = _names(read["learner"])
    of_skills, skill = _names(read["skill"])
    pairs, pair, counts = np.unique(
        learner * len(of_skills) + skill, return_inverse=True, return_counts=True
    )
    sums = np.bincount(pair, read["parameter_version"], len(pairs))
    names = [(of_learners[row], of_skills[column]) for row, column in _split(pairs, of_skills)]
    with_skill = np.flatnonzero(read["skill"] != b"")
    numbers = np.column_stack([read[name][with_skill] for name in _NUMBERS])
    events = Events(
        pk=read["pk"][with_skill],
        learner=read["learner"][with_skill],
        skill=read["skill"][with_skill],
        at=read["happened_at"][with_skill],
        version=read["parameter_version"][with_skill].astype(np.int64),
    )
    learner_rows, learner_row = np.unique(learner[with_skill], return_inverse=True)
    belief_rows, belief = np.unique(pair[with_skill], return_inverse=True)
    keys = {names[row]: number for number, row in enumerate(belief_rows.tolist())}
    position = read["position"].astype(np.int64)
    parameters = _parameters(
        _last(belief, position[with_skill], events.version), keys, newest=newest_parameters
    )
    versions = {row: number for number, row in enumerate(dict.fromkeys(parameters))}
    models = [*map(model_from_row, versions)]
    model_rows = np.array([versions[row] for row in parameters], dtype=np.int64)
    last_practised = _last(belief, np.arange(len(belief)), events.at)
    beliefs = narrow_replay.replay_answers(
        replay.Answers(
            learner=learner_row,
            belief=belief,
            # As `datetime.timestamp()` rounds, or sums decayed over many answers would differ.
            day=events.at / 1e6 / DAY,
            **dict(zip(_NUMBERS[:-2], numbers.T[:-2], strict=True)),
        ),
        classic=ParamRows.of(model.classic for model in models).take(model_rows),
        forgetting=ParamRows.of(model.forgetting for model in models).take(model_rows),
        models=ModelRows.of(models, model_rows),
    )
    order = np.arange(len(learner))
    newest = _last(learner, order, read["happened_at"])
    answers = np.bincount(learner, minlength=len(of_learners))
    positions = _last(learner, position, position) + 1
    is_review = ~np.isnan(read["grade"])
    return ReplayResult(
        answers=dict.fromkeys(learner_ids, 0)
        | dict(zip(of_learners, answers.tolist(), strict=True)),
        versions={
            name: (count, int(total))
            for name, count, total in zip(names, counts.tolist(), sums.tolist(), strict=True)
        },
        newest={pk: moment(at) for pk, at in zip(of_learners, newest.tolist(), strict=True)},
        positions=dict(zip(of_learners, positions.tolist(), strict=True)),
        learners={of_learners[row]: number for number, row in enumerate(learner_rows.tolist())},
        keys=keys,
        parameters=parameters,
        last_practised=[moment(at) for at in last_practised.tolist()],
        events=events,
        stored=numbers[:, -2:],
        belief=belief,
        beliefs=beliefs,
        reviews=ReviewReplay.replay(
            Review(
                learner=read["learner"][is_review],
                item=read["item"][is_review],
                grade=read["grade"][is_review],
                at=read["happened_at"][is_review],
                score=read["score"][is_review],
                seconds=read["seconds"][is_review],
                is_study=read["is_study"][is_review],
            )
        ),
        differing_activity=find_differing(
            learner_ids,
            learner=read["learner"],
            skill=read["skill"],
            at=read["happened_at"],
            score=read["score"],
            seconds=read["seconds"],
        ),
    )


def _read_events(learner_ids: Collection[UUID]) -> dict[str, Array]:
    """Return all events of some learners, each learner's in order."""
    events = LearningEvent.objects.filter(learner__in=learner_ids).annotate(is_study=_IS_STUDY)
    in_order = events.order_by("learner", "happened_at", "position")
    return read_columns(in_order, *_OTHERS, *_NUMBERS)


def _names(keys: Array) -> tuple[list[Any], IntArray]:
    """Return the distinct UUIDs (None: missing), and the number of the one of each row."""
    names, rows = np.unique(keys, return_inverse=True)
    return [uuid_of(name) if name else None for name in names.tolist()], rows


def _split(pairs: IntArray, of_skills: Sequence[Any]) -> Iterator[tuple[int, int]]:
    rows, columns = np.divmod(pairs, max(len(of_skills), 1))
    return zip(rows.tolist(), columns.tolist(), strict=True)


def _last(group: IntArray, order: IntArray, values: IntArray) -> IntArray:
    """Return the value of each group that is last in an order, shape (groups,)."""
    by_order = np.lexsort((order, group))
    is_last = np.append(group[by_order][1:] != group[by_order][:-1], True)[: len(group)]
    last: IntArray = values[by_order[is_last]]
    return last


def _parameters(
    versions: IntArray, keys: dict[LearnerSkill, int], *, newest: bool
) -> list[SkillParameters | None]:
    """Return the parameters of each state, by the version of its last event to arrive."""
    skill_ids = {skill_id for _, skill_id in keys}
    if newest:
        skills = Skill.objects.filter(pk__in=skill_ids).select_related("parameters")
        current = {skill.pk: skill.parameters for skill in skills}
        return [current[skill_id] for _, skill_id in keys]
    if not versions.any():
        return [None] * len(keys)
    own = SkillParameters.objects.filter(skill__in=skill_ids)
    fits = {(fit.skill_id, fit.version): fit for fit in own.select_related("skill")}
    facilities = dict(Skill.objects.filter(pk__in=skill_ids).values_list("pk", "facility"))
    pooled = SkillParameters.objects.filter(facility__in={*facilities.values()}, skill=None)
    fits_of_facilities = {(fit.facility_id, fit.version): fit for fit in pooled}
    return [
        fits.get((skill_id, version)) or fits_of_facilities.get((facilities[skill_id], version))
        for (_, skill_id), version in zip(keys, versions.tolist(), strict=True)
    ]
