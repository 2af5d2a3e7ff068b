"""`POST /v3/studies`: many results in one request (contract 3)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from analytics.models import Item, ItemMemory, LearningEvent
from analytics.services import bulk
from infra.api.idempotency.models import IdempotencyRecord
from roster.models import Scope, User
from tests.conftest import Client, client_for
from tests.factories import School, make_key
from tests.study.study_client import (
    GUID,
    JSON_API,
    STUDIES,
    STUDY,
    errors,
    memory,
    post,
    refused,
    result_body,
)


def send(client: Client, rows: Any, query: str = "", **extra: Any) -> Any:
    """Send a JSON array."""
    return post(client, STUDIES + query, rows, **extra)


def send_lines(client: Client, rows: list[Any], **extra: Any) -> Any:
    """Send NDJSON: bytes as they are, the rest as JSON."""
    body = b"\n".join(row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows)
    return client.post(STUDIES, body, content_type="application/x-ndjson", **extra)


def meta(response: Any) -> dict[str, Any]:
    """Return the `meta` of a bulk response, after checking the document."""
    assert response.status_code == 200, response.content
    assert response["Content-Type"] == JSON_API
    body = response.json()
    assert body.keys() == {"meta"}
    assert body["meta"].keys() == {"accepted", "duplicates", "rejected", "results"}
    return body["meta"]


def counts(response: Any) -> tuple[int, int, int]:
    totals = meta(response)
    return totals["accepted"], totals["duplicates"], totals["rejected"]


def pointers(response: Any) -> dict[int, set[str | None]]:
    """Return the pointers of the errors of each rejected row, by its index."""
    return {
        row["index"]: {error.get("source", {}).get("pointer") for error in row["errors"]}
        for row in meta(response)["results"]
    }


def mixed(count: int) -> list[dict[str, Any]]:
    """Return results of seven learners at eleven items, identified by code or GUID."""
    start = timezone.now() - timedelta(days=3)
    names: list[dict[str, Any]] = [
        {"item_id": f"q{n}"} if n % 2 else {"learning_engine_guid": str(UUID(int=n + 1))}
        for n in range(11)
    ]
    return [
        result_body(
            user_id=f"student_{n % 7}",
            quiz_result=("Correct", "Incorrect", "AlmostCorrect")[n % 3],
            event_id=f"e{n}",
            timestamp=(start + timedelta(minutes=37 * n)).isoformat(),
            **{"learning_engine_guid": None, **names[n % 11]},
        )
        for n in range(count)
    ]


def memories() -> list[dict[str, Any]]:
    """Return the memories of all learners, without primary keys."""
    names = ("stability", "difficulty", "last_review", "due", "reviews", "score", "seconds")
    of = ("learner__external_id", "item__code", "item__guid")
    rows = ItemMemory.objects.order_by("learner__external_id", "item__code", "item__guid")
    return [
        {**row, "item__guid": None if row["item__code"] else row["item__guid"]}
        for row in sorted(rows.values(*of, *names), key=lambda row: (row[of[0]], str(row[of[1]])))
    ]


@pytest.mark.parametrize("sending", [send, send_lines])
def test_a_bulk_gives_the_same_memories_as_single_requests(
    school: School, app: Client, sending: Any
):
    """contract 3: the same results give the same memories, as an array and as lines."""
    rows = mixed(60)
    for row in rows:
        assert post(app, STUDY, row).status_code == 204
    expected = sorted(memories(), key=str)
    LearningEvent.objects.all().delete()
    ItemMemory.objects.all().delete()
    User.objects.filter(external_id__startswith="student_", username=None).delete()

    response = sending(app, rows)

    assert counts(response) == (60, 0, 0)
    assert meta(response)["results"] == []
    assert sorted(memories(), key=str) == expected
    assert counts(sending(app, rows)) == (0, 60, 0)
    assert sorted(memories(), key=str) == expected


def test_the_content_type_may_be_json_api(app: Client):
    """contract 3: both content types."""
    response = app.post(STUDIES, json.dumps([result_body()]), content_type=JSON_API)

    assert counts(response) == (1, 0, 0)


def test_all_results_are_returned_on_request(app: Client):
    """contract 3: ?results=all, as in the bulk of answer tracking."""
    rows = [
        result_body(),
        result_body(quiz_result="correct"),
        result_body(event_id="e1"),
        result_body(event_id="e1"),
    ]

    response = send(app, rows, "?results=all")

    assert counts(response) == (2, 1, 1)
    results = meta(response)["results"]
    assert [row["index"] for row in results] == [0, 1, 2, 3]
    assert [row["status"] for row in results] == [
        "accepted", "rejected", "accepted", "duplicate",
    ]  # fmt: skip
    assert results[1]["errors"] == [
        {
            "status": "400",
            "code": "INVALID",
            "title": "Bad Request",
            "detail": "Must be one of: Correct, Incorrect, AlmostCorrect.",
            "source": {"pointer": "/quiz_result"},
        }
    ]
    assert memory().reviews == 2


def test_one_bad_row_never_rejects_the_others(school: School, app: Client):
    """contract 3: the response has the index and the errors of each rejected row."""
    rows: list[Any] = [
        result_body(), 7, None, [], {}, result_body(user_id=""),
        result_body(study_time_millis=True), result_body(item_id="q1", learning_engine_guid=GUID),
        result_body(partner_id="780"), result_body(),
    ]  # fmt: skip

    response = send(app, rows)

    assert counts(response) == (2, 0, 8)
    assert pointers(response) == {
        1: {None},
        2: {None},
        3: {None},
        4: {"/user_id", "/partner_id", "/quiz_result", "/study_time_millis"},
        5: {"/user_id"},
        6: {"/study_time_millis"},
        7: {"/item_id"},
        8: {"/partner_id"},
    }
    statuses = {row["index"]: row["errors"][0]["status"] for row in meta(response)["results"]}
    assert statuses[8] == "403"
    assert {statuses[index] for index in range(1, 8)} == {"400"}


@pytest.mark.parametrize("line", [b"{", b"NaN", b'{"user_id": "\\u0000"}', b"\xff", b"x" * 9999])
def test_a_line_that_is_no_json_is_a_bad_row(app: Client, line: bytes):
    """contract 0.11, 3"""
    response = send_lines(app, [result_body(), line, b"  ", result_body()])

    assert counts(response) == (2, 0, 1)
    assert pointers(response) == {1: {None}}


@pytest.mark.parametrize("body", [b"{}", b"null", b'"x"', b"", b"[", b"7"])
def test_a_body_that_is_no_array_is_refused(app: Client, body: bytes):
    """contract 0.12, 3"""
    refused(app.post(STUDIES, body, content_type="application/json"), 400)


def test_more_than_ten_thousand_rows_are_refused(app: Client):
    """contract 3: up to 10,000."""
    refused(send(app, [7] * 10_001), 400)
    assert counts(send(app, [7] * 10_000)) == (0, 0, 10_000)


def test_a_bulk_has_at_most_sixteen_mebibytes(app: Client):
    """contract 0.11: a line of NDJSON has at most one."""
    blank = b" " * (16 * 1024 * 1024 - 2)

    fits = app.post(STUDIES, b"[" + blank + b"]", content_type="application/json")
    over = app.post(STUDIES, b"[" + blank + b" ]", content_type="application/json")

    assert counts(fits) == (0, 0, 0)
    refused(over, 413)


def test_an_invalid_parameter_is_reported_as_a_parameter(app: Client):
    """contract 0.12: it is in the query, so the error has no pointer."""
    [error] = errors(send(app, [], "?results=some"), 400)

    assert error["source"] == {"parameter": "results"}


@pytest.mark.parametrize("kind", ["application/xml", "text/plain"])
def test_other_content_types_are_refused(app: Client, kind: str):
    refused(app.post(STUDIES, b"[]", content_type=kind), 415)


def test_a_closed_facility_accepts_only_known_learners_and_items(school: School, app: Client):
    """contract 0.6, 3: row by row, for learners and items."""
    assert counts(
        send(app, [result_body(), result_body(item_id="q1", learning_engine_guid=None)])
    ) == (2, 0, 0)
    school.facility.auto_provision = False
    school.facility.save()

    response = send(
        app,
        [
            result_body(),
            result_body(item_id="q1"),
            result_body(item_id="q2"),
            result_body(learning_engine_guid=str(UUID(int=9))),
            result_body(user_id="nobody"),
            result_body(learning_engine_guid=str(Item.objects.get(code="q1").guid)),
        ],
    )

    assert counts(response) == (3, 0, 3)
    assert pointers(response) == {
        2: {"/learning_engine_guid"},
        3: {"/learning_engine_guid"},
        4: {"/user_id"},
    }
    assert {row["errors"][0]["status"] for row in meta(response)["results"]} == {"404"}
    assert Item.objects.count() == 2
    assert not User.objects.filter(external_id="nobody").exists()


def test_a_login_records_only_its_own_rows(school: School):
    """contract 0.5: rows of others are rejected one by one."""
    rows = [
        result_body(),
        result_body(user_id="student_ben"),
        result_body(user_id=str(school.ada.pk)),
    ]

    response = send(client_for(school.ada), rows)

    assert counts(response) == (2, 0, 1)
    assert pointers(response) == {1: {"/user_id"}}
    assert memory().learner == school.ada


def test_another_learners_event_is_rejected(app: Client):
    """contract 0.9."""
    rows = [result_body(event_id="e1"), result_body(event_id="e1", user_id="student_ben")]

    response = send(app, rows)

    assert counts(response) == (1, 0, 1)
    [row] = meta(response)["results"]
    assert (row["errors"][0]["status"], row["errors"][0]["source"]) == (
        "422",
        {"pointer": "/event_id"},
    )


def test_a_bulk_without_permission_is_refused_as_a_whole(school: School):
    """contract 0.3, 0.5."""
    refused(send(client_for(None), [result_body()]), 401)
    refused(send(client_for(school.key(Scope.READ)), [result_body()]), 403)
    refused(send(client_for(school.superuser), [result_body()]), 403)

    assert not LearningEvent.objects.exists()


def test_foreign_rows_are_rejected_one_by_one(school: School):
    """A key of another facility records nothing for this partner."""
    response = send(
        client_for(make_key(school.elsewhere)), [result_body(), result_body(user_id="student_ben")]
    )

    assert counts(response) == (0, 0, 2)
    assert pointers(response) == {0: {"/partner_id"}, 1: {"/partner_id"}}
    assert not LearningEvent.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_bulk_sent_again_gets_the_same_response(school: School, app: Client):
    """contract 0.9: the same byte for byte, and nothing is recorded twice."""
    rows = [
        result_body(),
        result_body(quiz_result="no"),
        result_body(user_id="student_ben", event_id="e1"),
    ]

    first, second = (send(app, rows, HTTP_IDEMPOTENCY_KEY="r1") for _ in range(2))

    assert counts(first) == (2, 0, 1)
    assert second.content == first.content
    assert second["Content-Type"] == JSON_API
    assert second["Idempotent-Replayed"] == "true"
    assert LearningEvent.objects.count() == 2
    refused(send(app, rows[:1], HTTP_IDEMPOTENCY_KEY="r1"), 422)


@pytest.mark.django_db(transaction=True)
def test_a_bulk_that_failed_half_way_is_continued(
    school: School, app: Client, monkeypatch: pytest.MonkeyPatch
):
    """contract 0.9: its first part counts once, although no row has an event_id."""
    monkeypatch.setattr(bulk, "CHUNK_SIZE", 2)
    rows = [result_body(user_id=f"student_{n}") for n in range(6)]
    key = IdempotencyRecord.objects
    assert counts(send(app, rows, HTTP_IDEMPOTENCY_KEY="r1")) == (6, 0, 0)
    LearningEvent.objects.filter(learner__external_id="student_5").delete()
    ItemMemory.objects.filter(learner__external_id="student_5").delete()
    key.update(status=None, body=b"", expires_at=timezone.now() - timedelta(seconds=1))

    response = send(app, rows, HTTP_IDEMPOTENCY_KEY="r1")

    assert counts(response) == (6, 0, 0)
    assert set(ItemMemory.objects.values_list("reviews", flat=True)) == {1}
    assert ItemMemory.objects.count() == 6
