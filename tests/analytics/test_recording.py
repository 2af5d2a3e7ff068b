"""The effect of an answer on the learner model behind all APIs (contract 0.10, 2.1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics import services
from analytics.core import bkt
from analytics.events import Answer, Source
from analytics.models import (
    Item,
    ItemMemory,
    LearnerAbility,
    LearningEvent,
    Skill,
    SkillState,
)
from roster.models import User
from tests.conftest import Client, client_for
from tests.factories import NOW, School, answered, exercise, make_facility, make_key, make_user

pytestmark = pytest.mark.django_db
BODY = exercise()
CODE = UUID(BODY["content_id"]).hex


def tracked(score: float = 1.0, skill: str = "algebra", **fields: Any) -> Answer:
    return Answer(source=Source.TRACK, skill=skill, score=score, **fields)


def record(learner: User, *answers: Answer, at: datetime = NOW) -> list[Any]:
    with transaction.atomic():
        return services.record_answers(learner, answers, at=at)


def estimates_of(learner: User) -> dict[str, Any]:
    """Return all estimates of a learner, without primary keys and without what a job computes."""
    memory_fields = [name for name in ItemMemory.UPDATE_FIELDS if name != "due"]
    ability = LearnerAbility.objects.filter(learner=learner).values(*LearnerAbility.REPLAYED_FIELDS)
    states = SkillState.objects.filter(learner=learner).order_by("skill__code")
    return {
        "ability": [
            {
                name: bytes(value) if name == "recent" and value else value
                for name, value in row.items()
            }
            for row in ability
        ],
        "states": [
            {
                name: bytes(value) if name in {"course", "recent"} and value else value
                for name, value in row.items()
            }
            for row in states.values("skill__code", *SkillState.UPDATE_FIELDS)
        ],
        "memories": list(
            ItemMemory.objects.filter(learner=learner)
            .order_by("item__code", "item__guid")
            .values("item__code", "item__guid", *memory_fields)
        ),
    }


def test_a_right_answer_raises_mastery_from_the_prior(school: School):
    """contract 2.1: the document's own formula gives 0.8829 - from .65; from .25 it is .5909."""
    [change] = record(school.ada, tracked())

    assert change.before == 0.25
    assert change.after == pytest.approx(bkt.update(0.25, 1.0, bkt.DEFAULTS))
    assert change.velocity == change.after - change.before
    assert (change.attempts, change.correct, change.plateau) == (1, 1, False)
    assert 0 < change.p_correct < 1


def test_an_answer_is_saved_as_an_event_with_the_estimates_it_was_evaluated_with(school: School):
    at = NOW + timedelta(days=1)
    record(school.ada, tracked(0.5, item="q1", seconds=12.0, confidence=4), at=at)

    event = LearningEvent.objects.get()
    skill, item = Skill.objects.get(), Item.objects.get()
    assert (event.learner, event.skill, event.item) == (school.ada, skill, item)
    assert (event.score, event.seconds, event.confidence) == (0.5, 12.0, 4)
    assert event.happened_at == event.received_at == at
    assert (event.skill_mean, event.skill_variance) == (-0.6, 1.0)
    assert (event.item_mean, event.item_variance) == (0.0, 0.8)
    assert event.ability_variance == pytest.approx(0.602)
    assert event.mastery_after == SkillState.objects.get().mastery
    assert event.folded_at is None


def test_a_request_changes_no_row_that_learners_share(school: School):
    """Requests create items and skills; only the job changes them."""
    record(school.ada, tracked(item="q1", seconds=3.0))
    before = (Skill.objects.values().get(), Item.objects.values().get())

    record(school.ben, tracked(item="q1", seconds=3.0))

    assert (Skill.objects.values().get(), Item.objects.values().get()) == before


def test_an_answer_counts_once_under_its_event_id(school: School):
    """contract 0.9: event_id"""
    [first] = record(school.ada, tracked(source_id="e1"))
    before = estimates_of(school.ada)

    [again] = record(school.ada, tracked(source_id="e1"))

    assert LearningEvent.objects.count() == 1
    assert estimates_of(school.ada) == before
    assert again.is_repeat
    assert (again.before, again.after, again.attempts) == (first.before, first.after, 1)


