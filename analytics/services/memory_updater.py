"""What one learner remembers, moved by reviews in memory, and handed back to be kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from analytics.core.calibration import UNCALIBRATED, update
from analytics.core.memory import DAY, Grade, Memory, due, retrievability_at, review
from analytics.events import Source
from analytics.models import ItemMemory, LearnerAbility, LearningEvent
from analytics.rows import calibration_from_row, memory_from_row, microseconds, moment
from analytics.services.event_history import PastEvent

_GRADES = {int(grade): grade for grade in Grade}


class MemoryUpdater:
    """One learner's memories while reviews move them; the caller holds the learner's lock."""

    def __init__(
        self,
        learner_id: UUID,
        ability: LearnerAbility,
        known: Mapping[tuple[UUID, UUID], ItemMemory],
    ) -> None:
        self.learner_id = learner_id
        self.calibration = calibration_from_row(ability)
        self.known = known
        self.moved: dict[UUID, ItemMemory] = {}
        # Of items whose own reviews stay as they were, while everything is taken again.
        self.others: dict[UUID, Memory] = {}
        self.is_again = False

    def reset(self, events: Iterable[LearningEvent]) -> None:
        """Hold nothing but what was remembered before the first review.

        Where none of the new events is a review, everything stays.
        """
        items = {event.item_id for event in events if event.grade is not None}
        if not items:
            return
        self.is_again = True
        self.calibration, self.known = UNCALIBRATED, {}
        self.moved = {item_id: self._row(item_id) for item_id in items if item_id is not None}

    def apply(self, event: LearningEvent) -> None:
        """Move the memory of a new event's item, if the event says anything about it."""
        if event.grade is None or event.item_id is None:
            return
        row = self.moved.get(event.item_id)
        if row is None:
            row = self.moved[event.item_id] = self._row(event.item_id)
        self._review(row, event)

    def reapply(self, event: PastEvent) -> None:
        """Take an event that came before, where reviews are taken again."""
        if not self.is_again or event.grade is None or event.item_id is None:
            return
        row = self.moved.get(event.item_id)
        if row is not None:
            self._review(row, event)
            return
        before = self.others.get(event.item_id)
        self.others[event.item_id] = self._reviewed(before, event)

    def rows(self) -> list[ItemMemory]:
        """Return the memories that moved, to be kept."""
        return list(self.moved.values())

    def _review(self, row: ItemMemory, event: LearningEvent | PastEvent) -> None:
        apply_review(self._reviewed(memory_from_row(row), event), event, row)

    def _reviewed(self, before: Memory | None, event: LearningEvent | PastEvent) -> Memory:
        """Return a memory after a review, which may say how well the model knows the learner."""
        grade, at = _GRADES[event.grade or 0], microseconds(event.happened_at)
        if before is not None and at - before.at >= DAY:
            self.calibration = update(self.calibration, retrievability_at(before, at), grade.score)
        return review(before, grade, at)

    def _row(self, item_id: UUID) -> ItemMemory:
        known = self.known.get((self.learner_id, item_id))
        return known or ItemMemory(learner_id=self.learner_id, item_id=item_id)


def apply_review(memory: Memory, event: LearningEvent | PastEvent, row: ItemMemory) -> None:
    """Put a memory, and the review it comes from, into a row."""
    row.stability, row.difficulty = memory.stability, memory.difficulty
    row.last_review = moment(memory.at)
    row.due = moment(due(memory.stability, memory.at))
    row.reviews += 1
    row.score += event.score
    row.studied = row.studied or event.source == Source.STUDY
    if event.seconds is not None:
        row.seconds += event.seconds
        row.timed += 1
