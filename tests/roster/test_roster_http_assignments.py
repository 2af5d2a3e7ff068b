"""`/api/assignments`: contract 1.8."""

from __future__ import annotations

from typing import Any

import pytest

from roster.models import LearnerGroup, Lesson
from tests.conftest import client_for
from tests.factories import School, make_lesson, video
from tests.roster.callers import Call, as_caller, caller, calling, problem

KINDS = ["lesson", "quiz", "coursesession"]
LESSON = "assignments/lesson"


@pytest.fixture
def coach(school: School) -> Call:
    return as_caller(school, "coach")


@pytest.fixture
def admin(school: School) -> Call:
    return as_caller(school, "admin")


def assignment_body(collection: Any, *places: Any, **more: Any) -> dict[str, Any]:
    return {
        "title": "Fractions",
        "collection": collection.pk.hex,
        "assignments": [place.pk.hex for place in places],
        **more,
    }


def titles(response: Any) -> set[str]:
    assert response.status_code == 200, response.content
    return {row["title"] for row in response.json()}


@pytest.mark.parametrize("kind", KINDS)
def test_an_assignment_goes_to_classes_and_groups(school: School, coach: Call, kind: str):
    """contract 1.8."""
    response = coach(
        "POST",
        f"assignments/{kind}",
        assignment_body(school.class_7a, school.class_7a, school.group),
    )

    response_body = response.json()
    assert response.status_code == 201
    assert set(response_body.pop("assignments")) == {school.class_7a.pk.hex, school.group.pk.hex}
    pk = response_body.pop("id")
    assert response_body == {
        "title": "Fractions",
        "active": True,
        "draft": False,
        "archived": False,
        "due_at": None,
        "contents": [],
        "collection": school.class_7a.pk.hex,
        **({"skills": [], "items": []} if kind == "lesson" else {}),
    }
    assert coach("GET", f"assignments/{kind}/{pk}").json().items() >= response_body.items()
    assert coach("DELETE", f"assignments/{kind}/{pk}").status_code == 204
    assert coach("GET", f"assignments/{kind}/{pk}").status_code == 404


def test_a_learner_records_in_an_assigned_lesson(school: School, coach: Call):
    """contract 1.1, 1.8."""
    lesson = coach("POST", LESSON, assignment_body(school.class_7a, school.group)).json()["id"]
    body = video(lesson_id=lesson)

    assert client_for(school.ada).start(body)["context"]["lesson_id"] == lesson
    assert client_for(school.ben).post("/api/logger/contentsession", body).status_code == 400


def test_put_replaces_and_patch_changes_what_is_sent(school: School, coach: Call):
    """contract 1.8."""
    made = coach("POST", LESSON, assignment_body(school.class_7a, school.class_7a)).json()
    path = f"{LESSON}/{made['id']}"
    kept = Lesson.objects.get().assignments.get().pk

    assert coach("PUT", path, made).json() == made
    response_body = coach("PATCH", path, {"active": False, "title": "Halves"}).json()
    assert response_body == {**made, "active": False, "title": "Halves"}
    response_body = coach(
        "PATCH", path, assignment_body(school.class_7a, school.class_7a, school.group)
    ).json()
    assert len(response_body["assignments"]) == 2
    assert Lesson.objects.get().assignments.filter(pk=kept).exists()
    assert coach("PATCH", path, {"assignments": []}).json()["assignments"] == []
    assert problem(coach("PUT", path, {"title": "x"})) == (400, "collection")
    moved = as_caller(school, "admin")("PATCH", path, {"collection": school.facility.pk.hex})
    assert problem(moved) == (400, "collection")


def test_places_must_lie_within_the_collection(school: School, coach: Call, admin: Call):
    """contract 1.8."""
    other = LearnerGroup.objects.create(classroom=school.class_7b, name="other")
    for place in (school.class_7b, other, school.foreign_class, school.facility, school.chen):
        response = admin("POST", LESSON, assignment_body(school.class_7a, place))
        assert problem(response) == (400, "assignments")
    assert not Lesson.objects.exists()

    for place in (school.foreign_class, school.facility):
        response = admin("POST", LESSON, assignment_body(school.facility, place))
        assert problem(response) == (400, "assignments")
    whole = admin("POST", LESSON, assignment_body(school.facility, school.class_7a, other))
    assert whole.status_code == 201


def test_a_refused_change_leaves_the_assignment_unchanged(school: School, coach: Call):
    """contract 0.1."""
    made = coach("POST", LESSON, assignment_body(school.class_7a, school.group)).json()

    change = {"title": "new", "assignments": [school.class_7b.pk.hex]}

    assert problem(coach("PATCH", f"{LESSON}/{made['id']}", change)) == (400, "assignments")
    assert coach("GET", f"{LESSON}/{made['id']}").json() == made


