"""The export of everything about one learner (contract 0.7): complete, and only for admins."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any
from uuid import uuid4
from zipfile import ZipFile

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db.models import ForeignKey
from django.urls import reverse

from analytics.models import LearnerNote, LearningEvent
from dashboard.learner_export import LEFT_OUT, TABLES, columns_of
from infra.formula_guard import remove_guards
from logger.models import AttemptLog
from roster.models import AuditAction, AuditEntry, FamilyLink, User
from tests.analytics.event_builders import answer, tracked
from tests.conftest import client_for
from tests.dashboard.practice import browser
from tests.factories import School, answered, exercise

FORMULA = "=HYPERLINK(1)"


def personal_columns() -> set[tuple[str, str]]:
    """Return the columns of all tables that refer to users, or to rows of users."""
    models = apps.get_models(include_auto_created=True)
    references = {
        (model._meta.label, field.name, field.related_model._meta.label)
        for model in models
        for field in model._meta.concrete_fields
        if isinstance(field, ForeignKey)
    }
    personal = {User._meta.label}
    while new := {label for label, _, target in references if target in personal} - personal:
        personal |= new
    return {(label, name) for label, name, target in references if target in personal}


def test_every_table_with_a_path_to_the_learner_is_exported_or_left_out_with_a_reason():
    columns = personal_columns()
    assert len(columns) > 30
    for label, name in columns:
        assert label in LEFT_OUT or label in TABLES, f"{label} is neither exported nor left out"
        # Of references to users, each is followed, or it is said why not.
        if apps.get_model(label)._meta.get_field(name).related_model is User and label in TABLES:
            paths = TABLES[label]
            assert name in paths or f"{label}.{name}" in LEFT_OUT, f"{label}.{name}"
    for label in TABLES:
        model = apps.get_model(label)
        exported = columns_of(model)
        for field in model._meta.concrete_fields:
            assert field.attname in exported or f"{label}.{field.name}" in LEFT_OUT
            assert "digest" not in field.attname or field.attname not in exported


def read(content: bytes) -> tuple[ZipFile, dict[str, list[dict[str, Any]]]]:
    archive = ZipFile(io.BytesIO(content))
    tables = {
        name.removeprefix("json/").removesuffix(".json"): json.loads(archive.read(name))
        for name in archive.namelist()
        if name.startswith("json/")
    }
    return archive, tables


@pytest.mark.django_db
def test_the_file_has_all_rows_of_the_learner_and_no_others(school: School, tmp_path: Path):
    app = client_for(school.key())
    for user in ("student_ada", "student_ben"):
        tracked(app, {**answer(user, item_id=FORMULA), "event_id": str(uuid4())})
    client_for(school.ada).work(exercise(), answered("x", answer={"text": FORMULA}))
    LearnerNote.objects.create(
        learner=school.ada, author_name="coach", at=school.ada.created_at or "2026-01-01T00:00Z",
        text=FORMULA,
    )  # fmt: skip
    url = reverse("admin:coach_family_link", args=[school.ada.pk])
    browser(school.coach).post(url, {"days": "3"})
    path = tmp_path / "ada.zip"

    call_command("export_learner", "student_ada", "--facility", "Riverside", "--out", str(path))

    archive, tables = read(path.read_bytes())
    assert path.stat().st_mode & 0o077 == 0
    assert len(tables) == len(TABLES)
    [account] = tables["roster_user"]
    assert (account["external_id"], account["facility__name"]) == ("student_ada", "Riverside")
    assert (
        len(tables["analytics_learningevent"])
        == LearningEvent.objects.filter(learner=school.ada).count()
    )
    assert {row["learner_id"] for row in tables["analytics_learningevent"]} == {school.ada.pk.hex}
    assert tables["analytics_learningevent"][0]["item__code"] == FORMULA
    assert [row["answer"] for row in tables["logger_attemptlog"]] == [{"text": FORMULA}]
    assert AttemptLog.objects.count() == 1
    assert [row["classroom__name"] for row in tables["roster_enrolment"]] == ["7A"]
    assert [row["group__name"] for row in tables["roster_groupmembership"]] == ["fractions"]
    assert {row["object_kind"] for row in tables["roster_auditentry"]} == {"familylink", "user"}
    secrets = [school.ada.password, *FamilyLink.objects.values_list("digest", flat=True)]
    everything = b"".join(archive.read(name) for name in archive.namelist()).decode()
    assert not [secret for secret in [*secrets, "student_ben"] if secret in everything]
    for table, rows in tables.items():
        text = archive.read(f"csv/{table}.csv").decode("utf-8-sig")
        headings, *lines = csv.reader(io.StringIO(text, newline=""))
        assert len(lines) == len(rows)
        assert not rows or headings == list(rows[0])
        assert not [value for line in lines for value in line if value.startswith("=")]
    text = archive.read("csv/analytics_learnernote.csv").decode()
    assert remove_guards(f"'{FORMULA}") == FORMULA
    assert f"'{FORMULA}" in text
    readme = archive.read("README.txt").decode()
    assert all(label.lower().replace(".", "_") in readme for label in TABLES)
    entry = AuditEntry.objects.order_by("-id")[0]
    assert (entry.action, entry.object_id) == (AuditAction.EXPORTED, school.ada.pk)
    for arguments in (
        ["student_ada", "--out", str(path)],
        ["nobody", "--out", str(tmp_path / "n")],
    ):
        with pytest.raises(CommandError):
            call_command("export_learner", *arguments, "--facility", "Riverside")


@pytest.mark.django_db
def test_admins_of_the_facility_export_learners_from_their_pages(school: School):
    page = reverse("admin:coach_learner", args=[school.ada.pk])
    url = reverse("admin:coach_export_learner", args=[school.ada.pk])

    assert url in browser(school.admin).get(page).content.decode()
    response: Any = browser(school.admin).post(url)
    _, tables = read(b"".join(response.streaming_content))
    assert tables["roster_user"][0]["username"] == "ada"
    assert "attachment" in response.headers["Content-Disposition"]
    assert "no-store" in response.headers["Cache-Control"]
    entry = AuditEntry.objects.order_by("-id")[0]
    assert (entry.action, entry.actor_id) == (AuditAction.EXPORTED, school.admin.pk)
    type(school.superuser).objects.filter(pk=school.superuser.pk).update(facility=school.facility)
    of_root = reverse("admin:coach_export_learner", args=[school.superuser.pk])
    assert browser(school.admin).post(of_root).status_code == 403
    for user, status in (
        (school.coach, 403),
        (school.facility_coach, 403),
        (school.foreign_coach, 404),
    ):
        assert url not in browser(user).get(page).content.decode()
        assert browser(user).post(url).status_code == status
