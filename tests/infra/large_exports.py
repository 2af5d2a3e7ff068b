"""A school where a few attempts are many, and asking for them as a file."""

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
    """Return a school where a few attempts are many, and five of them a part."""
    settings.EXPORTS_FOLDER = tmp_path / "exports"
    monkeypatch.setattr(export_mixin, "MAX_IMMEDIATE_ROWS", 3)
    monkeypatch.setattr(worker, "STEP_BATCH_SIZE", 5)
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
    assert worker.Worker(clock=lambda: moment).run_step()


def run(at: datetime | None = None) -> None:
    moment = at or timezone.now()
    scheduler.run_exports(worker.Worker(clock=lambda: moment))
    scheduler.run_due(moment)


def download(school: School, asked: Export) -> Any:
    return browser(school.coach).get(f"/admin/roster/export/{asked.pk}/download/")


def full(*_args: Any, **_kwargs: Any) -> None:
    raise OSError(28, "No space left on device")


READ = {"csv": read_csv, "xlsx": read_xlsx}
