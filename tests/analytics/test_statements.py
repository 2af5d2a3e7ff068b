"""How many SQL statements answer tracking takes: the same however much there is."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from uuid_utils.compat import uuid7

from tests.conftest import Caller, Client, client_for
from tests.factories import School, make_school

# Real transactions: BEGIN and COMMIT are statements too. Authentication is included.
pytestmark = pytest.mark.django_db(transaction=True)

PATH = "/api/v1/track-answer"


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
    return statements(lambda: client.post(PATH, body, format="json", **extra))


def test_tracking_an_answer(client: Client, caller: Caller, school: School):
    """issue: ≤ 10, the key, BEGIN and COMMIT included."""
    login = 1 if caller == school.ada else 0

    def told(**told: Any) -> int:
        return tracking(client, **told) - login

    assert told(time_spent_seconds=3) == 9
    assert told(event_id="e1") == 10
    assert told(item_id="q1") == 10
    assert told(item_id="q1", event_id="e2") == 11
    assert told(event_id="e1") == 8  # again: nothing is written
    assert told(skill_id="geometry") == 12  # the skill is created
    assert told(timestamp="2026-01-01T00:00:00Z") == 16
    assert told(extra={"HTTP_IDEMPOTENCY_KEY": uuid7().hex}) == 15
