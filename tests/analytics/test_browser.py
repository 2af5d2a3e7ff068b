"""Cross-origin tracking by the document's `fetch` in a browser (contract 0.3, 0.8, 2.1)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.analytics.event_builders import TRACK, data_of
from tests.conftest import Client

PAGE = "https://learn.example.org"
# The body of the document's own `fetch`, byte for byte.
BODY = """{
      "user_id": "student_123",
      "skill_id": "algebra_linear",
      "is_correct": true,
      "time_spent_seconds": 45,
      "confidence_score": 4
    }"""


@pytest.fixture(autouse=True)
def _allowed(settings: Any) -> None:
    settings.CORS_ALLOWED_ORIGINS = [PAGE]


def preflight(origin: str, *headers: str) -> Any:
    return Client().options(
        TRACK,
        HTTP_ORIGIN=origin,
        HTTP_ACCESS_CONTROL_REQUEST_METHOD="POST",
        HTTP_ACCESS_CONTROL_REQUEST_HEADERS=",".join(headers),
    )


def test_an_allowed_page_may_send_the_documents_request(db: None):
    """contract 0.3: the preflight of the document's JavaScript."""
    response = preflight(PAGE, "content-type", "x-api-key", "authorization", "idempotency-key")

    allowed = {name.strip() for name in response["Access-Control-Allow-Headers"].split(",")}
    assert response["Access-Control-Allow-Origin"] == PAGE
    assert "POST" in response["Access-Control-Allow-Methods"]
    assert allowed >= {"content-type", "x-api-key", "authorization", "idempotency-key"}


def test_another_page_may_send_nothing(db: None):
    assert "Access-Control-Allow-Origin" not in preflight("https://evil.example", "x-api-key")


@pytest.mark.parametrize("carrier", ["X-API-Key", "Authorization"])
def test_a_page_tracks_by_a_learners_token(app: Client, carrier: str):
    """contract 0.8: in either header, so the document's snippet needs no change."""
    body = {"user_id": "student_123"}
    token = app.post("/api/auth/token", body, format="json").json()["token"]
    carried = f"Bearer {token}" if carrier == "Authorization" else token

    response = Client().post(
        TRACK,
        BODY,
        content_type="application/json",
        headers={"Origin": PAGE, carrier: carried},
    )

    assert data_of(response)["total_attempts"] == 1
    assert response["Access-Control-Allow-Origin"] == PAGE
    assert "Idempotent-Replayed" in response["Access-Control-Expose-Headers"]


def test_a_page_can_read_an_error(app: Client):
    """contract 0.12: errors carry the header too."""
    response = Client().post(TRACK, BODY, content_type="application/json", headers={"Origin": PAGE})

    assert response.status_code == 401
    assert response["Access-Control-Allow-Origin"] == PAGE
