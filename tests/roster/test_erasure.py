"""Erasure of people (contract 1.8): no name is left in any table or exported file.

Each way to delete is followed by a search of the whole database and of the exports folder.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus
from uuid import uuid4

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from infra.db.session_flags import session_flag
from infra.exports.worker import Worker
from roster.models import AuditEntry, FamilyLink, Scope, User
from roster.services.erasure import pseudonym
from tests.conftest import client_for
from tests.dashboard.practice import browser, now
from tests.factories import PASSWORD, School, answered, exercise, make_user

NAME, FORMER_NAME = "Zoë Quillfeather", "Zoe Oldname"
USERNAME, EXTERNAL_ID, EMAIL = "quillzoe", "sis-zq-77", "zoe@quill.example"
LONG = "quill" * 50
IDENTITIES = [NAME, FORMER_NAME, "Quillfeather", "Oldname", USERNAME, EXTERNAL_ID, EMAIL, "quillq"]


def dump() -> Iterator[tuple[str, str]]:
    """Yield all texts of all tables, also those in JSON and in binary columns."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor.fetchall():
                for value in row:
                    is_bytes = isinstance(value, bytes | memoryview)
                    text = bytes(value).decode("latin-1") if is_bytes else str(value)
                    yield table, text
                    if "\\u" in text:
                        yield table, text.encode("latin-1", "replace").decode("unicode-escape")


def found_in_database() -> set[tuple[str, str]]:
    return {
        (table, name)
        for table, text in dump()
        for name in IDENTITIES
        if name in text or name.encode().decode("latin-1") in text or quote_plus(name) in text
    }


def make_zoe(school: School) -> User:
    """Create a learner whose names are stored in as many places as possible."""
    admin, root = client_for(school.admin), browser(school.admin)
    fields = {"username": USERNAME, "full_name": FORMER_NAME, "id_number": EXTERNAL_ID}
    created = admin.post("/api/auth/facilityuser", {**fields, "password": PASSWORD})
    assert created.status_code == 201, created.content
    zoe = User.objects.get(external_id=EXTERNAL_ID)
    path = f"/api/auth/facilityuser/{zoe.pk.hex}"
    assert admin.patch(path, {"id_number": LONG}).status_code == 200
    assert admin.patch(path, {"full_name": ""}).status_code == 200
    place = {"user": zoe.pk.hex, "collection": school.class_7a.pk.hex}
    assert admin.post("/api/auth/membership", place).status_code == 201
    app = client_for(school.key(Scope.WRITE, Scope.READ))
    app.post("/api/auth/token", {"user_id": LONG})
    assert admin.patch(path, {"full_name": NAME, "id_number": EXTERNAL_ID}).status_code == 200
    app.post("/api/auth/token", {"user_id": EXTERNAL_ID})
    form = {
        "username": USERNAME, "full_name": NAME, "external_id": EXTERNAL_ID, "email": EMAIL,
        "is_active": "on", "roles-TOTAL_FORMS": "0", "roles-INITIAL_FORMS": "0",
        "enrolments-TOTAL_FORMS": "0", "enrolments-INITIAL_FORMS": "0",
    }  # fmt: skip
    page = root.post(f"/admin/roster/user/{zoe.pk}/change/", form)
    assert page.status_code == 302, page.content
    for number in range(2):
        body = [{"user_id": EXTERNAL_ID, "skill_id": "algebra", "is_correct": True}]
        body.append({**body[0], "user_id": "student_ben"})
        headers: Any = {"HTTP_IDEMPOTENCY_KEY": f"{EXTERNAL_ID} {number}"}
        sent = app.post("/api/v1/track-answers", body, format="json", **headers)
        assert sent.status_code == 200, sent.content
    client_for(zoe).work(exercise(), answered("x"))
    for _turn in range(3):
        wrong = {"username": USERNAME.upper(), "password": "wrong"}
        client_for(None).post("/api/auth/session", wrong)
    browser(school.coach).post(reverse("admin:coach_family_link", args=[zoe.pk]), {"days": "3"})
    note = reverse("admin:coach_note", args=[zoe.pk])
    browser(school.coach).post(note, {"note": "talked"})
    FamilyLink.objects.create(
        learner=school.ben, digest=uuid4().hex, author_name=NAME, created_at=now(), expires_at=now()
    )
    for query in (f"q={quote_plus(NAME)}", "q=quillf", f"facility={school.facility.pk}"):
        root.post(f"/admin/roster/user/export/?{query}", {"format": "csv"})
    export_in_background(school)
    return zoe


def export_in_background(school: School) -> None:
    """Export a list of users in the background, so that a file with the names is stored."""
    from infra.exports.models import Export

    Export.objects.create(
        user=school.admin, listing="roster.user", title="users", query="q=Quillfeather",
        format="csv", created_at=now(),
    )  # fmt: skip
    assert Worker(now).run_step()


