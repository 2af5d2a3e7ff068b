"""`POST /api/v1/track-answers`: many answers in one request (contract 2.1)."""

from __future__ import annotations

import json
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.db import OperationalError, connection
from django.utils import timezone
from rest_framework.exceptions import ParseError

from analytics.models import LearningEvent, Skill, SkillState
from analytics.services import bulk
from infra.api.idempotency.models import IdempotencyRecord
from infra.api.parsers import read_lines
from roster.models import Facility, Scope, User
from tests.analytics.event_builders import answer, data_of, refused, track
from tests.conftest import Client, client_for
from tests.factories import School, make_key, make_school
from tests.threads import together

PATH = "/api/v1/track-answers"


def send(client: Client, rows: Any, query: str = "", **extra: Any) -> Any:
    """Send a JSON array."""
    return client.post(PATH + query, rows, format="json", **extra)


def send_lines(client: Client, *rows: Any, **extra: Any) -> Any:
    """Send NDJSON: bytes as they are, the rest as JSON."""
    body = b"\n".join(
        line if isinstance(line, bytes) else json.dumps(line).encode() for line in rows
    )
    return client.post(PATH, body, content_type="application/x-ndjson", **extra)


def counts(response: Any) -> tuple[int, int, int]:
    """Return the numbers of accepted, duplicate and rejected rows, after checking the shape."""
    body = response.json()
    assert response.status_code == 200, response.content
    assert body.keys() == {"success", "data", "results", "message"}
    assert body["success"] is True
    data = body["data"]
    assert data.keys() == {"accepted", "duplicates", "rejected"}
    return data["accepted"], data["duplicates"], data["rejected"]


def mixed(count: int) -> list[dict[str, Any]]:
    """Return answers of seven learners at three skills, a minute apart."""
    start = timezone.now() - timedelta(days=1)
    return [
        answer(
            f"student_{n % 7}",
            skill_id=f"skill{n % 3}",
            is_correct=n % 5 != 0,
            item_id=f"q{n % 11}",
            event_id=f"e{n}",
            time_spent_seconds=n,
            timestamp=(start + timedelta(minutes=n)).isoformat(),
        )
        for n in range(count)
    ]


def states() -> list[dict[str, Any]]:
    """Return the skill states of all learners, without primary keys."""
    names = ("mastery", "fading", "attempts", "correct", "ability_mean", "velocity", "p_stuck")
    rows = SkillState.objects.order_by("learner__external_id", "skill__code")
    return list(rows.values("learner__external_id", "skill__code", *names))


def test_answers_of_a_learner_with_two_ids_keep_the_order_of_the_body(school: School, app: Client):
    """contract 0.6, 2.1: an external id and a UUID in turn are one learner."""
    names = [str(school.ada.external_id), str(school.ada.pk)]

    response = send(app, [answer(names[n % 2], item_id=f"q{n}") for n in range(6)])

    assert counts(response) == (6, 0, 0)
    events = LearningEvent.objects.filter(learner=school.ada).in_order()
    assert [event.item.code for event in events.select_related("item") if event.item] == [
        f"q{n}" for n in range(6)
    ]


@pytest.mark.parametrize("sending", [send, lambda client, rows: send_lines(client, *rows)])
def test_a_bulk_gives_the_same_states_as_single_requests(school: School, sending: Any):
    """contract 2.1: the same answers give the same states, as an array and as lines."""
    one_by_one, in_bulk = client_for(school.key()), client_for(make_key(school.elsewhere))
    rows = mixed(60)
    for row in rows:
        assert track(one_by_one, row).status_code == 200
    expected = states()
    LearningEvent.objects.all().delete()
    SkillState.objects.all().delete()

    response = sending(in_bulk, rows)

    assert counts(response) == (60, 0, 0)
    assert response.json()["results"] == []
    assert states() == expected


def test_all_results_are_returned_on_request(app: Client):
    """contract 2.1: ?results=all"""
    rows = [answer(), answer(is_correct="no"), answer(event_id="e1"), answer(event_id="e1")]

    response = send(app, rows, "?results=all")

    assert counts(response) == (2, 1, 1)
    results = response.json()["results"]
    assert [result["index"] for result in results] == [0, 1, 2, 3]
    assert [result["status"] for result in results] == [
        "accepted", "rejected", "accepted", "duplicate",
    ]  # fmt: skip
    assert results[1] == {
        "index": 1,
        "status": "rejected",
        "errors": {"is_correct": ["true or false is required."]},
    }
    assert results[2]["data"]["mastery_before"] == results[0]["data"]["mastery_after"]
    assert results[3]["data"]["mastery_after"] == results[2]["data"]["mastery_after"]
    assert track(app, answer()).json()["data"]["total_attempts"] == 3


