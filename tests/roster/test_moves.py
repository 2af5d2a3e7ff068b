"""People who change their school within one OneRoster export: contract 1.8 (and 0.7, 0.9)."""

from __future__ import annotations

from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command

from analytics.models import Item, LearningEvent, Skill, SkillState
from roster.models import AuditEntry, Facility, Scope, User
from tests.analytics.event_builders import answer, data_of, tracked
from tests.conftest import Client, client_for
from tests.factories import (
    answered,
    exercise,
    make_facility,
    make_key,
    make_user,
)
from tests.roster.oneroster import (
    Files,
    enrolment,
    export,
    learners_of,
    manifest,
    org,
    person,
    role,
    school_class,
    user,
)

pytestmark = pytest.mark.django_db
SCHOOLS = [org("d1", "County", "district"), org(), org("s2", "Hillside"), org("s3", "Lakeside")]


def district(ada_at: str, username: str = "ada", **changed: Any) -> Files:
    """Return an export of two schools, with Ada (u3) at one of them and in a class there."""
    files = {
        "orgs": SCHOOLS,
        "users": [person("u2", "kim"), person("u3", username), person("u7", "lee")],
        "roles": [
            role("u2", "teacher"), role("u3", "student", at=ada_at), role("u7", "teacher", at="s2")
        ],
        "classes": [school_class("c1", "7A"), school_class("c2", "8B", at="s2")],
        "enrollments": [
            enrolment("c1", "u2", "teacher"),
            enrolment("c2", "u7", "teacher", at="s2"),
            enrolment("c1" if ada_at == "s1" else "c2", "u3", at=ada_at),
        ],
    }  # fmt: skip
    return export(**{**files, **changed})


def app_of(partner_id: str) -> Client:
    return client_for(make_key(Facility.objects.get(partner_id=partner_id)))


def practise(app: Client) -> None:
    """Answer through all three APIs, with an id that an app of the new school uses as well."""
    for number in range(6):
        body = answer("u3", skill_id=f"skill{number % 2}", item_id=f"q{number % 3}")
        tracked(app, {**body, "is_correct": number % 2 == 0, "event_id": f"e{number}"})
    guid = str(uuid4())
    study = {"user_id": "u3", "partner_id": "s1", "quiz_result": "Correct", "study_time_millis": 9}
    for item in ({"item_id": "word"}, {"learning_engine_guid": guid}):
        response = app.post("/v3/study", {**study, **item}, format="json")
        assert response.status_code == 204, response.content
    client_for(user("u3")).work(exercise(), answered("x"), answered("y", correct=0))


def mastery(app: Client) -> Any:
    return data_of(app.get("/api/v1/mastery/u3"))


def homes(key: str, **fields: Any) -> list[str | None]:
    """Return the schools of the people with an external id."""
    people = User.objects.filter(external_id=key, **fields)
    return list(
        people.order_by("facility__partner_id").values_list("facility__partner_id", flat=True)
    )


def rebuilt() -> str:
    out = StringIO()
    call_command("rebuild_state", "--check", stdout=out, stderr=out)
    return out.getvalue()


def test_a_person_who_changes_the_school_moves_with_their_history(import_files: Any):
    """Coaches and keys of the new school see all of it, and those of the former one nothing."""
    import_files(district("s1"))
    ada = user("u3")
    practise(app_of("s1"))
    before = mastery(app_of("s1"))
    tracked(app_of("s2"), answer("other", skill_id="skill0", item_id="q0", event_id="e0"))

    import_files(district("s2", "ada.h"))

    moved = user("u3")
    assert (moved.pk, moved.username) == (ada.pk, "ada.h")
    assert moved.facility == Facility.objects.get(partner_id="s2")
    assert (learners_of("7A"), learners_of("8B")) == (set(), {"u3"})
    assert mastery(app_of("s2")) == before
    assert app_of("s1").get("/api/v1/mastery/u3").status_code == 404
    for coach, count in (("u2", 0), ("u7", 2)):
        rows = client_for(user(coach)).get("/api/logger/attemptlog").json()
        assert len(rows) == count
    assert len(app_of("s2").get("/api/logger/attemptlog").json()) == 2
    assert app_of("s1").get("/api/logger/attemptlog").json() == []
    total = client_for(user("u7")).get(f"/api/logger/totalcontentprogress/{ada.pk.hex}")
    assert total.status_code == 200
    events = LearningEvent.objects.filter(learner=ada)
    assert {event.facility for event in events} == {moved.facility}
    assert {state.skill.facility for state in SkillState.objects.filter(learner=ada)} == {
        moved.facility
    }
    assert {item.facility for item in Item.objects.filter(memories__learner=ada)} == {
        moved.facility
    }
    assert "No difference." in rebuilt()


def test_a_person_goes_on_learning_after_the_move(import_files: Any):
    """New answers continue the states of the moved ones: there is one skill for each code."""
    import_files(district("s1"))
    practise(app_of("s1"))
    client = client_for(user("u3"))
    session = client.start(exercise())["session_id"]
    before = {row["skill_id"]: row for row in mastery(app_of("s1"))}

    import_files(district("s2"))
    data = tracked(app_of("s2"), answer("u3", skill_id="skill0", item_id="q0"))
    client.move(session, interactions=[answered("z")])

    assert data["total_attempts"] == before["skill0"]["attempts"] + 1
    assert data["mastery_before"] == before["skill0"]["mastery"]
    codes = [row["skill_id"] for row in mastery(app_of("s2"))]
    assert len(codes) == len(set(codes))
    assert Skill.objects.filter(code="skill0").count() == 2


