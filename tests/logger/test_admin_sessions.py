"""Sessions in the admin, as lists, pages and files tell them."""

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


def test_a_session_does_not_count_what_its_try_counts(school: School, session: ContentSession):
    """It counts attempts at no try alone; told beside a try that would be a wrong total."""
    page = browser(school.coach).get(f"/admin/logger/contentsession/{session.pk}/change/")
    [line] = read_csv(body(export(school.coach, "logger/contentsession")))

    assert "ttempt count" not in page.content.decode()
    assert not {heading for heading in line if "attempt" in heading}