def test_one_bad_row_never_rejects_the_others(app: Client):
    """contract 2.1: the response has the index and the errors of each rejected row."""
    rows: list[Any] = [
        answer(), 7, None, [], {}, answer(user_id=""), answer(confidence_score=6), answer(),
    ]  # fmt: skip

    response = send(app, rows)

    assert counts(response) == (2, 0, 6)
    errors = {result["index"]: result["errors"] for result in response.json()["results"]}
    assert [*errors] == [1, 2, 3, 4, 5, 6]
    assert errors[4].keys() == {"user_id", "skill_id", "is_correct"}
    assert errors[6].keys() == {"confidence_score"}


@pytest.mark.parametrize(
    "line", [b"{", b"NaN", b'{"user_id": "\\u0000"}', b"\xff", b"[" * 100 + b"]" * 100, b"x" * 9999]
)
def test_a_line_that_is_no_json_is_a_bad_row(app: Client, line: bytes):
    """contract 0.11, 2.1"""
    response = send_lines(app, answer(), line, answer())

    assert counts(response) == (2, 0, 1)
    [result] = response.json()["results"]
    assert result["index"] == 1
    assert result["errors"].keys() == {"non_field_errors"}


def test_blank_lines_are_no_rows(app: Client):
    """contract 2.1: NDJSON"""
    response = send_lines(app, b"", answer(), b"  ", b"{}\r", answer(), b"")

    assert counts(response) == (2, 0, 1)
    assert response.json()["results"][0]["index"] == 1


def test_an_empty_array_is_accepted(app: Client):
    assert counts(send(app, [])) == (0, 0, 0)


@pytest.mark.parametrize("body", ["{}", '"x"', "7", "null", "true", "[", ""])
def test_a_body_that_is_no_array_is_refused(app: Client, body: str):
    """contract 2.1"""
    response = app.post(PATH, body.encode(), content_type="application/json")

    refused(response, 400)


def test_a_body_has_at_most_ten_thousand_rows(app: Client):
    """contract 2.1: nothing of a larger body is recorded."""
    rows = [answer(is_correct=None)] * 10_000

    assert counts(send(app, rows)) == (0, 0, 10_000)
    refused(send(app, [*rows, answer()]), 400)
    refused(send_lines(app, *rows, answer()), 400)
    assert not LearningEvent.objects.exists()


def test_a_body_has_at_most_16_mib(app: Client, settings: Any):
    """contract 0.11: a larger body is a 413, and nothing is recorded."""
    large = answer(note="x" * 1024 * 1000)
    rows = [large] * 16

    assert counts(send(app, rows)) == (16, 0, 0)
    assert counts(send_lines(app, *rows)) == (16, 0, 0)
    refused(send(app, [*rows, large]), 413)
    refused(send_lines(app, *rows, large), 413)
    refused(send_lines(app, answer(), answer(note="x" * 1024 * 1024), answer()), 413)
    assert LearningEvent.objects.count() == 32


def test_an_incomplete_body_of_lines_is_refused():
    """contract 0.1: a client that disconnected in the middle has sent nothing."""
    limits = {"limit": 100, "max_line_length": 100}

    assert [*read_lines(BytesIO(b"a\n\nbc"), content_length=5, **limits)] == [b"a", b"bc"]
    with pytest.raises(ParseError):
        [*read_lines(BytesIO(b"a\n\n"), content_length=5, **limits)]


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data; boundary=x"])
def test_another_media_type_is_refused(app: Client, kind: str):
    """contract 0.12"""
    refused(app.post(PATH, b"[]", content_type=kind), 415)


def test_an_event_counts_once(app: Client):
    """contract 0.9: within one body and across requests."""
    rows = [answer(event_id=name) for name in ("a", "b", "a")]

    assert counts(send(app, rows)) == (2, 1, 0)
    assert counts(send(app, rows)) == (0, 3, 0)
    assert track(app, answer(event_id="b")).json()["data"]["total_attempts"] == 2
    assert LearningEvent.objects.count() == 2