def test_a_class_coach_assigns_to_their_classes_only(school: School, coach: Call):
    """contract 1.8."""
    of_7b = make_lesson(school.class_7b)
    of_7b.classroom = school.class_7b
    of_7b.save()

    assert problem(coach("POST", LESSON, assignment_body(school.class_7b))) == (400, "collection")
    assert problem(coach("POST", LESSON, assignment_body(school.facility))) == (403, None)
    assert problem(coach("PATCH", f"{LESSON}/{of_7b.pk}", {"title": "x"})) == (404, None)
    facility_coach = as_caller(school, "f-coach")
    for place in (school.facility, school.class_7b):
        assert (
            facility_coach("POST", LESSON, assignment_body(place, school.class_7b)).status_code
            == 201
        )


def test_a_coach_sees_assignments_of_the_facility_to_their_class(school: School, coach: Call):
    """contract 0.7: with the places of their class only, and without changing it."""
    lesson = make_lesson(school.class_7a, school.class_7b)
    path = f"{LESSON}/{lesson.pk}"

    assert coach("GET", path).json()["assignments"] == [school.class_7a.pk.hex]
    assert problem(coach("PATCH", path, {"title": "x"})) == (403, None)
    assert problem(coach("DELETE", path)) == (403, None)


def test_a_learner_sees_their_assignments(school: School):
    """contract 0.7: and of its places those that they can see."""
    make_lesson(school.class_7a, school.class_7b)
    of_group = make_lesson(school.group)
    Lesson.objects.filter(pk=of_group.pk).update(title="of the group", active=False)
    make_lesson(school.foreign_class)

    assert titles(as_caller(school, "learner")("GET", LESSON)) == {"lesson", "of the group"}
    assert titles(calling(school.ben)("GET", LESSON)) == {"lesson"}
    [row] = calling(school.ben)("GET", LESSON).json()
    assert row["assignments"] == [school.class_7a.pk.hex]
    assert problem(calling(school.ben)("GET", f"{LESSON}/{of_group.pk}")) == (404, None)
    assert problem(calling(school.ben)("DELETE", f"{LESSON}/{of_group.pk}")) == (404, None)


def test_assignments_can_be_filtered(school: School, admin: Call):
    """contract 1.8."""
    admin("POST", LESSON, assignment_body(school.class_7a, title="of 7A"))
    admin("POST", LESSON, assignment_body(school.class_7b, title="of 7B", active=False))
    admin("POST", LESSON, assignment_body(school.facility, school.class_7a, title="of all"))

    def found(query: str) -> set[str]:
        return titles(admin("GET", f"{LESSON}?{query}"))

    assert found(f"collection={school.class_7a.pk}") == {"of 7A"}
    assert found(f"collection={school.facility.pk}") == {"of all"}
    assert found(f"collection={school.elsewhere.pk}") == set()
    assert found("active=FALSE") == {"of 7B"}
    assert found(f"active=1&collection={school.class_7b.pk}") == set()
    assert problem(admin("GET", f"{LESSON}?active=maybe")) == (400, "active")
    assert problem(admin("GET", f"{LESSON}?collection=7A")) == (400, "collection")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": None}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"active": "maybe"}, "active"),
        ({"active": None}, "active"),
        ({"collection": "7A"}, "collection"),
        ({"collection": "0" * 32}, "collection"),
        ({"assignments": None}, "assignments"),
        ({"assignments": "7A"}, "assignments"),
        ({"assignments": ["7A"]}, "assignments"),
        ({"assignments": ["0" * 32]}, "assignments"),
        ({"assignments": ["0" * 32] * 1001}, "assignments"),
    ],
)
def test_an_invalid_assignment_is_refused(
    school: School, coach: Call, change: dict[str, Any], field: str
):
    """contract 0.1, 0.12."""
    response = coach("POST", LESSON, {**assignment_body(school.class_7a), **change})

    [error] = response.json()
    assert (response.status_code, error["metadata"]["field"].split(".")[0]) == (400, field)
    assert not Lesson.objects.exists()


@pytest.mark.parametrize("who", ["coach", "k:admin"])
def test_an_assignment_sent_again_is_created_once(school: School, who: str):
    """contract 0.9: POST and PUT under an Idempotency-Key; a refused request can be corrected."""
    client = client_for(caller(school, who))
    client.defaults["HTTP_IDEMPOTENCY_KEY"] = "monday"
    body = assignment_body(school.class_7a, school.class_7a)

    refused = client.post(f"/api/{LESSON}", {**body, "assignments": ["0" * 32]})
    first, again = (client.post(f"/api/{LESSON}", body) for _ in range(2))

    assert (refused.status_code, first.status_code, again.status_code) == (400, 201, 201)
    assert again.json() == first.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert Lesson.objects.count() == 1
    path = f"/api/{LESSON}/{first.json()['id']}"
    assert client.put(path, body).status_code == 422
