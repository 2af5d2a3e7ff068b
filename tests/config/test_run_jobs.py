"""`manage.py run_jobs` as a separate process: jobs in one thread, exports in another."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from analytics.models import LearningEvent
from config.models import JobRun
from infra.exports.models import Export
from roster.admin import export_mixin
from tests.config.test_server import ROOT, database_url
from tests.conftest import client_for
from tests.factories import School, answered, exercise, make_school
from tests.infra.export_client import body, browser, export, read_xlsx
from tests.threads import PATIENCE, until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def asked(
    transactional_db: None, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Export:
    """Return a requested workbook of twelve attempts."""
    settings.EXPORTS_FOLDER = tmp_path / "exports"
    monkeypatch.setattr(export_mixin, "MAX_IMMEDIATE_ROWS", 3)
    school: School = make_school()
    client_for(school.ada).work(exercise(), *[answered(f"q{n}", n % 2) for n in range(12)])
    export(school.coach, "logger/attemptlog", "xlsx")
    return Export.objects.get()


@pytest.fixture
def runner(asked: Export, settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """Start the process, and stop it at the end."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": database_url(),
        "EXPORTS_FOLDER": str(settings.EXPORTS_FOLDER),
    }
    command = [sys.executable, "manage.py", "run_jobs"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def test_run_jobs_runs_jobs_and_exports_and_ends_on_sigterm(
    asked: Export, runner: subprocess.Popen[bytes]
):
    until(lambda: not LearningEvent.objects.unfolded().exists(), "the jobs")
    until(lambda: JobRun.objects.filter(pk="export", done=2).exists(), "the export")
    runner.terminate()
    ended = runner.wait(timeout=PATIENCE)

    coach = browser(asked.user)
    rows = read_xlsx(body(coach.get(f"/admin/roster/export/{asked.pk}/download/")))
    assert (len(rows), ended) == (12, 0)
