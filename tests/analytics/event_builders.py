"""Helpers that post answers to `track-answer` and check the responses."""

from __future__ import annotations

from typing import Any

from tests.conftest import Client

TRACK = "/api/v1/track-answer"


def answer(user: str = "student_ada", **fields: Any) -> dict[str, Any]:
    """Return a request body for `track-answer`: a right answer, changed by these fields."""
    return {"user_id": user, "skill_id": "algebra", "is_correct": True, **fields}


def track(client: Client, body: dict[str, Any], **extra: Any) -> Any:
    return client.post(TRACK, body, format="json", **extra)


def tracked(client: Client, body: dict[str, Any]) -> dict[str, Any]:
    """Post an answer, require success, and return the data of the response."""
    return data_of(track(client, body), "Learning event tracked successfully")


def data_of(response: Any, message: str | None = None) -> Any:
    """Return the data of a successful response, after checking its envelope."""
    assert response.status_code == 200, response.content
    body = response.json()
    assert body.keys() == {"success", "data", "message"}
    assert body["success"] is True
    assert body["message"]
    assert message is None or body["message"] == message
    return body["data"]


def refused(response: Any, status: int) -> dict[str, Any]:
    """Return the errors by field, after checking the envelope of an error (contract 0.12)."""
    body = response.json()
    assert response.status_code == status, response.content
    assert body.keys() == {"success", "data", "message", "errors"}
    assert (body["success"], body["data"]) == (False, None)
    assert body["message"]
    errors: dict[str, Any] = body["errors"]
    return errors
