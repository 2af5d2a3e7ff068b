"""Item memories, moved by the answers of any API (contract 3; learning-science 5)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction

from analytics import services
from analytics.core.difficulty import LEARNER
from analytics.core.memory import Grade, Memory, due, review, served_recall
from analytics.core.recall import INITIAL
from analytics.events import Answer, Source
from analytics.models import Item, ItemMemory, LearnerAbility, LearningEvent, Skill, SkillState
from analytics.rows import microseconds, moment, recall_model_from_row, reviewed_from_row
from analytics.services import due_times
from analytics.services.due_times import refresh_due
from analytics.services.item_statistics import fold_events
from roster.models import User
from roster.services import lock_learner
from tests.analytics.test_recording import record, tracked
from tests.conftest import Client
from tests.factories import NOW, School, answered, exercise, make_school, make_user
from tests.threads import together

pytestmark = pytest.mark.django_db
GUID = UUID("4ec0d7e2-a986-487d-9682-9ba6bbcb4cea")


def studied(score: float = 1.0, **fields: Any) -> Answer:
    return Answer(
        **{"source": Source.STUDY, "guid": GUID, "score": score, "seconds": 4.93, **fields}
    )


def after(*reviews: tuple[Grade, datetime]) -> Memory | None:
    """Return the memory that the pure model computes from these reviews."""
    memory = None
    for grade, at in reviews:
        memory = review(memory, grade, microseconds(at))
    return memory


def reviewed_memory(row: ItemMemory) -> Memory | None:
    reviewed = reviewed_from_row(row)
    return reviewed.memory if reviewed else None


def memory_of(learner: User, **item: Any) -> ItemMemory:
    return ItemMemory.objects.get(learner=learner, **{f"item__{k}": v for k, v in item.items()})


def test_a_study_result_creates_a_memory_of_the_item(school: School):
    record(school.ada, studied())

    memory = memory_of(school.ada, guid=GUID)
    assert reviewed_memory(memory) == after((Grade.CORRECT, NOW))
    reviewed = reviewed_from_row(memory)
    assert reviewed is not None
    assert memory.due == moment(due(reviewed.memory, reviewed.practice, INITIAL))
    assert reviewed.practice == (1, 0, 1, 4.93)
    assert (memory.reviews, memory.score, memory.seconds, memory.timed) == (1, 1.0, 4.93, 1)
    assert memory.item.facility == school.facility


def test_an_almost_correct_result_moves_memory_by_its_own_rule(school: School):
    """contract 3: memory as in learning-science 5"""
    later = NOW + timedelta(days=3)
    record(school.ada, studied(0.5))
    record(school.ada, studied(0.5), at=later)

    memory = memory_of(school.ada, guid=GUID)
    assert reviewed_memory(memory) == after((Grade.ALMOST, NOW), (Grade.ALMOST, later))
    assert memory.score == 1.0


def test_reviews_of_the_same_day_move_memory_by_the_same_day_rule(school: School):
    record(school.ada, studied(0.0))
    record(school.ada, studied(), at=NOW + timedelta(hours=23))

    memory = memory_of(school.ada, guid=GUID)
    hour_23 = NOW + timedelta(hours=23)
    assert reviewed_memory(memory) == after((Grade.INCORRECT, NOW), (Grade.CORRECT, hour_23))
    assert memory.reviews == 2


def test_an_item_without_a_skill_has_only_a_memory(school: School):
    """An item outside of any set has no skill."""
    [change] = record(school.ada, studied())

    assert change is None
    assert not Skill.objects.exists()
    assert not SkillState.objects.exists()
    event = LearningEvent.objects.get()
    assert (event.skill, event.grade, event.mastery_after) == (None, Grade.CORRECT, None)
    assert 0 < event.p_correct < 1
    ability = LearnerAbility.objects.get()
    assert (ability.mean, ability.variance) == LEARNER
    assert (ability.answers, ability.newest) == (1, NOW)


def test_an_items_own_skill_moves_with_its_memory(school: School):
    skill = Skill.objects.create(facility=school.facility, code="capitals")
    Item.objects.create(facility=school.facility, guid=GUID, skill=skill)

    [change] = record(school.ada, studied(is_default=True))

    assert change.after > change.before
    assert SkillState.objects.get().skill == skill
    assert memory_of(school.ada, guid=GUID).reviews == 1


def test_statistics_of_an_item_need_no_skill(school: School):
    """contract 3: item difficulty is learned across learners"""
    for number in range(60):
        record(make_user(school.facility), studied(float(number % 3 == 0)))

    fold_events(NOW)

    item = Item.objects.get(guid=GUID)
    assert item.answers == 60
    assert item.difficulty_mean > 0.3
    assert item.difficulty_variance < 0.35**2
    assert item.typical_seconds == pytest.approx(4.93, rel=0.1)


def test_all_three_apis_move_one_memory(ada: Client, school: School):
    """One learner model is behind all three APIs."""
    body = exercise()
    ada.work(body, answered("q1", 1.0))
    code = f"{UUID(body['content_id']).hex}:q1"

    record(school.ada, tracked(0.0, item=code), at=datetime.now(tz=NOW.tzinfo))
    record(school.ada, studied(guid=None, item=code), at=datetime.now(tz=NOW.tzinfo))

    memory = memory_of(school.ada, code=code)
    assert (memory.reviews, memory.score) == (3, 2.0)
    sources = LearningEvent.objects.in_order().values_list("source", flat=True)
    assert list(sources) == [Source.SESSION, Source.TRACK, Source.STUDY]


def test_a_facility_may_restrict_memories_to_study_results(school: School):
    """`remember_answers` is a setting of the facility, on by default."""
    school.facility.remember_answers = False
    school.facility.save()

    record(school.ada, tracked(item="q1"), studied(guid=None, item="q2"))

    assert memory_of(school.ada, code="q2").reviews == 1
    assert ItemMemory.objects.count() == 1
    assert dict(LearningEvent.objects.values_list("item__code", "grade")) == {
        "q1": None,
        "q2": Grade.CORRECT,
    }


def test_a_resent_result_changes_nothing(school: School):
    """contract 0.9: event_id"""
    record(school.ada, studied(source_id="e1"))
    record(school.ada, studied(0.0, source_id="e1"), at=NOW + timedelta(days=2))

    memory = memory_of(school.ada, guid=GUID)
    assert reviewed_memory(memory) == after((Grade.CORRECT, NOW))
    assert LearningEvent.objects.count() == 1


def test_a_late_result_is_put_in_order(school: School):
    """contract 0.10: equal to in-order arrival"""
    record(school.ada, studied(), at=NOW)
    record(school.ada, studied(guid=UUID(int=9)), at=NOW)
    record(school.ada, studied(0.0, happened_at=NOW - timedelta(days=9)), at=NOW)

    memory = memory_of(school.ada, guid=GUID)
    early = NOW - timedelta(days=9)
    assert reviewed_memory(memory) == after((Grade.INCORRECT, early), (Grade.CORRECT, NOW))
    assert memory.reviews == 2


@pytest.mark.parametrize("score", [0.0, 1.0])
def test_reviews_change_the_recall_model_of_the_learner(school: School, score: float):
    """learning-science 5: only reviews at least a day after the previous one count."""
    record(school.ada, studied())
    record(school.ada, studied(), at=NOW + timedelta(hours=23, minutes=59))
    unmoved = LearnerAbility.objects.get()
    record(school.ada, studied(score), at=NOW + timedelta(days=30))

    ability = LearnerAbility.objects.get()
    assert (unmoved.recall_model, unmoved.due_outdated) == (None, False)
    assert (recall_model_from_row(ability).mean[0] > 0) == (score == 1.0)
    assert ability.due_outdated


def test_the_due_times_of_other_items_follow_the_recall_model(school: School):
    """learning-science 5: a job refreshes them; `see-next-at` inverts what is served."""
    record(school.ada, studied(guid=UUID(int=9)))
    record(school.ada, studied())
    record(school.ada, studied(0.0), at=NOW + timedelta(days=30))
    other = memory_of(school.ada, guid=UUID(int=9))

    assert refresh_due(NOW) == 1

    refreshed = memory_of(school.ada, guid=UUID(int=9))
    model = recall_model_from_row(LearnerAbility.objects.get())
    reviewed = reviewed_from_row(refreshed)
    assert reviewed is not None
    assert refreshed.due < other.due
    assert served_recall(reviewed, model, microseconds(refreshed.due)) == pytest.approx(0.9)
    assert not LearnerAbility.objects.get().due_outdated
    assert refresh_due(NOW) == 0


def test_very_many_due_times_are_refreshed_in_parts(
    school: School, monkeypatch: pytest.MonkeyPatch
):
    for number in range(1, 8):
        record(school.ada, studied(guid=UUID(int=number)))
    record(school.ada, studied(0.0, guid=UUID(int=1)), at=NOW + timedelta(days=30))
    monkeypatch.setattr(due_times, "MAX_CHANGED", 3)
    before = dict(ItemMemory.objects.values_list("pk", "due"))

    counts = [refresh_due(NOW) for _ in range(4)]

    assert counts == [1, 1, 1, 0]
    after = dict(ItemMemory.objects.exclude(item__guid=UUID(int=1)).values_list("pk", "due"))
    assert all(due < before[pk] for pk, due in after.items())


def test_a_guid_identifies_an_item_only_within_the_learners_facility(school: School):
    record(school.ada, studied())
    record(school.stranger, studied())

    items = Item.objects.filter(guid=GUID)
    assert {item.facility for item in items} == {school.facility, school.elsewhere}


@pytest.mark.django_db(transaction=True)
def test_concurrent_results_of_one_learner_at_one_item_all_count(transactional_db: None):
    """16 clients study the same item for the same learner; no result is lost."""
    school = make_school()

    def study(number: int) -> None:
        for turn in range(3):
            with transaction.atomic():
                learner = lock_learner(school.ada.pk)
                answer = studied(float(turn != 1), source_id=f"{number}/{turn}")
                services.record_answers(learner, [answer], at=NOW)

    together(study, 16)

    memory = memory_of(school.ada, guid=GUID)
    assert (memory.reviews, memory.score, memory.timed) == (48, 32.0, 48)
    assert LearningEvent.objects.count() == 48
    assert Item.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time")
def test_learners_do_not_wait_for_each_other_at_one_item(transactional_db: None):
    """No shared row is locked: others record while one learner's lock is held."""
    school = make_school()
    others = [make_user(school.facility) for _ in range(15)]
    record(school.ben, studied())

    def study(number: int) -> None:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '10ms'")
            learner = lock_learner(others[number].pk)
            services.record_answers(learner, [studied()], at=NOW)

    with transaction.atomic():
        services.record_answers(lock_learner(school.ada.pk), [studied(0.0)], at=NOW)
        together(study, 15)

        assert ItemMemory.objects.filter(item__guid=GUID).count() == 17


def test_a_resent_result_creates_no_item(school: School):
    """contract 0.9: a repeat has no effect, even if it names another item."""
    record(school.ada, studied(source_id="e1"))
    record(school.ada, studied(source_id="e1", guid=UUID(int=5)))

    assert Item.objects.get().guid == GUID
