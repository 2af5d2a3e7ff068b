"""Requests sent again under an Idempotency-Key: contract 0.9."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.db import IntegrityError, OperationalError, connection
from django.utils import timezone

from infra.api.idempotency import store
from infra.api.idempotency.models import IdempotencyRecord
from infra.api.idempotency.store import IdempotentRequest
from logger.models import AttemptLog, ContentSession
from roster import services
from roster.models import Scope, User
from tests.conftest import Client, client_for
from tests.factories import School, answered, exercise, make_school, video
from tests.threads import until

START = "/api/logger/contentsession"


def send(client: Client, path: str, body: Any, key: str | None = "retry-1", method: str = "post"):
    headers = {} if key is None else {"HTTP_IDEMPOTENCY_KEY": key}
    return getattr(client, method)(path, body, format="json", **headers)


def put(client: Client, session: str, body: Any, key: str | None = "retry-1") -> Any:
    return send(client, f"{START}/{session}", body, key, "put")


def test_a_repeated_request_gets_the_same_response_and_has_no_effect(app: Client):
    """contract 0.9: same status and body, and a header that marks the replay."""
    body = video(user_id="student_ada")

    first, again = send(app, START, body), send(app, START, body)

    assert (first.status_code, again.status_code) == (200, 200)
    assert first.content == again.content
    assert first.headers["Content-Type"] == again.headers["Content-Type"] == "application/json"
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert ContentSession.objects.count() == 1


def test_a_repeated_answer_counts_once(app: Client):
    """contract 0.9."""
    session = app.start(exercise(user_id="student_ada"))["session_id"]
    body = {"time_spent_delta": 5, "progress_delta": 0.1, "interactions": [answered()]}

    first, again = put(app, session, body), put(app, session, body)

    assert first.json() == again.json()
    assert AttemptLog.objects.count() == 1
    assert ContentSession.objects.get().time_spent == 5
    assert ContentSession.objects.get().progress == 0.1


def test_the_order_of_fields_does_not_matter(app: Client):
    """contract 0.9: the body is compared as JSON."""
    body = video(user_id="student_ada")
    first = send(app, START, body)

    again = send(app, START, dict(reversed(body.items())))

    assert again.json() == first.json()
    assert again.headers["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize("change", ["body", "path", "query", "learner"])
def test_another_request_under_the_same_key_is_refused(app: Client, change: str):
    """contract 0.9: 422, and nothing happens."""
    session = app.start(video(user_id="student_ada"))["session_id"]
    other = app.start(video(user_id="student_ada"))["session_id"]
    put(app, session, {"time_spent_delta": 5})
    asked: dict[str, tuple[str, dict[str, Any], str]] = {
        "body": (f"{START}/{session}", {"time_spent_delta": 6}, "put"),
        "path": (f"{START}/{other}", {"time_spent_delta": 5}, "put"),
        "query": (f"{START}/{session}?x=1", {"time_spent_delta": 5}, "put"),
        "learner": (START, video(user_id="student_ben"), "post"),
    }
    path, body, method = asked[change]

    response = send(app, path, body, method=method)

    assert (response.status_code, response.json()[0]["id"]) == (422, "UNPROCESSABLE")
    assert sum(s.time_spent for s in ContentSession.objects.all()) == 5
    assert ContentSession.objects.count() == 2


def test_keys_belong_to_their_sender(school: School, app: Client):
    """contract 0.9: per owner."""
    other_app, ada = client_for(school.key()), client_for(school.ada)
    body = video()

    sent = [
        send(client, START, {**body, **named})
        for client, named in (
            (app, {"user_id": "student_ada"}),
            (other_app, {"user_id": "student_ada"}),
            (ada, {}),
            (client_for(school.ben), {}),
        )
    ]

    assert [response.status_code for response in sent] == [200] * 4
    assert not any("Idempotent-Replayed" in response.headers for response in sent)
    assert ContentSession.objects.count() == 4


def test_a_token_and_a_login_of_one_learner_are_one_owner(school: School, app: Client):
    """contract 0.8, 0.9: a token acts exactly like the login."""
    token = app.post("/api/auth/token", {"user_id": "student_ada"}, format="json").json()["token"]
    browser, body = Client(), video()
    browser.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")

    first, again = send(client_for(school.ada), START, body), send(browser, START, body)

    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json() == first.json()


def test_a_guests_key_is_ignored_on_post(guest: Client):
    """contract 0.9."""
    body = video()

    sent = [send(guest, START, body).json()["session_id"] for _turn in range(2)]

    assert sent[0] != sent[1]
    assert not IdempotencyRecord.objects.exists()


def test_the_session_owns_the_key_of_a_guests_put(guest: Client):
    """contract 0.9."""
    one, two = (guest.start(video())["session_id"] for _turn in range(2))

    for session in (one, one, two):
        assert put(guest, session, {"time_spent_delta": 5}).status_code == 200

    spent = ContentSession.objects.values_list("time_spent", flat=True)
    assert list(spent) == [5, 5]


def test_a_failed_request_can_be_sent_again(school: School, app: Client):
    """contract 0.9: 4xx responses are not stored and release the key."""
    session = app.start(exercise(user_id="student_ada"))["session_id"]

    refused = put(app, session, {"progress": 2})
    unknown = put(app, session, {"interactions": [answered(id=session)]})
    corrected = put(app, session, {"progress": 0.5})

    assert [refused.status_code, unknown.status_code, corrected.status_code] == [400, 400, 200]
    assert "Idempotent-Replayed" not in corrected.headers


@pytest.mark.parametrize("name", ["", "x" * 256, "a\x00b", "a\tb"])
def test_a_malformed_key_is_refused(app: Client, name: str):
    """contract 0.9: 1 to 255 characters."""
    response = send(app, START, video(user_id="student_ada"), name)

    [error] = response.json()
    assert (response.status_code, error["metadata"]["field"]) == (400, "Idempotency-Key")
    assert not ContentSession.objects.exists()


def test_a_key_can_have_255_characters(app: Client):
    """contract 0.9."""
    assert send(app, START, video(user_id="student_ada"), "x" * 255).status_code == 200


def test_a_malformed_body_does_not_use_the_key(app: Client):
    """contract 0.9, 0.11."""
    response = app.post(START, b"{", content_type="application/json", HTTP_IDEMPOTENCY_KEY="k")

    assert response.status_code == 400
    assert not IdempotencyRecord.objects.exists()


def test_rights_are_checked_before_a_response_is_replayed(school: School):
    """contract 0.9: a key that lost its scope or its learner gets no stored response."""
    secret = school.key(Scope.READ, Scope.WRITE)
    app, body = client_for(secret), video(user_id="student_ben")
    send(app, START, body)
    User.objects.filter(pk=school.ben.pk).update(facility=school.elsewhere)

    moved = send(app, START, body)
    User.objects.filter(pk=school.ben.pk).update(facility=school.facility)
    school.facility.api_keys.update(can_write=False)
    weakened = send(app, START, body)
    services.revoke_key(secret.split("_")[1], at=timezone.now())
    revoked = send(app, START, body)

    assert [moved.status_code, weakened.status_code, revoked.status_code] == [404, 403, 401]


def test_records_are_deleted_with_their_learner(school: School, app: Client):
    send(app, START, video(user_id="student_ben"))

    school.ben.delete()

    assert not IdempotencyRecord.objects.exists()


def test_a_response_is_stored_for_a_day(app: Client):
    """contract 0.9: afterwards the key is free, even if the record is not deleted yet."""
    body = video(user_id="student_ada")
    with time_machine.travel("2026-03-02T09:00:00Z", tick=False) as clock:
        send(app, START, body)
        clock.shift(timedelta(hours=23, minutes=59))
        still = send(app, START, body)
        clock.shift(timedelta(minutes=2))
        other = send(app, START, video(user_id="student_ada"))

    assert still.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in other.headers
    assert ContentSession.objects.count() == 2


def leave_unfinished(school: School, body: Any) -> IdempotentRequest:
    """Leave a request as a killed server does: only its record is committed."""
    send(client_for(school.ada), START, body)
    kept = IdempotencyRecord.objects.get()
    ContentSession.objects.all().delete()
    IdempotencyRecord.objects.all().delete()
    request = IdempotentRequest(owner=kept.owner, name=kept.name, fingerprint=kept.fingerprint)
    store.start(request, at=timezone.now())
    return request


def test_a_running_request_is_not_run_again_until_its_lease_ends(school: School, ada: Client):
    """contract 0.9: 409 with Retry-After; a killed server's request runs after 60 s."""
    body = video()
    with time_machine.travel("2026-03-02T09:00:00Z", tick=False) as clock:
        leave_unfinished(school, body)
        clock.shift(timedelta(seconds=59))
        early = send(ada, START, body)
        clock.shift(timedelta(seconds=2))
        late, again = send(ada, START, body), send(ada, START, body)

    assert (early.status_code, early.json()[0]["id"]) == (409, "CONFLICT")
    assert int(early.headers["Retry-After"]) > 0
    assert late.status_code == 200
    assert again.json() == late.json()
    assert ContentSession.objects.count() == 1


