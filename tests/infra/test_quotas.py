"""Limits of stored bytes: quotas of callers, the guard of the disk, guests' sessions."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client as Browser
from pytest_django import Settings

from analytics.models import LearningEvent
from infra.api.rate_limit import Rate
from logger.models import AttemptLog, ContentSession
from roster.models import AuditEntry
from tests.config.test_metrics import samples, scrape
from tests.conftest import Caller, Client, client_for
from tests.factories import PASSWORD, School, answered, exercise, video

START = "/api/logger/contentsession"
BULK = "/api/v1/track-answers"
KINDS = ("key_bytes", "user_bytes", "guest_bytes")
NOW = "2026-03-02T09:00:00Z"


@pytest.fixture
def _small_quotas(settings: Settings) -> None:
    quota = Rate.parse("20KiB/hour")
    settings.THROTTLES = {**settings.THROTTLES, **dict.fromkeys(KINDS, quota)}


def store(client: Client, session: str, size: int) -> Any:
    body = {"interactions": [answered(answer={"text": "x" * size})]}
    return client.put(f"{START}/{session}", body, format="json")


@pytest.mark.usefixtures("_small_quotas")
def test_callers_have_a_quota_of_bytes(school: School):
    """contract 0.11: 429 with Retry-After, and nothing is stored; reading goes on."""
    school.elsewhere.delete()
    callers: list[Caller] = [school.key(), school.ada, None]
    with time_machine.travel(NOW, tick=False) as clock:
        for caller in callers:
            client = client_for(caller)
            session = client.start(exercise())["session_id"]
            statuses = [store(client, session, 2000).status_code for _turn in range(4)]
            refused = store(client, session, 2000)

            assert statuses == [200, 200, 429, 429]
            assert refused.json()[0]["id"] == "THROTTLED"
            assert int(refused.headers["Retry-After"]) > 1
            assert client.get("/api/auth/session/current").status_code == 200
        assert AttemptLog.objects.count() == 2 * len(callers)
        clock.shift(3600)
        assert store(client, session, 2000).status_code == 200


@pytest.mark.usefixtures("_small_quotas")
def test_the_quota_applies_when_a_csrf_token_is_checked(ada: Client):
    """contract 0.4, 0.11: the check parses the body before the caller is known."""
    ada.handler.enforce_csrf_checks = True
    token = "t" * 32
    ada.cookies["csrftoken"] = token
    ada.credentials(HTTP_X_CSRFTOKEN=token)
    with time_machine.travel(NOW, tick=False):
        session = ada.start(exercise())["session_id"]
        statuses = [store(ada, session, 2000).status_code for _turn in range(3)]

    assert statuses == [200, 200, 429]


@pytest.mark.usefixtures("_small_quotas")
def test_a_history_counts_whenever_it_is_written(ada: Client):
    """contract 0.11: a small request may change a large attempt."""
    with time_machine.travel(NOW, tick=False):
        session = ada.start(exercise())["session_id"]
        [attempt] = ada.move(session, interactions=[answered(answer={"text": "x" * 2000})])[
            "attempts"
        ]
        body = {"interactions": [answered(id=attempt["id"])]}
        statuses = [
            ada.put(f"{START}/{session}", body, format="json").status_code for _turn in range(3)
        ]

    assert statuses == [200, 200, 429]


@pytest.mark.usefixtures("_small_quotas")
@pytest.mark.parametrize("media_type", ["application/json", "application/x-ndjson"])
def test_rows_count_besides_their_text(app: Client, media_type: str):
    """contract 0.11: a short answer needs a row, too; the large request itself is stored."""
    row = b'{"user_id":"a","skill_id":"s","is_correct":true,"time_spent_seconds":1}'
    body = b"[" + b",".join([row] * 20) + b"]" if "ndjson" not in media_type else row + b"\n"
    with time_machine.travel(NOW, tick=False):
        if "ndjson" in media_type:
            body *= 20
        statuses = [app.post(BULK, body, content_type=media_type).status_code for _turn in range(2)]

    assert statuses == [200, 429]
    assert LearningEvent.objects.count() == 20


def test_extra_fields_are_limited(ada: Client):
    """contract 4.6."""
    session = ada.start(video())["session_id"]
    most = {"x": "é" * (32 * 1024 - 4)}

    ada.move(session, extra_fields=most)
    response = ada.put(f"{START}/{session}", {"extra_fields": {**most, "y": 1}}, format="json")

    assert response.status_code == 400
    assert response.json()[0]["metadata"]["field"] == "extra_fields"
    assert ContentSession.objects.get().extra_fields == most


def test_nothing_is_recorded_while_the_disk_is_nearly_full(school: School, settings: Settings):
    """contract 0.11: 503 with Retry-After in each API's format, and metrics; reading goes on."""
    school.elsewhere.delete()
    app, guest = client_for(school.key()), client_for(None)
    session = guest.start(video())["session_id"]
    settings.FREE_SPACE_FOLDER, settings.MIN_FREE_SPACE = settings.BASE_DIR, 2**62
    before = samples(scrape().text)["learntrace_refused_writes_total",]

    refused = [
        guest.post(START, video(), format="json"),
        guest.put(f"{START}/{session}", {"progress": 1}, format="json"),
        app.post("/api/v1/track-answer", {}, format="json"),
        app.post("/v3/study", {}, format="json"),
    ]

    assert {(each.status_code, each.headers["Retry-After"]) for each in refused} == {(503, "1")}
    assert "nearly full" in refused[0].json()[0]["metadata"]["message"]
    assert "nearly full" in refused[2].json()["message"]
    assert ContentSession.objects.get().progress == 0
    assert app.get("/api/logger/attemptlog").status_code == 200
    login = {"username": "coach", "password": "wrong"}
    assert guest.post("/api/auth/session", login, format="json").status_code == 401
    metrics = samples(scrape().text)
    assert metrics["learntrace_refused_writes_total",] == before + 4
    assert metrics["learntrace_free_bytes",] > 0
    settings.MIN_FREE_SPACE = 0
    guest.start(video())


