"""`/api/auth/membership` and `/api/auth/role`: contract 1.8."""

from __future__ import annotations

from typing import Any

import pytest

from roster import services
from roster.models import Enrolment, GroupMembership, Role, RoleKind, User
from tests.conftest import client_for
from tests.factories import School
from tests.roster.callers import Call, as_caller, enrolment_of, problem, role_of

MEMBERSHIP, ROLE = "auth/membership", "auth/role"


@pytest.fixture
def admin(school: School) -> Call:
    return as_caller(school, "admin")


def of(user: User, place: Any, **more: Any) -> dict[str, Any]:
    return {"user": user.pk.hex, "collection": place.pk.hex, **more}


def ids(response: Any) -> set[str]:
    assert response.status_code == 200, response.content
    return {row["id"] for row in response.json()}


def all_memberships() -> set[Any]:
    return {
        *Enrolment.objects.values_list("user", "classroom"),
        *GroupMembership.objects.values_list("enrolment__user", "group"),
    }


# Memberships.


def test_enrolments_and_group_memberships_are_one_list(school: School, admin: Call):
    """contract 1.8."""
    rows = admin("GET", MEMBERSHIP).json()

    assert {(row["user"], row["collection"]) for row in rows} == {
        (school.ada.pk.hex, school.class_7a.pk.hex),
        (school.ada.pk.hex, school.group.pk.hex),
        (school.ben.pk.hex, school.class_7a.pk.hex),
        (school.chen.pk.hex, school.class_7b.pk.hex),
    }
    assert all(set(row) == {"id", "user", "collection"} for row in rows)
    for row in rows:
        assert admin("GET", f"{MEMBERSHIP}/{row['id']}").json() == row


def test_joining_a_group_enrols_in_its_class(school: School, admin: Call):
    """contract 0.7, 1.8."""
    response = admin("POST", MEMBERSHIP, of(school.chen, school.group))

    assert response.status_code == 201
    assert response.json().items() >= of(school.chen, school.group).items()
    assert (school.chen.pk, school.class_7a.pk) in all_memberships()


def test_leaving_a_class_leaves_its_groups(school: School, admin: Call):
    """contract 0.7, 1.8."""
    enrolment = enrolment_of(school, "ada")

    assert admin("DELETE", f"{MEMBERSHIP}/{enrolment.pk}").status_code == 204

    assert not {place for user, place in all_memberships() if user == school.ada.pk}
    assert admin("DELETE", f"{MEMBERSHIP}/{enrolment.pk}").status_code == 404


def test_leaving_a_group_keeps_the_enrolment(school: School, admin: Call):
    """contract 1.8."""
    membership = GroupMembership.objects.get()

    assert admin("DELETE", f"{MEMBERSHIP}/{membership.pk}").status_code == 204

    assert (school.ada.pk, school.class_7a.pk) in all_memberships()
    assert not GroupMembership.objects.exists()


def test_a_repeated_membership_returns_the_existing_one(school: School, admin: Call):
    """contract 1.8, our addition: a request whose response was lost can be sent again."""
    for place in (school.class_7a, school.group):
        first, again = (admin("POST", MEMBERSHIP, of(school.ben, place)) for _ in range(2))

        assert (first.status_code, again.status_code) == (201, 201)
        assert first.json() == again.json()
    assert Enrolment.objects.filter(user=school.ben).count() == 1


def test_a_membership_never_changes(school: School, admin: Call):
    """contract 1.8."""
    path = f"{MEMBERSHIP}/{enrolment_of(school, 'ben').pk}"
    same = of(school.ben, school.class_7a)

    assert admin("PUT", path, same).json().items() >= same.items()
    assert admin("PATCH", path, {}).status_code == 200
    assert problem(admin("PUT", path, {"user": school.ben.pk.hex})) == (400, "collection")
    assert problem(admin("PATCH", path, {"user": school.ada.pk.hex})) == (400, "user")
    moved = admin("PATCH", path, {"collection": school.class_7b.pk.hex})
    assert problem(moved) == (400, "collection")


