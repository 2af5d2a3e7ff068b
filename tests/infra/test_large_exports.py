"""Large exports: created in the background, stored for a day, with their progress shown."""

from __future__ import annotations

import stat
from datetime import timedelta

import pytest
from django.utils import timezone

from infra.exports import responses, storage, worker
from infra.exports.models import CLAIM_TIMEOUT, Export
from logger.models import AttemptLog
from roster.admin import export_mixin
from roster.models import AuditEntry
from tests.factories import School
from tests.infra.export_client import body, browser, read_csv
from tests.infra.large_exports import (
    READ,
    download,
    finish_exports,
    large_school,
    raise_disk_full,
    request_export,
    run_one_step,
)

__all__ = ["large_school"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_large_list_is_exported_in_steps_with_the_same_rows(school: School, kind: str):
    asked = request_export(school, kind)

    finish_exports()

    asked.refresh_from_db()
    rows = READ[kind](body(download(school, asked)))
    theirs = AttemptLog.objects.filter(user=school.ada).order_by("-id")
    assert [row["attempt id"] for row in rows] == [attempt.pk.hex for attempt in theirs]
    assert [float(row["correct"]) for row in rows] == [attempt.correct for attempt in theirs]
    assert (asked.state, asked.rows) == ("ready", 12)


def test_filters_apply_in_the_background(school: School):
    asked = request_export(school, "csv", f"class={school.class_7a.pk}&q=ada")

    finish_exports()

    rows = read_csv(body(download(school, asked)))
    assert {row["username"] for row in rows} == {"ada"}


def test_only_the_server_can_read_the_file(school: School):
    for kind in ("csv", "xlsx"):
        asked = request_export(school, kind)
        finish_exports()
        mode = stat.S_IMODE(storage.result_path(asked).stat().st_mode)
        assert (mode, stat.S_IMODE(storage.folder().stat().st_mode)) == (0o600, 0o700)


def test_the_page_shows_the_progress_and_links_to_the_file(school: School):
    asked, coach = request_export(school, "csv"), browser(school.coach)
    page = f"/admin/roster/export/{asked.pk}/change/"

    waiting = coach.get(page)
    run_one_step()
    reading = coach.get(page)
    finish_exports()
    ready = coach.get(page)

    assert (waiting.headers["Refresh"], reading.headers["Refresh"]) == ("5", "5")
    assert "waiting, 0 rows" in waiting.content.decode()
    assert "reading, 5 rows, 42 %" in reading.content.decode()
    assert "ready, 12 rows" in ready.content.decode()
    assert "Refresh" not in ready.headers
    assert f"/admin/roster/export/{asked.pk}/download/" in ready.content.decode()
    file = download(school, asked)
    assert file.headers["Content-Disposition"].endswith('.csv"')
    assert body(file)


def test_an_unfinished_export_cannot_be_downloaded(school: School):
    assert download(school, request_export(school, "csv")).status_code == 404
    assert browser(school.coach).get("/admin/roster/export/zzz/download/").status_code == 404


def test_a_failing_export_shows_an_error_and_does_not_block_others(
    school: School, monkeypatch: pytest.MonkeyPatch
):
    broken, whole = request_export(school, "xlsx"), request_export(school, "csv")

    monkeypatch.setattr(worker, "write_workbook", raise_disk_full)
    for turn in range(worker.MAX_FAILURES + 1):
        finish_exports(timezone.now() + CLAIM_TIMEOUT * turn)

    broken.refresh_from_db()
    assert (broken.state, broken.error) == ("failed", worker.NO_FILE)
    page = browser(school.coach).get(f"/admin/roster/export/{broken.pk}/change/")
    assert "The server could not create the file" in page.content.decode()
    assert len(read_csv(body(download(school, whole)))) == 12


def test_the_page_shows_the_progress_of_a_workbook(school: School):
    asked, pages = request_export(school, "xlsx"), []

    def look() -> bool:
        coach = browser(school.coach)
        pages.append(coach.get(f"/admin/roster/export/{asked.pk}/change/").content.decode())
        return False

    while worker.Worker(clock=timezone.now, is_stopping=look).run_step():
        pass

    first, second = pages
    assert "writing the file, 12 rows, 0 %" in first
    assert "writing the file, 12 rows, 42 %" in second


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_full_disk_is_reported_and_leaves_no_file(
    school: School, kind: str, monkeypatch: pytest.MonkeyPatch
):
    asked = request_export(school, kind)
    run_one_step()
    monkeypatch.setattr(storage, "append", raise_disk_full)

    finish_exports()

    asked.refresh_from_db()
    assert (asked.state, asked.error) == ("failed", worker.NO_FILE)
    assert list(storage.folder().iterdir()) == []


def test_a_full_disk_during_an_immediate_export_is_reported(
    school: School, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(export_mixin, "MAX_IMMEDIATE_ROWS", 100)
    monkeypatch.setattr(responses, "write_workbook", raise_disk_full)

    coach = browser(school.coach)
    answer = coach.post("/admin/logger/attemptlog/export/?q=ada", {"format": "xlsx"}, follow=True)

    assert answer.redirect_chain == [("/admin/logger/attemptlog/?q=ada", 302)]
    assert "The server could not create the file" in answer.content.decode()
    assert not AuditEntry.objects.filter(action="exported").exists()
    assert list(storage.folder().iterdir()) == []


def test_old_unfinished_files_are_deleted(school: School):
    """Also folders in which a killed process wrote a workbook."""
    (storage.folder() / "0000.scratch-1").mkdir()
    (storage.folder() / "0000.scratch-1" / "book.xlsx").touch()
    (storage.folder() / "0000.rows").touch()

    finish_exports(timezone.now() + timedelta(hours=47))
    kept = len(list(storage.folder().iterdir()))
    finish_exports(timezone.now() + timedelta(hours=49))

    assert (kept, list(storage.folder().iterdir())) == (2, [])


def test_files_are_deleted_after_a_day(school: School):
    asked = request_export(school, "csv")
    finish_exports()
    path = storage.result_path(asked)
    assert path.exists()

    finish_exports(timezone.now() + timedelta(hours=25))

    assert not path.exists()
    assert not Export.objects.exists()
    assert download(school, asked).status_code == 404


def test_a_large_export_is_audited_on_request(school: School):
    request_export(school, "csv", "q=ada")

    entry = AuditEntry.objects.order_by("-id")[0]
    assert (entry.action, entry.actor_name) == ("exported", "coach")
    assert entry.changes == {"format": "csv", "filters": "q=ada", "rows": None}
