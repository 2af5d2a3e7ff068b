"""`manage.py fold_items`: statistics of items and skills from all learners' answers."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from threading import Event
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from analytics.core import difficulty
from analytics.models import Item, LearningEvent, Skill
from analytics.services import item_statistics
from tests.analytics.test_recording import record, tracked
from tests.factories import NOW, School, make_school
from tests.threads import together

on_postgresql = pytest.mark.skipif(
    "connection.vendor != 'postgresql'", reason="SQLite has one writer at a time"
)


def fold() -> str:
    out = StringIO()
    call_command("fold_items", stdout=out, stderr=StringIO())
    return out.getvalue()


def statistics() -> list[Any]:
    names = ("difficulty_mean", "difficulty_variance", "answers", "correct", "typical_seconds")
    return [
        list(rows.order_by("code").values_list("code", *names))
        for rows in (Skill.objects.all(), Item.objects.all())
    ]


@pytest.mark.django_db
def test_answers_move_the_difficulties_of_items_and_skills(school: School):
    """learning-science 2"""
    for learner in (school.ada, school.ben, school.chen):
        record(learner, tracked(1.0, item="easy", seconds=4.0), tracked(0.0, item="hard"))

    assert "6 events" in fold()

    easy, hard = Item.objects.order_by("code")
    skill = Skill.objects.get()
    assert easy.difficulty_mean < 0 < hard.difficulty_mean
    assert easy.difficulty_variance < difficulty.ITEM.variance
    assert (skill.answers, skill.correct, easy.answers, hard.correct) == (6, 3, 3, 0)
    assert skill.difficulty_variance < easy.difficulty_variance
    assert not LearningEvent.objects.unfolded().exists()
    assert "0 events" in fold()


@pytest.mark.django_db
def test_folding_in_batches_equals_folding_in_one_step(
    school: School, monkeypatch: pytest.MonkeyPatch
):
    for n in range(7):
        record(school.ada, tracked(float(n % 2), item=f"q{n % 3}", seconds=5.0 + n))
    with transaction.atomic():
        fold()
        in_one_step = statistics()
        transaction.set_rollback(True)

    monkeypatch.setattr(item_statistics, "FOLD_BATCH_SIZE", 2)
    fold()

    assert statistics() == in_one_step


@pytest.mark.django_db
def test_the_usual_time_is_the_median_once_there_are_enough_answers(school: School):
    """learning-science 4"""
    for _turn in range(4):
        record(school.ada, tracked(item="q1", seconds=20.0))
    fold()
    assert Item.objects.get().typical_seconds is None

    record(school.ada, tracked(item="q1", seconds=3000.0), tracked(item="q1"))
    fold()

    assert Item.objects.get().typical_seconds == pytest.approx(20, rel=0.07)
    record(school.ben, tracked(item="q1"))
    assert LearningEvent.objects.filter(learner=school.ben).get().typical_seconds < 22


@pytest.mark.django_db
def test_the_senders_difficulty_counts_until_there_are_answers(school: School):
    """learning-science 2: relative to the mean claim; d = q - b once the skill is known."""
    record(school.ada, tracked(item="q1", question_difficulty=2.0))
    fold()
    record(school.ada, tracked(item="q1", question_difficulty=-3.0))
    record(school.ada, tracked(item="q2", question_difficulty=-3.0))
    Skill.objects.update(difficulty_mean=-0.6, difficulty_variance=0.25)
    record(school.ada, tracked(item="q3", question_difficulty=2.0))

    terms = LearningEvent.objects.order_by("position").values_list("item_mean", "item_variance")
    first, later, other, known = terms
    assert first == (0.0, 0.5)
    assert later == tuple(Item.objects.get(code="q1").difficulty)
    assert other == (-3.0 - (2.0 - 3.0) / 2, 0.5)
    assert known == pytest.approx((2.6, 0.2))
    fold()
    assert (Skill.objects.get().claims, Skill.objects.get().claimed) == (4, -2.0)


@pytest.mark.django_db(transaction=True)
@on_postgresql
def test_an_event_that_is_committed_late_is_not_skipped():
    """With two overlapping transactions, neither ids nor times can serve as a cursor."""
    school = make_school()
    recorded, folded = Event(), Event()

    def late(_number: int) -> None:
        with transaction.atomic():
            at = NOW - timedelta(hours=1)
            record(school.ada, tracked(item="late"), at=at)
            recorded.set()
            assert folded.wait(30)

    def early(_number: int) -> None:
        assert recorded.wait(30)
        record(school.ben, tracked(item="early", skill="other"))
        fold()
        folded.set()

    together(lambda number: (late, early)[number](number), 2)
    assert dict(Item.objects.values_list("code", "answers")) == {"late": 0, "early": 1}

    fold()

    assert dict(Item.objects.values_list("code", "answers")) == {"late": 1, "early": 1}


@pytest.mark.django_db(transaction=True)
def test_two_concurrent_jobs_fold_each_event_once():
    school = make_school()
    for n in range(30):
        record(school.ada, tracked(item=f"q{n % 3}"))

    outputs = together(lambda _number: fold(), 2)

    assert Skill.objects.get().answers == 30
    assert sum(Item.objects.values_list("answers", flat=True)) == 30
    assert sum(int(line.split()[0]) for line in outputs) == 30


@pytest.mark.django_db(transaction=True)
def test_events_of_a_killed_job_count_once(monkeypatch: pytest.MonkeyPatch):
    school = make_school()
    record(school.ada, tracked(item="q1"))

    def die(*_args: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(item_statistics, "upsert_items", die)
        with pytest.raises(KeyboardInterrupt):
            fold()
    assert Skill.objects.get().answers == 0

    fold()

    assert (Skill.objects.get().answers, Item.objects.get().answers) == (1, 1)


@pytest.mark.django_db(transaction=True)
@on_postgresql
def test_learners_do_not_wait_for_the_job():
    """A transaction that has folded is held open."""
    school = make_school()
    record(school.ada, tracked(item="q1"))
    folded, answered = Event(), Event()

    def job(_number: int) -> None:
        with transaction.atomic():
            item_statistics.fold_events(NOW)
            folded.set()
            assert answered.wait(30)

    def learner(_number: int) -> None:
        assert folded.wait(30)
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '2s'")
        record(school.ada, tracked(item="q1"))
        record(school.ben, tracked(item="q1"))
        answered.set()

    together(lambda number: (job, learner)[number](number), 2)

    assert LearningEvent.objects.count() == 3
    assert Item.objects.get().answers == 1
