"""The jobs of the scheduler: contract 0.8, 0.9, 1.1 say which rows they delete."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.utils import timezone
from pytest_django import Settings

from config import scheduler
from config.models import JobRun
from infra.api.idempotency.models import IdempotencyRecord
from logger.models import AttemptLog, ContentSession
from roster.models import LearnerToken
from tests.conftest import Client, client_for
from tests.factories import School, answered, exercise, make_school, video

START = "/api/logger/contentsession"
TRACK = "/api/v1/track-answer"
STARTED = "2026-03-02T09:00:00Z"


def run() -> None:
    call_command("run_jobs", "--once")


def names() -> set[str]:
    return {job.name for job in scheduler.JOBS}


def test_stored_responses_are_deleted_after_a_day(app: Client):
    """contract 0.9."""
    with time_machine.travel(STARTED, tick=False) as clock:
        app.post(START, video(user_id="student_ada"), format="json", HTTP_IDEMPOTENCY_KEY="old")
        clock.shift(timedelta(hours=23))
        app.post(START, video(user_id="student_ada"), format="json", HTTP_IDEMPOTENCY_KEY="new")
        clock.shift(timedelta(hours=2))

        run()

    assert IdempotencyRecord.objects.get().name == "new"
    assert ContentSession.objects.count() == 2


def test_expired_tokens_are_deleted(app: Client):
    """contract 0.8."""
    with time_machine.travel(STARTED, tick=False) as clock:
        for name, ttl in (("student_ada", 60), ("student_ben", 7200)):
            app.post("/api/auth/token", {"user_id": name, "ttl": ttl}, format="json")
        clock.shift(timedelta(hours=1))

        run()

    assert LearnerToken.objects.get().user.external_id == "student_ben"


def test_old_sessions_of_guests_are_deleted_but_not_of_learners(school: School):
    """contract 1.1: no one can update these sessions any more."""
    school.elsewhere.delete()
    guest, ada = client_for(None), client_for(school.ada)
    with time_machine.travel(STARTED, tick=False) as clock:
        for client in (guest, ada):
            client.work(exercise(), answered())
        clock.shift(timedelta(hours=23))
        young = guest.work(exercise(), answered())["session_id"]
        clock.shift(timedelta(hours=2))

        run()

    left = {session.user_id: session.pk.hex for session in ContentSession.objects.all()}
    assert left.keys() == {None, school.ada.pk}
    assert left[None] == young
    assert set(AttemptLog.objects.values_list("user", flat=True)) == {None, school.ada.pk}


def test_sessions_of_guests_can_be_stored_longer(guest: Client, settings: Settings):
    settings.GUEST_SESSIONS_KEPT = timedelta(days=30)
    with time_machine.travel(STARTED, tick=False) as clock:
        guest.start(video())
        clock.shift(timedelta(days=29))

        run()

    assert ContentSession.objects.exists()


def test_expired_login_sessions_are_deleted(school: School):
    with time_machine.travel(STARTED, tick=False) as clock:
        client_for(school.ada)
        clock.shift(timedelta(days=10))
        client_for(school.ben)
        clock.shift(timedelta(days=10))

        run()

    assert Session.objects.count() == 1


def test_a_job_runs_when_it_is_due_and_not_before(db: None):
    with time_machine.travel(STARTED, tick=False) as clock:
        run()
        first = dict(JobRun.objects.values_list("name", "succeeded_at"))
        clock.shift(timedelta(seconds=4))
        run()
        second = dict(JobRun.objects.values_list("name", "succeeded_at"))
        clock.shift(timedelta(minutes=10))
        run()
        third = dict(JobRun.objects.values_list("name", "succeeded_at"))

    assert first.keys() == {*names(), scheduler.EXPORTS}
    assert first == second
    again = {name for name, moment in third.items() if moment != first[name]}
    assert again == {
        "check_alerts", "export", "fold_items", "fold_texts", "purge_exports", "purge_kept_answers",
        "purge_tokens", "recompute_late", "recount_activity", "refresh_due", "schedule_alerts",
        "send_digests", "send_password_links",
    }  # fmt: skip


def test_all_jobs_run_although_the_clock_was_set_back(db: None):
    with time_machine.travel(STARTED, tick=False) as clock:
        run()
        clock.shift(-timedelta(hours=3))
        run()
        now = timezone.now()

    assert set(JobRun.objects.values_list("succeeded_at", flat=True)) == {now}


def test_a_job_runs_all_its_batches(guest: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("logger.retention.SESSIONS_BATCH_SIZE", 2)
    with time_machine.travel(STARTED, tick=False) as clock:
        for _turn in range(5):
            guest.start(video())
        clock.shift(timedelta(days=2))

        run()

    assert not ContentSession.objects.exists()
    assert JobRun.objects.get(pk="purge_guest_sessions").done == 5


def test_a_failing_job_stops_no_other_and_is_tried_again(db: None, monkeypatch: pytest.MonkeyPatch):
    def fail(at: Any) -> int:
        JobRun.objects.update(done=99)  # must be rolled back
        raise ZeroDivisionError

    broken, *others = scheduler.JOBS
    failing = scheduler.Job(name=broken.name, every=broken.every, batch=fail)
    monkeypatch.setattr(scheduler, "JOBS", (failing, *others))
    with time_machine.travel(STARTED, tick=False) as clock:
        run()
        failed = JobRun.objects.get(pk=broken.name)
        monkeypatch.setattr(scheduler, "JOBS", (broken, *others))
        clock.shift(timedelta(minutes=1))
        run()

    assert (failed.succeeded_at, failed.done) == (None, 0)
    assert failed.failed_at is not None
    assert JobRun.objects.filter(succeeded_at=None).count() == 0
    assert JobRun.objects.filter(pk=broken.name, succeeded_at__gt=failed.failed_at).exists()


@pytest.mark.django_db(transaction=True)
def test_a_job_locked_by_another_runner_is_skipped():
    """Two runners do not run the same job at the same time."""
    from django.db import connection

    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer at a time anyway")
    from concurrent.futures import ThreadPoolExecutor

    from django.db import transaction

    make_school()
    at = timezone.now()
    JobRun.objects.bulk_create(JobRun(name=name, due_at=at) for name in names())

    def run_in_thread() -> None:
        try:
            scheduler.run_due(at)
        finally:
            connection.close()

    with transaction.atomic():
        JobRun.objects.select_for_update(no_key=True).get(pk="purge_tokens")
        with ThreadPoolExecutor(1) as pool:
            pool.submit(run_in_thread).result()

    left = JobRun.objects.filter(succeeded_at=None)
    assert [run.name for run in left] == ["purge_tokens"]


def test_jobs_pause_after_each_transaction(app: Client):
    """Requests can write while a job has much to do."""
    app.post(TRACK, {"user_id": "student_ada", "skill_id": "s", "is_correct": True}, format="json")
    pauses: list[float] = []

    scheduler.run_due(timezone.now(), pause=pauses.append)

    worked = JobRun.objects.filter(done__gt=0)
    assert {"fold_items", "check_alerts"} <= set(worked.values_list("name", flat=True))
    assert len(pauses) >= worked.count()
    assert min(pauses) > 0


def test_only_superusers_see_the_runs_of_jobs(school: School):
    run()

    page = client_for(school.superuser).get("/admin/config/jobrun/")

    assert "purge_guest_sessions" in page.text
    assert client_for(school.coach).get("/admin/config/jobrun/").status_code == 403