def test_memberships_of_strangers_are_refused(school: School, admin: Call):
    """contract 0.7: people elsewhere are unknown; even superusers cannot enrol them here."""
    root = as_caller(school, "super")
    for call in (admin, root):
        response = call("POST", MEMBERSHIP, of(school.stranger, school.class_7a))
        assert problem(response) == (400, "user")
    foreign = admin("POST", MEMBERSHIP, of(school.ben, school.foreign_class))
    assert problem(foreign) == (400, "collection")
    nowhere = root("POST", MEMBERSHIP, {"user": school.ben.pk.hex, "collection": "0" * 32})
    assert problem(nowhere) == (400, "collection")
    facility = admin("POST", MEMBERSHIP, of(school.ben, school.facility))
    assert problem(facility) == (400, "collection")
    nobody = admin("POST", MEMBERSHIP, {"user": "ben", "collection": school.class_7a.pk.hex})
    assert problem(nobody) == (400, "user")


def test_callers_see_memberships_of_people_visible_to_them(school: School):
    """contract 0.7."""
    sees = {
        name: len(ids(as_caller(school, name)("GET", MEMBERSHIP)))
        for name in ("learner", "coach", "f-coach", "super", "k:read")
    }

    assert sees == {"learner": 2, "coach": 3, "f-coach": 4, "super": 5, "k:read": 4}


def test_memberships_can_be_filtered(school: School, admin: Call):
    """contract 1.8."""
    in_7a, of_ada = f"collection={school.class_7a.pk}", f"user={school.ada.pk}"

    assert len(ids(admin("GET", f"{MEMBERSHIP}?{in_7a}"))) == 2
    assert len(ids(admin("GET", f"{MEMBERSHIP}?{of_ada}"))) == 2
    assert len(ids(admin("GET", f"{MEMBERSHIP}?{of_ada}&{in_7a}"))) == 1
    assert ids(admin("GET", f"{MEMBERSHIP}?collection={school.foreign_class.pk}")) == set()
    assert problem(admin("GET", f"{MEMBERSHIP}?user=ada")) == (400, "user")
    assert problem(admin("GET", f"{MEMBERSHIP}?collection=7A")) == (400, "collection")


# Roles.


@pytest.mark.parametrize("kind", ["coach", "admin"])
def test_staff_access_starts_with_the_first_role_and_ends_with_the_last(
    school: School, admin: Call, kind: str
):
    """contract 1.8: is_staff follows roles."""
    response = admin("POST", ROLE, of(school.ben, school.facility, kind=kind))

    assert response.status_code == 201
    assert response.json().items() >= of(school.ben, school.facility, kind=kind).items()
    services.assign_role(school.ben, RoleKind.COACH, school.class_7b)
    assert User.objects.get(pk=school.ben.pk).is_staff
    assert admin("DELETE", f"{ROLE}/{response.json()['id']}").status_code == 204
    assert User.objects.get(pk=school.ben.pk).is_staff
    assert admin("DELETE", f"{ROLE}/{role_of(school, 'ben').pk}").status_code == 204
    assert not User.objects.get(pk=school.ben.pk).is_staff


def test_a_superuser_stays_staff_without_roles(school: School):
    """contract 1.8."""
    role = services.assign_role(school.superuser, RoleKind.COACH, school.facility)
    root = as_caller(school, "super")

    assert root("DELETE", f"{ROLE}/{role.pk}").status_code == 204
    assert User.objects.get(pk=school.superuser.pk).is_staff


def test_tokens_of_a_learner_do_not_outlive_a_role(school: School, admin: Call):
    """contract 0.8: tokens are for learners only; a token stays invalid after the role ends."""
    as_caller(school, "k:write")("POST", "auth/token", {"user_id": "student_ben"})

    role = admin("POST", ROLE, of(school.ben, school.class_7b, kind="coach")).json()

    assert not school.ben.tokens.exists()
    assert admin("DELETE", f"{ROLE}/{role['id']}").status_code == 204


def test_a_repeated_role_returns_the_existing_one(school: School, admin: Call):
    """contract 1.8, our addition."""
    role = role_of(school, "coach")

    response = admin("POST", ROLE, of(school.coach, school.class_7a, kind="coach"))

    assert (response.status_code, response.json()["id"]) == (201, role.pk.hex)


