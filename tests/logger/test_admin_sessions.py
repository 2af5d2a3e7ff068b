"""Sessions in the admin: lists, pages and exports."""

from __future__ import annotations

import pytest

from logger.models import ContentSession
from tests.conftest import client_for
from tests.factories import School, answered, exercise
from tests.infra.export_client import body, export, read_csv
from tests.logger.test_admin import browser


@pytest.fixture
def session(school: School) -> ContentSession:
    client_for(school.ada).work(exercise(), answered("a"), answered("b"))
    return ContentSession.objects.get()


def test_a_session_with_a_try_shows_no_attempt_count(school: School, session: ContentSession):
    """A session counts only attempts without a try; next to a try this would be a wrong total."""
    page = browser(school.coach).get(f"/admin/logger/contentsession/{session.pk}/change/")
    [line] = read_csv(body(export(school.coach, "logger/contentsession")))

    assert "ttempt count" not in page.content.decode()
    assert not {heading for heading in line if "attempt" in heading}
