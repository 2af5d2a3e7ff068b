"""Answers of many learners recorded together give the same as one by one (contract 0.10, 2.1)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics import services
from analytics.events import Answer, MasteryChange, Source
from analytics.models import Item, ItemMemory, LearnerAbility, LearningEvent, Skill, SkillState
from analytics.services.rebuild_check import compare
from analytics.services.replay_events import replay_events
from roster.models import User
from tests.factories import NOW, make_facility, make_user

GUID = UUID(int=7)
EVENT_FIELDS = [
    field.attname
    for field in LearningEvent._meta.concrete_fields
    if field.attname not in ("id", "skill_id", "item_id")
]
common = {
    "score": st.sampled_from([0.0, 0.5, 1.0]),
    "source_id": st.sampled_from(["e1", "e2", "e3", "e4", None]),
    "seconds": st.sampled_from([None, 0, 3, 17.5]),
}
items = st.sampled_from(["q1", "q2", "new item"])
tracked = st.builds(
    Answer,
    source=st.just(Source.TRACK),
    skill=st.sampled_from(["algebra", "geometry", "new"]),
    item=st.none() | items,
    is_default=st.booleans(),
    confidence=st.sampled_from([None, 1, 5]),
    question_difficulty=st.sampled_from([None, -1.5]),
    **common,
)
studied = st.builds(
    Answer,
    source=st.just(Source.STUDY),
    item=items,
    guid=st.sampled_from([GUID, None]),
    is_default=st.just(True),
    **common,
)
answers = tracked | studied


class Given(NamedTuple):
    """One answer of the learner of this number; source ids are made unique per learner."""

    learner: int
    answer: Answer


class Recorded(NamedTuple):
    changes: dict[UUID, list[MasteryChange | None]]
    rows: dict[str, list[Any]]


@pytest.fixture
def learners(db: None) -> list[User]:
    """Return three learners of one facility and two of another that remembers no answers."""
    places = [make_facility(), make_facility(remember_answers=False)]
    for place in places:
        skill = Skill.objects.create(facility=place, code="algebra", difficulty_mean=0.3)
        Item.objects.create(facility=place, code="q1", skill=skill)
        Item.objects.create(facility=place, code="q2", guid=GUID, answers=9, typical_seconds=8.0)
    found = [make_user(places[n // 3]) for n in range(5)]
    for user in found[::2]:
        with transaction.atomic():
            known = Answer(source=Source.TRACK, skill="algebra", item="q1", score=1.0)
            services.record_answers(user, [known], at=NOW - timedelta(days=2))
    return found


@contextmanager
def rolled_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def stored_rows() -> dict[str, list[Any]]:
    """Return all rows of the learner model; skills and items are given by their codes."""
    names = ("skill__code", "item__code")
    events = LearningEvent.objects.order_by("learner", "position")
    states = SkillState.objects.order_by("learner", "skill__code")
    memories = ItemMemory.objects.order_by("learner", "item__code")
    return {
        "events": list(events.values_list(*EVENT_FIELDS, *names)),
        "states": [
            [bytes(value) if isinstance(value, memoryview) else value for value in row]
            for row in states.values_list("learner", "skill__code", *SkillState.UPDATE_FIELDS)
        ],
        "memories": list(memories.values_list("learner", "item__code", *ItemMemory.UPDATE_FIELDS)),
        "abilities": list(
            LearnerAbility.objects.order_by("learner").values_list(
                "learner", *LearnerAbility.REPLAYED_FIELDS
            )
        ),
        "skills": list(Skill.objects.order_by("facility", "code").values_list("facility", "code")),
        "items": list(Item.objects.order_by("facility", "code").values_list("facility", "code")),
    }


def record(by_learner: dict[User, list[Answer]]) -> dict[UUID, list[MasteryChange | None]]:
    with transaction.atomic():
        results = services.record_for_all(by_learner, at=NOW)
    return {learner_id: result.changes for learner_id, result in results.items()}


def recorded_by(act: Callable[[], dict[UUID, list[MasteryChange | None]]]) -> Recorded:
    with rolled_back():
        changes = act()
        assert not compare(replay_events(list(changes)), list(changes))
        return Recorded(changes, stored_rows())


@settings(
    max_examples=30,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(given_answers=st.lists(st.builds(Given, st.integers(0, 4), answers), max_size=14))
def test_a_batch_records_the_same_as_one_answer_at_a_time(
    learners: list[User], given_answers: Sequence[Given]
):
    """Of new and known learners, skills and items of two facilities, with repeated event ids."""
    by_learner: dict[User, list[Answer]] = {}
    for number, answer in given_answers:
        owned = answer.source_id and f"{number}/{answer.source_id}"
        by_learner.setdefault(learners[number], []).append(
            Answer(**{**vars(answer), "source_id": owned})
        )

    def one_at_a_time() -> dict[UUID, list[MasteryChange | None]]:
        return {
            learner.pk: [record({learner: [each]})[learner.pk][0] for each in theirs]
            for learner, theirs in by_learner.items()
        }

    batch = recorded_by(lambda: record(by_learner))
    expected = recorded_by(one_at_a_time)

    assert batch.rows == expected.rows
    for learner, theirs in expected.changes.items():
        for change, other in zip(batch.changes[learner], theirs, strict=True):
            # A repeated answer shows the current estimates, which more answers changed meanwhile.
            if other is None or not other.is_repeat:
                assert change == other
            else:
                assert change is not None
                assert change.is_repeat


def test_the_number_of_statements_does_not_depend_on_the_learners(learners: list[User]):
    def count(users: list[User], **fields: Any) -> int:
        each = [Answer(source=Source.TRACK, skill="algebra", item="q1", score=1.0, **fields)]
        with CaptureQueriesContext(connection) as captured:
            record(dict.fromkeys(users, each))
        return len(captured)

    count(learners)
    one, many = count(learners[:1]), count(learners)

    # SAVEPOINT and RELEASE of the test's transaction; two reads and five writes.
    assert one == many == 9


def test_people_without_a_facility_are_no_learners(learners: list[User]):
    nobody = make_user(None, is_superuser=True)
    answer = Answer(source=Source.TRACK, skill="algebra", score=1.0)

    changes = record({nobody: [answer], learners[0]: [answer]})

    assert changes[nobody.pk] == [None]
    assert changes[learners[0].pk] != [None]
