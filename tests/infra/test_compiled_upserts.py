"""Compiled inserts and upserts store the same rows as bulk_create."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, connection, models, transaction
from django.db.models import F, Value
from django.db.models.functions import Now
from django.db.utils import DataError
from django.test.utils import isolate_apps
from uuid_utils.compat import uuid7

from infra.api.idempotency.models import IdempotencyRecord
from infra.db.compiled_queries import CompiledUpsert
from logger.models import AttemptLog, ContentSession
from roster.models import Facility, User
from tests.conftest import Client
from tests.factories import NOW, School, exercise

INSERT = CompiledUpsert(AttemptLog)
UPSERT = CompiledUpsert(AttemptLog, unique_fields=["id"], update_fields=AttemptLog.UPDATE_FIELDS)
KEEP = CompiledUpsert(IdempotencyRecord)
TEXTS = [
    "", " ", "NULL", "null", "{}", "a,b", 'say "hi"', "it's", "back\\slash", "\\x00", "%s %% {0}",
    "line\nbreak\ttab", "ü 漢 😀 \u2028", '{NULL,"\\"}',
]  # fmt: skip
FLOATS = [0.0, -0.0, 0.1, 1e-320, 5e-324, 1e22, 1.7976931348623157e308, 123456789.123456789]
JSONS: list[Any] = [
    None, {}, [], {"a": [1, None, True, 1e300, -0.5]}, {"ü😀": TEXTS}, {"big": 2**63 - 1},
    "text", 0,
]  # fmt: skip
MOMENTS = [
    NOW, datetime(1, 1, 2, tzinfo=NOW.tzinfo), NOW.replace(microsecond=1),
    NOW.astimezone(timezone(timedelta(hours=-5, minutes=-30))),
]  # fmt: skip


def attempt(session: ContentSession, position: int, **fields: Any) -> AttemptLog:
    given = {
        "item": "q", "correct": 0.5, "start_timestamp": NOW, "end_timestamp": NOW,
        "interaction_history": [], **fields,
    }  # fmt: skip
    return AttemptLog(
        id=UUID(int=position), session=session, mastery_log=session.mastery_log, user=session.user,
        facility_id=session.facility_id, content_id=session.content_id, position=position, **given,
    )  # fmt: skip


def varied_attempts(session: ContentSession, count: int) -> list[AttemptLog]:
    """Return attempts with different values in fields of every type."""
    return [
        attempt(
            session, number,
            item=f"q{TEXTS[number % len(TEXTS)]}",
            simple_answer=TEXTS[number % len(TEXTS)],
            time_spent=abs(FLOATS[number % len(FLOATS)]),
            answer=JSONS[number % len(JSONS)],
            interaction_history=[JSONS[number % len(JSONS)]],
            end_timestamp=MOMENTS[number % len(MOMENTS)],
            completion_timestamp=None if number % 2 else MOMENTS[number % len(MOMENTS)],
            complete=bool(number % 2), hinted=not number % 3, judged=True,
        )
        for number in range(count)
    ]  # fmt: skip


def stored_rows(model: type[models.Model]) -> list[Any]:
    """Return the rows as text of the database, including their types."""
    table = model._meta.db_table
    names = [field.column for field in model._meta.concrete_fields]
    spelled = "quote({})" if connection.vendor == "sqlite" else "{}::text"
    columns = ", ".join(spelled.format(f'"{name}"') for name in names)
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT {columns} FROM "{table}" ORDER BY id')
        return cursor.fetchall()


def stored_by(insert: Callable[[list[Any]], object], rows: list[Any]) -> list[Any]:
    """Insert copies of the rows, return the stored rows, and roll back."""
    with transaction.atomic():
        insert([copy.copy(row) for row in rows])
        found = stored_rows(type(rows[0]))
        transaction.set_rollback(True)
    return found


def upsert_as_django(rows: list[AttemptLog]) -> None:
    AttemptLog.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["id"], update_fields=AttemptLog.UPDATE_FIELDS
    )


@pytest.fixture
def session(ada: Client) -> ContentSession:
    ada.start(exercise())
    return ContentSession.objects.select_related("user", "mastery_log").get()


@pytest.mark.parametrize("count", [1, 2, 3, 8, 77])
def test_rows_are_stored_as_bulk_create_stores_them(session: ContentSession, count: int):
    rows = varied_attempts(session, count)

    expected = stored_by(AttemptLog.objects.bulk_create, rows)

    assert len(expected) == count
    assert stored_by(INSERT, rows) == expected
    assert stored_by(UPSERT, rows) == expected


def test_bytes_and_small_numbers_are_stored_as_bulk_create_stores_them(school: School):
    rows = [
        IdempotencyRecord(
            id=UUID(int=number), owner="app", name=f"{number}", fingerprint="f", holder=uuid7(),
            learner=school.ada if number % 2 else None, status=None if number % 3 else 200,
            body=body, expires_at=NOW,
        )
        for number, body in enumerate(
            [b"", b"\x00\xff\\\"'", b"plain", bytearray(b"mutable"), memoryview(b"a view")]
        )
    ]  # fmt: skip

    for some in (rows[:1], rows[:3], rows[3:]):
        assert stored_by(KEEP, some) == stored_by(IdempotencyRecord.objects.bulk_create, some)


@pytest.mark.parametrize("count", [1, 3])
def test_values_of_other_types_are_converted_by_their_fields(session: ContentSession, count: int):
    rows = [
        attempt(
            session, number, correct=1, time_spent=Decimal("1.5"), hinted=1, item=7,
            end_timestamp="2026-03-02T09:30:00Z",
        )
        for number in range(count)
    ]  # fmt: skip
    for row in rows:
        row.content_id = row.content_id.hex
        row.position = str(row.position)

    assert stored_by(INSERT, rows) == stored_by(AttemptLog.objects.bulk_create, rows)


@pytest.mark.parametrize("count", [1, 3])
def test_a_datetime_without_a_timezone_warns(session: ContentSession, count: int):
    rows = [
        attempt(session, number, end_timestamp=NOW.replace(tzinfo=None)) for number in range(count)
    ]

    with pytest.warns(RuntimeWarning, match="naive"):
        found = stored_by(INSERT, rows)
    with pytest.warns(RuntimeWarning, match="naive"):
        assert found == stored_by(AttemptLog.objects.bulk_create, rows)


@pytest.mark.parametrize("count", [1, 3, 40])
def test_existing_rows_are_updated_in_the_named_fields_only(session: ContentSession, count: int):
    old = varied_attempts(session, count // 2 + 1)
    AttemptLog.objects.bulk_create(old)
    changed = [
        attempt(session, number, item="not taken", answer={"new": number}, correct=1.0)
        for number in range(count)
    ]

    found = stored_by(UPSERT, changed)

    assert found == stored_by(upsert_as_django, changed)
    UPSERT(changed)
    assert AttemptLog.objects.filter(answer__new__gte=0, correct=1).count() == count
    assert AttemptLog.objects.filter(item="not taken").count() == count - len(old)


def test_no_rows_need_no_statement(session: ContentSession, statements: Any):
    with statements() as asked:
        INSERT([])

    assert not asked


def test_inserted_instances_are_marked_as_saved(session: ContentSession):
    rows = varied_attempts(session, 3)

    INSERT(row for row in rows)

    assert [(row._state.adding, row._state.db) for row in rows] == [(False, "default")] * 3
    rows[0].save(update_fields=["item"])


def test_a_row_without_a_primary_key_gets_one(session: ContentSession):
    row = attempt(session, 1)
    row.pk = None

    INSERT([row])

    assert AttemptLog.objects.get() == row


def test_a_row_takes_the_key_of_a_related_row_saved_later(session: ContentSession):
    facility = Facility(id=None, name="new")
    row = attempt(session, 1)
    row.facility = facility
    assert row.facility_id is None
    facility.id = uuid7()
    facility.save(force_insert=True)

    INSERT([row])

    assert AttemptLog.objects.get().facility == facility


def test_a_row_that_refers_to_an_unsaved_one_is_refused(session: ContentSession):
    row = attempt(session, 1)
    row.facility = Facility(id=None, name="new")

    with pytest.raises(ValueError, match="unsaved related object 'facility'"):
        INSERT([row])


@pytest.mark.parametrize("count", [2, 70])
def test_one_invalid_row_prevents_the_whole_insert(session: ContentSession, count: int):
    rows = varied_attempts(session, count)
    rows[-1].correct = 2.0

    with pytest.raises(IntegrityError, match="attempt_correct_is_a_share"), transaction.atomic():
        INSERT(rows)

    assert not AttemptLog.objects.exists()


def test_an_insert_of_an_existing_key_fails(session: ContentSession):
    INSERT([attempt(session, 1)])

    with pytest.raises(IntegrityError), transaction.atomic():
        INSERT([attempt(session, 1)])


@pytest.mark.parametrize("count", [1, 2])
def test_values_out_of_range_fail_as_with_bulk_create(session: ContentSession, count: int):
    rows = [attempt(session, number, item="q" * 201, correct=0.0) for number in range(count)]
    if connection.vendor == "sqlite":
        rows[0].position = 2**63

    for insert in (AttemptLog.objects.bulk_create, INSERT):
        with pytest.raises((DataError, OverflowError)), transaction.atomic():
            insert(rows)


@pytest.mark.parametrize(
    "value", [F("correct"), Value("q"), Now()], ids=lambda value: type(value).__name__
)
@pytest.mark.parametrize("name", ["item", "answer", "end_timestamp"])
def test_an_expression_is_refused(session: ContentSession, name: str, value: Any):
    row = attempt(session, 1)
    setattr(row, name, value)

    with pytest.raises(TypeError, match="expression"):
        INSERT([row])


def test_database_generated_keys_are_refused():
    with pytest.raises(TypeError, match="bulk_create"):
        CompiledUpsert(Group)


@isolate_apps("roster")
@pytest.mark.parametrize(
    "field",
    [
        models.DateTimeField(auto_now=True),
        models.IntegerField(db_default=1),
        models.DecimalField(max_digits=5, decimal_places=2),
        models.FileField(),
    ],
    ids=["auto_now", "db_default", "decimal", "file"],
)
def test_unusual_fields_are_refused(field: models.Field[Any, Any]):
    class Unusual(models.Model):
        id = models.UUIDField(primary_key=True)
        unusual = copy.deepcopy(field)

        class Meta:
            app_label = "roster"

        def __str__(self) -> str:
            return ""

    with pytest.raises(TypeError, match="bulk_create"):
        CompiledUpsert(Unusual)


@isolate_apps("roster")
def test_multi_table_inheritance_is_refused():
    class Special(User):
        class Meta:
            app_label = "roster"

    with pytest.raises(TypeError, match="bulk_create"):
        CompiledUpsert(Special)


def test_update_fields_require_unique_fields():
    with pytest.raises(TypeError, match="together"):
        CompiledUpsert(AttemptLog, update_fields=["answer"])
