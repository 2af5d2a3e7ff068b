"""Workers of large exports: killed, stopped, overtaken; they block no other jobs."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from analytics.models import LearningEvent
from config import scheduler
from infra.exports import ListQuery, storage, worker
from infra.exports.models import CLAIM_TIMEOUT, Export
from logger.models import AttemptLog
from tests.factories import School
from tests.infra.export_client import body, browser, read_csv, read_xlsx
from tests.infra.large_exports import (
    READ,
    download,
    finish_exports,
    large_school,
    request_export,
    run_one_step,
)

__all__ = ["large_school"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_killed_process_neither_loses_nor_repeats_rows(
    school: School, kind: str, monkeypatch: pytest.MonkeyPatch
):
    """The process is killed at every step after it wrote to the file and before it committed."""
    asked, at = request_export(school, kind), timezone.now()

    def die(self: Export, **_how: Any) -> None:
        raise KeyboardInterrupt

    for _part in range(4 if kind == "xlsx" else 3):
        with monkeypatch.context() as context:
            context.setattr(Export, "save", die)
            with pytest.raises(KeyboardInterrupt):
                run_one_step(at)
        at += CLAIM_TIMEOUT
        run_one_step(at)

    asked.refresh_from_db()
    rows = READ[kind](body(download(school, asked)))
    theirs = AttemptLog.objects.filter(user=school.ada).order_by("-id")
    assert [row["attempt id"] for row in rows] == [attempt.pk.hex for attempt in theirs]
    assert [path.name for path in storage.folder().iterdir()] == [storage.result_path(asked).name]


def test_a_claimed_export_is_left_to_its_worker(school: School, monkeypatch: pytest.MonkeyPatch):
    """A claim that is ahead of the clock, which was set back since, is none."""
    request_export(school, "csv")
    at = timezone.now()
    monkeypatch.setattr(Export, "save", lambda _self, **_how: 1 / 0)
    monkeypatch.setattr(worker, "_count_failure", lambda *_args, **_how: None)
    run_one_step(at)

    early = worker.Worker(clock=lambda: at + CLAIM_TIMEOUT - timedelta(seconds=1)).run_step()
    set_back = worker.Worker(clock=lambda: at - timedelta(hours=2)).run_step()
    Export.objects.update(worked_at=at)
    late = worker.Worker(clock=lambda: at + CLAIM_TIMEOUT).run_step()

    assert (early, set_back, late) == (False, True, True)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_worker_with_an_expired_claim_does_no_harm(
    school: School, kind: str, monkeypatch: pytest.MonkeyPatch
):
    """Another worker continues at every step and finishes before the first one returns."""
    asked, at = request_export(school, kind), timezone.now()
    monkeypatch.setattr(worker, "STEP_BATCH_SIZE", 4)
    moments = iter([at + CLAIM_TIMEOUT * turn for turn in range(1, 100)])
    overtaken = 0

    def late() -> bool:
        nonlocal overtaken
        overtaken += 1
        finish_exports(next(moments))
        return False

    def clock() -> datetime:
        if Export.objects.filter(claim__isnull=False).exists() and overtaken < 2:
            late()
        return next(moments)

    while worker.Worker(clock=clock, is_stopping=late).run_step():
        pass

    asked.refresh_from_db()
    rows = READ[kind](body(download(school, asked)))
    theirs = AttemptLog.objects.filter(user=school.ada).order_by("-id")
    assert [row["attempt id"] for row in rows] == [attempt.pk.hex for attempt in theirs]
    assert (asked.state, asked.failures, overtaken) == ("ready", 0, 1)


def test_a_stopped_process_leaves_its_workbook_to_the_next(school: School):
    asked, at = request_export(school, "xlsx"), timezone.now()
    while asked.state != "writing":
        run_one_step(at)
        asked.refresh_from_db()
    worker.Worker(clock=lambda: at, is_stopping=lambda: True).run_step()
    assert {path.suffix for path in storage.folder().iterdir()} == {".rows"}

    finish_exports(at)

    assert len(read_xlsx(body(download(school, asked)))) == 12


def test_jobs_run_while_a_workbook_is_written(school: School):
    """The jobs of the learner model do not wait for exports."""
    asked, seen = request_export(school, "xlsx"), []

    def in_the_middle() -> bool:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(_jobs_of_another_thread).result()
        asked.refresh_from_db()
        seen.append((asked.state, LearningEvent.objects.unfolded().exists()))
        return False

    assert LearningEvent.objects.unfolded().exists()
    while worker.Worker(clock=timezone.now, is_stopping=in_the_middle).run_step():
        pass

    assert seen == [("writing", False)] * (12 // worker.STEP_BATCH_SIZE)
    assert len(read_xlsx(body(download(school, asked)))) == 12


def _jobs_of_another_thread() -> None:
    try:
        scheduler.run_due(timezone.now())
    finally:
        connection.close()


def test_rows_are_read_without_a_lock(school: School, monkeypatch: pytest.MonkeyPatch):
    """With a lock on SQLite, learners would wait while 5,000 rows are read."""
    request_export(school, "csv")
    read, seen = ListQuery.after, []

    def after(self: ListQuery, *args: Any) -> Any:
        seen.append(connection.in_atomic_block)
        return read(self, *args)

    monkeypatch.setattr(ListQuery, "after", after)
    finish_exports()

    assert seen == [False] * 3


def test_lost_rows_are_read_again(school: School):
    asked = request_export(school, "csv")
    run_one_step()
    storage.rows_path(asked).unlink()

    finish_exports()

    assert len(read_csv(body(download(school, asked)))) == 12


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_exports_wait_while_the_disk_is_nearly_full(school: School, kind: str, settings: Settings):
    """contract 0.11: also the disk of the files; the page says so, and the export goes on later."""
    asked = request_export(school, kind)
    page = f"/admin/roster/export/{asked.pk}/change/"
    run_one_step()
    run_one_step()
    enough = settings.MIN_FREE_SPACE
    settings.FREE_SPACE_FOLDER, settings.MIN_FREE_SPACE = None, 2**62

    finish_exports()

    asked.refresh_from_db()
    assert not asked.is_finished
    assert "waiting for free space" in browser(school.coach).get(page).content.decode()
    settings.MIN_FREE_SPACE = enough
    finish_exports()
    assert len(READ[kind](body(download(school, asked)))) == 12
