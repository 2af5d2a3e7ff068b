"""Headers that keep caches from storing personal data: contract 0.12a."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client as Browser

from roster.models import Scope
from tests.conftest import client_for
from tests.factories import School, video

LIST = "/api/logger/attemptlog"
PERSONAL = [
    "/api/logger/attemptlog", "/api/logger/masterylog?user=student_ada&content=" + "0" * 32,
    "/api/auth/facilityuser", "/api/auth/classroom", "/api/auth/session/current",
    "/api/assignments/lesson", "/api/v1/mastery/student_ada", "/v3/my/profile",
    "/api/logger/attemptlog/0", "/api/nothing",
]  # fmt: skip


@pytest.mark.parametrize("path", PERSONAL)
@pytest.mark.parametrize("carrier", ["X-API-Key", "Authorization", "cookie", "none"])
def test_no_cache_stores_a_response_with_personal_data(school: School, path: str, carrier: str):
    """contract 0.12a: whatever authenticates; errors too."""
    secret = school.key(Scope.ADMIN)
    headers = {"X-API-Key": secret, "Authorization": f"Bearer {secret}"}
    client = client_for(school.superuser if carrier == "cookie" else None)

    response = client.get(path, headers={carrier: headers[carrier]} if carrier in headers else {})

    assert response.headers["Cache-Control"] == "no-store"
    assert {"authorization", "cookie", "x-api-key"} <= varies_on(response)


def test_no_cache_stores_a_recorded_answer_or_a_token(school: School):
    """contract 0.12a."""
    app = client_for(school.key())

    for path, body in (
        ("/api/logger/contentsession", video(user_id="student_ada")),
        ("/api/auth/token", {"user_id": "student_ada"}),
        ("/api/v1/track-answer", {}),
    ):
        assert app.post(path, body).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/admin/", "/admin/roster/user/", "/admin/login/", "/admin/x"])
def test_no_cache_stores_a_page_of_the_admin(school: School, path: str):
    """contract 0.12a."""
    response = client_for(school.coach).get(path)

    assert "no-store" in response.headers["Cache-Control"]


@pytest.mark.parametrize("path", ["/", "/api/schema", "/metrics"])
def test_other_responses_vary_on_what_authenticates(db: None, path: str):
    """contract 0.12a."""
    response = Browser().get(path)

    assert "Cache-Control" not in response.headers
    assert {"authorization", "cookie", "x-api-key"} <= varies_on(response)


def test_a_response_that_is_not_stored_still_has_an_entity_tag(school: School):
    """contract 0.12a: clients that store it themselves get a 304."""
    app = client_for(school.key())
    first = app.get(LIST)

    second = app.get(LIST, headers={"If-None-Match": first.headers["ETag"]})

    assert second.status_code == 304
    assert second.headers["Cache-Control"] == "no-store"


def varies_on(response: Any) -> set[str]:
    return {name.strip().lower() for name in response.headers["Vary"].split(",")}
