"""Helpers that send study results and read reviews and statistics."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from analytics.models import Item, Skill
from roster.models import Facility
from study.models import LearningItem, StudySet
from tests.conftest import Client
from tests.factories import NOW

STUDY = "/v3/study"
JSON_API = "application/vnd.api+json"


def result(item: str | UUID = "q1", **fields: Any) -> dict[str, Any]:
    """Return a request body for `POST /v3/study`, with the item given by code or GUID."""
    named = {"learning_engine_guid": str(item)} if isinstance(item, UUID) else {"item_id": item}
    return {
        "user_id": "student_ada", "partner_id": "779", "quiz_result": "Correct",
        "study_time_millis": 4000, **named, **fields,
    }  # fmt: skip


def study(client: Client, item: str | UUID = "q1", **fields: Any) -> None:
    """Send a study result, which must be accepted."""
    if isinstance(fields.get("timestamp"), datetime):
        fields["timestamp"] = fields["timestamp"].isoformat()
    response = client.post(STUDY, result(item, **fields), format="json")
    assert response.status_code == 204, response.content


def make_set(facility: Facility, *codes: str, name: str = "Capitals") -> StudySet:
    """Create a set of items with these codes; all have the skill of the set."""
    skill = Skill.objects.create(facility=facility, code=f"set {name}", title=name)
    study_set = StudySet.objects.create(facility=facility, name=name, skill=skill, created_at=NOW)
    items = [Item(facility=facility, code=code, skill=skill) for code in codes]
    Item.objects.bulk_create(items)
    LearningItem.objects.bulk_create(
        LearningItem(
            item=item,
            study_set=study_set,
            position=position,
            question=f"{item.code}?",
            answer=f"{item.code}!",
            created_at=NOW,
        )
        for position, item in enumerate(items)
    )
    return study_set


def document_of(response: Any) -> Any:
    """Return the JSON:API document of a successful response."""
    assert response.status_code == 200, response.content
    assert response["Content-Type"] == JSON_API
    return response.json()


def refused(response: Any, status: int) -> dict[str, Any]:
    """Return the only error of a JSON:API response (contract 0.12)."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == JSON_API
    [error] = response.json()["errors"]
    assert error["status"] == str(status)
    assert error["code"]
    assert error["title"]
    assert error["detail"]
    return error


def reviews(client: Client, **query: Any) -> dict[str, Any]:
    """Return the document of the items Ada is to study."""
    asked = {"user_id": "student_ada", "partner_id": "779", **query}
    return document_of(client.get(STUDY, asked))


def items_of(document: dict[str, Any]) -> list[str]:
    """Return the codes of the items in a document, in its order."""
    return [each["attributes"]["item-id"] for each in document["data"]]


def stats(client: Client, of: str = "", user: str = "student_ada") -> dict[str, Any]:
    """Return the attributes of a learner's statistics: of a set, of an item, or of everything."""
    path = f"/v3/users/{user}/{of}{'/' if of else ''}learning_stats"
    return document_of(client.get(path, {"partner_id": "779"}))["data"]["attributes"]


def guid_of(code: str) -> UUID:
    return Item.objects.get(code=code).guid


def item_stats(client: Client, code: str = "q1") -> dict[str, Any]:
    return stats(client, f"items/{guid_of(code)}")
