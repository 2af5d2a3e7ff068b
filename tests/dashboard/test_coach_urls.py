"""Coaches' pages accept ids without dashes, as exported files contain them."""

from __future__ import annotations

import pytest

from analytics.models import LearningEvent
from logger.models import AttemptLog, ContentSummary, MasteryLog
from tests.conftest import client_for
from tests.factories import School, answered, exercise
from tests.infra.export_client import browser


@pytest.fixture
def addresses(school: School) -> list[str]:
    """Return one URL of each kind, with ids as 32 hex digits."""
    client_for(school.ada).work(exercise(), answered("q"))
    event, summary = LearningEvent.objects.get(), ContentSummary.objects.get()
    mastery_log, attempt = MasteryLog.objects.get(), AttemptLog.objects.get()
    assert event.skill_id
    assert event.item_id
    learner = f"learners/{school.ada.pk.hex}/"
    return [
        learner, f"{learner}skills/{event.skill_id.hex}/", f"skills/{event.skill_id.hex}/",
        f"items/{event.item_id.hex}/", f"{learner}contents/{summary.content_id.hex}/",
        f"tries/{mastery_log.pk.hex}/", f"attempts/{attempt.pk.hex}/",
    ]  # fmt: skip


def test_an_id_without_dashes_opens_a_page(school: School, addresses: list[str]):
    for address in addresses:
        path = f"/admin/coach/{address}"
        assert browser(school.coach).get(path).status_code == 200, path
        assert browser(school.foreign_coach).get(path).status_code == 404, path


@pytest.mark.parametrize("key", ["0" * 31, "0" * 33, "g" * 32, "0" * 31 + "-", "x"])
def test_an_invalid_id_is_a_404(school: School, key: str):
    for kind in ("learners", "skills", "items", "tries", "attempts"):
        assert browser(school.coach).get(f"/admin/coach/{kind}/{key}/").status_code == 404
