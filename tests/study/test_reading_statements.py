"""The number of SQL statements of reads of study results does not grow with the data."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from analytics.models import Item, ItemMemory, LearnerAbility
from config.demo.large_installation import analyze
from roster.models import User
from study.models import StudySet
from study.selectors.item_memories import MAX_DUE
from tests.conftest import Client, client_for
from tests.factories import School
from tests.study.study_builders import STUDY, document_of, make_set

DAY = timedelta(days=1)
# More than the largest batch size and limit, which is 5,000.
MANY = 12_000


@pytest.fixture
def app(school: School) -> Client:
    """Client of an app with a key that was used before."""
    client = client_for(school.key())
    document_of(client.get(STUDY, {"user_id": "student_ada", "partner_id": "779"}))
    LearnerAbility.objects.create(learner=school.ada)
    return client


def remember(learner: User, items: list[Item]) -> None:
    """Create memories of these items for a learner; every other one is due."""
    now = timezone.now()
    ItemMemory.objects.bulk_create(
        (
            ItemMemory(
                learner=learner,
                item=item,
                stability=1.0 + number % 40,
                difficulty=5.0,
                last_review=now - 50 * DAY,
                due=now + (DAY if number % 2 else -DAY),
                reviews=1 + number % 7,
                score=1.0,
                seconds=4.0 + number % 9,
                timed=1,
                studied=True,
            )
            for number, item in enumerate(items)
        ),
        batch_size=1000,
    )


def ask(client: Client, path: str, statements: int, **query: Any) -> dict[str, Any]:
    """Read a path with exactly this number of statements."""
    with CaptureQueriesContext(connection) as captured:
        response = client.get(path, {"partner_id": "779", **query})
    assert len(captured) == statements, [query["sql"][:200] for query in captured]
    return document_of(response)


def items_of(study_set: StudySet) -> list[Item]:
    found = Item.objects.filter(learning_item__study_set=study_set)
    return list(found.order_by("learning_item__position"))


@pytest.mark.parametrize("size", [1, 200])
@pytest.mark.parametrize("studied", [0, 1])
def test_reading_a_set(school: School, app: Client, size: int, studied: int):
    """Reviews take 5 statements and readiness of 200 items 4, including that of the key."""
    study_set = make_set(school.facility, *(f"q{n}" for n in range(size)))
    remember(school.ada, items_of(study_set)[: size * studied])
    path = f"/v3/users/student_ada/sets/{study_set.pk}/learning_stats"

    asked = {"user_id": "student_ada", "set_id": str(study_set.pk), "page[size]": 200}
    listed = ask(app, STUDY, 5, **asked)
    attributes = ask(app, path, 4)["data"]["attributes"]

    due = (size + 1) // 2
    assert len(listed["data"]) == (due if studied else size)
    assert attributes["studied-count"] == size * studied
    assert attributes["due-count"] == due * studied


def test_reading_an_empty_set(school: School, app: Client):
    """One more statement checks that the set exists; no item is read."""
    study_set = make_set(school.facility)

    ask(app, STUDY, 5, user_id="student_ada", set_id=str(study_set.pk))
    ask(app, f"/v3/users/student_ada/sets/{study_set.pk}/learning_stats", 5)


def test_reading_many_items(school: School, app: Client):
    """Only due candidates are read, in 5 statements."""
    items = [Item(facility=school.facility) for _number in range(MANY)]
    Item.objects.bulk_create(items, batch_size=1000)
    remember(school.ada, items[:2])
    few = ask(app, STUDY, 5, user_id="student_ada")
    ItemMemory.objects.all().delete()
    remember(school.ada, items)
    # Otherwise PostgreSQL assumes empty tables and scans them for every reference.
    analyze()

    many = ask(app, STUDY, 5, user_id="student_ada", **{"page[number]": 3})

    assert few["meta"]["total-count"] == 1
    assert many["meta"] == {"total-pages": MAX_DUE // 50, "total-count": MAX_DUE}
    assert len(many["data"]) == 50
    ask(app, f"/v3/users/student_ada/items/{items[0].guid}/learning_stats", 6)
    ask(app, "/v3/users/student_ada/learning_stats", 3)


def test_reading_as_a_person(school: School):
    """A login also reads the person and the partner id of the facility."""
    client = client_for(school.ada)

    ask(client, STUDY, 6, user_id=school.ada.pk.hex)
    ask(client, "/v3/users/student_ada/learning_stats", 5)
