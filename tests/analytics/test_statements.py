"""The number of SQL statements of answer tracking does not grow with the data."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from uuid_utils.compat import uuid7

from analytics.models import Skill
from tests.analytics.event_builders import TRACK, answer
from tests.conftest import Caller, Client, client_for
from tests.factories import School, make_school

# Real transactions: BEGIN and COMMIT are statements too. Authentication is included.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def school(transactional_db: None) -> School:
    return make_school()


@pytest.fixture(params=["login", "key"])
def caller(request: pytest.FixtureRequest, school: School) -> Caller:
    return school.ada if request.param == "login" else school.key()


@pytest.fixture
def client(caller: Caller) -> Client:
    """Client of a known caller, for a learner who has answered before."""
    client = client_for(caller)
    for _again in range(2):
        track_statements(client, item_id="q1")
        track_statements(client)
    return client


def count_statements(call: Any) -> int:
    with CaptureQueriesContext(connection) as captured:
        response = call()
    assert response.status_code == 200, response.content
    return len(captured)


def track_statements(client: Client, /, **fields: Any) -> int:
    extra = fields.pop("extra", {})
    body = {"user_id": "student_ada", "skill_id": "algebra", "is_correct": True, **fields}
    return count_statements(lambda: client.post(TRACK, body, format="json", **extra))


def test_tracking_an_answer(client: Client, caller: Caller, school: School):
    """At most 10, with an item and its memory 12; the key, BEGIN and COMMIT are included."""
    login = 1 if caller == school.ada else 0

    def counted(**fields: Any) -> int:
        return track_statements(client, **fields) - login

    assert counted(time_spent_seconds=3) == 9
    assert counted(event_id="e1") == 10
    assert counted(item_id="q1") == 11
    assert counted(item_id="q1", event_id="e2") == 12
    assert counted(event_id="e1") == 6  # again: nothing is written
    assert counted(skill_id="geometry") == 12  # the skill is created, with the pooled parameters
    assert counted(timestamp="2026-01-01T00:00:00Z") == 12  # later answers are evaluated again
    assert counted(extra={"HTTP_IDEMPOTENCY_KEY": uuid7().hex}) == 13


def test_tracking_many_answers(school: School):
    """The number is the same for one learner or fifty, for few answers or a whole chunk."""
    app = client_for(school.key())

    def rows(learners: int, each: int, kind: str) -> list[dict[str, Any]]:
        return [
            answer(f"new{n}", item_id=f"q{m}", event_id=f"{kind}/{learners}/{each}/{n}/{m}")
            for m in range(each)
            for n in range(learners)
        ]

    bulk_statements(app, rows(50, 5, "first"))
    for learners, each in ((2, 5), (50, 1), (50, 5)):
        sent = rows(learners, each, "second")
        assert bulk_statements(app, sent) == 12
        assert bulk_statements(app, sent) == 7  # again: nothing is written
        late = [{**row, "event_id": None, "timestamp": "2020-01-01T00:00:00Z"} for row in sent]
        assert bulk_statements(app, late) <= 12 + 3 * learners  # their past is read


def bulk_statements(client: Client, rows: list[dict[str, Any]]) -> int:
    return count_statements(lambda: client.post(f"{TRACK}s", rows, format="json"))


@pytest.mark.parametrize("skills", [1, 40])
def test_reading(client: Client, caller: Caller, school: School, skills: int):
    """The number is the same for one skill or many, for few answers or many."""
    login = 1 if caller == school.ada else 0
    Skill.objects.create(facility=school.facility, code="new", section="math")
    app = client_for(school.key())
    rows = [
        answer(skill_id=f"skill{n % skills}", timestamp=f"2026-01-{1 + n % 28:02}T00:00:00Z")
        for n in range(40)
    ]
    for row in rows[: 5 * skills]:
        track_statements(app, **row)
    ada = school.ada.pk.hex

    def read_statements(path: str, **query: Any) -> int:
        return count_statements(lambda: client.get(f"/api/v1/{path}", query)) - login

    assert read_statements(f"velocity/{ada}") == 4
    assert read_statements(f"velocity/{ada}", skill_id="skill0") == 4
    assert read_statements(f"predictions/{ada}") == 6
    assert read_statements(f"mastery/{ada}") == 3
    assert read_statements(f"mastery/{ada}", item_id="q1") == 4
    assert read_statements(f"mastery/{ada}", page_size=10) == 4
    assert read_statements(f"mastery/{ada}/skill0/history") == 4
    assert read_statements(f"next/{ada}") == 8
