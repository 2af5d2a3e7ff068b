"""Compiled queries return the same as the ORM."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection
from django.db.models import UUIDField

from infra.db.compiled_queries import CompiledQuery, CompiledUpdate, Param
from logger.models import AttemptLog, ContentSession
from roster.models import User
from tests.conftest import Client, client_for
from tests.factories import School, answered, exercise, make_school

SESSIONS: CompiledQuery[ContentSession] = CompiledQuery(
    lambda: ContentSession.objects.filter(pk=Param("key", UUIDField())).select_related(
        "summary", "mastery_log", "user"
    )
)
# Whether a statement is prepared is decided when it is compiled, once per connection.
PREPARED: CompiledQuery[ContentSession] = CompiledQuery(
    lambda: ContentSession.objects.filter(pk=Param("key", UUIDField())).order_by("pk")
)
PLAIN: CompiledQuery[ContentSession] = CompiledQuery(
    lambda: ContentSession.objects.filter(pk=Param("key", UUIDField())).order_by("kind")
)
SAVE = CompiledUpdate(AttemptLog, ["answer", "interaction_history", "end_timestamp", "complete"])


def fields_of(row: Any) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_a_compiled_query_builds_the_same_instances(ada: Client, statements: Any):
    session = ada.work(exercise(), answered())["session_id"]
    expected = ContentSession.objects.select_related("summary", "mastery_log").get(pk=session)

    with statements() as asked:
        found = SESSIONS.one(key=expected.pk)
        assert found is not None
        assert found.summary is not None
        assert found.mastery_log is not None
        assert found.user is not None

    assert len(asked) == 1
    assert fields_of(found) == fields_of(expected)
    assert fields_of(found.summary) == fields_of(expected.summary)
    assert fields_of(found.mastery_log) == fields_of(expected.mastery_log)
    assert fields_of(found.user) == fields_of(User.objects.get(username="ada"))


def test_missing_joined_rows_are_none(guest: Client):
    session = guest.start(exercise())["session_id"]

    found = SESSIONS.one(key=session)

    assert found is not None
    assert (found.summary, found.mastery_log, found.user) == (None, None, None)


def test_a_compiled_query_without_a_match_returns_none(db: None):
    assert SESSIONS.one(key=uuid4()) is None


def test_parameters_are_not_reused(ada: Client):
    sessions = [ada.start(exercise())["session_id"] for _turn in range(2)]

    found = [SESSIONS.one(key=session) for session in sessions]

    assert [row.pk.hex for row in found if row] == sessions


def test_a_compiled_update_writes_only_its_fields(ada: Client):
    ada.work(exercise(), answered(answer={"a": [1, None, 1e300, "ü"]}))
    attempt = AttemptLog.objects.get()
    before = fields_of(attempt)
    attempt.answer = {"b": {"c": [True, 2**63 - 1, "\u2028"]}}
    attempt.interaction_history = []
    attempt.item = "changed only here"

    SAVE(attempt)

    after = fields_of(AttemptLog.objects.get())
    assert after == {**before, "answer": attempt.answer, "interaction_history": []}


def test_a_compiled_update_can_write_null(ada: Client):
    ada.work(exercise(), answered())
    attempt = AttemptLog.objects.get()
    attempt.answer = None

    SAVE(attempt)

    assert AttemptLog.objects.filter(answer__isnull=True).exists()


def test_a_compiled_update_of_a_deleted_row_fails(ada: Client):
    ada.work(exercise(), answered())
    attempt = AttemptLog.objects.get()
    AttemptLog.objects.all().delete()

    with pytest.raises(DatabaseError, match="gone"):
        SAVE(attempt)


def count_prepared() -> int:
    """Return the number of statements that PostgreSQL has prepared on this connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE NOT from_sql")
        return int(cursor.fetchone()[0])


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite's driver keeps them itself")
def test_postgresql_prepares_a_statement_once(ada: Client, monkeypatch: pytest.MonkeyPatch):
    session = ada.start(exercise())["session_id"]
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "prepare_threshold", 0)
    connection.connection.prepare_threshold = 0
    PREPARED.one(key=session)
    before = count_prepared()

    found = [PREPARED.one(key=session) for _turn in range(3)]

    assert before > 0
    assert count_prepared() == before
    assert None not in found


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite's driver keeps them itself")
def test_postgresql_prepares_nothing_if_disabled(ada: Client, monkeypatch: pytest.MonkeyPatch):
    session = ada.start(exercise())["session_id"]
    before = count_prepared()
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "prepare_threshold", None)

    assert PLAIN.one(key=session) is not None
    assert count_prepared() == before


@pytest.mark.django_db(transaction=True)
def test_compiled_queries_work_in_threads_and_on_new_connections():
    school: School = make_school()
    session = client_for(school.ada).start(exercise())["session_id"]

    def look(_number: int) -> str:
        try:
            first = SESSIONS.one(key=session)
            connection.close()
            again = SESSIONS.one(key=session)
            assert first is not None
            assert again is not None
            assert first.pk == again.pk
            return first.pk.hex
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(look, range(32))) == {session}


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no generic plans")
@pytest.mark.django_db(transaction=True)
def test_postgresql_plans_no_statement_of_answers_each_time():
    """A plan for known values seems cheaper than one for all if it knows how many there are."""
    client = client_for(make_school().ada)
    session = client.start(exercise())["session_id"]

    def plans_after_answers() -> list[tuple[int, str]]:
        connection.settings_dict["OPTIONS"]["prepare_threshold"] = 0
        for number in range(12):
            body = {"time_spent_delta": 1, "interactions": [answered(f"q{number}")]}
            client.put(f"/api/logger/contentsession/{session}", body, format="json")
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT generic_plans, statement FROM pg_prepared_statements"
                " WHERE NOT from_sql AND custom_plans + generic_plans > 8"
            )
            plans = cursor.fetchall()
        connection.close()
        return plans

    with ThreadPoolExecutor(1) as pool:  # whether to prepare is decided once per thread
        plans = pool.submit(plans_after_answers).result()

    assert len(plans) > 5
    assert [statement for count, statement in plans if count == 0] == []