def by_api(school: School, zoe: User) -> None:
    response = client_for(school.admin).delete(f"/api/auth/facilityuser/{zoe.pk.hex}")
    assert response.status_code == 204


def by_facility(school: School, zoe: User) -> None:
    url = f"/api/auth/facility/{zoe.facility_id.hex}"  # type: ignore[union-attr]
    assert client_for(school.superuser).delete(url).status_code == 204


def by_command(_school: School, _zoe: User) -> None:
    call_command("erase_learner", EXTERNAL_ID, "--facility", "Riverside", "--yes")


def by_page(school: School, zoe: User) -> None:
    url = reverse("admin:coach_erase_learner", args=[zoe.pk])
    assert browser(school.admin).post(url).status_code == 400
    assert browser(school.coach).post(url, {"confirmed": "on"}).status_code == 403
    assert browser(school.foreign_coach).post(url, {"confirmed": "on"}).status_code == 404
    assert browser(school.admin).post(url, {"confirmed": "on"}).status_code == 303


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("erase", [by_api, by_facility, by_command, by_page])
def test_no_name_is_left_anywhere(
    school: School,
    settings: Any,
    tmp_path: Path,
    erase: Callable[[School, User], None],
    capsys: pytest.CaptureFixture[str],
):
    settings.EXPORTS_FOLDER, settings.AXES_FAILURE_LIMIT = tmp_path, 2
    zoe = make_zoe(school)
    before = {table for table, _name in found_in_database()}
    assert before >= {"roster_auditentry", "roster_user", "roster_export", "roster_familylink"}
    assert before >= {"axes_accessattempt", "roster_keptanswer"}
    assert any(NAME in file.read_text() for file in tmp_path.iterdir())
    entries = AuditEntry.objects.count()
    others = list(AuditEntry.objects.exclude(object_kind="user").values_list("action", "at"))
    call_command("erase_learner", USERNAME, "--facility", "Riverside")
    assert "Would delete" in capsys.readouterr().out
    assert User.objects.filter(pk=zoe.pk).exists()

    erase(school, zoe)

    assert found_in_database() == set()
    assert not [file for file in tmp_path.iterdir() if NAME in file.read_text()]
    assert AuditEntry.objects.count() == entries + 1
    kept = AuditEntry.objects.exclude(object_kind__in=["user", "facility"])
    assert {action for action, _at in others} == set(kept.values_list("action", flat=True))
    about = AuditEntry.objects.filter(object_id=zoe.pk)
    assert {entry.object_name for entry in about} == {pseudonym(zoe.pk)}
    if erase is not by_facility:
        assert User.objects.filter(external_id="student_ben").exists()
        assert AuditEntry.objects.filter(actor_name="admin").exists()


@pytest.mark.django_db
def test_the_erasure_of_staff_leaves_entries_about_namesakes(school: School):
    twin = make_user(school.facility, username="coach2", full_name="Kim Doe")
    other = make_user(school.facility, username="coach3", full_name="Kim Doe")
    admin = client_for(school.admin)
    for person in (twin, other):
        body = {"user": person.pk.hex, "collection": school.class_7a.pk.hex, "kind": "coach"}
        assert admin.post("/api/auth/role", body).status_code == 201
    url = reverse("admin:coach_note", args=[school.ada.pk])
    twin.refresh_from_db()
    browser(twin).post(url, {"note": "talked"})

    assert admin.delete(f"/api/auth/facilityuser/{twin.pk.hex}").status_code == 204

    [note] = apps.get_model("analytics.LearnerNote").objects.all()
    assert note.author_name == pseudonym(twin.pk)
    roles = AuditEntry.objects.filter(object_kind="role").order_by("id")
    assert [entry.object_name.split(":")[0] for entry in roles] == [pseudonym(twin.pk), "Kim Doe"]
    assert "Kim Doe" not in json.dumps(
        list(AuditEntry.objects.filter(object_id=twin.pk).values_list("changes", "object_name"))
    )


@pytest.mark.django_db
@pytest.mark.parametrize("change", ["action = 'x'", "at = NULL", "object_id = NULL"])
def test_pseudonyms_are_the_only_changes_of_the_audit_log(school: School, change: str):
    table = AuditEntry._meta.db_table
    client_for(school.admin).patch(f"/api/auth/classroom/{school.class_7a.pk.hex}", {"name": "x"})
    statements = [f"UPDATE {table} SET {change}", f"DELETE FROM {table}"]
    for statement in statements:
        with (
            pytest.raises(IntegrityError, match="only ever added"),
            transaction.atomic(),
            session_flag("pseudonymize_audit"),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    with pytest.raises(IntegrityError), transaction.atomic():
        AuditEntry.objects.update(actor_name="nobody")
