"""What we believe of one learner, read, moved by answers in memory, and handed back to be kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from dataclasses import replace
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
from roster.models import User

Recorded = MutableMapping[tuple[str, str], LearningEvent]


class EventOwnedByAnother(ValueError):
    """This event_id was used for another learner."""

    field = "event_id"


class LearnerStateUpdater:
    """One learner's beliefs while answers move them; the caller holds the learner's lock.

    `events` are new, `retold` came before but happened later than some of these.
    """

    def __init__(
        self, learner: User, row: LearnerAbility, *, resolver: ItemResolver, at: datetime
    ) -> None:
        self.learner = learner
        self.row = row
        self.meanings = resolver
        self.clock = Clock(now=at, newest=row.newest)
        self.ability = ability_from_row(row)
        self.memories = MemoryUpdater(learner.pk, row, resolver.memories)
        self.beliefs: dict[UUID, Belief] = {}
        self.events: list[LearningEvent] = []
        self.replayed: list[LearningEvent] = []
        self.changes: dict[UUID, MasteryChange] = {}

    def apply(self, answers: Sequence[Answer], *, recorded: Recorded) -> list[MasteryChange | None]:
        """Move the beliefs by answers; one change for each, None where no skill is known."""
        meant = [self._event(answer, recorded) for answer in answers]
        self.events.sort(key=_in_order)
        if self.events:
            if self.row.newest and self.events[0].happened_at < self.row.newest:
                self._recompute()
            else:
                for event in self.events:
                    self._update_by_new(event)
            newest = self.events[-1].happened_at
            self.row.newest = max(self.row.newest or newest, newest)
        return [self._change(event, is_new=is_new) for event, is_new in meant]

    def state_rows(self) -> list[SkillState]:
        """Return the states that moved, to be kept."""
        return [self._apply_to_row(skill_id, belief) for skill_id, belief in self.beliefs.items()]

    def memory_rows(self) -> list[ItemMemory]:
        """Return the memories that moved, to be kept."""
        return self.memories.rows()

    def ability_row(self) -> LearnerAbility:
        """Return what we believe whatever the skill, to be kept."""
        apply_ability(self.ability, self.row)
        apply_calibration(self.memories.calibration, self.row)
        return self.row

    def _event(self, answer: Answer, recorded: Recorded) -> tuple[LearningEvent | None, bool]:
        """Return an answer as evidence, none where it is of nothing, and whether it is new."""
        name = (answer.source, answer.source_id) if answer.source_id is not None else None
        if name is not None and name in recorded:
            if recorded[name].learner_id != self.learner.pk:
                raise EventOwnedByAnother
            return recorded[name], False
        skill, item = self.meanings.skill_of(answer), self.meanings.item_of(answer)
        grade = _grade(answer, item)
        if skill is None and grade is None:
            return None, False
        event = self._evidence(answer, skill, item)
        event.grade = grade
        self.row.answers += 1
        self.events.append(event)
        if name is not None:
            recorded[name] = event
        return event, True

    def _evidence(self, answer: Answer, skill: Skill | None, item: Item | None) -> LearningEvent:
        """Put down an answer beside the shared values as they stand; not judged yet."""
        known = item.difficulty if item and item.answers else None
        of_skill = skill.difficulty if skill else ABSENT
        term = item_term(known, answer.question_difficulty, of_skill)
        typical = (item and item.typical_seconds) or (skill and skill.typical_seconds)
        return LearningEvent(
            facility_id=self.meanings.facility_id,
            learner_id=self.learner.pk,
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
            skill_mean=of_skill.mean,
            skill_variance=of_skill.variance,
            item_mean=term.mean,
            item_variance=term.variance,
            typical_seconds=typical or DEFAULT_TYPICAL_SECONDS,
        )

    def _update(self, event: LearningEvent) -> UpdateResult:
        """Move the beliefs by one event."""
        self.memories.apply(event)
        if event.skill_id is None:
            return predict_next(self.ability, evidence_from_row(event).shared)
        state = self._state(event.skill_id)
        belief = self.beliefs.get(state.skill_id)
        if belief is None:
            belief = self.beliefs[state.skill_id] = belief_from_row(state)
        state.last_practised = max(state.last_practised, event.happened_at)
        return absorb(
            self.ability, belief, evidence_from_row(event), model_from_row(state.parameters)
        )

    def _update_by_new(self, event: LearningEvent) -> None:
        judged = self._update(event)
        event.p_correct = judged.p_correct
        event.ability_mean, event.ability_variance = judged.ability
        event.skill_ability_mean, event.skill_ability_variance = judged.skill_ability
        if event.skill_id is not None:
            state = self._state(event.skill_id)
            event.parameter_version = state.parameters.version if state.parameters else 0
            event.mastery_before, event.mastery_after = judged.before, judged.after
            self.changes[event.pk] = _change(event, self.beliefs[state.skill_id])

    def _recompute(self) -> None:
        """Judge everything again, because something happened before what is known already.

        The result equals arrival in order; what was predicted stays as it was told.
        """
        self._reset()
        touched = {event.skill_id for event in self.events}
        models = {skill_id: self._model(skill_id) for skill_id in self.beliefs}
        retold: dict[UUID, tuple[float, float]] = {}
        told: Iterable[LearningEvent | PastEvent] = merge(
            past_events(self.learner.pk), self.events, key=_in_order
        )
        for event in told:
            if isinstance(event, LearningEvent):
                self._update_by_new(event)
                continue
            self.memories.reapply(event)
            belief = self.beliefs.get(event.skill_id) if event.skill_id else None
            if event.skill_id is None or belief is None:
                continue
            if event.skill_id not in touched:
                reapply_ability(self.ability, belief, event.evidence)
                continue
            around = reapply(self.ability, belief, event.evidence, models[event.skill_id])
            if around != (event.mastery_before, event.mastery_after):
                retold[event.pk] = around
        self._collect_replayed(retold, touched)

    def _collect_replayed(
        self, retold: Mapping[UUID, tuple[float, float]], skills: set[UUID | None]
    ) -> None:
        if not retold:
            return
        events = LearningEvent.objects.filter(learner=self.learner, skill__in=skills - {None})
        for event in events.iterator(chunk_size=2000):
            if event.pk in retold:
                event.mastery_before, event.mastery_after = retold[event.pk]
                self.replayed.append(event)

    def _reset(self) -> None:
        """Hold nothing but what was believed before the first answer.

        Of skills whose own answers stay as they were that is the abilities alone.
        """
        states = SkillState.objects.filter(learner=self.learner)
        self.ability = Ability()
        self.memories.reset(self.events)
        touched = {event.skill_id for event in self.events}
        for state in states.select_related("parameters"):
            self.meanings.states[self.learner.pk, state.skill_id] = state
            belief = belief_from_row(state)
            if state.skill_id in touched:
                belief = Belief.begin(model_from_row(state.parameters))
            belief.ability = LEARNER_SKILL
            self.beliefs[state.skill_id] = belief

    def _model(self, skill_id: UUID) -> Model:
        return model_from_row(self._state(skill_id).parameters)

    def _state(self, skill_id: UUID) -> SkillState:
        """Return the row of a state; a new one takes the newest parameters of its skill."""
        name = self.learner.pk, skill_id
        state = self.meanings.states.get(name)
        if state is None:
            skill = self.meanings.skills[skill_id]
            state = SkillState(learner_id=self.learner.pk, skill_id=skill_id, last_practised=EPOCH)
            if skill.parameters_id is not None:
                state.parameters = skill.parameters
            self.meanings.states[name] = state
        return state

    def _apply_to_row(self, skill_id: UUID, belief: Belief) -> SkillState:
        state = self._state(skill_id)
        apply_belief(belief, state)
        return state

    def _change(self, event: LearningEvent | None, *, is_new: bool) -> MasteryChange | None:
        """Return what an answer did; of one that came before, beside how things stand."""
        if event is None or event.skill_id is None:
            return None
        if is_new:
            return self.changes[event.pk]
        return replace(_change(event, self._belief(event.skill_id)), is_repeat=True)

    def _belief(self, skill_id: UUID) -> Belief:
        """Return what is believed at a skill, whether or not it moved."""
        if skill_id in self.beliefs:
            return self.beliefs[skill_id]
        name = self.learner.pk, skill_id
        if name not in self.meanings.states:  # the answer named another skill the first time
            states = SkillState.objects.filter(learner=self.learner, skill=skill_id)
            self.meanings.states[name] = states.select_related("parameters").get()
        return belief_from_row(self.meanings.states[name])


def _grade(answer: Answer, item: Item | None) -> Grade | None:
    """Return what the memory of an item is told: study results always, others where it is set."""
    if item is None or not (answer.source == Source.STUDY or item.facility.remember_answers):
        return None
    return Grade.of_score(answer.score)


def _in_order(event: LearningEvent | PastEvent) -> tuple[datetime, int]:
    return event.happened_at, event.position


def _change(event: LearningEvent, belief: Belief) -> MasteryChange:
    assert event.mastery_before is not None  # noqa: S101  # it is of a skill
    assert event.mastery_after is not None  # noqa: S101
    course = belief.course
    advice = course.recommendation
    return MasteryChange(
        before=event.mastery_before,
        after=event.mastery_after,
        p_correct=event.p_correct,
        attempts=belief.attempts,
        correct=belief.correct,
        plateau=course.is_plateau,
        plateau_confidence=course.confidence,
        recommendation=advice.sentence if advice else None,
    )