def test_an_event_id_counts_once_within_one_request(school: School):
    """contract 0.9"""
    changes = record(school.ada, tracked(source_id="e1"), tracked(source_id="e1"))

    assert [change.is_repeat for change in changes] == [False, True]
    assert SkillState.objects.get().attempts == 1


def test_an_event_id_is_free_in_another_facility_and_another_api(school: School):
    """contract 0.9: unique per facility and API"""
    elsewhere = make_user(make_facility())

    record(school.ada, tracked(source_id="e1"))
    record(elsewhere, tracked(source_id="e1"))
    record(school.ada, Answer(source=Source.STUDY, skill="x", score=1.0, source_id="e1"))

    assert LearningEvent.objects.count() == 3


def test_an_event_id_of_another_learner_is_refused(school: School):
    """contract 0.9: nothing is disclosed of the other learner's answer"""
    record(school.ada, tracked(source_id="e1"))

    with pytest.raises(services.EventOwnedByAnother):
        record(school.ben, tracked(source_id="e1"))

    assert LearningEvent.objects.count() == 1


def test_answers_without_a_time_are_never_late(school: School):
    """contract 0.10: max(now, the learner's newest)"""
    ahead = NOW + timedelta(minutes=4)
    record(school.ada, tracked(happened_at=ahead))

    record(school.ada, tracked())

    assert set(LearningEvent.objects.values_list("happened_at", flat=True)) == {ahead}
    assert list(LearningEvent.objects.in_order().values_list("position", flat=True)) == [0, 1]


def test_a_time_far_ahead_is_now(school: School):
    """contract 0.10"""
    record(school.ada, tracked(happened_at=NOW + timedelta(minutes=6)))

    assert LearningEvent.objects.get().happened_at == NOW


