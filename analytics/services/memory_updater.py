"""Updates of one learner's item memories: reviews change them in memory, `recording` saves them."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from analytics.core.calibration import update
from analytics.core.memory import DAY, Grade, Memory, due, retrievability_at, review
from analytics.events import Source
from analytics.models import ItemMemory, LearnerAbility, LearningEvent
from analytics.rows import calibration_from_row, memory_from_row, microseconds, moment
from analytics.services.event_history import PastEvent
from analytics.services.snapshots import Snapshot
from infra.db.compiled_queries import BlankInstance

_GRADES = {int(grade): grade for grade in Grade}
_new_memory = BlankInstance(ItemMemory)


class MemoryUpdater:
    """One learner's memories while reviews update them; the caller holds the learner's lock."""

    def __init__(
        self,
        learner_id: UUID,
        ability: LearnerAbility,
        known: Mapping[UUID, ItemMemory],
    ) -> None:
        self.learner_id = learner_id
        self.calibration = calibration_from_row(ability)
        self.known = known
        self.snapshot: Snapshot | None = None
        self.changed: dict[UUID, ItemMemory] = {}

    def restore(self, ability: LearnerAbility, snapshot: Snapshot) -> None:
        """Return to the memories of a snapshot, and to the calibration in the restored ability."""
        self.calibration, self.snapshot = calibration_from_row(ability), snapshot

    def apply(self, event: LearningEvent | PastEvent) -> None:
        """Update the memory of an event's item, if the event is a review."""
        if event.grade is None or event.item_id is None:
            return
        row = self.changed.get(event.item_id)
        if row is None:
            row = self.changed[event.item_id] = self._row(event.item_id)
        apply_review(self._memory_after(memory_from_row(row), event), event, row)

    def _memory_after(self, before: Memory | None, event: LearningEvent | PastEvent) -> Memory:
        """Return the memory after a review, and calibrate if the last was a day ago or more."""
        grade, at = _GRADES[event.grade or 0], microseconds(event.happened_at)
        if before is not None and at - before.at >= DAY:
            self.calibration = update(self.calibration, retrievability_at(before, at), grade.score)
        return review(before, grade, at)

    def _row(self, item_id: UUID) -> ItemMemory:
        if self.snapshot is not None:
            new = _new_memory(learner_id=self.learner_id, item_id=item_id)
            return self.snapshot.restore_memory(new)
        known = self.known.get(item_id)
        return known or _new_memory(learner_id=self.learner_id, item_id=item_id)


def apply_review(memory: Memory, event: LearningEvent | PastEvent, row: ItemMemory) -> None:
    """Store a memory, and the review it results from, in its row."""
    row.stability, row.difficulty = memory.stability, memory.difficulty
    row.last_review = moment(memory.at)
    row.due = moment(due(memory.stability, memory.at))
    row.reviews += 1
    row.score += event.score
    row.studied = row.studied or event.source == Source.STUDY
    if event.seconds is not None:
        row.seconds += event.seconds
        row.timed += 1
