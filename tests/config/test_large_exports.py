"""Exports too large to wait for: made by the jobs, kept for a day, for one person alone."""

from __future__ import annotations

import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from analytics.models import LearningEvent
from config import jobs
from logger.models import AttemptLog
from roster import export_admin, services
from roster.exports import Listing, files, running
from roster.models import AuditEntry, Export, Role, RoleKind, User
from roster.models.exports import SILENCE
from tests.config.exporting import body, browser, export, read_csv, read_xlsx
from tests.conftest import client_for
from tests.factories import School, answered, exercise, make_school

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def school(
    transactional_db: None, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> School:
    """A school where a few attempts are many, and five of them a part."""
    settings.EXPORTS_FOLDER = tmp_path / "exports"
    monkeypatch.setattr(export_admin, "MOST_AT_ONCE", 3)
    monkeypatch.setattr(running, "AT_ONCE", 5)
    school = make_school()
    for learner in (school.ada, school.chen):
        client_for(learner).work(exercise(), *[answered(f"q{n}", n % 2) for n in range(12)])
    return school


def ask(school: School, kind: str, query: str = "") -> Export:
    response = export(school.coach, "logger/attemptlog", kind, query)
    asked = Export.objects.order_by("-id")[0]
    assert response.headers["Location"] == f"/admin/roster/export/{asked.pk}/change/"
    return asked


def work(at: datetime | None = None) -> None:
    """Do one part of an export."""
    moment = at or timezone.now()
    assert running.Worker(clock=lambda: moment).work()


def run(at: datetime | None = None) -> None:
    moment = at or timezone.now()
    jobs.run_exports(running.Worker(clock=lambda: moment))
    jobs.run_due(moment)


def download(school: School, asked: Export) -> Any:
    return browser(school.coach).get(f"/admin/roster/export/{asked.pk}/download/")


def _full(*_args: Any, **_kwargs: Any) -> None:
    raise OSError(28, "No space left on device")


READ = {"csv": read_csv, "xlsx": read_xlsx}


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


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_killed_process_loses_and_doubles_nothing(
    school: School, kind: str, monkeypatch: pytest.MonkeyPatch
):
    """Killed after it wrote to the file and before it committed, at every part."""
    asked, at = ask(school, kind), timezone.now()

    def die(self: Export, **_how: Any) -> None:
        raise KeyboardInterrupt

    for _part in range(4 if kind == "xlsx" else 3):
        with monkeypatch.context() as context:
            context.setattr(Export, "save", die)
            with pytest.raises(KeyboardInterrupt):
                work(at)
        at += SILENCE
        work(at)

    asked.refresh_from_db()
    rows = READ[kind](body(download(school, asked)))
    theirs = AttemptLog.objects.filter(user=school.ada).order_by("-id")
    assert [row["attempt id"] for row in rows] == [attempt.pk.hex for attempt in theirs]
    assert [path.name for path in files.folder().iterdir()] == [files.file_of(asked).name]


def test_what_somebody_works_on_is_left_to_them(school: School, monkeypatch: pytest.MonkeyPatch):
    ask(school, "csv")
    at = timezone.now()
    monkeypatch.setattr(Export, "save", lambda _self, **_how: 1 / 0)
    monkeypatch.setattr(running, "_count_failure", lambda *_args, **_how: None)
    work(at)

    early = running.Worker(clock=lambda: at + SILENCE - timedelta(seconds=1)).work()
    late = running.Worker(clock=lambda: at + SILENCE).work()

    assert (early, late) == (False, True)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_who_was_thought_dead_spoils_nothing(
    school: School, kind: str, monkeypatch: pytest.MonkeyPatch
):
    """Somebody else goes on at every part, and is done before the first comes back to it."""
    asked, at = ask(school, kind), timezone.now()
    monkeypatch.setattr(running, "AT_ONCE", 4)
    moments = iter([at + SILENCE * turn for turn in range(1, 100)])
    overtaken = 0

    def late() -> bool:
        nonlocal overtaken
        overtaken += 1
        run(next(moments))
        return False

    def clock() -> datetime:
        if Export.objects.filter(claim__isnull=False).exists() and overtaken < 2:
            late()
        return next(moments)

    while running.Worker(clock=clock, stopping=late).work():
        pass

    asked.refresh_from_db()
    rows = READ[kind](body(download(school, asked)))
    theirs = AttemptLog.objects.filter(user=school.ada).order_by("-id")
    assert [row["attempt id"] for row in rows] == [attempt.pk.hex for attempt in theirs]
    assert (asked.state, asked.failures, overtaken) == ("ready", 0, 1)


def test_a_process_that_is_stopped_leaves_its_workbook_to_the_next(school: School):
    asked, at = ask(school, "xlsx"), timezone.now()
    while asked.state != "writing":
        work(at)
        asked.refresh_from_db()
    running.Worker(clock=lambda: at, stopping=lambda: True).work()
    assert {path.suffix for path in files.folder().iterdir()} == {".rows"}

    run(at)

    assert len(read_xlsx(body(download(school, asked)))) == 12


def test_jobs_go_on_while_a_workbook_is_written(school: School):
    """The learner model waits for nobody's file."""
    asked, seen = ask(school, "xlsx"), []

    def in_the_middle() -> bool:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(_jobs_of_another_thread).result()
        asked.refresh_from_db()
        seen.append((asked.state, LearningEvent.objects.unfolded().exists()))
        return False

    assert LearningEvent.objects.unfolded().exists()
    while running.Worker(clock=timezone.now, stopping=in_the_middle).work():
        pass

    assert seen == [("writing", False)] * (12 // running.AT_ONCE)
    assert len(read_xlsx(body(download(school, asked)))) == 12


def _jobs_of_another_thread() -> None:
    try:
        jobs.run_due(timezone.now())
    finally:
        connection.close()


def test_rows_are_read_under_no_lock(school: School, monkeypatch: pytest.MonkeyPatch):
    """Or on SQLite learners would wait for them, 5,000 rows at a time."""
    ask(school, "csv")
    read, seen = Listing.after, []

    def after(self: Listing, *args: Any) -> Any:
        seen.append(connection.in_atomic_block)
        return read(self, *args)

    monkeypatch.setattr(Listing, "after", after)
    run()

    assert seen == [False] * 3


def test_rows_that_are_lost_are_read_again(school: School):
    asked = ask(school, "csv")
    work()
    files.rows_of(asked).unlink()

    run()

    assert len(read_csv(body(download(school, asked)))) == 12


def test_the_filters_hold_in_the_background_too(school: School):
    asked = ask(school, "csv", f"class={school.class_7a.pk}&q=ada")

    run()

    rows = read_csv(body(download(school, asked)))
    assert {row["username"] for row in rows} == {"ada"}


def test_nobody_but_who_asked_has_the_file_or_its_page(school: School):
    asked = ask(school, "csv")
    run()
    page = f"/admin/roster/export/{asked.pk}"

    for other in (school.facility_coach, school.admin, school.superuser, school.foreign_coach):
        assert browser(other).get(f"{page}/download/").status_code == 404
        assert browser(other).get(f"{page}/change/").status_code == 404
    assert str(asked.pk) not in browser(school.admin).get("/admin/roster/export/").content.decode()
    assert browser(school.ada).get(f"{page}/download/").status_code == 302


def test_only_the_server_may_read_the_file(school: School):
    for kind in ("csv", "xlsx"):
        asked = ask(school, kind)
        run()
        mode = stat.S_IMODE(files.file_of(asked).stat().st_mode)
        assert (mode, stat.S_IMODE(files.folder().stat().st_mode)) == (0o600, 0o700)


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


def test_whoever_lost_their_class_meanwhile_gets_nothing_of_it(school: School):
    """contract 0.7: asked again when it is made."""
    asked = ask(school, "csv")
    Role.objects.filter(user=school.coach).update(classroom=school.class_7b)

    run()

    rows = read_csv(body(download(school, asked)))
    assert {row["username"] for row in rows} == {"chen"}


def test_whoever_is_no_staff_any_more_is_told_why(school: School):
    asked = ask(school, "csv")
    User.objects.filter(pk=school.coach.pk).update(is_staff=False)

    run()

    asked.refresh_from_db()
    assert (asked.state, asked.error) == ("failed", running.NO_LONGER_YOURS)


def _withdraw(school: School) -> None:
    Role.objects.filter(user=school.coach).delete()


def _move(school: School) -> None:
    Role.objects.filter(user=school.coach).update(classroom=school.class_7b)


def _add(school: School) -> None:
    services.appoint(school.coach, RoleKind.COACH, school.class_7b)


def _close_the_class(school: School) -> None:
    school.class_7a.delete()


@pytest.mark.parametrize("change", [_withdraw, _move, _add, _close_the_class])
def test_whose_rights_changed_since_gets_no_file(school: School, change: Callable[[School], None]):
    """contract 0.7: nor do rights that come back bring the old file back."""
    asked = ask(school, "csv")
    run()
    change(school)

    refused = download(school, asked)

    assert refused.status_code == 403
    assert "Your rights have changed since" in refused.content.decode()
    assert not files.file_of(asked).exists()
    services.appoint(school.coach, RoleKind.COACH, school.facility)
    page = browser(school.coach).get(f"/admin/roster/export/{asked.pk}/change/").content.decode()
    assert "Your rights have changed since" in page
    assert "/download/" not in page
    assert download(school, asked).status_code == 404


def test_whose_rights_are_what_they_were_gets_the_file(school: School):
    asked = ask(school, "csv")
    run()
    _withdraw(school)
    services.appoint(school.coach, RoleKind.COACH, school.class_7a)

    assert len(read_csv(body(download(school, asked)))) == 12


def test_who_was_a_superuser_gets_no_file(school: School):
    for_all = export(school.superuser, "logger/attemptlog", "csv").headers["Location"]
    run()
    User.objects.filter(pk=school.superuser.pk).update(is_superuser=False, facility=school.facility)

    refused = browser(school.superuser).get(for_all.replace("change", "download"))

    assert refused.status_code == 403


def test_whose_account_is_closed_is_not_even_let_in(school: School):
    asked, coach = ask(school, "csv"), browser(school.coach)
    run()
    User.objects.filter(pk=school.coach.pk).update(is_active=False)

    answer = coach.get(f"/admin/roster/export/{asked.pk}/download/")

    assert (answer.status_code, answer.headers["Location"][:13]) == (302, "/admin/login/")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_rights_that_change_half_way_leave_nothing_of_before(school: School, kind: str):
    asked = ask(school, kind)
    work()
    _move(school)

    run()

    rows = READ[kind](body(download(school, asked)))
    assert {row["username"] for row in rows} == {"chen"}
    assert len(rows) == 12


def test_an_export_that_cannot_be_made_says_so_and_lets_others_pass(
    school: School, monkeypatch: pytest.MonkeyPatch
):
    broken, whole = ask(school, "xlsx"), ask(school, "csv")

    monkeypatch.setattr(running, "write_workbook", _full)
    for turn in range(running.MOST_FAILURES + 1):
        run(timezone.now() + SILENCE * turn)

    broken.refresh_from_db()
    assert (broken.state, broken.error) == ("failed", running.NO_FILE)
    page = browser(school.coach).get(f"/admin/roster/export/{broken.pk}/change/")
    assert "The server could not make the file" in page.content.decode()
    assert len(read_csv(body(download(school, whole)))) == 12


def test_the_page_tells_how_much_of_a_workbook_is_written(school: School):
    asked, pages = ask(school, "xlsx"), []

    def look() -> bool:
        coach = browser(school.coach)
        pages.append(coach.get(f"/admin/roster/export/{asked.pk}/change/").content.decode())
        return False

    while running.Worker(clock=timezone.now, stopping=look).work():
        pass

    first, second = pages
    assert "writing the file, 12 rows, 0 %" in first
    assert "writing the file, 12 rows, 42 %" in second


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_full_disk_is_told_and_leaves_nothing_behind(
    school: School, kind: str, monkeypatch: pytest.MonkeyPatch
):
    asked = ask(school, kind)
    work()
    monkeypatch.setattr(files, "add", _full)

    run()

    asked.refresh_from_db()
    assert (asked.state, asked.error) == ("failed", running.NO_FILE)
    assert list(files.folder().iterdir()) == []


def test_a_disk_that_is_full_when_somebody_asks_is_told(
    school: School, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(export_admin, "MOST_AT_ONCE", 100)
    monkeypatch.setattr(export_admin, "write_workbook", _full)

    coach = browser(school.coach)
    answer = coach.post("/admin/logger/attemptlog/export/?q=ada", {"format": "xlsx"}, follow=True)

    assert answer.redirect_chain == [("/admin/logger/attemptlog/?q=ada", 302)]
    assert "The server could not make the file" in answer.content.decode()
    assert not AuditEntry.objects.filter(action="exported").exists()
    assert list(files.folder().iterdir()) == []


def test_what_nobody_has_worked_on_for_long_goes(school: School):
    """Folders too, which a process that was killed wrote a workbook in."""
    (files.folder() / "0000.desk-1").mkdir()
    (files.folder() / "0000.desk-1" / "book.xlsx").touch()
    (files.folder() / "0000.rows").touch()

    run(timezone.now() + timedelta(hours=47))
    kept = len(list(files.folder().iterdir()))
    run(timezone.now() + timedelta(hours=49))

    assert (kept, list(files.folder().iterdir())) == (2, [])


def test_files_go_after_a_day(school: School):
    asked = ask(school, "csv")
    run()
    path = files.file_of(asked)
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
