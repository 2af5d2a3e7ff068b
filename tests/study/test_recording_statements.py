"""The number of SQL statements of writes under `/v3` does not grow with the data."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from uuid_utils.compat import uuid7

from analytics.models import Item
from study.models import LearningItem, StudySet
from tests.conftest import Client, client_for
from tests.factories import NOW, School, make_school
from tests.study.study_client import STUDIES, STUDY, create_resource, post, result_body

# Real transactions: BEGIN and COMMIT are statements too. Authentication is included.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def school(transactional_db: None) -> School:
    school = make_school()
    school.facility.partner_id = "779"
    school.facility.save()
    return school


@pytest.fixture
def path(school: School) -> str:
    """Return the path of a set with one item, q1."""
    app = client_for(school.key())
    path = create_resource(app, "/v3/sets", name="Capitals", partner_id="779")["links"]["self"]
    create_resource(app, f"{path}/learning_items", item_id="q1")
    return str(path)


def count_statements(call: Any) -> int:
    with CaptureQueriesContext(connection) as captured:
        response = call()
    assert response.status_code < 300, response.content
    return len(captured)


# An item of a set moves its skill, too.
IN_A_SET, ALONE = 11, 10


def study_statements(client: Client, /, *, extra: Any = None, **fields: Any) -> int:
    return count_statements(lambda: post(client, STUDY, result_body(**fields), **(extra or {})))


@pytest.mark.parametrize("others", [0, 100])
@pytest.mark.parametrize("caller", ["login", "key"])
def test_studying_an_item(school: School, path: str, caller: str, others: int):
    """At most 12 for a known caller, including the key, BEGIN and COMMIT."""
    client = client_for(school.ada if caller == "login" else school.key())
    known = Item.objects.get(code="q1")
    post(client, STUDIES, [result_body(item_id=f"other {n}") for n in range(others)])
    for _again in range(2):
        study_statements(client)
        study_statements(client, item_id="q1")
    # A login also reads its session and person, and the facility of the partner.
    login = 2 if caller == "login" else 0

    def counted(**fields: Any) -> int:
        return study_statements(client, **fields) - login

    assert counted(item_id="q1") == IN_A_SET
    assert counted(learning_engine_guid=str(known.guid)) == IN_A_SET
    assert counted() == ALONE
    assert counted(item_id="q1", event_id="e1") == IN_A_SET + 1
    assert counted(item_id="q1", event_id="e1") == IN_A_SET - 4  # again: nothing is written
    assert counted(item_id="q1", extra={"HTTP_IDEMPOTENCY_KEY": uuid7().hex}) == IN_A_SET + 4


def test_a_closed_facility_looks_up_the_item_once(school: School, path: str):
    """contract 0.6: one more statement, only in a closed facility."""
    client = client_for(school.key())
    for _again in range(2):
        study_statements(client, item_id="q1")
    usual = study_statements(client, item_id="q1")
    school.facility.auto_provision = False
    school.facility.save()

    assert study_statements(client, item_id="q1") == usual + 1


def test_studying_many_items(school: School, path: str):
    """The number is the same for one learner or fifty, for few results or a whole chunk."""
    app = client_for(school.key())

    def rows(learners: int, each: int, kind: str) -> list[dict[str, Any]]:
        return [
            result_body(
                user_id=f"new{n}", item_id=f"q{m}", event_id=f"{kind}/{learners}/{each}/{n}/{m}"
            )
            for m in range(each)
            for n in range(learners)
        ]

    def bulk_statements(bodies: list[dict[str, Any]]) -> int:
        return count_statements(lambda: post(app, STUDIES, bodies))

    bulk_statements(rows(50, 5, "first"))
    for learners, each in ((2, 5), (50, 1), (50, 5)):
        bodies = rows(learners, each, "second")
        assert 10 <= bulk_statements(bodies) <= 12
        assert bulk_statements(bodies) == 7  # again: nothing is written


@pytest.mark.parametrize("items", [1, 199])
def test_creating_and_reading(school: School, path: str, items: int):
    """The number is the same for a set of one item and a full one."""
    app = client_for(school.key())
    rows = Item.objects.bulk_create(Item(facility=school.facility) for _ in range(items - 1))
    LearningItem.objects.bulk_create(
        LearningItem(item=item, study_set=StudySet.objects.get(), position=n + 1, created_at=NOW)
        for n, item in enumerate(rows)
    )
    item = f"/v3/learning_items/{Item.objects.get(code='q1').guid}"
    new = {"name": "Rivers", "partner_id": "779"}
    app.get(path)

    assert count_statements(lambda: app.get(path)) == 3
    assert count_statements(lambda: app.get(item)) == 2
    assert count_statements(lambda: app.get("/v3/users/student_ada")) == 2
    assert count_statements(lambda: app.get("/v3/my/profile")) == 1
    assert count_statements(lambda: post(app, "/v3/sets", new)) == 5
    assert count_statements(lambda: post(app, "/v3/partners/779/users", {})) == 4
    assert count_statements(lambda: post(app, f"{path}/learning_items", {"question": "?"})) == 9
