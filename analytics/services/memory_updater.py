"""Updates of one learner's item memories: reviews change them in memory, `recording` saves them."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from analytics.core.memory import Grade, Reviewed, due, learn
from analytics.core.recall import RecallModel
from analytics.events import Source
from analytics.models import ItemMemory, LearnerAbility, LearningEvent
from analytics.rows import microseconds, moment, recall_model_from_row, reviewed_from_row
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
        self.model = self.stored_model = recall_model_from_row(ability)
        self.known = known
        self.snapshot: Snapshot | None = None
        self.changed: dict[UUID, ItemMemory] = {}

    def restore(self, ability: LearnerAbility, snapshot: Snapshot) -> None:
        """Return to the memories of a snapshot, and to the recall model in the restored ability."""
        self.model, self.snapshot = recall_model_from_row(ability), snapshot

    def apply(self, event: LearningEvent | PastEvent) -> None:
        """Update the memory of an event's item, if the event is a review."""
        if event.grade is None or event.item_id is None:
            return
        row = self.changed.get(event.item_id)
        if row is None:
            row = self.changed[event.item_id] = self._row(event.item_id)
        grade, at = _GRADES[event.grade], microseconds(event.happened_at)
        self.model, reviewed = learn(self.model, reviewed_from_row(row), grade, at, event.seconds)
        apply_review(reviewed, self.model, event, row)

    def _row(self, item_id: UUID) -> ItemMemory:
        if self.snapshot is not None:
            new = _new_memory(learner_id=self.learner_id, item_id=item_id)
            return self.snapshot.restore_memory(new)
        known = self.known.get(item_id)
        return known or _new_memory(learner_id=self.learner_id, item_id=item_id)


def apply_review(
    reviewed: Reviewed, model: RecallModel, event: LearningEvent | PastEvent, row: ItemMemory
) -> None:
    """Store an item after a review in its row, and the review."""
    memory, practice = reviewed
    row.stability, row.difficulty = memory.stability, memory.difficulty
    row.last_review = moment(memory.at)
    row.due = moment(due(memory, practice, model))
    row.reviews += 1
    row.lapses, row.last_score = float(practice.lapses), float(practice.last_score)
    row.last_seconds = event.seconds
    row.score += event.score
    row.studied = row.studied or event.source == Source.STUDY
    if event.seconds is not None:
        row.seconds += event.seconds
        row.timed += 1
