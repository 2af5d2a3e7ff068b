"""`POST /v3/studies`: many results at once (contract 3)."""

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
    sent,
)


def send(client: Client, rows: Any, query: str = "", **extra: Any) -> Any:
    """Send a JSON array."""
    return post(client, STUDIES + query, rows, **extra)


def send_lines(client: Client, rows: list[Any], **extra: Any) -> Any:
    """Send NDJSON: bytes as they are, the rest as JSON."""
    body = b"\n".join(row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows)
    return client.post(STUDIES, body, content_type="application/x-ndjson", **extra)


def meta(response: Any) -> dict[str, Any]:
    """Return what became of the rows, the document checked."""
    assert response.status_code == 200, response.content
    assert response["Content-Type"] == JSON_API
    body = response.json()
    assert body.keys() == {"meta"}
    assert body["meta"].keys() == {"accepted", "duplicates", "rejected", "results"}
    return body["meta"]


def counts(response: Any) -> tuple[int, int, int]:
    told = meta(response)
    return told["accepted"], told["duplicates"], told["rejected"]


def pointers(response: Any) -> dict[int, set[str | None]]:
    """Return where each rejected row is wrong, by its place."""
    return {
        row["index"]: {error.get("source", {}).get("pointer") for error in row["errors"]}
        for row in meta(response)["results"]
    }


def mixed(count: int) -> list[dict[str, Any]]:
    """Return results of seven learners at some items, named either way."""
    began = timezone.now() - timedelta(days=3)
    names: list[dict[str, Any]] = [
        {"item_id": f"q{n}"} if n % 2 else {"learning_engine_guid": str(UUID(int=n + 1))}
        for n in range(11)
    ]
    return [
        sent(
            user_id=f"student_{n % 7}",
            quiz_result=("Correct", "Incorrect", "AlmostCorrect")[n % 3],
            event_id=f"e{n}",
            timestamp=(began + timedelta(minutes=37 * n)).isoformat(),
            **{"learning_engine_guid": None, **names[n % 11]},
        )
        for n in range(count)
    ]


def memories() -> list[dict[str, Any]]:
    """Return what everybody remembers, but for keys."""
    names = ("stability", "difficulty", "last_review", "due", "reviews", "score", "seconds")
    of = ("learner__external_id", "item__code", "item__guid")
    rows = ItemMemory.objects.order_by("learner__external_id", "item__code", "item__guid")
    return [
        {**row, "item__guid": None if row["item__code"] else row["item__guid"]}
        for row in sorted(rows.values(*of, *names), key=lambda row: (row[of[0]], str(row[of[1]])))
    ]


@pytest.mark.parametrize("sending", [send, send_lines])
def test_many_are_what_one_by_one_would_be(school: School, app: Client, sending: Any):
    """contract 3: the same results, the same memories; as an array and as lines."""
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


def test_it_may_be_called_json_api(app: Client):
    """contract 3: both content types."""
    response = app.post(STUDIES, json.dumps([sent()]), content_type=JSON_API)

    assert counts(response) == (1, 0, 0)