RUNNER = """
import sys
import django
django.setup()
from django.db import connection
from django.utils import timezone
from infra.api.idempotency import store
connection.settings_dict["NAME"] = sys.argv[1]
store.start(store.IdempotentRequest(owner=sys.argv[2], name=sys.argv[3], fingerprint=sys.argv[4]),
            at=timezone.now())
print("started", flush=True)
sys.stdin.read()
"""


@pytest.mark.django_db(transaction=True)
def test_a_request_of_a_killed_process_runs_again_at_once():
    """contract 0.9: its lease has not ended; a request of a process that runs is a 409."""
    school = make_school()
    ada, body = client_for(school.ada), video()
    dead = leave_unfinished(school, body)
    IdempotencyRecord.objects.all().delete()
    other = subprocess.Popen(
        [
            sys.executable, "-c", RUNNER, connection.settings_dict["NAME"],
            dead.owner, dead.name, dead.fingerprint,
        ],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )  # fmt: skip
    with other:
        try:
            assert other.stdout is not None
            assert other.stdout.readline() == b"started\n"
            while_it_runs = [send(ada, START, body).status_code for _turn in range(2)]
        finally:
            other.kill()
    until(lambda: send(ada, START, body).status_code == 200, "the end of the killed process")

    assert while_it_runs == [409, 409]
    assert send(ada, START, body).headers["Idempotent-Replayed"] == "true"
    assert ContentSession.objects.count() == 1


