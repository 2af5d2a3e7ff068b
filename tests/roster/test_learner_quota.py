"""The bytes that all callers together may record for one learner: contract 0.11."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from pytest_django import Settings

from analytics.models import LearningEvent
from infra.api.rate_limit import Rate
from logger.models import AttemptLog, ContentSession
from tests.conftest import Client, client_for
from tests.factories import School, answered, exercise

START = "/api/logger/contentsession"
NOW = "2026-03-02T09:00:00Z"


@pytest.fixture(autouse=True)
def _small_quota(settings: Settings) -> None:
    settings.THROTTLES = {**settings.THROTTLES, "learner_bytes": Rate.parse("20KiB/day")}


def answer(name: str = "ada", **fields: Any) -> dict[str, Any]:
    return {
        "user_id": name, "skill_id": "s", "is_correct": True, "time_spent_seconds": 1, **fields
    }  # fmt: skip


def test_many_answers_of_one_learner_use_up_the_quota_of_all_callers(school: School):
    """contract 0.11: other learners go on; days later, so does this one."""
    key, other = (client_for(school.key()) for _number in range(2))
    with time_machine.travel(NOW, tick=False) as clock:
        first = key.post("/api/v1/track-answers", [answer()] * 40, format="json")

        rejected = other.post(
            "/api/v1/track-answers", [answer(), answer("ben")], format="json"
        ).json()
        refused = [
            other.post("/api/v1/track-answer", answer(), format="json"),
            other.post(START, exercise(user_id="ada"), format="json"),
        ]

        assert first.json()["data"]["accepted"] == 40
        [row] = rejected["results"]
        assert (row["index"], row["status"]) == (0, "rejected")
        assert "this learner" in str(row["errors"])
        assert rejected["data"]["accepted"] == 1
        assert [each.status_code for each in refused] == [429, 429]
        assert "this learner" in refused[0].json()["message"]
        assert int(refused[0].headers["Retry-After"]) >= 1
        assert other.post("/api/v1/track-answer", answer("ben"), format="json").status_code == 200
        assert LearningEvent.objects.count() == 42
        clock.shift(2 * 86_400)
        assert other.post("/api/v1/track-answer", answer(), format="json").status_code == 200


def test_sessions_use_up_the_quota_of_their_learner(app: Client):
    """contract 0.11: attempts with their answers; reading goes on."""
    with time_machine.travel(NOW, tick=False):
        session = app.start(exercise(user_id="ada"))["session_id"]
        body = {"interactions": [answered(answer={"text": "x" * 6_000})]}
        statuses = [
            app.put(f"{START}/{session}", body, format="json").status_code for _turn in range(5)
        ]

        refused = app.put(f"{START}/{session}", {"time_spent_delta": 9}, format="json")

    assert statuses == [200, 200, 429, 429, 429]
    assert refused.status_code == 429
    assert AttemptLog.objects.count() == 2
    assert ContentSession.objects.get().time_spent == 0
    assert app.get("/api/logger/attemptlog?user=ada").status_code == 200


def test_starting_sessions_uses_up_the_quota_of_their_learner(app: Client):
    with time_machine.travel(NOW, tick=False):
        body = exercise(user_id="ada")
        statuses = [app.post(START, body, format="json").status_code for _turn in range(9)]

    assert statuses == [200] * 7 + [429] * 2


def test_guests_have_no_quota_of_a_learner(school: School):
    school.elsewhere.delete()
    guest = client_for(None)
    with time_machine.travel(NOW, tick=False):
        for _turn in range(9):
            guest.start(exercise())

    assert ContentSession.objects.count() == 9
