"""The scheduler of the installation's jobs; each job runs in one process at a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F

from analytics.services.alert_checks import check_alerts, schedule_checks
from analytics.services.daily_activity import recount_outdated
from analytics.services.due_times import refresh_due
from analytics.services.item_statistics import fold_events
from analytics.services.item_texts import fold_texts
from analytics.services.late_answers import recompute_late
from config.models import JobRun
from dashboard.digests import send_digests
from infra.api.idempotency import store
from infra.db.models import delete_batch
from infra.exports import worker as exports
from logger import retention
from roster import logins
from roster import services as roster_services
from roster.services.login_sessions import purge_sessions
from roster.services.password_resets import send_links

log = structlog.get_logger(__name__)

AFTER_FAILURE = timedelta(minutes=1)
# Exports run beside the jobs, and are reported in the same table.
EXPORTS = "export"
EXPORTS_REPORT_EVERY = timedelta(minutes=1)
# The time between two transactions of jobs, in multiples of the first one's: requests write then.
PAUSE_RATIO = 2


@dataclass(frozen=True, kw_only=True)
class Job:
    """A job that runs periodically.

    `batch` does a bounded part of the work in the transaction of its caller, and returns the number
    of rows it processed. It is called again until it returns 0, at most `max_batches` times before
    the other jobs have their turn.
    """

    name: str
    every: timedelta
    batch: Callable[[datetime], int]
    max_batches: int | None = None

    def is_due(self, due_at: datetime, *, at: datetime) -> bool:
        """Return whether the job is due; a time too far ahead is of a clock set back since."""
        return not at < due_at <= at + 2 * max(self.every, AFTER_FAILURE)


def _purge_login_sessions(at: datetime) -> int:
    expired = Session.objects.filter(expire_date__lt=at)
    return delete_batch(expired.order_by("expire_date"), store.PURGE_BATCH_SIZE)


JOBS = (
    # At every tick of `run_jobs`, because learners wait for it.
    Job(name="recompute_late", every=timedelta(seconds=5), batch=recompute_late, max_batches=50),
    Job(name="fold_items", every=timedelta(seconds=30), batch=fold_events),
    Job(name="schedule_alerts", every=timedelta(minutes=10), batch=schedule_checks),
    # After the events of the answers are folded, which makes the checks due.
    Job(name="check_alerts", every=timedelta(seconds=30), batch=check_alerts, max_batches=50),
    Job(name="refresh_due", every=timedelta(seconds=30), batch=refresh_due),
    Job(name="recount_activity", every=timedelta(minutes=10), batch=recount_outdated),
    Job(name="purge_kept_answers", every=timedelta(minutes=10), batch=store.purge),
    Job(name="purge_tokens", every=timedelta(minutes=10), batch=roster_services.purge_tokens),
    Job(name="purge_guest_sessions", every=timedelta(hours=1), batch=retention.purge_guests),
    Job(name="purge_login_sessions", every=timedelta(hours=1), batch=_purge_login_sessions),
    Job(name="purge_ended_sessions", every=timedelta(hours=1), batch=purge_sessions),
    Job(name="purge_failed_logins", every=timedelta(hours=1), batch=logins.purge_failures),
    Job(name="purge_exports", every=timedelta(minutes=10), batch=exports.purge),
    Job(name="fold_texts", every=timedelta(seconds=30), batch=fold_texts),
    Job(name="send_password_links", every=timedelta(seconds=5), batch=send_links, max_batches=50),
    # After the alerts are checked, which it reports.
    Job(name="send_digests", every=timedelta(minutes=1), batch=send_digests, max_batches=50),
)


def run_due(
    at: datetime,
    *,
    stopping: Callable[[], bool] = lambda: False,
    pause: Callable[[float], object] = lambda _seconds: None,
) -> None:
    """Run all jobs that are due; a job that fails is retried in a minute and stops no other.

    Parameters
    ----------
    stopping : says whether to stop after the current batch.
    pause : waits for a number of seconds; called after each batch, because on SQLite no request
        writes during one.
    """
    for job in _due(at):
        try:
            batches = 0
            while not stopping() and batches != job.max_batches:
                started = time.monotonic()
                if not _run_batch(job, at=at):
                    break
                pause(PAUSE_RATIO * (time.monotonic() - started))
                batches += 1
            if batches:  # most jobs mostly find nothing to do
                log.info("job_done", job=job.name, batches=batches)
        except Exception:  # an error in one job must not stop the others
            log.exception("job_failed", job=job.name)
            JobRun.objects.filter(pk=job.name).update(failed_at=at, due_at=at + AFTER_FAILURE)


def _due(at: datetime) -> Iterable[Job]:
    """Return the jobs that are due, read without a lock because usually there are none."""
    runs = dict(JobRun.objects.values_list("name", "due_at"))
    missing = [JobRun(name=job.name, due_at=at) for job in JOBS if job.name not in runs]
    if missing:
        JobRun.objects.bulk_create(missing, ignore_conflicts=True)
    return [job for job in JOBS if job.is_due(runs.get(job.name, at), at=at)]


@transaction.atomic(durable=True)
def _run_batch(job: Job, *, at: datetime) -> bool:
    """Run one batch of a job, if it is still due and not running elsewhere.

    Return True if there may be more rows.
    """
    runs = JobRun.objects.select_for_update(skip_locked=True, no_key=True)
    run = runs.filter(pk=job.name).first()
    if run is None or not job.is_due(run.due_at, at=at):
        return False
    done = job.batch(at)
    run.done += done
    if not done:
        run.succeeded_at, run.due_at = at, at + job.every
    run.save(update_fields=["done", "succeeded_at", "due_at"])
    return bool(done)


def run_exports(worker: exports.Worker) -> None:
    """Make the requested large exports, one part at a time.

    A workbook takes minutes, so this runs in its own thread and locks no row of `JobRun`: a worker
    claims each export, and several exports may be made at the same time.
    """
    parts = 0
    try:
        while not worker.is_stopping() and worker.run_step():
            parts += 1
    except Exception:  # an error in exports must not stop their thread
        log.exception("job_failed", job=EXPORTS)
        JobRun.objects.filter(pk=EXPORTS).update(failed_at=worker.clock())
    else:
        _report_exports(parts, at=worker.clock())


def _report_exports(parts: int, *, at: datetime) -> None:
    """Save the time and the number of exported parts; without any, at most once a minute."""
    due = {"succeeded_at": at, "due_at": at + EXPORTS_REPORT_EVERY}
    runs = JobRun.objects.filter(pk=EXPORTS)
    not_due = runs.filter(due_at__gt=at, due_at__lte=at + 2 * EXPORTS_REPORT_EVERY)
    if parts or not not_due.exists():
        JobRun.objects.get_or_create(pk=EXPORTS, defaults=due)
        runs.update(done=F("done") + parts, **due)
