"""Exports too large to wait for: made in the background, kept for a day, told of."""

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
from tests.infra.large_exports import READ, ask, download, full, large_school, run, work

__all__ = ["large_school"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_large_list_is_made_in_parts_and_is_the_same(school: School, kind: str):
    asked = ask(school, kind)

    run()

    asked.refresh_from_db()
    rows = READ[kind](body(download(school, asked)))
    theirs = AttemptLog.objects.filter(user=school.ada).order_by("-id")
    assert [row["attempt id"] for row in rows] == [attempt.pk.hex for attempt in theirs]
    assert [float(row["correct"]) for row in rows] == [attempt.correct for attempt in theirs]
    assert (asked.state, asked.rows) == ("ready", 12)


def test_the_filters_hold_in_the_background_too(school: School):
    asked = ask(school, "csv", f"class={school.class_7a.pk}&q=ada")

    run()

    rows = read_csv(body(download(school, asked)))
    assert {row["username"] for row in rows} == {"ada"}


def test_only_the_server_may_read_the_file(school: School):
    for kind in ("csv", "xlsx"):
        asked = ask(school, kind)
        run()
        mode = stat.S_IMODE(storage.result_path(asked).stat().st_mode)
        assert (mode, stat.S_IMODE(storage.folder().stat().st_mode)) == (0o600, 0o700)


def test_the_page_tells_how_far_it_is_and_leads_to_the_file(school: School):
    asked, coach = ask(school, "csv"), browser(school.coach)
    page = f"/admin/roster/export/{asked.pk}/change/"

    waiting = coach.get(page)
    work()
    reading = coach.get(page)
    run()
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


def test_what_is_not_ready_cannot_be_had(school: School):
    assert download(school, ask(school, "csv")).status_code == 404
    assert browser(school.coach).get("/admin/roster/export/zzz/download/").status_code == 404


def test_an_export_that_cannot_be_made_says_so_and_lets_others_pass(
    school: School, monkeypatch: pytest.MonkeyPatch
):
    broken, whole = ask(school, "xlsx"), ask(school, "csv")

    monkeypatch.setattr(worker, "write_workbook", full)
    for turn in range(worker.MAX_FAILURES + 1):
        run(timezone.now() + CLAIM_TIMEOUT * turn)

    broken.refresh_from_db()
    assert (broken.state, broken.error) == ("failed", worker.NO_FILE)
    page = browser(school.coach).get(f"/admin/roster/export/{broken.pk}/change/")
    assert "The server could not make the file" in page.content.decode()
    assert len(read_csv(body(download(school, whole)))) == 12


def test_the_page_tells_how_much_of_a_workbook_is_written(school: School):
    asked, pages = ask(school, "xlsx"), []

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
def test_afull_disk_is_told_and_leaves_nothing_behind(
    school: School, kind: str, monkeypatch: pytest.MonkeyPatch
):
    asked = ask(school, kind)
    work()
    monkeypatch.setattr(storage, "append", full)

    run()

    asked.refresh_from_db()
    assert (asked.state, asked.error) == ("failed", worker.NO_FILE)
    assert list(storage.folder().iterdir()) == []


def test_a_disk_that_isfull_when_somebody_asks_is_told(
    school: School, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(export_mixin, "MAX_IMMEDIATE_ROWS", 100)
    monkeypatch.setattr(responses, "write_workbook", full)

    coach = browser(school.coach)
    answer = coach.post("/admin/logger/attemptlog/export/?q=ada", {"format": "xlsx"}, follow=True)

    assert answer.redirect_chain == [("/admin/logger/attemptlog/?q=ada", 302)]
    assert "The server could not make the file" in answer.content.decode()
    assert not AuditEntry.objects.filter(action="exported").exists()
    assert list(storage.folder().iterdir()) == []


def test_what_nobody_has_worked_on_for_long_goes(school: School):
    """Folders too, which a process that was killed wrote a workbook in."""
    (storage.folder() / "0000.desk-1").mkdir()
    (storage.folder() / "0000.desk-1" / "book.xlsx").touch()
    (storage.folder() / "0000.rows").touch()

    run(timezone.now() + timedelta(hours=47))
    kept = len(list(storage.folder().iterdir()))
    run(timezone.now() + timedelta(hours=49))

    assert (kept, list(storage.folder().iterdir())) == (2, [])


def test_files_go_after_a_day(school: School):
    asked = ask(school, "csv")
    run()
    path = storage.result_path(asked)
    assert path.exists()

    run(timezone.now() + timedelta(hours=25))

    assert not path.exists()
    assert not Export.objects.exists()
    assert download(school, asked).status_code == 404


def test_a_large_export_is_in_the_audit_log_when_it_is_asked_for(school: School):
    ask(school, "csv", "q=ada")

    entry = AuditEntry.objects.order_by("-id")[0]
    assert (entry.action, entry.actor_name) == ("exported", "coach")
    assert entry.changes == {"format": "csv", "filters": "q=ada", "rows": None}
