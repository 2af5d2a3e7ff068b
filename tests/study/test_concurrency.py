"""Concurrent results and items, in threads with their own connections: nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from analytics.models import Item, ItemMemory, LearnerAbility, LearningEvent
from roster.models import User
from roster.services import lock_learner
from study.models import LearningItem, StudySet
from tests.conftest import client_for
from tests.factories import NOW, School, make_school
from tests.study.study_client import (
    STUDIES,
    STUDY,
    create_resource,
    memory,
    post,
    result_body,
    study,
)
from tests.threads import together

pytestmark = pytest.mark.django_db(transaction=True)
CLIENTS = 16


@pytest.fixture
def school(transactional_db: None) -> School:
    school = make_school()
    school.facility.partner_id = "779"
    school.facility.save()
    return school


def statuses(call: Callable[[int], Any], clients: int = CLIENTS) -> set[int]:
    return {response.status_code for response in together(call, clients)}


def test_sixteen_clients_study_one_item_of_one_learner(school: School):
    """Nothing is lost; one of the first requests creates learner and item."""
    key = school.key()

    codes = statuses(lambda _n: post(client_for(key), STUDY, result_body(user_id="newcomer")))

    newcomer = User.objects.get(external_id="newcomer")
    assert codes == {204}
    assert Item.objects.count() == 1
    assert (memory().learner, memory().reviews, memory().score) == (newcomer, CLIENTS, CLIENTS)
    assert LearnerAbility.objects.get().answers == CLIENTS
    positions = LearningEvent.objects.order_by("position").values_list("position", flat=True)
    assert len(set(positions)) == CLIENTS


def test_one_event_sent_by_sixteen_clients_counts_once(school: School):
    """contract 0.9."""
    key = school.key()

    codes = statuses(lambda _n: post(client_for(key), STUDY, result_body(event_id="e1")))

    assert codes == {204}
    assert memory().reviews == 1


def test_learners_do_not_wait_for_each_other_on_one_item(school: School):
    """No shared row is locked; one learner's lock delays no other learner."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one lock for everybody")
    key = school.key()
    study(client_for(key), user_id="student_ada")

    with transaction.atomic():
        lock_learner(school.ada.pk)
        study(client_for(key), user_id="student_ada")  # on the connection that holds the lock
        codes = statuses(
            lambda n: post(client_for(key), STUDY, result_body(user_id=f"learner {n}"))
        )

    assert codes == {204}
    assert ItemMemory.objects.filter(reviews=1).count() == CLIENTS
    assert memory(learner=school.ada).reviews == 2


def test_events_in_concurrent_bulks_and_single_results_count_once(school: School):
    """contract 0.9: each event counts once, by whichever request arrives first."""
    key = school.key()
    rows = [result_body(user_id=f"learner {n % 4}", event_id=f"e{n}") for n in range(40)]

    def send(number: int) -> Any:
        client = client_for(key)
        if number % 2:
            return post(client, STUDIES, rows)
        responses = [post(client, STUDY, row) for row in rows[:: number + 1]]
        return responses[0]

    assert statuses(send, 8) == {200, 204}
    assert LearningEvent.objects.count() == 40
    assert sorted(ItemMemory.objects.values_list("reviews", flat=True)) == [10] * 4


def test_a_set_is_never_filled_beyond_two_hundred_items(school: School):
    """contract 3: also under concurrency; each position is used once."""
    key = school.key()
    path = create_resource(client_for(key), "/v3/sets", name="Capitals", partner_id="779")["links"][
        "self"
    ]
    rows = Item.objects.bulk_create(Item(facility=school.facility) for _ in range(195))
    LearningItem.objects.bulk_create(
        LearningItem(item=item, study_set=StudySet.objects.get(), position=n, created_at=NOW)
        for n, item in enumerate(rows)
    )

    responses = together(lambda _n: post(client_for(key), f"{path}/learning_items", {}), CLIENTS)

    answered = [response.status_code for response in responses]
    assert (answered.count(201), answered.count(400)) == (5, CLIENTS - 5)
    positions = LearningItem.objects.order_by("position").values_list("position", flat=True)
    assert list(positions) == [*range(200)]
    assert Item.objects.count() == 200


def test_an_item_joins_only_one_of_many_sets(school: School):
    """ours: the first request adds it; the others get a 400."""
    key = school.key()
    app = client_for(key)
    sets = [create_resource(app, "/v3/sets", name=str(n), partner_id="779") for n in range(8)]

    responses = together(
        lambda n: post(
            client_for(key), sets[n]["links"]["self"] + "/learning_items", {"item_id": "q1"}
        )
    )

    assert sorted(response.status_code for response in responses) == [201] + [400] * 7
    item = Item.objects.get()
    assert item.skill == LearningItem.objects.get().study_set.skill


def test_an_item_is_studied_and_added_at_the_same_time(school: School):
    """ours: in any order there is one item, in the set, studied by all learners."""
    key = school.key()
    path = create_resource(client_for(key), "/v3/sets", name="Capitals", partner_id="779")["links"][
        "self"
    ]

    def call(number: int) -> Any:
        if number == 0:
            return post(client_for(key), f"{path}/learning_items", {"item_id": "q1"})
        return post(client_for(key), STUDY, result_body(user_id=f"learner {number}", item_id="q1"))

    assert statuses(call, 8) == {201, 204}
    assert Item.objects.get() == LearningItem.objects.get().item
    assert ItemMemory.objects.count() == 7
