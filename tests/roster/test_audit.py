"""The audit log: it has an entry for every change of the roster, and entries are permanent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from analytics.models import Item, Skill
from roster.models import AuditEntry, Scope
from roster.services.erasure import pseudonym
from study.models import StudySet
from tests.conftest import client_for
from tests.factories import PASSWORD, School, key_row, make_user, video
from tests.infra.export_client import browser

NEW_PASSWORD = "a different battery staple"


def audited_changes() -> list[tuple[str, str, str]]:
    entries = AuditEntry.objects.order_by("id")
    return [(entry.action, entry.object_kind, entry.object_name) for entry in entries]


def newest_entry() -> AuditEntry:
    return AuditEntry.objects.order_by("-id")[0]


@pytest.fixture
def school(school: School) -> School:
    """Return the school, and assert that the audit log is empty."""
    assert not AuditEntry.objects.exists()
    return school


def test_every_write_of_the_api_is_audited(school: School):
    """contract 1.8: every method that changes the roster, by a person."""
    admin = client_for(school.admin)
    place = {"collection": school.class_7b.pk.hex}

    def post(path: str, **body: Any) -> str:
        response = admin.post(f"/api/{path}", body)
        assert response.status_code == 201, response.content
        return f"/api/{path}/{response.json()['id']}"

    room = post("auth/classroom", name="9C", parent=school.facility.pk.hex)
    group = post("auth/learnergroup", name="readers", parent=school.class_7b.pk.hex)
    person = post("auth/facilityuser", username="zoe", full_name="Zoe")
    user = {"user": person.rpartition("/")[2]}
    membership = post("auth/membership", **user, **place)
    role = post("auth/role", **user, **place, kind="coach")
    lesson = post("assignments/lesson", title="Week 1", assignments=[], **place)
    admin.patch(room, {"name": "9D"})
    admin.patch(group, {"name": "writers"})
    admin.patch(person, {"full_name": "Zoë"})
    admin.patch(lesson, {"title": "Week 2", "assignments": [school.class_7b.pk.hex]})
    for path in (lesson, role, membership, person, group, room):
        assert admin.delete(path).status_code == 204
    zoe = pseudonym(UUID(user["user"]))

    assert audited_changes() == [
        ("added", "classroom", "9C"),
        ("added", "learnergroup", "readers"),
        ("added", "user", zoe),
        ("added", "enrolment", f"{zoe} in 7B"),
        ("added", "role", f"{zoe}: Coach of 7B"),
        ("added", "lesson", "Week 1"),
        ("changed", "classroom", "9D"),
        ("changed", "learnergroup", "writers"),
        ("changed", "user", zoe),
        ("changed", "lesson", "Week 2"),
        ("changed", "lesson", "Week 2"),
        ("removed", "lesson", "Week 2"),
        ("removed", "role", f"{zoe}: Coach of 7B"),
        ("removed", "enrolment", f"{zoe} in 7B"),
        ("removed", "user", zoe),
        ("removed", "learnergroup", "writers"),
        ("removed", "classroom", "9D"),
    ]
    assert set(AuditEntry.objects.values_list("actor_id", "actor_name", "facility")) == {
        (school.admin.pk, "admin", school.facility.pk)
    }


def test_an_entry_has_the_old_and_the_new_value(school: School):
    client_for(school.admin).patch(
        f"/api/auth/facilityuser/{school.ada.pk.hex}", {"full_name": "Ada L."}
    )

    assert newest_entry().changes == {"full_name": ["Ada", "Ada L."]}
    assert newest_entry().object_id == school.ada.pk


def test_an_entry_of_a_password_change_has_no_password(school: School):
    path = f"/api/auth/facilityuser/{school.ada.pk.hex}"

    client_for(school.admin).patch(path, {"password": NEW_PASSWORD})

    school.ada.refresh_from_db()
    assert newest_entry().changes == {"password": ["•••", "•••"]}
    everything = json.dumps(list(AuditEntry.objects.values_list("changes", flat=True)))
    assert NEW_PASSWORD not in everything
    assert school.ada.password not in everything


def test_a_write_that_changes_nothing_is_not_audited(school: School):
    admin = client_for(school.admin)
    path = f"/api/auth/facilityuser/{school.ada.pk.hex}"
    member = {"user": school.ada.pk.hex, "collection": school.class_7a.pk.hex}

    assert admin.patch(path, {"full_name": "Ada"}).status_code == 200
    assert admin.post("/api/auth/membership", member).status_code == 201

    assert audited_changes() == []


def test_a_refused_request_is_not_audited(school: School):
    path = f"/api/auth/facilityuser/{school.ada.pk.hex}"

    assert client_for(school.coach).patch(path, {"full_name": "x"}).status_code == 403
    assert client_for(school.foreign_coach).delete(path).status_code == 404

    assert audited_changes() == []


def test_an_entry_names_the_key_as_its_actor(school: School):
    secret = school.key(Scope.ADMIN)

    client_for(secret).patch(f"/api/auth/classroom/{school.class_7a.pk.hex}", {"name": "7X"})

    assert newest_entry().actor_name == str(key_row(secret))
    assert newest_entry().actor_id == key_row(secret).pk


def test_commands_are_audited_without_secrets(school: School, capsys: pytest.CaptureFixture[str]):
    call_command("create_key", "LMS", "--facility", "Riverside", "--scope", "read")
    secret = capsys.readouterr().out.strip()
    call_command("revoke_key", secret)

    made, revoked = AuditEntry.objects.order_by("id")
    assert (made.actor_name, made.action, made.facility) == ("manage.py", "added", school.facility)
    assert secret not in json.dumps(made.changes)
    assert list(revoked.changes) == ["revoked_at"]


@pytest.mark.django_db(transaction=True)
def test_an_import_is_one_entry_with_its_counts(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    roster = {
        "facility": {"name": "Hillside"},
        "users": [{"username": name, "password": PASSWORD} for name in ("kim", "lena")],
        "classrooms": [{"name": "8A", "learners": ["lena"]}],
    }
    file = tmp_path / "roster.json"
    file.write_text(json.dumps(roster))

    call_command("import_roster", str(file))

    entry = AuditEntry.objects.get()
    assert (entry.action, entry.object_name) == ("imported", "Hillside")
    assert entry.changes == {"users": 2, "classrooms": 1}


STATEMENTS = ["UPDATE {table} SET actor_name = 'nobody'", "DELETE FROM {table}"]
if connection.vendor == "postgresql":
    STATEMENTS.append("TRUNCATE {table}")


@pytest.mark.parametrize("statement", STATEMENTS)
def test_no_statement_changes_or_deletes_an_entry(school: School, statement: str):
    client_for(school.admin).patch(f"/api/auth/classroom/{school.class_7a.pk.hex}", {"name": "x"})

    with (
        pytest.raises(IntegrityError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(table=AuditEntry._meta.db_table))

    assert newest_entry().actor_name == "admin"


def log_in(username: str, password: str = PASSWORD, **fields: Any) -> Any:
    body = {"username": username, "password": password, **fields}
    return client_for(None).post("/api/auth/session", body)


def test_a_login_is_audited(school: School):
    log_in("ada")
    log_in("ben", "wrong")
    log_in("coach", shared_computer=True)
    page = {"username": "admin", "password": PASSWORD}
    client_for(None).post("/admin/login/?next=/admin/", page, format="multipart")

    assert audited_changes() == [("logged_in", "user", name) for name in ("Ada", "coach", "admin")]
    entries = AuditEntry.objects.order_by("id")
    assert [entry.actor_id for entry in entries] == [entry.object_id for entry in entries]
    assert {entry.facility for entry in entries} == {school.facility}
    assert entries[1].changes == {"shared computer": True}


def test_a_lockout_is_audited_once(school: School, settings: Any):
    """In the facility of each person of the username; an unknown one is not stored."""
    settings.AXES_FAILURE_LIMIT = 2
    make_user(school.elsewhere, username="Coach", full_name="Namesake")

    for username in ("coach", "my secret password"):
        for _turn in range(3):
            log_in(username, "wrong")

    assert sorted(AuditEntry.objects.values_list("action", "object_name", "facility__name")) == [
        ("locked_out", "", None),
        ("locked_out", "Namesake", "Hillside"),
        ("locked_out", "coach", "Riverside"),
    ]
    assert newest_entry().changes == {"failed logins": 2}


def test_tokens_are_audited(school: School):
    """Made by the key; revoked when the learner gets a role."""
    secret = school.key(Scope.WRITE)
    key = key_row(secret)
    client_for(secret).post("/api/auth/token", {"user_id": "student_ada"})
    made = newest_entry()

    client_for(school.admin).post(
        "/api/auth/role",
        {"user": school.ada.pk.hex, "collection": school.class_7b.pk.hex, "kind": "coach"},
    )

    assert (made.action, made.object_kind, made.actor_id) == ("added", "learnertoken", key.pk)
    assert made.object_name.startswith("Ada until ")
    assert secret not in json.dumps(made.changes)
    removed = AuditEntry.objects.get(action="removed")
    assert (removed.object_kind, removed.facility) == ("learnertoken", school.facility)


def test_an_export_is_audited_where_the_data_come_from(school: School):
    """A superuser exports the people of both facilities, then those of one."""
    root = browser(school.superuser)
    path = "/admin/roster/user/export/"

    root.post(path, {"format": "csv"})
    both = set(AuditEntry.objects.values_list("action", "facility__name"))
    root.post(f"{path}?facility={school.elsewhere.pk}", {"format": "csv"})

    assert both == {("exported", "Riverside"), ("exported", "Hillside")}
    assert newest_entry().facility == school.elsewhere
    assert AuditEntry.objects.count() == 3


def test_an_export_of_learners_work_is_audited_at_their_school(school: School):
    client_for(school.stranger).start(video())

    for table in ("logger/contentsession", "roster/facility"):
        response = browser(school.superuser).post(f"/admin/{table}/export/", {"format": "csv"})
        assert response.status_code == 200
    places = list(AuditEntry.objects.values_list("object_kind", "facility__name"))

    assert ("contentsession", "Hillside") in places
    assert ("contentsession", "Riverside") not in places
    assert {place for kind, place in places if kind == "facility"} == {"Riverside", "Hillside"}


def test_changes_of_the_catalogue_in_the_admin_are_audited(school: School):
    """Study sets and their items, skills and items."""
    app = client_for(school.key(Scope.ADMIN))
    app.post("/api/v1/track-answer", {
        "user_id": "student_ada", "skill_id": "algebra", "is_correct": True,
        "time_spent_seconds": 20, "item_id": "a1",
    })  # fmt: skip
    root = browser(school.superuser)
    skill, item = Skill.objects.get(code="algebra"), Item.objects.get(code="a1")
    before = AuditEntry.objects.count()

    root.post(f"/admin/analytics/skill/{skill.pk}/change/", {"title": "Algebra", "section": ""})
    root.post(f"/admin/analytics/item/{item.pk}/change/", {"skill": skill.pk})
    root.post("/admin/study/studyset/add/", {"facility": school.facility.pk, "name": "Capitals"})
    study_set = StudySet.objects.get()
    root.post(f"/admin/study/studyset/{study_set.pk}/change/", {"name": "Rivers"})

    entries = AuditEntry.objects.order_by("id")[before:]
    assert [(entry.action, entry.object_kind, entry.changes) for entry in entries] == [
        ("changed", "skill", {"title": ["", "Algebra"]}),
        ("changed", "item", {"skill_id": [None, skill.pk.hex]}),
        ("added", "studyset", {"name": [None, "Capitals"]}),
        ("changed", "studyset", {"name": ["Capitals", "Rivers"]}),
    ]
    assert {entry.facility for entry in entries} == {school.facility}


def test_an_entry_outlives_its_object_and_its_facility(school: School):
    client_for(school.admin).patch(f"/api/auth/classroom/{school.class_7a.pk.hex}", {"name": "x"})

    assert (
        client_for(school.superuser)
        .delete(f"/api/auth/facility/{school.facility.pk.hex}")
        .status_code
        == 204
    )

    assert audited_changes() == [
        ("changed", "classroom", "x"),
        ("removed", "facility", "Riverside"),
    ]
