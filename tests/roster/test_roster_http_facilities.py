"""`/api/auth/facility`, `classroom` and `learnergroup`: contract 1.8."""

from __future__ import annotations

from typing import Any

import pytest

from logger.models import ContentSession
from roster import services
from roster.models import ApiKey, Classroom, Facility, LearnerGroup, RoleKind, Scope, User
from tests.conftest import client_for
from tests.factories import School, make_facility, make_lesson, make_user, video
from tests.roster.callers import Call, as_caller, calling, problem


@pytest.fixture
def admin(school: School) -> Call:
    return as_caller(school, "admin")


@pytest.fixture
def root(school: School) -> Call:
    return as_caller(school, "super")


def ids(response: Any) -> set[str]:
    assert response.status_code == 200, response.content
    return {row["id"] for row in response.json()}


# Facilities.


def test_a_facility_has_its_settings(school: School, admin: Call):
    """contract 1.8, 0.6, 1.1."""
    path = f"auth/facility/{school.facility.pk}"
    assert admin("GET", path).json() == {
        "id": school.facility.pk.hex,
        "name": "Riverside",
        "partner_id": "",
        "auto_provision": True,
        "guest_access": True,
        "time_zone": "UTC",
    }

    changed = {
        "name": "Riverbank", "auto_provision": False, "guest_access": False,
        "time_zone": "Africa/Cairo",
    }  # fmt: skip
    response_body = admin("PATCH", path, changed).json()

    assert response_body == {"id": school.facility.pk.hex, "partner_id": "", **changed}
    school.facility.refresh_from_db()
    assert (school.facility.name, school.facility.guest_access) == ("Riverbank", False)


def test_a_partner_id_is_unique(school: School, admin: Call, root: Call):
    """contract 3: study results are addressed by the partner id."""
    make_facility(partner_id="779")
    path = f"auth/facility/{school.facility.pk}"

    assert problem(root("PATCH", path, {"partner_id": "779"})) == (400, "partner_id")
    posted = root("POST", "auth/facility", {"name": "new", "partner_id": "779"})
    assert problem(posted) == (400, "partner_id")
    assert admin("PATCH", path, {"partner_id": ""}).json()["partner_id"] == ""
    assert root("POST", "auth/facility", {"name": "new", "partner_id": None}).status_code == 201


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "new", "time_zone": "Mars/Olympus"}, "time_zone"),
        ({"name": "new", "time_zone": ""}, "time_zone"),
        ({"name": "x", "partner_id": "x" * 101}, "partner_id"),
        ({"name": "x", "guest_access": "maybe"}, "guest_access"),
        ({"name": "x", "auto_provision": None}, "auto_provision"),
    ],
)
def test_an_invalid_facility_is_refused(root: Call, body: dict[str, Any], field: str):
    assert problem(root("POST", "auth/facility", body)) == (400, field)


def test_users_see_their_own_facility(school: School):
    """contract 0.7."""
    own = {school.facility.pk.hex}

    for name in ("learner", "coach", "f-coach", "admin", "k:read", "k:admin"):
        assert ids(as_caller(school, name)("GET", "auth/facility")) == own
    assert ids(as_caller(school, "super")("GET", "auth/facility")) == own | {
        school.elsewhere.pk.hex
    }


def test_deleting_a_facility_deletes_all_its_rows(school: School, root: Call):
    """contract 1.8."""
    client_for(school.ada).start(video())
    client_for(school.stranger).start(video())
    school.key()
    make_lesson(school.class_7a)

    assert root("DELETE", f"auth/facility/{school.facility.pk}").status_code == 204

    assert set(Facility.objects.all()) == {school.elsewhere}
    assert set(User.objects.all()) == {school.superuser, school.stranger, school.foreign_coach}
    assert ContentSession.objects.get().user == school.stranger
    assert not ApiKey.objects.exists()