def test_a_move_is_audited_in_both_schools(import_files: Any):
    import_files(district("s1"))
    schools = [Facility.objects.get(partner_id=key) for key in ("s1", "s2")]

    import_files(district("s2"))

    for school in schools:
        entry = AuditEntry.objects.get(facility=school, object_id=user("u3").pk)
        assert (entry.action, entry.actor_name) == ("changed", "manage.py")
        assert entry.changes == {"facility_id": [school.pk.hex for school in schools]}


def test_rights_and_tokens_of_the_former_school_end(import_files: Any):
    """A teacher who moves coaches nobody of the former school."""
    import_files(district("s1"))
    key = make_key(Facility.objects.get(partner_id="s1"), Scope.WRITE)
    issued = client_for(key).post("/api/auth/token", {"user_id": "u3"}, format="json").json()
    files = district("s2")
    files["roles.csv"][0] = role("u2", "teacher", at="s2")
    files["enrollments.csv"][0] = enrolment("c2", "u2", "teacher", at="s2")

    import_files(files)

    bearer = Client()
    bearer.credentials(HTTP_AUTHORIZATION=f"Bearer {issued['token']}")
    assert bearer.get("/api/logger/attemptlog").status_code == 401
    assert [str(held) for held in user("u2").roles.all()] == ["Kim Moreno: Coach of 8B"]
    assert (
        not User.objects.in_facility(Facility.objects.get(partner_id="s1").pk)
        .visible_to(user("u2"))
        .exists()
    )


def test_importing_a_move_again_changes_nothing(import_files: Any):
    import_files(district("s1"))
    import_files(district("s2"))
    entries = AuditEntry.objects.filter(object_id=user("u3").pk).count()

    import_files(district("s2"))

    assert AuditEntry.objects.filter(object_id=user("u3").pk).count() == entries


def test_a_delta_moves_a_person_who_keeps_their_username(import_files: Any):
    """Without orgs.csv ids may be those of another system, unless the username is the same."""
    import_files(district("s1"))
    absent = {"orgs": "absent", "classes": "absent", "enrollments": "absent"}

    def delta(username: str) -> Files:
        return {
            "manifest.csv": manifest(users="delta", roles="delta", **absent),
            "users.csv": [person("u3", username, primaryOrgSourcedId="s2")],
            "roles.csv": [],
        }

    import_files(delta("other"))
    assert homes("u3") == ["s1", "s2"]
    User.objects.get(username="other").delete()
    import_files(delta("ADA"))

    assert user("u3").facility == Facility.objects.get(partner_id="s2")


def test_a_person_of_another_system_with_the_same_id_does_not_move(import_files: Any):
    foreign = make_user(make_facility(partner_id="x1"), username="x", external_id="u3")

    import_files(district("s1"))

    foreign.refresh_from_db()
    assert homes("u3") == ["s1", "x1"]
    assert foreign.username == "x"


def test_a_person_whom_the_new_school_knows_already_leaves_the_former_one(import_files: Any):
    """Their records there stay, with a notice, and the username is that of the new account."""
    import_files(district("s1"))
    former = user("u3")
    here = make_user(Facility.objects.get(partner_id="s2"), username=None, external_id="u3")

    result = import_files(district("s2"), in_part=True)

    former.refresh_from_db()
    here.refresh_from_db()
    assert result[0]["skipped"] == [
        {
            "where": "users.csv:3",
            "message": "Ada Moreno also has records at Riverside, which stay there.",
        }
    ]
    assert (former.is_active, former.username, here.username) == (False, None, "ada")
    assert (learners_of("7A"), learners_of("8B")) == (set(), {"u3"})
    import_files(district("s2"))


def test_a_superuser_does_not_move(import_files: Any):
    import_files(district("s1"))
    User.objects.filter(external_id="u3").update(is_superuser=True)

    import_files(district("s2"))

    assert homes("u3", is_superuser=True) == ["s1"]
    assert homes("u3", is_superuser=False) == ["s2"]


def test_two_people_who_answered_under_the_same_event_id_move(import_files: Any):
    """contract 0.9: an id counts once in a facility."""
    people = [person("u3", "ada"), person("u4", "ben")]

    def at(*places: str) -> Files:
        roles = [role(key, "student", at=at) for key, at in zip(("u3", "u4"), places, strict=True)]
        return district("s1", users=people, enrollments=[], classes=[], roles=roles)

    import_files(at("s1", "s2"))
    for place, key in (("s1", "u3"), ("s2", "u4")):
        tracked(app_of(place), answer(key, event_id="e1"))

    import_files(at("s3", "s3"))

    for key in ("u3", "u4"):
        [row] = data_of(app_of("s3").get(f"/api/v1/mastery/{key}"))
        assert row["attempts"] == 1
    assert LearningEvent.objects.filter(source_id="e1").count() == 1
