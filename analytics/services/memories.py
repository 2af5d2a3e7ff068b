"""What one learner remembers, moved by reviews in memory, and handed back to be kept."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from analytics.core.calibration import UNCALIBRATED, learned
from analytics.core.memory import DAY, Grade, Memory, due, recall_at, reviewed
from analytics.models import ItemMemory, LearnerAbility, LearningEvent
from analytics.rows import calibration_of, memory_of, microseconds, moment


class Memories:
    """One learner's memories while reviews move them; the caller holds the learner's lock."""

    def __init__(
        self,
        learner_id: UUID,
        ability: LearnerAbility,
        known: Mapping[tuple[UUID, UUID], ItemMemory],
    ) -> None:
        self.learner_id = learner_id
        self.calibration = calibration_of(ability)
        self.known = known
        self.held: dict[UUID, ItemMemory] = {}
        self.moved: set[UUID] = set()

    def begin_again(self) -> None:
        """Hold nothing but what was remembered before the first review."""
        self.calibration = UNCALIBRATED
        self.known, self.held = {}, {}

    def take(self, event: LearningEvent, *, is_new: bool) -> None:
        """Move the memory of the event's item, if the event says anything about it."""
        if event.grade is None or event.item_id is None:
            return
        row, grade = self._row(event.item_id), Grade(event.grade)
        at = microseconds(event.happened_at)
        before = memory_of(row)
        if before is not None and at - before.at >= DAY:
            self.calibration = learned(self.calibration, recall_at(before, at), grade.score)
        put_review(reviewed(before, grade, at), event, row)
        if is_new:
            self.moved.add(event.item_id)

    def rows(self) -> list[ItemMemory]:
        """Return the memories that moved, to be kept."""
        return [self.held[item_id] for item_id in self.moved]

    def _row(self, item_id: UUID) -> ItemMemory:
        row = self.held.get(item_id)
        if row is None:
            known = self.known.get((self.learner_id, item_id))
            row = known or ItemMemory(learner_id=self.learner_id, item_id=item_id)
            self.held[item_id] = row
        return row


def put_review(memory: Memory, event: LearningEvent, row: ItemMemory) -> None:
    """Put a memory, and the review it comes from, into a row."""
    row.stability, row.difficulty = memory.stability, memory.difficulty
    row.last_review = moment(memory.at)
    row.due = moment(due(memory.stability, memory.at))
    row.reviews += 1
    row.score += event.score
    if event.seconds is not None:
        row.seconds += event.seconds
        row.timed += 1