def test_a_superuser_cannot_delete_their_own_facility(school: School):
    """At least one superuser must remain."""
    boss = make_user(school.facility, is_superuser=True)

    removed = calling(boss)("DELETE", f"auth/facility/{school.facility.pk}")

    assert problem(removed) == (400, None)


# Classrooms.


def test_a_classroom_has_the_shape_of_kolibri(school: School, admin: Call):
    """contract 1.8."""
    assert admin("GET", f"auth/classroom/{school.class_7a.pk}").json() == {
        "id": school.class_7a.pk.hex,
        "name": "7A",
        "parent": school.facility.pk.hex,
        "learner_count": 2,
        "coaches": [
            {
                "id": school.coach.pk.hex,
                "username": "coach",
                "full_name": "",
                "facility": school.facility.pk.hex,
                "is_superuser": False,
            }
        ],
    }


def test_learners_count_once_with_several_coaches_and_groups(school: School, admin: Call):
    """contract 1.8: no join may multiply a count."""
    services.assign_role(school.admin, RoleKind.COACH, school.class_7a)
    services.join_group(
        school.ada, LearnerGroup.objects.create(classroom=school.class_7a, name="more")
    )

    response_body = admin("GET", f"auth/classroom/{school.class_7a.pk}").json()

    assert (response_body["learner_count"], len(response_body["coaches"])) == (2, 2)


@pytest.mark.parametrize(
    ("name", "coaches"), [("learner", 0), ("coach", 1), ("f-coach", 1), ("k:read", 1)]
)
def test_coaches_are_listed_to_authorized_callers(school: School, name: str, coaches: int):
    """contract 0.7: learners can read only themselves."""
    response_body = as_caller(school, name)("GET", f"auth/classroom/{school.class_7a.pk}").json()

    assert len(response_body["coaches"]) == coaches
    assert response_body["learner_count"] == 2


def test_callers_see_the_classes_visible_to_them(school: School):
    """contract 0.7."""
    path, own = "auth/classroom", {school.class_7a.pk.hex}

    assert ids(as_caller(school, "learner")("GET", path)) == own
    assert ids(as_caller(school, "coach")("GET", path)) == own
    assert ids(as_caller(school, "k:read")("GET", path)) == own | {school.class_7b.pk.hex}
    assert len(ids(as_caller(school, "super")("GET", path))) == 3
    assert problem(as_caller(school, "coach")("GET", f"{path}/{school.class_7b.pk}")) == (404, None)


def test_classes_of_a_facility(school: School, admin: Call, root: Call):
    """contract 1.8, 0.7."""
    path = "auth/classroom?parent="

    assert len(ids(admin("GET", f"{path}{school.facility.pk.hex.upper()}"))) == 2
    assert problem(admin("GET", f"{path}{school.elsewhere.pk}")) == (403, None)
    assert ids(root("GET", f"{path}{school.elsewhere.pk}")) == {school.foreign_class.pk.hex}
    assert ids(root("GET", f"{path}{'0' * 32}")) == set()
    assert problem(admin("GET", f"{path}7A")) == (400, "parent")


def test_a_class_stays_in_its_facility(school: School, admin: Call, root: Call):
    """contract 1.8."""
    path = f"auth/classroom/{school.class_7a.pk}"
    body = {"name": "7a", "parent": school.facility.pk.hex}

    assert admin("PUT", path, body).json()["name"] == "7a"
    assert problem(admin("PUT", path, {"name": "7a"})) == (400, "parent")
    assert problem(admin("PATCH", path, {"name": None})) == (400, "name")
    moved = root("PATCH", path, {"parent": school.elsewhere.pk.hex})
    assert problem(moved) == (400, "parent")
    assert admin("PATCH", path, {}).json()["name"] == "7a"
    unknown = root("POST", "auth/classroom", {"name": "x", "parent": "0" * 32})
    assert problem(unknown) == (400, "parent")


