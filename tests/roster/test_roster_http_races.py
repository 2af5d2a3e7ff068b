"""Concurrent writes to one roster: real threads, each with a connection (contract 0.1, 1.8)."""

from __future__ import annotations

from typing import Any

import pytest

from roster import services
from roster.models import Enrolment, GroupMembership, Role, RoleKind, Scope, User
from tests.conftest import client_for
from tests.factories import School, make_school, video
from tests.threads import CLIENTS, together

pytestmark = pytest.mark.django_db(transaction=True)

PERSON, MEMBERSHIP, ROLE = "/api/auth/facilityuser", "/api/auth/membership", "/api/auth/role"


@pytest.fixture
def school(transactional_db: None) -> School:
    return make_school()


def statuses(responses: list[Any]) -> list[int]:
    return sorted(response.status_code for response in responses)


def test_one_of_many_concurrent_requests_gets_a_username(school: School):
    """contract 1.8: unique within each facility; facilities do not wait for each other."""
    key = school.key(Scope.ADMIN)

    def create(number: int) -> Any:
        if number % 2:
            return client_for(key).post(PERSON, {"username": "Mona"})
        body = {"username": "mona", "facility": school.elsewhere.pk.hex}
        return client_for(school.superuser).post(PERSON, body)

    made = together(create)

    assert statuses(made) == [201] * 2 + [400] * (CLIENTS - 2)
    assert User.objects.filter(username_key="mona").count() == 2
    fields = {
        problem["metadata"]["field"]
        for response in made
        if response.status_code == 400
        for problem in response.json()
    }
    assert fields == {"username"}


def test_one_of_many_concurrent_renames_gets_the_username(school: School):
    """contract 1.8: each request locks another person; only the database detects the conflict."""
    key = school.key(Scope.ADMIN)
    people = [school.ada, school.ben, school.chen, school.coach]
    wishes = [{"username": "mona"}, {"id_number": "1"}]

    for wish in wishes:

        def rename(number: int, wish: dict[str, str] = wish) -> Any:
            return client_for(key).patch(f"{PERSON}/{people[number].pk}", wish)

        assert statuses(together(rename, len(people))) == [200, 400, 400, 400]


def test_a_registration_and_a_first_answer_create_one_learner(school: School):
    """contract 0.6: apps create learners while the office registers them."""
    key = school.key(Scope.ADMIN)

    def introduce(number: int) -> Any:
        client = client_for(key)
        if number % 2:
            return client.post(PERSON, {"username": "", "id_number": "newcomer"})
        return client.post("/api/logger/contentsession", video(user_id="newcomer"), format="json")

    results = statuses(together(introduce))

    assert User.objects.filter(external_id="newcomer").count() == 1
    assert set(results) <= {200, 201, 400}
    assert results.count(200) == CLIENTS // 2


def test_simultaneous_identical_memberships_are_one(school: School):
    """contract 1.8: a repeated request returns the existing row."""
    key = school.key(Scope.ADMIN)
    body = {"user": school.chen.pk.hex, "collection": school.group.pk.hex}

    made = together(lambda _n: client_for(key).post(MEMBERSHIP, body))

    assert statuses(made) == [201] * CLIENTS
    assert len({response.json()["id"] for response in made}) == 1
    assert GroupMembership.objects.filter(enrolment__user=school.chen).count() == 1
    assert Enrolment.objects.filter(user=school.chen).count() == 2


def test_simultaneous_identical_roles_are_one(school: School):
    """contract 1.8."""
    key = school.key(Scope.ADMIN)
    body = {"user": school.ben.pk.hex, "collection": school.facility.pk.hex, "kind": "coach"}

    made = together(lambda _n: client_for(key).post(ROLE, body))

    assert statuses(made) == [201] * CLIENTS
    assert Role.objects.filter(user=school.ben).count() == 1


def test_concurrent_role_deletions_revoke_staff_access(school: School):
    """contract 1.8: is_staff follows roles."""
    key = school.key(Scope.ADMIN)
    roles = [
        services.assign_role(school.ben, kind, place).pk
        for kind, place in (
            (RoleKind.COACH, school.class_7a),
            (RoleKind.COACH, school.class_7b),
            (RoleKind.COACH, school.facility),
            (RoleKind.ADMIN, school.facility),
        )
    ]

    gone = together(lambda n: client_for(key).delete(f"{ROLE}/{roles[n]}"), len(roles))

    assert statuses(gone) == [204] * 4
    assert not User.objects.get(pk=school.ben.pk).is_staff


def test_a_class_is_deleted_while_learners_join_it(school: School):
    """contract 1.8: they join before it closes or get an error; no row is left behind."""
    key = school.key(Scope.ADMIN)
    people = [school.ada, school.ben, school.coach]
    classroom = school.class_7b.pk.hex

    def work(number: int) -> Any:
        client = client_for(key)
        if number == 0:
            return client.delete(f"/api/auth/classroom/{classroom}")
        if number == 1:
            return client.post("/api/auth/learnergroup", {"name": "g", "parent": classroom})
        if number == 2:
            body = {"title": "t", "collection": classroom, "assignments": [classroom]}
            return client.post("/api/assignments/lesson", body)
        person = people[number - 3].pk.hex
        if number == 5:
            body = {"user": person, "collection": classroom, "kind": "coach"}
            return client.post(ROLE, body)
        return client.post(MEMBERSHIP, {"user": person, "collection": classroom})

    results = [response.status_code for response in together(work, 6)]

    assert results[0] == 204
    assert set(results[1:]) <= {201, 400, 404}
    assert not Enrolment.objects.filter(classroom=school.class_7b).exists()
    assert User.objects.get(pk=school.coach.pk).is_staff


def test_a_person_is_deleted_while_they_record(school: School):
    """contract 1.8: the request locks the person first, so none of their rows is created later."""
    key = school.key(Scope.ADMIN)
    school.facility.auto_provision = False
    school.facility.save()

    def work(number: int) -> Any:
        client = client_for(key)
        if number == 0:
            return client.delete(f"{PERSON}/{school.ben.pk}")
        return client.post("/api/logger/contentsession", video(user_id="student_ben"))

    results = [response.status_code for response in together(work)]

    assert results[0] == 204
    assert set(results[1:]) <= {200, 404}
    assert not User.objects.filter(pk=school.ben.pk).exists()