def test_the_oldest_sessions_of_guests_are_deleted_if_they_are_too_large(
    guest: Client, school: School, settings: Settings
):
    ada = client_for(school.ada)
    with time_machine.travel(NOW, tick=False) as clock:
        large = answered(answer={"text": "x" * 900})
        sessions = []
        for client in (ada, guest, guest, guest):
            sessions.append(client.work(exercise(), large)["session_id"])
            clock.shift(60)
        call_command("run_jobs", "--once")
        assert ContentSession.objects.count() == 4
        settings.GUEST_BYTES_KEPT = 5_000
        clock.shift(3600)

        call_command("run_jobs", "--once")

    left = [session.pk.hex for session in ContentSession.objects.order_by("start_timestamp")]
    assert left == [sessions[0], sessions[3]]
    assert AttemptLog.objects.count() == 2


def test_pages_store_nothing_while_the_disk_is_nearly_full(school: School, settings: Settings):
    """contract 0.11: a page that says why, and metrics; reading and logging out go on."""
    coach = Browser(raise_request_exception=False)
    coach.force_login(school.coach, backend="roster.authentication.RosterBackend")
    settings.FREE_SPACE_FOLDER, settings.MIN_FREE_SPACE = settings.BASE_DIR, 2**62
    before = samples(scrape().text)["learntrace_refused_writes_total",]
    audited = AuditEntry.objects.count()

    refused = [
        coach.post("/admin/logger/attemptlog/export/", {"format": "csv"}),
        coach.post("/admin/roster/lesson/add/", {}),
    ]

    assert [(page.status_code, page.headers["Retry-After"]) for page in refused] == [(503, "1")] * 2
    assert "nearly full" in refused[0].content.decode()
    assert AuditEntry.objects.count() == audited
    assert samples(scrape().text)["learntrace_refused_writes_total",] == before + 2
    assert coach.get("/admin/logger/attemptlog/").status_code == 200
    assert coach.post("/admin/logout/").status_code == 200
    login = {"username": "coach", "password": PASSWORD}
    assert coach.post("/admin/login/?next=/admin/", login).status_code == 302