def test_an_event_id_of_another_learner_rejects_only_its_row(app: Client):
    """contract 0.9, 2.1: within one body too, where the first row owns the id."""
    track(app, answer(event_id="old"))
    rows = [
        answer("student_ben", event_id="old"),
        answer("student_ben", event_id="new"),
        answer("student_ada", event_id="new"),
        answer("student_chen"),
    ]

    response = send(app, rows)

    assert counts(response) == (2, 0, 2)
    errors = {result["index"]: result["errors"] for result in response.json()["results"]}
    reason = {"event_id": ["This event_id was used for another learner."]}
    assert errors == {0: reason, 2: reason}


def test_unknown_learners_and_skills_are_created(school: School, app: Client):
    """contract 0.6"""
    assert counts(send(app, mixed(40))) == (40, 0, 0)

    assert User.objects.filter(external_id__startswith="student_", facility=school.facility)
    assert Skill.objects.count() == 3


def test_without_auto_provision_rows_of_unknown_learners_are_rejected(app: Client):
    """contract 0.6"""
    Facility.objects.update(auto_provision=False)

    response = send(app, [answer("nobody"), answer(), answer("nobody")])

    assert counts(response) == (1, 0, 2)
    for result in response.json()["results"]:
        assert result["errors"] == {"user_id": ["No learner has this id."]}


def test_all_ids_of_a_learner_mean_one_learner(school: School, app: Client):
    """contract 0.6"""
    names = ("student_ada", school.ada.pk.hex, str(school.ada.pk))

    response = send(app, [answer(name) for name in names], "?results=all")

    assert counts(response) == (3, 0, 0)
    attempts = [result["data"]["total_attempts"] for result in response.json()["results"]]
    assert sorted(attempts) == [1, 2, 3]


def test_a_login_records_only_for_itself(school: School, ada: Client):
    """contract 0.5"""
    response = send(ada, [answer(), answer("student_ben"), answer(school.ada.pk.hex)])

    assert counts(response) == (2, 0, 1)
    [result] = response.json()["results"]
    assert result["errors"].keys() == {"user_id"}
    assert set(LearningEvent.objects.values_list("learner", flat=True)) == {school.ada.pk}


def test_a_person_without_a_facility_cannot_track_answers(school: School):
    """contract 0.5"""
    root = school.superuser

    refused(send(client_for(root), [answer(root.pk.hex)]), 403)


def test_keys_and_scopes(school: School):
    """contract 0.3"""
    refused(send(client_for(None), [answer()]), 401)
    refused(send(client_for(school.key(Scope.READ)), [answer()]), 403)


@pytest.mark.parametrize("word", ["", "x", "ALL"])
def test_an_invalid_results_parameter_is_refused(app: Client, word: str):
    """contract 2.1"""
    assert refused(send(app, [answer()], f"?results={word}"), 400).keys() == {"results"}
    assert not LearningEvent.objects.exists()


def test_a_late_row_is_put_in_order(app: Client):
    """contract 0.10: the order within a body makes no difference."""
    rows = mixed(40)
    send(app, [{**row, "user_id": f"in_order_{row['user_id']}"} for row in rows])
    in_order = [{**row, "learner__external_id": ""} for row in states()]
    SkillState.objects.all().delete()
    LearningEvent.objects.all().delete()

    send(app, [{**row, "user_id": f"late_{row['user_id']}"} for row in reversed(rows)])

    late = [{**row, "learner__external_id": ""} for row in states()]
    for one, other in zip(in_order, late, strict=True):
        assert other == pytest.approx(one, abs=1e-9)


# Retries.


def test_a_bulk_sent_again_under_its_key_gets_the_same_response(app: Client):
    """contract 0.9"""
    first = send(app, [answer(), answer(is_correct=3)], HTTP_IDEMPOTENCY_KEY="once")

    again = send(app, [answer(), answer(is_correct=3)], HTTP_IDEMPOTENCY_KEY="once")
    other = send(app, [answer()], HTTP_IDEMPOTENCY_KEY="once")

    assert counts(first) == (1, 0, 1)
    assert again.json() == first.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    refused(other, 422)
    assert LearningEvent.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("by_line", [False, True])
