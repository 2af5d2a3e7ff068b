"""Updates of one learner's state: answers change it in memory, `recording` saves it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from datetime import datetime
from heapq import merge
from uuid import UUID

from analytics.core.difficulty import ABSENT, LEARNER_SKILL, item_term
from analytics.core.efficiency import DEFAULT_TYPICAL_SECONDS
from analytics.core.learner_update import (
    Ability,
    Belief,
    Model,
    UpdateResult,
    absorb,
    predict_next,
    reapply,
    reapply_ability,
)
from analytics.core.memory import Grade
from analytics.events import Answer, Clock, MasteryChange, Source
from analytics.models import Item, ItemMemory, LearnerAbility, LearningEvent, Skill, SkillState
from analytics.rows import (
    EPOCH,
    ability_from_row,
    apply_ability,
    apply_belief,
    apply_calibration,
    belief_from_row,
    evidence_from_row,
    model_from_row,
)
from analytics.services.event_history import PastEvent, past_events
from analytics.services.item_resolver import ItemResolver
from analytics.services.memory_updater import MemoryUpdater
from infra.db.compiled_queries import BlankInstance, cache_related
from roster.models import User

# Recorded events by facility, source and source id.
Recorded = MutableMapping[tuple[UUID, str, str | None], LearningEvent]
_new_event = BlankInstance(LearningEvent)
_new_state = BlankInstance(SkillState)


class EventOwnedByAnother(ValueError):
    """This event_id was used for another learner."""

    field = "event_id"


class LearnerStateUpdater:
    """One learner's state in memory while answers update it; the caller holds the learner's lock.

    `events` are new. `replayed` are older events after some of these, whose mastery changed.
    """

    def __init__(self, learner: User, *, resolver: ItemResolver, at: datetime) -> None:
        assert learner.facility_id is not None  # noqa: S101  # others are not learners
        self.learner = learner
        self.learner_id, self.facility_id = learner.pk, learner.facility_id
        self.names = resolver.names[learner.facility_id]
        self.skills = resolver.skills
        self.rows = resolver.learners[learner.pk]
        row = self.rows.ability or LearnerAbility(learner_id=learner.pk)
        self.row = row
        self.clock = Clock(now=at, newest=row.newest)
        self.ability = ability_from_row(row)
        self.memories = MemoryUpdater(learner.pk, row, self.rows.memories)
        self.beliefs: dict[UUID, Belief] = {}
        self.events: list[LearningEvent] = []
        self.replayed: list[LearningEvent] = []
        self.changes: dict[UUID, MasteryChange] = {}

    def apply(self, answers: Sequence[Answer], *, recorded: Recorded) -> list[MasteryChange | None]:
        """Apply answers; return one change for each, None where no skill is known."""
        recorded_events = [self._find_or_create_event(answer, recorded) for answer in answers]
        self.events.sort(key=_chronological_key)
        if self.events:
            if self.row.newest and self.events[0].happened_at < self.row.newest:
                self._recompute()
            else:
                for event in self.events:
                    self._apply_new_event(event)
            newest = self.events[-1].happened_at
            self.row.newest = max(self.row.newest or newest, newest)
        return [self._change(event, is_new=is_new) for event, is_new in recorded_events]

    def state_rows(self) -> list[SkillState]:
        """Return the changed skill states, to be saved."""
        return [self._apply_to_row(skill_id, belief) for skill_id, belief in self.beliefs.items()]

    def memory_rows(self) -> list[ItemMemory]:
        """Return the changed memories, to be saved."""
        return self.memories.rows()

    def ability_row(self) -> LearnerAbility:
        """Return the learner's ability and calibration as a row, to be saved."""
        apply_ability(self.ability, self.row)
        apply_calibration(self.memories.calibration, self.row)
        return self.row

    def _find_or_create_event(
        self, answer: Answer, recorded: Recorded
    ) -> tuple[LearningEvent | None, bool]:
        """Return the event of an answer and whether it is new; None without skill and grade."""
        key = self.facility_id, answer.source, answer.source_id
        known = recorded.get(key) if answer.source_id is not None else None
        if known is not None:
            if known.learner_id != self.learner_id:
                raise EventOwnedByAnother
            return known, False
        skill, item = self.names.skill_of(answer), self.names.item_of(answer)
        grade = _grade(answer, item)
        if skill is None and grade is None:
            return None, False
        event = self._create_event(answer, skill, item, grade)
        self.row.answers += 1
        self.events.append(event)
        if answer.source_id is not None:
            recorded[key] = event
        return event, True

    def _create_event(
        self, answer: Answer, skill: Skill | None, item: Item | None, grade: Grade | None
    ) -> LearningEvent:
        """Return an answer as an event with the current shared values, not evaluated yet."""
        known = item.difficulty if item and item.answers else None
        of_skill = skill.difficulty if skill else ABSENT
        term = item_term(known, answer.question_difficulty, of_skill)
        typical = (item and item.typical_seconds) or (skill and skill.typical_seconds)
        return _new_event(
            facility_id=self.facility_id,
            learner_id=self.learner_id,
            skill_id=skill.pk if skill else None,
            item_id=item.pk if item else None,
            position=self.row.answers,
            source=answer.source,
            source_id=answer.source_id,
            happened_at=self.clock.happened_at(answer.happened_at),
            received_at=self.clock.now,
            score=answer.score,
            seconds=answer.seconds,
            confidence=answer.confidence,
            question_difficulty=answer.question_difficulty,
            grade=grade,
            skill_mean=of_skill.mean,
            skill_variance=of_skill.variance,
            item_mean=term.mean,
            item_variance=term.variance,
            typical_seconds=typical or DEFAULT_TYPICAL_SECONDS,
        )

    def _update(self, event: LearningEvent) -> UpdateResult:
        """Update the state by one event with the mastery in it, and note the change."""
        self.memories.apply(event)
        if event.skill_id is None:
            return predict_next(self.ability, evidence_from_row(event).shared)
        skill_id = event.skill_id
        state = self._state(skill_id)
        belief = self.beliefs.get(skill_id)
        if belief is None:
            belief = self.beliefs[skill_id] = belief_from_row(state)
        state.last_practised = max(state.last_practised, event.happened_at)
        parameters = state.parameters if state.parameters_id else None
        event.parameter_version = parameters.version if parameters else 0
        result = absorb(self.ability, belief, evidence_from_row(event), model_from_row(parameters))
        event.mastery_before, event.mastery_after = result.before, result.after
        event.p_correct = result.p_correct
        self.changes[event.pk] = _change(event, belief)
        return result

    def _apply_new_event(self, event: LearningEvent) -> None:
        result = self._update(event)
        event.p_correct = result.p_correct
        event.ability_mean, event.ability_variance = result.ability
        event.skill_ability_mean, event.skill_ability_variance = result.skill_ability

    def _recompute(self) -> None:
        """Replay all events, because a new one happened before the newest known one.

        The result equals arrival in order of time. Stored predictions (`p_correct`) do not change.
        """
        self._reset()
        touched = {event.skill_id for event in self.events}
        models = {skill_id: self._model(skill_id) for skill_id in self.beliefs}
        replayed: dict[UUID, tuple[float, float]] = {}
        events: Iterable[LearningEvent | PastEvent] = merge(
            past_events(self.learner_id), self.events, key=_chronological_key
        )
        for event in events:
            if isinstance(event, LearningEvent):
                self._apply_new_event(event)
                continue
            self.memories.reapply(event)
            belief = self.beliefs.get(event.skill_id) if event.skill_id else None
            if event.skill_id is None or belief is None:
                continue
            if event.skill_id not in touched:
                reapply_ability(self.ability, belief, event.evidence)
                continue
            mastery = reapply(self.ability, belief, event.evidence, models[event.skill_id])
            if mastery != (event.mastery_before, event.mastery_after):
                replayed[event.pk] = mastery
        self._collect_replayed(replayed, touched)

    def _collect_replayed(
        self, replayed: Mapping[UUID, tuple[float, float]], skills: set[UUID | None]
    ) -> None:
        if not replayed:
            return
        events = LearningEvent.objects.filter(learner=self.learner, skill__in=skills - {None})
        for event in events.iterator(chunk_size=2000):
            if event.pk in replayed:
                event.mastery_before, event.mastery_after = replayed[event.pk]
                self.replayed.append(event)

    def _reset(self) -> None:
        """Return to the state before the first answer.

        Of skills without new answers only the abilities are reset.
        """
        states = SkillState.objects.filter(learner=self.learner)
        self.ability = Ability()
        self.memories.reset(self.events)
        touched = {event.skill_id for event in self.events}
        for state in states.select_related("parameters"):
            self.rows.states[state.skill_id] = state
            belief = belief_from_row(state)
            if state.skill_id in touched:
                belief = Belief.initial(model_from_row(state.parameters))
            belief.ability = LEARNER_SKILL
            self.beliefs[state.skill_id] = belief

    def _model(self, skill_id: UUID) -> Model:
        return model_from_row(self._state(skill_id).parameters)

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

    def _change(self, event: LearningEvent | None, *, is_new: bool) -> MasteryChange | None:
        """Return the change an answer caused; for a repeated one with the current estimates."""
        if event is None or event.skill_id is None:
            return None
        if is_new:
            return self.changes[event.pk]
        return _change(event, self._belief(event.skill_id), is_repeat=True)

    def _belief(self, skill_id: UUID) -> Belief:
        """Return the estimate at a skill, whether or not it changed."""
        if skill_id in self.beliefs:
            return self.beliefs[skill_id]
        if skill_id not in self.rows.states:  # the answer named another skill the first time
            states = SkillState.objects.filter(learner=self.learner, skill=skill_id)
            self.rows.states[skill_id] = states.select_related("parameters").get()
        return belief_from_row(self.rows.states[skill_id])


def _grade(answer: Answer, item: Item | None) -> Grade | None:
    """Return the grade of an answer as a review of its item; None if it is no review.

    Study results always are; other answers are where the facility sets `remember_answers`.
    """
    if item is None or not (answer.source == Source.STUDY or item.facility.remember_answers):
        return None
    return Grade.of_score(answer.score)


def _chronological_key(event: LearningEvent | PastEvent) -> tuple[datetime, int]:
    return event.happened_at, event.position


def _change(event: LearningEvent, belief: Belief, *, is_repeat: bool = False) -> MasteryChange:
    assert event.mastery_before is not None  # noqa: S101  # the event has a skill
    assert event.mastery_after is not None  # noqa: S101
    trajectory = belief.trajectory
    advice = trajectory.recommendation
    return MasteryChange(
        before=event.mastery_before,
        after=event.mastery_after,
        p_correct=event.p_correct,
        attempts=belief.attempts,
        correct=belief.correct,
        plateau=trajectory.is_plateau,
        plateau_confidence=trajectory.confidence,
        recommendation=advice.sentence if advice else None,
        is_repeat=is_repeat,
    )
