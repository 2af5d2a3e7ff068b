"""Helpers that send requests to `/v3` and check the JSON:API responses."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from analytics.models import ItemMemory, LearningEvent
from tests.conftest import Client

STUDY = "/v3/study"
STUDIES = "/v3/studies"
JSON_API = "application/vnd.api+json"
GUID = "4ec0d7e2-a986-487d-9682-9ba6bbcb4cea"


def result_body(**fields: Any) -> dict[str, Any]:
    """Return the document's request body, for Ada and changed by these fields."""
    named = {} if "item_id" in fields else {"learning_engine_guid": GUID}
    return {
        "user_id": "student_ada",
        "partner_id": "779",
        "study_time_millis": 4930,
        "quiz_result": "Correct",
        **named,
        **fields,
    }


def post(client: Client, path: str, body: Any, **extra: Any) -> Any:
    return client.post(path, body, format="json", **extra)


def study(client: Client, **fields: Any) -> None:
    """Send a study result, which must be accepted."""
    response = post(client, STUDY, result_body(**fields))
    assert response.status_code == 204, response.content
    assert response.content == b""


def resource_of(response: Any, status: int = 200) -> dict[str, Any]:
    """Return the resource of a successful response, after checking its document."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == JSON_API
    [resource] = response.json().values()
    assert resource.keys() == {"type", "id", "attributes", "links"}
    if status == 201:
        assert response["Location"] == resource["links"]["self"]
    return resource


def create_resource(client: Client, path: str, /, **body: Any) -> dict[str, Any]:
    """Post a body, require 201, and return the resource created."""
    return resource_of(post(client, path, body), 201)


def errors(response: Any, status: int) -> list[dict[str, Any]]:
    """Return the errors of a response, after checking their shape (contract 0.12)."""
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
    """Return the only error of a response, after checking its source (pointer, parameter …)."""
    [error] = errors(response, status)
    [location] = error.get("source", {"": None}).values()
    assert location == source
    return error


def memory(**of: Any) -> ItemMemory:
    return ItemMemory.objects.get(**of)


def events() -> list[LearningEvent]:
    return list(LearningEvent.objects.in_order())


def guid(resource: dict[str, Any]) -> UUID:
    return UUID(resource["attributes"]["learning-engine-guid"])