def test_every_result_is_told_where_asked_for(app: Client):
    """contract 3: ?results=all, as in the bulk of answer tracking."""
    rows = [sent(), sent(quiz_result="correct"), sent(event_id="e1"), sent(event_id="e1")]

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
    """contract 3: whatever is wrong with it; its place and the reason are told."""
    rows: list[Any] = [
        sent(), 7, None, [], {}, sent(user_id=""), sent(study_time_millis=True), sent(item_id="q1",
        learning_engine_guid=GUID), sent(partner_id="780"), sent(),
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
    response = send_lines(app, [sent(), line, b"  ", sent()])

    assert counts(response) == (2, 0, 1)
    assert pointers(response) == {1: {None}}


@pytest.mark.parametrize("body", [b"{}", b"null", b'"x"', b"", b"[", b"7"])
def test_a_body_that_is_no_array_is_refused(app: Client, body: bytes):
    """contract 0.12, 3"""
    refused(app.post(STUDIES, body, content_type="application/json"), 400)


def test_too_many_rows_are_refused_at_once(app: Client):
    """contract 3: up to 10,000."""
    refused(send(app, [7] * 10_001), 400)
    assert counts(send(app, [7] * 10_000)) == (0, 0, 10_000)


def test_a_bulk_holds_sixteen_mebibytes_and_no_more(app: Client):
    """contract 0.11: and NDJSON's line one."""
    blank = b" " * (16 * 1024 * 1024 - 2)

    fits = app.post(STUDIES, b"[" + blank + b"]", content_type="application/json")
    over = app.post(STUDIES, b"[" + blank + b" ]", content_type="application/json")

    assert counts(fits) == (0, 0, 0)
    refused(over, 413)


def test_a_bad_parameter_is_told_as_one(app: Client):
    """contract 0.12: it is in the query, so there is no pointer."""
    [error] = errors(send(app, [], "?results=some"), 400)

    assert error["source"] == {"parameter": "results"}


@pytest.mark.parametrize("kind", ["application/xml", "text/plain"])
def test_other_content_types_are_not_taken(app: Client, kind: str):
    refused(app.post(STUDIES, b"[]", content_type=kind), 415)


def test_a_closed_facility_takes_only_what_it_has(school: School, app: Client):
    """contract 0.6, 3: row by row; the learner or the item."""
    assert counts(send(app, [sent(), sent(item_id="q1", learning_engine_guid=None)])) == (2, 0, 0)
    school.facility.auto_provision = False
    school.facility.save()

    response = send(
        app,
        [
            sent(),
            sent(item_id="q1"),
            sent(item_id="q2"),
            sent(learning_engine_guid=str(UUID(int=9))),
            sent(user_id="nobody"),
            sent(learning_engine_guid=str(Item.objects.get(code="q1").guid)),
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


def test_a_login_records_its_own_rows_alone(school: School):
    """contract 0.5: others' are rejected one by one."""
    rows = [sent(), sent(user_id="student_ben"), sent(user_id=str(school.ada.pk))]

    response = send(client_for(school.ada), rows)

    assert counts(response) == (2, 0, 1)
    assert pointers(response) == {1: {"/user_id"}}
    assert memory().learner == school.ada


def test_another_learners_event_is_rejected(app: Client):
    """contract 0.9."""
    rows = [sent(event_id="e1"), sent(event_id="e1", user_id="student_ben")]

    response = send(app, rows)

    assert counts(response) == (1, 0, 1)
    [row] = meta(response)["results"]
    assert (row["errors"][0]["status"], row["errors"][0]["source"]) == (
        "422",
        {"pointer": "/event_id"},
    )


def test_whoever_may_not_record_is_refused_as_a_whole(school: School):
    """contract 0.3, 0.5."""
    refused(send(client_for(None), [sent()]), 401)
    refused(send(client_for(school.key(Scope.READ)), [sent()]), 403)
    refused(send(client_for(school.superuser), [sent()]), 403)

    assert not LearningEvent.objects.exists()


def test_foreign_rows_are_rejected_one_by_one(school: School):
    """issue 5: a key of another facility records nothing for this partner."""
    response = send(client_for(make_key(school.elsewhere)), [sent(), sent(user_id="student_ben")])

    assert counts(response) == (0, 0, 2)
    assert pointers(response) == {0: {"/partner_id"}, 1: {"/partner_id"}}
    assert not LearningEvent.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_bulk_sent_again_is_answered_again(school: School, app: Client):
    """contract 0.9: the same answer, byte for byte, and nothing moves twice."""
    rows = [sent(), sent(quiz_result="no"), sent(user_id="student_ben", event_id="e1")]

    first, second = (send(app, rows, HTTP_IDEMPOTENCY_KEY="r1") for _ in range(2))

    assert counts(first) == (2, 0, 1)
    assert second.content == first.content
    assert second["Content-Type"] == JSON_API
    assert second["Idempotent-Replayed"] == "true"
    assert LearningEvent.objects.count() == 2
    refused(send(app, rows[:1], HTTP_IDEMPOTENCY_KEY="r1"), 422)


@pytest.mark.django_db(transaction=True)
def test_a_bulk_that_died_half_way_goes_on_from_there(
    school: School, app: Client, monkeypatch: pytest.MonkeyPatch
):
    """contract 0.9: what its first part did counts once, though no row has an event_id."""
    monkeypatch.setattr(bulk, "CHUNK_SIZE", 2)
    rows = [sent(user_id=f"student_{n}") for n in range(6)]
    key = IdempotencyRecord.objects
    assert counts(send(app, rows, HTTP_IDEMPOTENCY_KEY="r1")) == (6, 0, 0)
    LearningEvent.objects.filter(learner__external_id="student_5").delete()
    ItemMemory.objects.filter(learner__external_id="student_5").delete()
    key.update(status=None, body=b"", expires_at=timezone.now() - timedelta(seconds=1))

    response = send(app, rows, HTTP_IDEMPOTENCY_KEY="r1")

    assert counts(response) == (6, 0, 0)
    assert set(ItemMemory.objects.values_list("reviews", flat=True)) == {1}
    assert ItemMemory.objects.count() == 6
