"""SQL statements of each endpoint: their number does not grow with the rows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from uuid_utils.compat import uuid7

from analytics.models import Content
from logger.models import AttemptLog, ContentSession, ContentSummary, MasteryLog
from tests.conftest import Caller, Client, client_for
from tests.factories import (
    M_OF_N,
    NOW,
    School,
    answered,
    exercise,
    make_lesson,
    make_quiz,
    make_school,
    video,
)

# Real transactions: BEGIN and COMMIT count as statements. Authentication is included.
pytestmark = pytest.mark.django_db(transaction=True)

START = "/api/logger/contentsession"
# More rows than the largest limit and batch size here, 10,000.
MANY = 12_000


@pytest.fixture
def school(transactional_db: None) -> School:
    return make_school()


@pytest.fixture(params=["login", "key"])
def caller(request: pytest.FixtureRequest, school: School) -> Caller:
    return school.ada if request.param == "login" else school.key()


@pytest.fixture
def client(caller: Caller, school: School) -> Client:
    """Return a client of a caller who has sent requests before."""
    client = client_for(caller)
    client.start(video(user_id="student_ada"))
    client.get("/api/logger/attemptlog")
    return client


def statements(call: Any) -> int:
    with CaptureQueriesContext(connection) as captured:
        response = call()
    assert response.status_code == 200, response.content
    return len(captured)


def count_start(client: Client, body: dict[str, Any]) -> int:
    body = {"user_id": "student_ada", **body}
    return statements(lambda: client.post(START, body, format="json"))


def count_update(client: Client, session: str, **body: Any) -> int:
    return statements(lambda: client.put(f"{START}/{session}", body, format="json"))


def login_and_lock(caller: Caller, school: School) -> int:
    """Return the statements that read the login, and that lock the learner on PostgreSQL."""
    return (caller == school.ada) + connection.features.has_select_for_update


def test_statements_of_starting_a_session(client: Client, caller: Caller, school: School):
    """start ≤ 10; one more if an assignment is checked."""
    lesson, quiz = make_lesson(school.class_7a), make_quiz(school.class_7a)
    body, practised = video(), exercise()
    coach_quiz = {"quiz_id": quiz.pk.hex, "user_id": "student_ada", "repeat": True}
    session = client.start({"user_id": "student_ada", **practised})["session_id"]
    client.move(session, progress=1, interactions=[answered(f"q{n}") for n in range(9)])
    client.move(client.start(coach_quiz)["session_id"], progress=1, interactions=[answered("q")])
    login = 1 if caller == school.ada else 0

    counts = {
        "a first video": count_start(client, body),
        "it again": count_start(client, body),
        "a first exercise": count_start(client, exercise()),
        "one with attempts": count_start(client, practised),
        "repeated": count_start(client, {**practised, "repeat": True}),
        "within a lesson": count_start(client, video(lesson_id=lesson.pk.hex)),
        "a quiz repeated": count_start(client, coach_quiz),
    }

    assert counts == {
        "a first video": 7 + login,
        "it again": 7 + login,
        "a first exercise": 8 + login,
        "one with attempts": 9 + login,
        "repeated": 9 + login,
        "within a lesson": 8 + login,
        "a quiz repeated": 10 + login,
    }


def test_statements_of_updating_a_session(client: Client, caller: Caller, school: School):
    """A PUT with one interaction ≤ 19 with the learner model; the same number with 20 of them."""
    body = exercise(user_id="student_ada", mastery_model={"type": "num_correct_in_a_row_10"})
    session = client.start(body)["session_id"]
    quiz = make_quiz(school.class_7a)
    quiz_session = client.start({"quiz_id": quiz.pk.hex, "user_id": "student_ada"})["session_id"]
    watched = client.start(video(user_id="student_ada"))["session_id"]
    client.move(session, interactions=[answered("q", 0)])
    caller_statements = login_and_lock(caller, school)
    twenty = [answered(f"q{n}", 0) for n in range(10)]
    twenty += [answered(f"q{n}", n % 2, replace=True) for n in range(10)]

    client.move(session, interactions=twenty)

    counts = {
        "progress of a video": count_update(client, watched, progress=0.5),
        "progress of an exercise": count_update(client, session, progress_delta=0.1),
        "at an item nobody knew": count_update(client, session, interactions=[answered("x", 0)]),
        "one new attempt": count_update(client, session, interactions=[answered("x", 0)]),
        "one replaced": count_update(
            client, session, interactions=[answered("x", 0, replace=True)]
        ),
        "twenty, new and replaced": count_update(client, session, interactions=twenty),
        "an answer to a quiz": count_update(client, quiz_session, interactions=[answered("q", 0)]),
    }

    assert counts == {
        "progress of a video": 6 + caller_statements,
        "progress of an exercise": 7 + caller_statements,
        "at an item nobody knew": 18 + caller_statements,
        "one new attempt": 16 + caller_statements,
        "one replaced": 9 + caller_statements,
        "twenty, new and replaced": 16 + caller_statements,
        "an answer to a quiz": 9 + caller_statements,
    }


def test_statements_of_completing_all_items(client: Client, caller: Caller, school: School):
    """contract 1.6: one more statement reads the catalogue, another the items done."""
    caller_statements = login_and_lock(caller, school)
    counts = []
    for items in (None, [f"q{n}" for n in range(3)], [f"q{n}" for n in range(300)]):
        body = exercise(user_id="student_ada", mastery_model={"type": "do_all"})
        session = client.start(body)["session_id"]
        client.move(session, interactions=[answered("q1")])
        if items:
            Content.objects.create(pk=body["content_id"], title="Tens", items=items)
        again = answered("q1", complete=True, replace=True)
        counts.append(count_update(client, session, interactions=[again]))

    assert counts == [10 + caller_statements, 11 + caller_statements, 11 + caller_statements]


def test_statements_of_a_guest(school: School):
    school.elsewhere.delete()
    guest = client_for(None)
    session = guest.start(exercise())["session_id"]

    assert statements(lambda: guest.post(START, video(), format="json")) == 4
    assert count_update(guest, session, interactions=[answered("q")]) == 5


@pytest.mark.parametrize("rows", [0, MANY])
def test_statements_of_reading(client: Client, caller: Caller, school: School, rows: int):
    """list ≤ 4, diff ≤ 5; the same with many rows."""
    body = exercise(user_id="student_ada")
    for _try in range(3):
        session = client.start({**body, "repeat": True})["session_id"]
        client.move(session, interactions=[answered("a"), answered("b")])
    fill(school, rows)
    one = {"content": body["content_id"], "user": school.ada.pk.hex}
    place = {"classroom": school.class_7a.pk.hex, "learner_group": school.group.pk.hex}
    login = 1 if caller == school.ada else 0

    def count_get(path: str, **query: Any) -> int:
        return statements(lambda: client.get(f"/api/logger/{path}", query))

    counts = {
        "tries": count_get("masterylog", **one),
        "tries, paged": count_get("masterylog", **one, page_size=2),
        "tries of a class": count_get("masterylog", **one, **place),
        "attempts": count_get("attemptlog"),
        "attempts, narrowed": count_get("attemptlog", **one, **place, complete="false"),
        "attempts, paged": count_get("attemptlog", page_size=1000, page=1),
        "diff": count_get("masterylog/0/diff", **one),
        "total": count_get(f"totalcontentprogress/{school.ada.pk.hex}"),
    }

    assert counts == {
        "tries": 2 + login,
        "tries, paged": 3 + login,
        "tries of a class": 2 + login,
        "attempts": 2 + login,
        "attempts, narrowed": 2 + login,
        "attempts, paged": 3 + login,
        "diff": 4 + login,
        "total": 3 + login,
    }
    assert count_start(client, video()) == 7 + login
    client.move(session, interactions=[answered("x", 0)])
    expected = 16 + login_and_lock(caller, school)
    assert count_update(client, session, interactions=[answered("x", 0)]) == expected


def fill(school: School, rows: int) -> None:
    """Create a history of so many attempts of ben."""
    common = {"start_timestamp": NOW, "end_timestamp": NOW, "content_id": uuid7()}
    per_try = 1000
    for number in range(rows // per_try):
        summary = ContentSummary.objects.create(
            **{**common, "content_id": uuid7()}, user=school.ben, kind="exercise"
        )
        tried = MasteryLog.objects.create(
            **common, user=school.ben, summary=summary, mastery_level=1, mastery_criterion=M_OF_N,
            attempt_count=per_try,
        )  # fmt: skip
        session = ContentSession.objects.create(
            **common, user=school.ben, summary=summary, mastery_log=tried, kind="exercise"
        )
        AttemptLog.objects.bulk_create(
            [
                AttemptLog(
                    **{**common, "end_timestamp": NOW + timedelta(seconds=number)},
                    user=school.ben, session=session, mastery_log=tried, item=f"q{position}",
                    position=position, correct=0, judged=True,
                )
                for position in range(per_try)
            ]
        )  # fmt: skip
