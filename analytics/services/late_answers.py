"""The job that evaluates answers that arrived too late for their request to do it (contract 0.10).

It does a bounded part at a time, each in one transaction, from one snapshot to the next. Until the
last part, the states stay as they were; answers that arrive meanwhile update them as usual.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.db import transaction

from analytics.models import Item, ItemMemory, LearnerAbility
from analytics.services import snapshots
from analytics.services.event_history import past_events
from analytics.services.item_resolver import LearnerRows
from analytics.services.learner_state import LearnerState
from analytics.services.persistence import (
    update_replayed_events,
    upsert_abilities,
    upsert_memories,
    upsert_states,
)
from analytics.services.snapshots import MEMORIES, Snapshot, encode
from analytics.services.waiting_learners import process_waiting
from roster.models import User

# Events that one transaction evaluates again, at most: on SQLite all writers wait for it.
EVENTS_PER_PART = 500


@transaction.atomic
def recompute_late(at: datetime) -> int:  # noqa: ARG001  # as every job
    """Evaluate events of learners with late answers again, `EVENTS_PER_PART` at most.

    Returns
    -------
    The number of learners; 0 if none is left, or other transactions have locked them.
    """
    waiting = User.objects.filter(ability__recompute_from__isnull=False)
    first_late = waiting.order_by("ability__recompute_from", "pk")
    return process_waiting(first_late, _recompute, limit=EVENTS_PER_PART)


def _recompute(ability: LearnerAbility, *, limit: int) -> int:
    """Evaluate up to `limit` events of one learner again, and return their number."""
    learner_id, since = ability.learner_id, ability.recompute_from
    if since is None:  # recomputed while this waited for the lock
        return 0
    state = LearnerState(learner_id, LearnerRows(ability=ability), skills={})
    snapshot = state.find_snapshot(since)
    past = past_events(learner_id, after=snapshot.place, limit=limit + 1)
    state.replay(snapshot, past[:limit])
    update_replayed_events(*state.replayed)
    snapshots.delete_later(learner_id, since)
    if len(past) <= limit:
        _save(state, snapshot)
    else:
        state.snapshots.append(state.snapshot_after(snapshot, limit))
        LearnerAbility.objects.filter(learner=learner_id).update(
            recompute_from=past[limit - 1].happened_at,
            snapshot_due=ability.snapshot_due or ability.answers,
        )
    snapshots.insert([each.row(learner_id) for each in state.snapshots])
    return state.replayed_count


def _save(state: LearnerState, snapshot: Snapshot) -> None:
    """Save the state after the last part; earlier parts may have changed any row."""
    state.row.recompute_from = None
    state.state_rows()
    upsert_states(list(state.rows.states.values()))
    upsert_memories(list(_changed_memories(state, snapshot)))
    upsert_abilities([state.ability_row()])


def _changed_memories(state: LearnerState, snapshot: Snapshot) -> Iterator[ItemMemory]:
    """Yield the memories that this part changed, and those that differ from the stored ones."""
    changed = state.memories.changed
    yield from changed.values()
    memories = ItemMemory.objects.filter(learner=state.learner_id)
    stored = {memory.item_id: memory for memory in memories}
    new = []
    for item_id in {UUID(key) for key in snapshot.memories} - changed.keys():
        memory = stored.get(item_id)
        if memory is None:
            new.append(item_id)
        elif encode(MEMORIES.read(memory)) != encode(snapshot.memories[str(item_id)]):
            yield snapshot.restore_memory(memory)
    # An item may have been deleted since the snapshot.
    for item_id in Item.objects.filter(pk__in=new).values_list("pk", flat=True):
        yield snapshot.restore_memory(ItemMemory(learner_id=state.learner_id, item_id=item_id))
