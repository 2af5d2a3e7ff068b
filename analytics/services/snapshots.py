"""Snapshots of all estimates of a learner, so that a late answer replays only the later events.

One is saved after every 200 answers, or less often for learners with very many skills and items.
Of older ones only some are kept: the distance between two is at most their distance to the end, so
their number grows with the logarithm of the number of answers. A snapshot holds the columns of the
rows of the learner model as they are, whatever they mean.
"""

from __future__ import annotations

import zlib
from base64 import b64encode
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any, Generic, TypeVar
from uuid import UUID

import orjson
from django.db.models import BooleanField, FloatField, IntegerField, Model

from analytics.core import trajectory_codec
from analytics.models import ItemMemory, LearnerAbility, LearnerSnapshot, SkillState
from analytics.rows import EPOCH

M = TypeVar("M", bound=Model)
INTERVAL = 200
# A snapshot costs as much as it has rows, so after this many answers for each row of the last.
ANSWERS_PER_ROW = 0.25
Values = list[Any]
# Time and position of an event.
Place = tuple[datetime, int]


class _Columns(Generic[M]):
    """The columns of a model's rows that a snapshot holds: all but references to other rows."""

    def __init__(self, model: type[M], names: Iterable[str]) -> None:
        fields: list[Any] = [model._meta.get_field(name) for name in names]
        fields = [field for field in fields if not field.is_relation]
        self.names = [field.attname for field in fields]
        self._decoders = {
            field.attname: field.to_python
            for field in fields
            if not isinstance(field, BooleanField | FloatField | IntegerField)
        }

    def read(self, row: M) -> Values:
        """Return the values of a row."""
        return [getattr(row, name) for name in self.names]

    def write(self, values: Values, row: M) -> None:
        """Set the values of a row."""
        for name, value in zip(self.names, values, strict=True):
            decode = self._decoders.get(name)
            setattr(row, name, decode(value) if decode else value)


ABILITY = _Columns(LearnerAbility, LearnerAbility.ESTIMATE_FIELDS)
STATES = _Columns(SkillState, SkillState.UPDATE_FIELDS)
MEMORIES = _Columns(ItemMemory, ItemMemory.UPDATE_FIELDS)
# Snapshots of other columns, or of trajectories in another format, are ignored.
_LAYOUT = [trajectory_codec.VERSION, ABILITY.names, STATES.names, MEMORIES.names]


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """All estimates of a learner after an event; without an event those before the first.

    Attributes
    ----------
    place, answers : of the event, and the number of events up to it.
    ability : values of the columns `ABILITY`.
    states, memories : values of the columns `STATES` and `MEMORIES`, by the key of the skill or
        item as a text.
    """

    place: Place | None = None
    answers: int = 0
    ability: Values = field(default_factory=lambda: ABILITY.read(LearnerAbility()))
    states: Mapping[str, Values] = field(default_factory=dict)
    memories: Mapping[str, Values] = field(default_factory=dict)

    @classmethod
    def find(cls, learner_id: UUID, *, before: datetime) -> Snapshot:
        """Return the newest snapshot that a new event at this time does not change."""
        rows = LearnerSnapshot.objects.filter(learner=learner_id, happened_at__lte=before)
        row = rows.order_by("-happened_at", "-position").first()
        if row is None:
            return cls()
        layout, ability, states, memories = orjson.loads(zlib.decompress(bytes(row.data)))
        if layout != _LAYOUT:
            return cls()
        return cls(
            place=(row.happened_at, row.position),
            answers=row.answers,
            ability=ability,
            states=states,
            memories=memories,
        )

    @property
    def interval(self) -> int:
        """The number of answers until the next snapshot."""
        rows = len(self.states) + len(self.memories)
        return max(INTERVAL, int(rows * ANSWERS_PER_ROW))

    def restore_state(self, state: SkillState) -> None:
        """Set a state to that of the snapshot."""
        values = self.states.get(str(state.skill_id))
        if values is None:
            state.attempts, state.last_practised = 0, EPOCH
        else:
            STATES.write(values, state)

    def restore_memory(self, memory: ItemMemory) -> ItemMemory:
        """Set a new memory to that of the snapshot, and return it."""
        values = self.memories.get(str(memory.item_id))
        if values is not None:
            MEMORIES.write(values, memory)
        return memory

    def after(
        self,
        place: Place,
        *,
        answers: int,
        ability: LearnerAbility,
        states: Iterable[SkillState],
        memories: Iterable[ItemMemory],
    ) -> Snapshot:
        """Return the snapshot after later events, in which these rows changed."""
        new_states = {str(state.skill_id): STATES.read(state) for state in states}
        new_memories = {str(memory.item_id): MEMORIES.read(memory) for memory in memories}
        return Snapshot(
            place=place,
            answers=answers,
            ability=ABILITY.read(ability),
            states={**self.states, **new_states},
            memories={**self.memories, **new_memories},
        )

    def row(self, learner_id: UUID) -> LearnerSnapshot:
        """Return the snapshot as a row."""
        assert self.place is not None  # noqa: S101  # before the first event there is nothing
        content = [_LAYOUT, self.ability, self.states, self.memories]
        return LearnerSnapshot(
            learner_id=learner_id,
            happened_at=self.place[0],
            position=self.place[1],
            answers=self.answers,
            data=zlib.compress(encode(content), 1),
        )


