"""How many SQL statements answer tracking takes: the same however much there is."""

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
    """A client whose caller has been seen before, and whose learner has answered before."""
    client = client_for(caller)
    for _again in range(2):
        tracking(client, item_id="q1")
        tracking(client)
    return client


def statements(call: Any) -> int:
    with CaptureQueriesContext(connection) as captured:
        response = call()
    assert response.status_code == 200, response.content
    return len(captured)


def tracking(client: Client, /, **told: Any) -> int:
    extra = told.pop("extra", {})
    body = {"user_id": "student_ada", "skill_id": "algebra", "is_correct": True, **told}
    return statements(lambda: client.post(TRACK, body, format="json", **extra))


def test_tracking_an_answer(client: Client, caller: Caller, school: School):
    """issue: ≤ 10, with an item and its memory ≤ 12; the key, BEGIN and COMMIT included."""
    login = 1 if caller == school.ada else 0

    def counted(**told: Any) -> int:
        return tracking(client, **told) - login

    assert counted(time_spent_seconds=3) == 9
    assert counted(event_id="e1") == 10
    assert counted(item_id="q1") == 11
    assert counted(item_id="q1", event_id="e2") == 12
    assert counted(event_id="e1") == 7  # again: nothing is written
    assert counted(skill_id="geometry") == 12  # the skill is created
    assert counted(timestamp="2026-01-01T00:00:00Z") == 13  # others are told anew
    assert counted(extra={"HTTP_IDEMPOTENCY_KEY": uuid7().hex}) == 15


def test_many_at_once(school: School):
    """The same for one learner and for fifty, for few answers and for a chunk of them."""
    app = client_for(school.key())

    def rows(learners: int, each: int, kind: str) -> list[dict[str, Any]]:
        return [
            answer(f"new{n}", item_id=f"q{m}", event_id=f"{kind}/{learners}/{each}/{n}/{m}")
            for m in range(each)
            for n in range(learners)
        ]

    sending(app, rows(50, 9, "first"))
    for learners, each in ((2, 5), (50, 1), (50, 9)):
        sent = rows(learners, each, "second")
        # SQLite takes only so many values in one statement: there an insert may be several.
        inserts = len(sent) // 8 if connection.vendor == "sqlite" else 0
        assert 14 <= sending(app, sent) <= 14 + inserts
        assert sending(app, sent) == 10  # again: nothing is written
        late = [{**row, "event_id": None, "timestamp": "2020-01-01T00:00:00Z"} for row in sent]
        assert sending(app, late) <= 14 + 3 * learners + 10 * inserts  # their past is read


def sending(client: Client, rows: list[dict[str, Any]]) -> int:
    return statements(lambda: client.post(f"{TRACK}s", rows, format="json"))


@pytest.mark.parametrize("skills", [1, 40])
def test_reading(client: Client, caller: Caller, school: School, skills: int):
    """The same for one skill and few answers as for many."""
    login = 1 if caller == school.ada else 0
    Skill.objects.create(facility=school.facility, code="new", section="math")
    app = client_for(school.key())
    rows = [
        answer(skill_id=f"skill{n % skills}", timestamp=f"2026-01-{1 + n % 28:02}T00:00:00Z")
        for n in range(40)
    ]
    for row in rows[: 5 * skills]:
        tracking(app, **row)
    ada = school.ada.pk.hex

    def reading(path: str, **query: Any) -> int:
        return statements(lambda: client.get(f"/api/v1/{path}", query)) - login

    assert reading(f"velocity/{ada}") == 4
    assert reading(f"velocity/{ada}", skill_id="skill0") == 4
    assert reading(f"predictions/{ada}") == 6
    assert reading(f"mastery/{ada}") == 3
    assert reading(f"mastery/{ada}", item_id="q1") == 4
    assert reading(f"mastery/{ada}", page_size=10) == 4
    assert reading(f"mastery/{ada}/skill0/history") == 4
