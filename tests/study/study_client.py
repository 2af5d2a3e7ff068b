"""How tests send what was studied, and what they are told."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from analytics.models import ItemMemory, LearningEvent
from tests.conftest import Client

STUDY = "/v3/study"
STUDIES = "/v3/studies"
JSON_API = "application/vnd.api+json"
GUID = "4ec0d7e2-a986-487d-9682-9ba6bbcb4cea"


def sent(**told: Any) -> dict[str, Any]:
    """Return a body: the document's, of Ada."""
    named = {} if "item_id" in told else {"learning_engine_guid": GUID}
    return {
        "user_id": "student_ada",
        "partner_id": "779",
        "study_time_millis": 4930,
        "quiz_result": "Correct",
        **named,
        **told,
    }


def post(client: Client, path: str, body: Any, **extra: Any) -> Any:
    return client.post(path, body, format="json", **extra)


def study(client: Client, **told: Any) -> None:
    """Send a result, which must be taken."""
    response = post(client, STUDY, sent(**told))
    assert response.status_code == 204, response.content
    assert response.content == b""


def data(response: Any, status: int = 200) -> dict[str, Any]:
    """Return the resource of an answer that must be a success, its document checked."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == JSON_API
    [told] = response.json().values()
    assert told.keys() == {"type", "id", "attributes", "links"}
    if status == 201:
        assert response["Location"] == told["links"]["self"]
    return told


def made(client: Client, path: str, /, **body: Any) -> dict[str, Any]:
    """Create something, which must succeed."""
    return data(post(client, path, body), 201)


def errors(response: Any, status: int) -> list[dict[str, Any]]:
    """Return what was wrong, its shape checked (contract 0.12)."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == JSON_API
    body = response.json()
    assert body.keys() == {"errors"}
    for error in body["errors"]:
        assert error.keys() - {"source"} == {"status", "code", "title", "detail"}
        assert error["status"] == str(status)
        assert all(type(word) is str and word for name, word in error.items() if name != "source")
    assert body["errors"]
    return body["errors"]


def refused(response: Any, status: int, source: str | None = None) -> dict[str, Any]:
    """Return the one thing that was wrong, and where: a pointer, or another kind of place."""
    [error] = errors(response, status)
    [place] = error.get("source", {"": None}).values()
    assert place == source
    return error


def memory(**of: Any) -> ItemMemory:
    return ItemMemory.objects.get(**of)


def events() -> list[LearningEvent]:
    return list(LearningEvent.objects.in_order())


def guid(resource: dict[str, Any]) -> UUID:
    return UUID(resource["attributes"]["learning-engine-guid"])