def encode(content: Any) -> bytes:
    """Return values as JSON; equal values have equal texts."""
    return orjson.dumps(content, default=_encode_bytes)


def _encode_bytes(value: Any) -> str:
    return b64encode(bytes(value)).decode("ascii")


def take_due(abilities: Mapping[UUID, tuple[LearnerAbility, Place]]) -> list[LearnerSnapshot]:
    """Return snapshots of the saved states of some learners, and set when the next are due.

    Parameters
    ----------
    abilities : each learner's row, and the place of the last event.
    """
    states = _read_rows(SkillState, "skill_id", STATES, abilities)
    memories = _read_rows(ItemMemory, "item_id", MEMORIES, abilities)
    rows = []
    for learner_id, (ability, place) in abilities.items():
        snapshot = Snapshot(
            place=place,
            answers=ability.answers,
            ability=ABILITY.read(ability),
            states=states[learner_id],
            memories=memories[learner_id],
        )
        ability.snapshot_due = ability.answers + snapshot.interval
        rows.append(snapshot.row(learner_id))
    return rows


def _read_rows(
    model: type[Model], key: str, columns: _Columns[Any], learner_ids: Collection[UUID]
) -> Mapping[UUID, Mapping[str, Values]]:
    """Return the values of all rows of some learners, by learner and key."""
    found: defaultdict[UUID, dict[str, Values]] = defaultdict(dict)
    rows = model._default_manager.filter(learner__in=learner_ids)
    for learner_id, name, *values in rows.values_list("learner_id", key, *columns.names):
        found[learner_id][str(name)] = values
    return found


def delete_later(learner_id: UUID, than: datetime) -> None:
    """Delete the snapshots that lack a late event at this time."""
    LearnerSnapshot.objects.filter(learner=learner_id, happened_at__gt=than).delete()


def insert(rows: Sequence[LearnerSnapshot]) -> None:
    """Save snapshots, and delete those of the same learners that are no longer needed."""
    if not rows:
        return
    LearnerSnapshot.objects.bulk_create(rows)
    kept: defaultdict[UUID, list[tuple[int, int]]] = defaultdict(list)
    learner_ids = {row.learner_id for row in rows}
    for learner_id, answers, pk in LearnerSnapshot.objects.filter(
        learner__in=learner_ids
    ).values_list("learner_id", "answers", "pk"):
        kept[learner_id].append((answers, pk))
    unneeded = [pk for pairs in kept.values() for pk in _unneeded(sorted(pairs))]
    if unneeded:
        LearnerSnapshot.objects.filter(pk__in=unneeded).delete()


def _unneeded(snapshots: Sequence[tuple[int, int]]) -> list[int]:
    """Return the keys of snapshots without which no gap exceeds its distance to the end.

    Parameters
    ----------
    snapshots : number of answers and key of each, sorted.
    """
    unneeded = []
    previous, newest = 0, snapshots[-1][0]
    for (answers, pk), (following, _) in pairwise(snapshots):
        if following - previous <= newest - following:
            unneeded.append(pk)
        else:
            previous = answers
    return unneeded
