"""Updates of one learner's state: answers change it in memory, `recording` saves it."""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from analytics.core.boosting import NO_RESULTS, ItemResults
from analytics.core.difficulty import ABSENT, NO_CLAIMS, item_term
from analytics.core.efficiency import DEFAULT_TYPICAL_SECONDS
from analytics.core.explanation import Explanation, explain
from analytics.core.learner_update import Belief
from analytics.core.memory import Grade
from analytics.events import Answer, Clock, EventKey, MasteryChange, Source, Texts
from analytics.models import Item, LearningEvent, Skill
from analytics.services.event_history import past_events
from analytics.services.item_resolver import ItemResolver
from analytics.services.learner_state import MAX_REPLAYED, LearnerState, chronological_key
from infra.db.compiled_queries import BlankInstance
from roster.models import User

# Recorded events by the key under which they count once.
Recorded = MutableMapping[EventKey, LearningEvent]
_new_event = BlankInstance(LearningEvent)


class EventOwnedByAnother(ValueError):
    """This event_id was used for another learner."""

    field = "event_id"


class LearnerStateUpdater(LearnerState):
    """A learner's state while answers update it, which it turns into events.

    `late_cost` is the number of earlier events that late answers cause to be evaluated again, here
    or by the job.
    """

    def __init__(self, learner: User, *, resolver: ItemResolver, at: datetime) -> None:
        assert learner.facility_id is not None  # noqa: S101  # others are not learners
        super().__init__(learner.pk, resolver.learners[learner.pk], skills=resolver.skills)
        self.resolver = resolver
        self.learner, self.facility_id = learner, learner.facility_id
        self.names = resolver.names[learner.facility_id]
        self.clock = Clock(now=at, newest=self.row.newest)
        self.changes: dict[UUID, MasteryChange] = {}
        self.late_cost = 0
        self.refused: set[int] = set()
        self.texts: list[tuple[LearningEvent, Texts]] = []
        self._answered: list[tuple[LearningEvent | None, bool]] = []

    def apply(self, answers: Sequence[Answer], *, recorded: Recorded, max_replayed: int) -> None:
        """Apply answers; the changes that they caused are in `results`.

        Those that name too many new skills and items are not recorded; `refused` has their indexes.

        Parameters
        ----------
        max_replayed : if answers are late and more events than this would have to be evaluated
            again, that is left to a job.
        """
        if self.resolver.refused:
            self.refused = {
                index
                for index, answer in enumerate(answers)
                if answer.key(self.facility_id, self.learner_id) not in recorded
                and self.resolver.refuses(self.learner, answer)
            }
        self._answered = [
            (None, False) if index in self.refused else self._find_or_create_event(answer, recorded)
            for index, answer in enumerate(answers)
        ]
        self.events.sort(key=chronological_key)
        if self.events:
            if self.row.newest and self.events[0].happened_at < self.row.newest:
                self._apply_late(max_replayed)
            else:
                for event in self.events:
                    self.apply_event(event)
            newest = self.events[-1].happened_at
            self.row.newest = max(self.row.newest or newest, newest)

    def results(self) -> list[MasteryChange | None]:
        """Return one change for each answer, None where no skill is known.

        The new events must have been predicted (`predicting.predict_all`).
        """
        return [self._change(event, is_new=is_new) for event, is_new in self._answered]

    def _find_or_create_event(
        self, answer: Answer, recorded: Recorded
    ) -> tuple[LearningEvent | None, bool]:
        """Return the event of an answer and whether it is new; None without skill and grade."""
        key = answer.key(self.facility_id, self.learner_id)
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
        if answer.texts is not None:
            self.texts.append((event, answer.texts))
        if answer.source_id is not None:
            recorded[key] = event
        return event, True

    def _create_event(
        self, answer: Answer, skill: Skill | None, item: Item | None, grade: Grade | None
    ) -> LearningEvent:
        """Return an answer as an event with the current shared values, not evaluated yet."""
        known = item.difficulty if item and item.answers else None
        of_skill = skill.difficulty if skill else ABSENT
        claims = skill.difficulty_claims if skill else NO_CLAIMS
        term = item_term(known, answer.question_difficulty, of_skill, claims)
        typical = (item and item.typical_seconds) or (skill and skill.typical_seconds)
        return _new_event(
            facility_id=self.facility_id,
            learner_id=self.learner_id,
            skill_id=skill.pk if skill else None,
            item_results=ItemResults.of(item.answers, item.correct) if item else NO_RESULTS,
            item_id=item.pk if item else None,
            position=self.row.answers,
            source=answer.source,
            source_id=answer.source_id,
            has_own_id=answer.has_own_id or None,
            happened_at=self.clock.happened_at(answer.happened_at),
            received_at=self.clock.now,
            score=answer.score,
            seconds=answer.seconds,
            confidence=answer.confidence,
            question_difficulty=answer.question_difficulty,
            grade=grade,
            hinted=answer.hinted,
            skill_mean=of_skill.mean,
            skill_variance=of_skill.variance,
            item_mean=term.mean,
            item_variance=term.variance,
            typical_seconds=typical or DEFAULT_TYPICAL_SECONDS,
        )

    def _apply_late(self, max_replayed: int) -> None:
        """Apply new events of which some happened before the newest known one.

        The result equals arrival in order of time. Stored predictions (`p_correct`) do not change.
        If too many later events would have to be replayed, or a job has to replay them already, the
        events are kept with the present estimates, and the job replays them.
        """
        first, waiting_from = self.events[0].happened_at, self.row.recompute_from
        if waiting_from is None:
            snapshot = self.find_snapshot(first)
            self.late_cost = self.row.answers - len(self.events) - snapshot.answers
            if self.late_cost <= max_replayed:
                past = past_events(self.learner_id, after=snapshot.place, limit=max_replayed)
                self.replay(snapshot, past)
                return
        elif first < waiting_from:
            self.late_cost = MAX_REPLAYED  # the job has to go back
        self.row.recompute_from = min(first, waiting_from or first)
        for event in self.events:
            self.predict_event(event)

    def note_change(self, event: LearningEvent, belief: Belief) -> None:
        """Note the change of mastery by a new event."""
        self.changes[event.pk] = _change(event, belief, self._explain(event, belief))

    def _change(self, event: LearningEvent | None, *, is_new: bool) -> MasteryChange | None:
        """Return the change an answer caused; for a repeated one with the current estimates."""
        if event is None or event.skill_id is None:
            return None
        if is_new:
            change = self.changes[event.pk]
            if self.unpredicted:
                change = replace(change, p_correct=event.p_correct)
        else:
            belief = self.belief_at(event.skill_id)
            change = _change(event, belief, self._explain(event, belief), is_repeat=True)
        return replace(change, recompute_pending=True) if self.recompute_pending else change

    def _explain(self, event: LearningEvent, belief: Belief) -> Explanation:
        """Return the explanation at the skill of an event; prerequisites are as before it."""
        skill = self.skills.get(event.skill_id) if event.skill_id else None
        return explain(
            belief.trajectory,
            skill.typical_seconds if skill else None,
            self.rows.weak_prerequisites.get(skill.pk) if skill else None,
        )


def _grade(answer: Answer, item: Item | None) -> Grade | None:
    """Return the grade of an answer as a review of its item; None if it is no review.

    Study results always are; other answers are where the facility sets `remember_answers`.
    """
    if item is None or not (answer.source == Source.STUDY or item.facility.remember_answers):
        return None
    return Grade.of_score(answer.score)


def _change(
    event: LearningEvent, belief: Belief, explanation: Explanation, *, is_repeat: bool = False
) -> MasteryChange:
    assert event.mastery_before is not None  # noqa: S101  # the event has a skill
    assert event.mastery_after is not None  # noqa: S101
    trajectory = belief.trajectory
    return MasteryChange(
        before=event.mastery_before,
        after=event.mastery_after,
        p_correct=event.p_correct,
        attempts=belief.attempts,
        correct=belief.correct,
        plateau=trajectory.is_plateau,
        plateau_confidence=trajectory.confidence,
        explanation=explanation,
        is_repeat=is_repeat,
    )
