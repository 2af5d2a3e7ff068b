"""How many SQL statements `/v3` takes to record and to make: the same however much there is."""

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
from tests.study.study_client import STUDIES, STUDY, made, post, sent

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
    """Return the path of a set that holds an item, q1."""
    app = client_for(school.key())
    path = made(app, "/v3/sets", name="Capitals", partner_id="779")["links"]["self"]
    made(app, f"{path}/learning_items", item_id="q1")
    return str(path)


def statements(call: Any) -> int:
    with CaptureQueriesContext(connection) as captured:
        response = call()
    assert response.status_code < 300, response.content
    return len(captured)


# With an item of a set its skill moves too.
IN_A_SET, ALONE = 11, 9


def studying(client: Client, /, *, extra: Any = None, **told: Any) -> int:
    return statements(lambda: post(client, STUDY, sent(**told), **(extra or {})))


@pytest.mark.parametrize("others", [0, 100])
@pytest.mark.parametrize("caller", ["login", "key"])
def test_studying_an_item(school: School, path: str, caller: str, others: int):
    """issue 5: warm ≤ 12, the key, BEGIN and COMMIT included; whatever else was studied."""
    client = client_for(school.ada if caller == "login" else school.key())
    known = Item.objects.get(code="q1")
    post(client, STUDIES, [sent(item_id=f"other {n}") for n in range(others)])
    for _again in range(2):
        studying(client)
        studying(client, item_id="q1")
    # A login reads its session and its person, and the facility of the partner it names.
    login = 2 if caller == "login" else 0

    def counted(**told: Any) -> int:
        return studying(client, **told) - login

    assert counted(item_id="q1") == IN_A_SET
    assert counted(learning_engine_guid=str(known.guid)) == IN_A_SET
    assert counted() == ALONE
    assert counted(item_id="q1", event_id="e1") == IN_A_SET + 1
    assert counted(item_id="q1", event_id="e1") == IN_A_SET - 3  # again: nothing is written
    assert counted(item_id="q1", extra={"HTTP_IDEMPOTENCY_KEY": uuid7().hex}) == IN_A_SET + 6


def test_a_closed_facility_asks_for_the_item_once(school: School, path: str):
    """contract 0.6: one statement more, only where it is closed."""
    client = client_for(school.key())
    for _again in range(2):
        studying(client, item_id="q1")
    usual = studying(client, item_id="q1")
    school.facility.auto_provision = False
    school.facility.save()

    assert studying(client, item_id="q1") == usual + 1


def test_many_at_once(school: School, path: str):
    """The same for one learner and for fifty, for few results and for a chunk of them."""
    app = client_for(school.key())

    def rows(learners: int, each: int, kind: str) -> list[dict[str, Any]]:
        return [
            sent(user_id=f"new{n}", item_id=f"q{m}", event_id=f"{kind}/{learners}/{each}/{n}/{m}")
            for m in range(each)
            for n in range(learners)
        ]

    def sending(told: list[dict[str, Any]]) -> int:
        return statements(lambda: post(app, STUDIES, told))

    sending(rows(50, 9, "first"))
    for learners, each in ((2, 5), (50, 1), (50, 9)):
        told = rows(learners, each, "second")
        # SQLite takes only so many values in one statement: there an insert may be several.
        inserts = len(told) // 8 if connection.vendor == "sqlite" else 0
        assert 11 <= sending(told) <= 14 + inserts
        assert sending(told) <= 12  # again: nothing is written


@pytest.mark.parametrize("items", [1, 199])
def test_making_and_asking(school: School, path: str, items: int):
    """The same for a set of one item and for a full one."""
    app = client_for(school.key())
    rows = Item.objects.bulk_create(Item(facility=school.facility) for _ in range(items - 1))
    LearningItem.objects.bulk_create(
        LearningItem(item=item, study_set=StudySet.objects.get(), position=n + 1, created_at=NOW)
        for n, item in enumerate(rows)
    )
    item = f"/v3/learning_items/{Item.objects.get(code='q1').guid}"
    new = {"name": "Rivers", "partner_id": "779"}
    app.get(path)

    assert statements(lambda: app.get(path)) == 3
    assert statements(lambda: app.get(item)) == 2
    assert statements(lambda: app.get("/v3/users/student_ada")) == 2
    assert statements(lambda: app.get("/v3/my/profile")) == 1
    assert statements(lambda: post(app, "/v3/sets", new)) == 5
    assert statements(lambda: post(app, "/v3/partners/779/users", {})) == 4
    assert statements(lambda: post(app, f"{path}/learning_items", {"question": "?"})) == 9