def test_classes_have_no_admins(school: School, admin: Call):
    """contract 1.8."""
    response = admin("POST", ROLE, of(school.ben, school.class_7a, kind="admin"))
    promoted = admin("PATCH", f"{ROLE}/{role_of(school, 'coach').pk}", {"kind": "admin"})

    assert (problem(response), problem(promoted)) == ((400, "kind"), (400, "kind"))
    assert problem(admin("POST", ROLE, of(school.ben, school.class_7a, kind="boss"))) == (
        400, "kind",
    )  # fmt: skip
    assert problem(admin("POST", ROLE, of(school.ben, school.class_7a))) == (400, "kind")
    in_a_group = admin("POST", ROLE, of(school.ben, school.group, kind="coach"))
    assert problem(in_a_group) == (400, "collection")


def test_only_the_kind_of_a_role_can_change(school: School, admin: Call):
    """contract 1.8."""
    path = f"{ROLE}/{role_of(school, 'facility_coach').pk}"
    same = of(school.facility_coach, school.facility, kind="coach")

    assert admin("PUT", path, same).json().items() >= same.items()
    assert admin("PATCH", path, {"kind": "admin"}).json()["kind"] == "admin"
    services.assign_role(school.facility_coach, RoleKind.COACH, school.facility)
    assert problem(admin("PATCH", path, {"kind": "coach"})) == (400, "kind")
    assert problem(admin("PATCH", path, {"user": school.ben.pk.hex})) == (400, "user")
    moved = admin("PATCH", path, {"collection": school.class_7a.pk.hex})
    assert problem(moved) == (400, "collection")


@pytest.mark.parametrize("name", ["admin", "k:admin"])
def test_roles_in_foreign_places_cannot_be_assigned(school: School, name: str):
    """contract 1.8, 0.7."""
    call = as_caller(school, name)
    for place in (school.elsewhere, school.foreign_class):
        response = call("POST", ROLE, of(school.admin, place, kind="coach"))
        assert problem(response) == (400, "collection")
    taken = call("POST", ROLE, of(school.stranger, school.facility, kind="coach"))
    assert problem(taken) == (400, "user")
    assert Role.objects.count() == 4


def test_superusers_cannot_mix_facilities_either(school: School):
    """contract 0.7: a person with a role belongs to the facility of the role, or to none."""
    root = as_caller(school, "super")

    mixed = root("POST", ROLE, of(school.stranger, school.facility, kind="admin"))
    own = root("POST", ROLE, of(school.superuser, school.facility, kind="admin"))

    assert problem(mixed) == (400, "user")
    assert own.status_code == 201


def test_callers_see_roles_visible_to_them(school: School):
    """contract 0.7: roles of visible people in places that the caller manages."""
    services.assign_role(school.facility_coach, RoleKind.COACH, school.class_7a)
    sees = {
        name: len(ids(as_caller(school, name)("GET", ROLE)))
        for name in ("learner", "coach", "f-coach", "super", "k:read")
    }

    assert sees == {"learner": 0, "coach": 2, "f-coach": 4, "super": 5, "k:read": 4}


def test_roles_can_be_filtered(school: School, admin: Call):
    """contract 1.8."""
    assert len(ids(admin("GET", f"{ROLE}?collection={school.facility.pk}"))) == 2
    assert len(ids(admin("GET", f"{ROLE}?collection={school.class_7a.pk}"))) == 1
    assert len(ids(admin("GET", f"{ROLE}?kind=coach"))) == 2
    assert ids(admin("GET", f"{ROLE}?user={school.coach.pk}")) == {role_of(school, "coach").pk.hex}
    assert problem(admin("GET", f"{ROLE}?kind=boss")) == (400, "kind")
    assert problem(admin("GET", f"{ROLE}?user=x")) == (400, "user")


def test_a_coach_does_not_see_classes_of_other_coaches(school: School):
    """contract 0.7: ada also attends 7B, which another coach has."""
    services.enrol(school.ada, school.class_7b)
    asked = f"/api/auth/membership?collection={school.class_7b.pk.hex}"

    assert client_for(school.coach).get(asked).json() == []
    assert len(client_for(school.ada).get(asked).json()) == 1
    assert len(client_for(school.facility_coach).get(asked).json()) == 2