ANSWERS = st.lists(
    st.builds(
        tracked,
        st.sampled_from([0.0, 0.5, 1.0]),
        st.sampled_from(["algebra", "fractions"]),
        item=st.sampled_from(["q1", "q2", None]),
        seconds=st.none() | st.floats(0, 1000),
        confidence=st.none() | st.integers(1, 5),
    )
    | st.builds(
        Answer,
        source=st.just(Source.STUDY),
        score=st.sampled_from([0.0, 0.5, 1.0]),
        item=st.sampled_from(["q1", None]),
        guid=st.just(UUID(int=7)),
        seconds=st.floats(0, 1000),
    ),
    min_size=2,
    max_size=12,
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(given_answers=ANSWERS, data=st.data())
def test_late_answers_give_the_same_states_as_answers_in_order(
    school: School, given_answers: list[Answer], data: st.DataObject
):
    """contract 0.10: any order of arrival, in any number of requests"""
    timed = [
        replace(answer, happened_at=NOW - timedelta(hours=100 - 7 * n), source_id=str(n))
        for n, answer in enumerate(given_answers)
    ]
    with transaction.atomic():
        in_order, late = make_user(school.facility), make_user(school.facility)
        record(in_order, *(replace(answer, source_id=None) for answer in timed))
        shuffled = data.draw(st.permutations(timed))
        while shuffled:
            count = data.draw(st.integers(1, len(shuffled)))
            record(late, *(replace(a, source_id=None) for a in shuffled[:count]))
            shuffled = shuffled[count:]

        assert estimates_of(late) == estimates_of(in_order)
        assert outcomes_of(late) == outcomes_of(in_order)
        transaction.set_rollback(True)


def outcomes_of(learner: User) -> list[Any]:
    events = LearningEvent.objects.filter(learner=learner).in_order()
    return list(events.values_list("happened_at", "score", "mastery_before", "mastery_after"))


def test_an_exercise_answered_in_a_session_moves_the_same_model(ada: Client, school: School):
    """The skill is the one with the content's id as its code."""
    ada.work(BODY, answered("q1", 1.0), answered("q2", 0.0))

    state = SkillState.objects.get()
    assert state.skill.code == CODE
    assert (state.learner, state.attempts, state.correct) == (school.ada, 2, 1)
    assert set(LearningEvent.objects.values_list("source", "seconds")) == {("session", 10.0)}
    assert {item.code for item in Item.objects.all()} == {
        f"{state.skill.code}:q1",
        f"{state.skill.code}:q2",
    }


def test_both_apis_move_one_state(ada: Client, school: School):
    """contract 2.1: one learner model is behind all APIs"""
    ada.work(BODY, answered("q1", 1.0))
    record(school.ada, tracked(skill=CODE), at=NOW + timedelta(days=365))

    assert SkillState.objects.get().attempts == 2
    assert set(LearningEvent.objects.values_list("source", flat=True)) == {"session", "track"}


def hint(item: str, **fields: Any) -> dict[str, Any]:
    return {**answered(item, 0.0), "hinted": True, **fields}


def error(item: str, **fields: Any) -> dict[str, Any]:
    return {**answered(item, 0.0), "error": True, **fields}


@pytest.mark.parametrize("spoiling", [hint, error])
def test_a_hint_or_an_error_before_the_first_answer_makes_it_wrong(ada: Client, spoiling: Any):
    session = ada.start(BODY)["session_id"]
    [attempt] = ada.move(session, interactions=[spoiling("q1")])["attempts"]
    assert not LearningEvent.objects.exists()

    ada.move(session, interactions=[answered("q1", 1.0, id=attempt["id"])])

    event = LearningEvent.objects.get()
    assert (event.score, event.hinted) == (0.0, spoiling is hint)


def test_work_on_an_attempt_after_its_first_answer_records_no_event(ada: Client):
    """An attempt counts when it is first answered."""
    session = ada.start(BODY)["session_id"]
    [attempt] = ada.move(session, interactions=[answered("q1", 0.0)])["attempts"]

    ada.move(session, interactions=[answered("q1", 1.0, id=attempt["id"], replace=True)])
    ada.move(session, interactions=[hint("q1", id=attempt["id"])])

    event = LearningEvent.objects.get()
    assert (event.score, event.source_id) == (0.0, attempt["id"])


def test_an_items_own_skill_has_priority_over_that_of_its_content(ada: Client, school: School):
    """`Item.skill` overrides the skill of the content."""
    fractions = Skill.objects.create(facility=school.facility, code="fractions")
    Item.objects.create(facility=school.facility, code="q1", skill=fractions)

    ada.work(BODY, answered("q1", 1.0), answered("q2", 1.0))

    codes = SkillState.objects.values_list("skill__code", flat=True)
    assert set(codes) == {"fractions", CODE}


def test_a_quiz_counts_when_it_is_submitted_and_only_mapped_items(ada: Client, school: School):
    """Answers may be replaced until the quiz is submitted."""
    fractions = Skill.objects.create(facility=school.facility, code="fractions")
    Item.objects.create(facility=school.facility, code="q1", skill=fractions)
    session = ada.start(exercise(mastery_model={"type": "quiz"}))["session_id"]
    ada.move(session, interactions=[answered("q1", 0.0), answered("q2", 1.0)])
    ada.move(session, interactions=[answered("q1", 1.0, replace=True)])
    assert not LearningEvent.objects.exists()

    ada.move(session, progress=1)
    ada.move(session, progress=1)

    event = LearningEvent.objects.get()
    assert (event.score, event.skill, event.source) == (1.0, fractions, "session")
    assert not Item.objects.exclude(code="q1").exists()


def test_a_late_interaction_is_put_in_order_among_other_answers(ada: Client, school: School):
    """contract 0.10: each interaction accepts a timestamp"""
    session = ada.start(BODY)["session_id"]
    ada.move(session, interactions=[answered("q1", 1.0)])

    early = "2020-05-05T10:00:00Z"
    ada.move(session, interactions=[answered("q2", 0.0, timestamp=early)])

    first, second = LearningEvent.objects.in_order()
    assert (first.score, second.score) == (0.0, 1.0)
    assert second.mastery_before == first.mastery_after
    assert SkillState.objects.get().mastery == second.mastery_after


def test_work_of_guests_records_no_events(school: School):
    """contract 1.1: nothing is stored about what guests know"""
    guest = client_for(make_key(school.facility))
    guest.work(BODY, answered("q1", 1.0))

    assert not LearningEvent.objects.exists()
    assert not Item.objects.exists()