def test_deleting_a_class_deletes_its_groups_enrolments_and_roles(school: School, admin: Call):
    """contract 1.8: is_staff follows roles."""
    services.assign_role(school.facility_coach, RoleKind.COACH, school.class_7a)

    assert admin("DELETE", f"auth/classroom/{school.class_7a.pk}").status_code == 204

    assert not LearnerGroup.objects.exists()
    assert not school.ben.enrolments.exists()
    assert User.objects.filter(pk=school.ben.pk).exists()
    assert not User.objects.get(pk=school.coach.pk).is_staff
    assert User.objects.get(pk=school.facility_coach.pk).is_staff


# Learner groups.


def test_a_group_has_the_shape_of_kolibri(school: School, admin: Call):
    """contract 1.8."""
    assert admin("GET", f"auth/learnergroup/{school.group.pk}").json() == {
        "id": school.group.pk.hex,
        "name": "fractions",
        "parent": school.class_7a.pk.hex,
        "user_ids": [school.ada.pk.hex],
    }


def test_members_are_listed_to_authorized_callers(school: School):
    """contract 0.7: a learner sees their groups, and only themselves among the members."""
    services.join_group(school.ben, school.group)
    path = f"auth/learnergroup/{school.group.pk}"

    assert as_caller(school, "learner")("GET", path).json()["user_ids"] == [school.ada.pk.hex]
    assert len(as_caller(school, "coach")("GET", path).json()["user_ids"]) == 2


def test_groups_of_a_class(school: School, admin: Call):
    """contract 1.8."""
    LearnerGroup.objects.create(classroom=school.foreign_class, name="theirs")
    path = "auth/learnergroup?parent="

    assert ids(admin("GET", f"{path}{school.class_7a.pk}")) == {school.group.pk.hex}
    assert ids(admin("GET", f"{path}{school.class_7b.pk}")) == set()
    assert ids(admin("GET", f"{path}{school.foreign_class.pk}")) == set()
    assert problem(admin("GET", f"{path}x")) == (400, "parent")


def test_a_group_stays_in_its_class(school: School, admin: Call):
    """contract 1.8: its members attend that class."""
    made = admin("POST", "auth/learnergroup", {"name": "g", "parent": school.class_7b.pk.hex})
    path = f"auth/learnergroup/{made.json()['id']}"

    assert admin("PATCH", path, {"name": "h"}).json()["name"] == "h"
    assert problem(admin("PATCH", path, {"parent": school.class_7a.pk.hex})) == (400, "parent")
    assert problem(admin("POST", "auth/learnergroup", {"name": "g"})) == (400, "parent")
    unknown = {"name": "g", "parent": school.foreign_class.pk.hex}
    assert problem(admin("POST", "auth/learnergroup", unknown)) == (400, "parent")
    assert admin("DELETE", path).status_code == 204


def test_members_of_a_deleted_group_stay_in_the_class(school: School, admin: Call):
    """contract 1.8."""
    assert admin("DELETE", f"auth/learnergroup/{school.group.pk}").status_code == 204

    assert school.ada.enrolments.get().classroom == school.class_7a
    assert Classroom.objects.filter(pk=school.class_7a.pk).exists()


@pytest.mark.parametrize("caller", ["admin", "key"])
def test_a_school_cannot_take_the_partner_id_of_another(school: School, caller: str):
    """contract 1.8: imports and apps find a school by it; only superusers set it."""
    client = client_for(school.admin if caller == "admin" else school.key(Scope.ADMIN))
    path = f"/api/auth/facility/{school.facility.pk.hex}"

    refused = client.patch(path, {"partner_id": "soon-another-school"}, format="json")
    given = client_for(school.superuser).patch(path, {"partner_id": "779"}, format="json")

    assert (refused.status_code, given.status_code) == (400, 200)
    assert client.patch(path, {"partner_id": "779"}, format="json").status_code == 200