def test_a_lease_ends_although_the_clock_was_set_back(school: School, ada: Client):
    """contract 0.9: a lease that ends later than any new one is of another clock."""
    body = video()
    with time_machine.travel("2026-03-02T09:00:00Z", tick=False) as clock:
        leave_unfinished(school, body)
        clock.shift(-timedelta(hours=2))
        response = send(ada, START, body)

    assert response.status_code == 200


def test_a_request_that_lost_its_lease_stores_nothing(school: School, ada: Client):
    """contract 0.9: two runs of one request never both count."""
    body = video()
    slow = leave_unfinished(school, body)
    mine = IdempotencyRecord.objects.get(owner=slow.owner)
    later = timezone.now() + store.LEASE
    faster = store.start(slow, at=later)

    with pytest.raises(store.RequestInProgress):
        store.store_response(
            mine, status=200, content_type="", body=b"{}", learner_id=None, at=later
        )
    store.release(mine)

    assert IdempotencyRecord.objects.get(pk=faster.pk).holder == faster.holder


def test_one_of_two_requests_takes_over_an_expired_lease(school: School, ada: Client):
    """contract 0.9."""
    dead = leave_unfinished(school, video())
    later = timezone.now() + store.LEASE

    store.start(dead, at=later)

    with pytest.raises(store.RequestInProgress):
        store.start(dead, at=later)


def test_lists_and_logins_ignore_the_header(school: School, app: Client):
    """contract 0.9: POST and PUT only, and not on /api/auth."""
    for _turn in range(2):
        assert app.get("/api/logger/attemptlog", HTTP_IDEMPOTENCY_KEY="k").status_code == 200
        tokens = send(app, "/api/auth/token", {"user_id": "student_ada"}, "k")
        assert "Idempotent-Replayed" not in tokens.headers

    assert not IdempotencyRecord.objects.exists()


def test_a_stored_response_names_the_session_that_exists(app: Client):
    """contract 0.9: the effects and the stored response are one transaction."""
    first = send(app, START, video(user_id="student_ada")).json()

    kept = IdempotencyRecord.objects.get()
    assert kept.status == 200
    assert ContentSession.objects.get().pk == UUID(first["session_id"])


def failing(table: str, error: Exception) -> AbstractContextManager[None]:
    """Make every statement that writes to a table fail."""

    def refuse(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.startswith("SELECT") and f'"{table}"' in sql:
            raise error
        return execute(sql, params, many, context)

    return connection.execute_wrapper(refuse)


@pytest.mark.django_db(transaction=True)
def test_effects_are_rolled_back_if_the_response_cannot_be_stored():
    """contract 0.9: the effects and the stored response commit together or not at all."""
    app, body = client_for(make_school().key()), video(user_id="student_ada")

    def refuse(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("UPDATE") and "keptanswer" in sql:
            raise OperationalError("the database went away")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse):
        lost = send(app, START, body)
    left_behind = ContentSession.objects.count()
    again = send(app, START, body)

    assert (lost.status_code, left_behind) == (503, 0)
    assert again.status_code == 200
    assert "Idempotent-Replayed" not in again.headers
    assert ContentSession.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("error", "status"),
    [
        (OperationalError("busy"), 503),
        (IntegrityError("what it rests on is gone"), 503),
        (ZeroDivisionError(), 500),
    ],
)
def test_server_errors_release_the_key(error: Exception, status: int):
    """contract 0.9: 5xx responses are not stored; a lost race is a 503, never a 500."""
    app, body = client_for(make_school().key()), video(user_id="student_ada")
    app.raise_request_exception = False

    with failing("logger_contentsession", error):
        failed = send(app, START, body)
    freed = not IdempotencyRecord.objects.exists()

    assert (failed.status_code, freed) == (status, True)
    assert send(app, START, body).status_code == 200


def test_a_stored_response_is_not_replayed_without_the_right(school: School):
    """contract 0.9: rights are checked again."""
    coach = client_for(school.coach)
    body = {"title": "Week 1", "collection": school.class_7a.pk.hex}
    lessons = "/api/assignments/lesson"
    assert send(coach, lessons, body).status_code == 201
    assert send(coach, lessons, body).headers["Idempotent-Replayed"] == "true"

    school.coach.roles.all().delete()
    replayed = send(client_for(school.coach), lessons, body)

    assert replayed.status_code in (403, 404)
    assert "Week 1" not in replayed.text
