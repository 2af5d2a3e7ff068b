"""A school with a low limit for immediate exports, and helpers that request large exports."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from config import scheduler
from infra.exports import worker
from infra.exports.models import Export
from roster.admin import export_mixin
from tests.conftest import client_for
from tests.factories import School, answered, exercise, make_school
from tests.infra.export_client import browser, export, read_csv, read_xlsx


@pytest.fixture(name="school")
def large_school(
    transactional_db: None, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> School:
    """Return a school where more than three rows are a large export, read in steps of five."""
    settings.EXPORTS_FOLDER = tmp_path / "exports"
    monkeypatch.setattr(export_mixin, "MAX_IMMEDIATE_ROWS", 3)
    monkeypatch.setattr(worker, "STEP_BATCH_SIZE", 5)
    school = make_school()
    for learner in (school.ada, school.chen):
        client_for(learner).work(exercise(), *[answered(f"q{n}", n % 2) for n in range(12)])
    return school


def request_export(school: School, kind: str, query: str = "") -> Export:
    response = export(school.coach, "logger/attemptlog", kind, query)
    asked = Export.objects.order_by("-id")[0]
    assert response.headers["Location"] == f"/admin/roster/export/{asked.pk}/change/"
    return asked


def run_one_step(at: datetime | None = None) -> None:
    """Run one step of an export."""
    moment = at or timezone.now()
    assert worker.Worker(clock=lambda: moment).run_step()


def finish_exports(at: datetime | None = None) -> None:
    moment = at or timezone.now()
    scheduler.run_exports(worker.Worker(clock=lambda: moment))
    scheduler.run_due(moment)


def download(school: School, asked: Export) -> Any:
    return browser(school.coach).get(f"/admin/roster/export/{asked.pk}/download/")


def raise_disk_full(*_args: Any, **_kwargs: Any) -> None:
    raise OSError(28, "No space left on device")


READ = {"csv": read_csv, "xlsx": read_xlsx}