def test_a_half_recorded_bulk_is_finished_and_counts_once(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch, by_line: bool
):
    """contract 0.9: chunks commit one by one; under a key committed chunks are not repeated."""
    monkeypatch.setattr(bulk, "CHUNK_SIZE", 10)
    app = client_for(make_school().key())
    rows = [{**row, "event_id": None} for row in mixed(60)]

    def sent() -> Any:
        if by_line:
            return send_lines(app, *rows, HTTP_IDEMPOTENCY_KEY="k")
        return send(app, rows, HTTP_IDEMPOTENCY_KEY="k")

    with failing_after(2, "analytics_learningevent"):
        lost = sent()
    half = LearningEvent.objects.count()
    again = sent()

    refused(lost, 503)
    assert 0 < half < 60
    assert counts(again) == (60, 0, 0)
    assert LearningEvent.objects.count() == 60
    assert sent().headers["Idempotent-Replayed"] == "true"
    assert IdempotencyRecord.objects.get().status == 200


@pytest.mark.django_db(transaction=True)
def test_events_recorded_before_a_failure_are_duplicates_after_it(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
):
    """contract 0.9: without a key, event ids have the same effect."""
    monkeypatch.setattr(bulk, "CHUNK_SIZE", 10)
    app = client_for(make_school().key())

    with failing_after(2, "analytics_learningevent"):
        send(app, mixed(60))
    half = LearningEvent.objects.count()

    assert counts(send(app, mixed(60))) == (60 - half, half, 0)


def failing_after(writes: int, table: str) -> Any:
    """Make the database fail after this number of inserts into a table."""
    left = [writes]

    def refuse(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("INSERT") and f'"{table}"' in sql:
            left[0] -= 1
            if left[0] < 0:
                raise OperationalError("the database went away")
        return execute(sql, params, many, context)

    return connection.execute_wrapper(refuse)


@pytest.mark.django_db(transaction=True)
def test_a_deadlock_is_tried_again(transactional_db: None):
    """PostgreSQL aborts one of two deadlocked transactions; no answer is lost or doubled."""
    app = client_for(make_school().key())
    deadlocks = [2]

    def refuse(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("INSERT") and "analytics_skillstate" in sql and deadlocks[0]:
            deadlocks[0] -= 1
            raise Deadlock from DeadlockDetected()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse):
        response = send(app, mixed(20))

    assert counts(response) == (20, 0, 0)
    assert LearningEvent.objects.count() == 20


class DeadlockDetected(Exception):
    sqlstate = "40P01"


class Deadlock(OperationalError):
    """Django's error for a deadlock."""


@pytest.mark.django_db(transaction=True)
def test_concurrent_bulks_about_the_same_learners_all_count(transactional_db: None):
    """contract 0.6: new learners, skills and items, in every order."""
    secret = make_school().key()
    rows = [{**row, "event_id": None, "timestamp": None} for row in mixed(28)]

    def run(number: int) -> Any:
        turned = rows[number:] + rows[:number]
        if number % 2:
            turned.reverse()
        return send(client_for(secret), [{**row, "event_id": uuid4().hex} for row in turned])

    for response in together(run, clients=6):
        assert counts(response) == (28, 0, 0)
    assert LearningEvent.objects.count() == 6 * 28
    assert sum(state["attempts"] for state in states()) == 6 * 28
    assert Skill.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_only_one_of_concurrent_bulks_gets_an_event_id(transactional_db: None):
    """contract 0.9, 2.1: the row is rejected for the other learners; no bulk fails."""
    secret = make_school().key()

    def run(number: int) -> Any:
        rows = [answer(f"s{number}", event_id=f"e{n}", skill_id=f"k{n}") for n in range(4)]
        return send(client_for(secret), [*rows, answer(f"s{number}")])

    got = [counts(response) for response in together(run, clients=8)]

    assert sum(accepted for accepted, _, _ in got) == 4 + 8
    assert sum(rejected for _, _, rejected in got) == 4 * 7


def test_answers_sent_in_bulk_are_in_the_history(app: Client):
    """contract 2.4: like all other answers."""
    send(app, [answer(event_id=f"e{n}") for n in range(5)])

    points = data_of(app.get("/api/v1/mastery/student_ada/algebra/history"))

    assert [point["event_id"] for point in points] == [f"e{n}" for n in range(5)]
