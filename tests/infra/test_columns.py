"""Columns of queries as numpy arrays are what the ORM returns."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np
import pytest

from analytics.models import DailyActivity, LearningEvent
from infra.db.columns import read_columns, update_columns, uuid_of
from tests.analytics.test_recording import record, tracked
from tests.factories import NOW, School

pytestmark = pytest.mark.django_db
NAMES = ("pk", "learner", "item", "happened_at", "position", "score", "seconds", "grade", "hinted")


@pytest.fixture
def events(school: School) -> list[LearningEvent]:
    for number in range(7):
        at = NOW - timedelta(hours=number, microseconds=number)
        item, seconds, hinted = [(None, None, None), ("q1", 2.5, True)][number % 2]
        answer = tracked(number % 2, item=item, seconds=seconds, hinted=hinted, happened_at=at)
        record(school.ada, answer)
    return list(LearningEvent.objects.order_by("happened_at"))


def test_columns_have_the_values_of_the_rows_in_their_order(events: list[LearningEvent]):
    columns = read_columns(LearningEvent.objects.order_by("happened_at"), *NAMES)

    assert [uuid_of(key) for key in columns["pk"].tolist()] == [event.pk for event in events]
    for row, event in enumerate(events):
        assert uuid_of(columns["learner"][row]) == event.learner_id
        assert (uuid_of(columns["item"][row]) if columns["item"][row] else None) == event.item_id
        since_1970 = timedelta(microseconds=int(columns["happened_at"][row]))
        assert datetime(1970, 1, 1, tzinfo=UTC) + since_1970 == event.happened_at
        for name in ("position", "score", "seconds", "grade", "hinted"):
            value = getattr(event, name)
            assert columns[name][row] == value or (value is None and np.isnan(columns[name][row]))


def test_days_are_numbers_since_1970(events: list[LearningEvent]):
    [day] = set(DailyActivity.objects.values_list("day", flat=True))

    days = read_columns(DailyActivity.objects.all(), "day")["day"]

    assert set(days.tolist()) == {day.toordinal() - datetime(1970, 1, 1, tzinfo=UTC).toordinal()}


@pytest.mark.parametrize("learners", [[], [UUID(int=5)]])
def test_without_rows_columns_are_empty(events: list[LearningEvent], learners: list[UUID]):
    columns = read_columns(LearningEvent.objects.filter(learner__in=learners), *NAMES)

    assert [len(column) for column in columns.values()] == [0] * len(NAMES)


def test_a_key_may_end_with_zeros():
    for key in (UUID(int=1 << 64), UUID(int=0), UUID(int=77)):
        assert uuid_of(np.array([key.bytes], dtype="S16")[0]) == key


def test_columns_of_some_rows_are_updated(events: list[LearningEvent]):
    first, *others = events

    update_columns(LearningEvent, [first.pk], {"mastery_after": [0.25], "parameter_version": [3]})

    first.refresh_from_db()
    assert (first.mastery_after, first.parameter_version) == (0.25, 3)
    for event in others:
        before = event.mastery_after
        event.refresh_from_db()
        assert event.mastery_after == before
