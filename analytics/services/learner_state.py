"""The state of one learner in memory: events update it, in order or again from a snapshot on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from analytics.core.boosting import Trees
from analytics.core.learner_update import (
    Belief,
    Model,
    UpdateResult,
    absorb,
    predict,
    predict_next,
    reapply,
)
from analytics.models import ItemMemory, LearnerAbility, LearningEvent, Skill, SkillState
from analytics.rows import (
    EPOCH,
    ability_from_row,
    apply_ability,
    apply_belief,
    apply_recall_model,
    belief_from_row,
    evidence_from_row,
    model_from_row,
)
from analytics.services.event_history import PastEvent
from analytics.services.item_resolver import LearnerRows
from analytics.services.memory_updater import MemoryUpdater
from analytics.services.predicting import Unpredicted
from analytics.services.snapshots import ABILITY, Place, Snapshot
from infra.db.compiled_queries import BlankInstance, cache_related

# Events that one request, or one transaction of the job, evaluates again at most (contract 0.10).
MAX_REPLAYED = 2000
_new_state = BlankInstance(SkillState)


class LearnerState:
    """One learner's state in memory while events update it; the caller holds the learner's lock.

    Attributes
    ----------
    events : the new events.
    end : time and position of the newest event, once one was applied.
    replayed_from : the time of the first new event, if later events were replayed.
    replayed_count : the number of these later events.
    replayed : those of them whose mastery changed, with only the changed fields.
    snapshots : new snapshots, of times before `end`.
    unpredicted : new events whose prediction by trees is still to be computed.
    """

    def __init__(
        self, learner_id: UUID, rows: LearnerRows, *, skills: Mapping[UUID, Skill]
    ) -> None:
        self.learner_id = learner_id
        self.rows = rows
        self.skills = skills
        self.row = rows.ability or LearnerAbility(learner_id=learner_id)
        self.ability = ability_from_row(self.row)
        self.memories = MemoryUpdater(learner_id, self.row, rows.memories)
        self.beliefs: dict[UUID, Belief] = {}
        self.events: list[LearningEvent] = []
        self.end: Place | None = None
        self.replayed_from: datetime | None = None
        self.replayed_count = 0
        self.replayed: list[LearningEvent] = []
        self.snapshots: list[Snapshot] = []
        self.unpredicted: list[Unpredicted] = []
        self._models: dict[UUID, Model] = {}

    @property
    def recompute_pending(self) -> bool:
        """Whether recorded answers are not included in the estimates yet."""
        return self.row.recompute_from is not None

    def state_rows(self) -> list[SkillState]:
        """Return the changed skill states, to be saved."""
        return [self._apply_to_row(skill_id, belief) for skill_id, belief in self.beliefs.items()]

    def memory_rows(self) -> list[ItemMemory]:
        """Return the changed memories, to be saved; a replay changes only those of new events."""
        changed = self.memories.changed
        if self.replayed_from is None:
            return list(changed.values())
        new = {event.item_id for event in self.events}
        return [memory for item_id, memory in changed.items() if item_id in new]

    def ability_row(self) -> LearnerAbility:
        """Return the learner's ability and recall model as a row, to be saved."""
        apply_ability(self.ability, self.row)
        apply_recall_model(self.memories.model, self.row)
        if self.memories.model is not self.memories.stored_model:
            self.row.due_outdated = True
        return self.row

    def apply_event(self, event: LearningEvent) -> None:
        """Update the state by a new event, and store the prediction and the mastery in it."""
        self.end = chronological_key(event)
        self.memories.apply(event)
        evidence = evidence_from_row(event)
        if event.skill_id is None:
            self._store_result(event, predict_next(self.ability, evidence.shared), None)
            return
        belief, model = self._practise(event.skill_id, event), self._model(event.skill_id)
        result = absorb(self.ability, belief, evidence, model)
        self._store_result(event, result, model.trees)
        self.note_change(event, belief)

    def predict_event(self, event: LearningEvent) -> None:
        """Store the prediction and the mastery of now in a new event, without an update by it."""
        evidence = evidence_from_row(event)
        shared, day = evidence.shared, evidence.day
        if event.skill_id is None:
            self._store_result(event, predict_next(self.ability, shared), None)
            return
        belief, model = self._practise(event.skill_id, event), self._model(event.skill_id)
        result = predict(self.ability, belief, shared, model, day=day)
        self._store_result(event, result, model.trees)
        self.note_change(event, belief)

    def _store_result(
        self, event: LearningEvent, result: UpdateResult, trees: Trees | None
    ) -> None:
        event.p_correct = result.p_correct
        event.ability_mean, event.ability_variance = result.ability
        event.skill_ability_mean, event.skill_ability_variance = result.skill_ability
        if event.skill_id is not None:
            event.mastery_before, event.mastery_after = result.before, result.after
        if trees is not None and result.inputs is not None:
            self.unpredicted.append(Unpredicted(event, trees, result.inputs))

    def note_change(self, event: LearningEvent, belief: Belief) -> None:
        """Note the estimate at a skill after a new event; a hook."""

    def find_snapshot(self, at: datetime) -> Snapshot:
        """Return the newest snapshot that a new event at this time does not change."""
        # Without a query for the many learners with few answers.
        if not self.row.snapshot_due:
            return Snapshot()
        return Snapshot.find(self.learner_id, before=at)

    def replay(self, snapshot: Snapshot, past: Sequence[PastEvent]) -> None:
        """Apply the events after a snapshot again, in order and together with the new ones."""
        self._restore(snapshot)
        self.replayed_count = len(past)
        events: list[LearningEvent | PastEvent] = [*past, *self.events]
        events.sort(key=chronological_key)
        saved_at = {len(events) - distance for distance in _distances(snapshot.interval)}
        for count, event in enumerate(events, start=1):
            if isinstance(event, LearningEvent):
                self.apply_event(event)
            else:
                self._reapply(event)
            if count in saved_at:
                self.snapshots.append(self.snapshot_after(snapshot, count))
        if self.events:
            self.replayed_from = self.events[0].happened_at

    def snapshot_after(self, snapshot: Snapshot, count: int) -> Snapshot:
        """Return the present estimates as a snapshot, `count` events after another one."""
        assert self.end is not None  # noqa: S101  # an event was applied
        return snapshot.after(
            self.end,
            answers=snapshot.answers + count,
            ability=self.ability_row(),
            states=self.state_rows(),
            memories=self.memories.changed.values(),
        )

    def _reapply(self, event: PastEvent) -> None:
        """Update the state by an earlier event, without predicting it again."""
        self.end = chronological_key(event)
        self.memories.apply(event)
        if event.skill_id is None or event.skill_id not in self.rows.states:
            return
        belief, model = self._practise(event.skill_id, event), self._model(event.skill_id)
        before, after = reapply(self.ability, belief, event.evidence, model)
        if (before, after) != (event.mastery_before, event.mastery_after):
            changed = LearningEvent(pk=event.pk, mastery_before=before, mastery_after=after)
            self.replayed.append(changed)

    def _restore(self, snapshot: Snapshot) -> None:
        """Return to the estimates of a snapshot."""
        states = SkillState.objects.filter(learner=self.learner_id)
        for state in states.select_related("parameters"):
            snapshot.restore_state(state)
            self.rows.states[state.skill_id] = state
        ABILITY.write(snapshot.ability, self.row)
        self.ability = ability_from_row(self.row)
        self.memories.restore(self.row, snapshot)

    def _model(self, skill_id: UUID) -> Model:
        model = self._models.get(skill_id)
        if model is None:
            model = self._models[skill_id] = model_from_row(self._state(skill_id).parameters)
        return model

    def _practise(self, skill_id: UUID, event: LearningEvent | PastEvent) -> Belief:
        """Return the estimate at the skill of an event, which will be saved with its time."""
        state = self._state(skill_id)
        state.last_practised = max(state.last_practised, event.happened_at)
        belief = self.beliefs.get(skill_id)
        if belief is None:
            belief = self.beliefs[skill_id] = belief_from_row(state)
        if isinstance(event, LearningEvent):
            event.parameter_version = state.parameters.version if state.parameters else 0
        return belief

    def _state(self, skill_id: UUID) -> SkillState:
        """Return the row of a skill state; a new one gets the newest parameters of its skill."""
        state = self.rows.states.get(skill_id)
        if state is None:
            skill = self.skills[skill_id]
            state = _new_state(
                learner_id=self.learner_id,
                skill_id=skill_id,
                parameters_id=skill.parameters_id,
                last_practised=EPOCH,
            )
            cache_related(state, "parameters", skill.parameters)
            self.rows.states[skill_id] = state
        return state

    def _apply_to_row(self, skill_id: UUID, belief: Belief) -> SkillState:
        state = self._state(skill_id)
        apply_belief(belief, state)
        return state

    def belief_at(self, skill_id: UUID) -> Belief:
        """Return the estimate at a skill, whether or not it changed."""
        if skill_id in self.beliefs:
            return self.beliefs[skill_id]
        if skill_id not in self.rows.states:  # the answer named another skill the first time
            states = SkillState.objects.filter(learner=self.learner_id, skill=skill_id)
            self.rows.states[skill_id] = states.select_related("parameters").get()
        return belief_from_row(self.rows.states[skill_id])


def chronological_key(event: LearningEvent | PastEvent) -> Place:
    """Return the place of an event in time; of equal times the first to arrive is the first."""
    return event.happened_at, event.position


def _distances(interval: int) -> list[int]:
    """Return the distances to the end of a replay at which snapshots are saved."""
    return [interval << step for step in range(MAX_REPLAYED.bit_length())]
