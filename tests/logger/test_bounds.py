"""Limits on the number and the size of attempts in a try or session: contract 0.11."""

from __future__ import annotations

from typing import Any

import pytest

from logger import attempts
from logger.models import AttemptLog, ContentSession
from tests.conftest import Client
from tests.factories import answered, exercise, video

PATH = "/api/logger/contentsession"


def is_refused(client: Client, session: str, *interactions: dict[str, Any]) -> bool:
    body = {"interactions": interactions, "progress": 1}
    response = client.put(f"{PATH}/{session}", body, format="json")
    errors = [] if response.status_code == 200 else response.json()
    fields = [error["metadata"]["field"] for error in errors]
    return response.status_code == 400 and fields == ["interactions"]


@pytest.mark.parametrize("kind", ["exercise", "video"])
def test_the_attempts_of_a_try_or_a_session_without_try_are_limited(
    ada: Client, monkeypatch: pytest.MonkeyPatch, kind: str
):
    """contract 0.11: a PUT that exceeds the limit stores nothing."""
    monkeypatch.setattr(attempts, "MAX_ATTEMPTS", 3)
    session = ada.start(exercise() if kind == "exercise" else video())["session_id"]
    stored = ada.move(session, interactions=[answered(f"q{n}", 0) for n in range(3)])["attempts"]

    assert is_refused(ada, session, answered("q1", replace=True), answered("more"))

    assert list(AttemptLog.objects.values_list("correct", flat=True)) == [0, 0, 0]
    assert ContentSession.objects.get().progress == 0
    by_id = answered("q0", id=stored[0]["id"], replace=True)
    ada.move(session, interactions=[by_id, answered("q1", replace=True)])
    assert sum(AttemptLog.objects.values_list("correct", flat=True)) == 2


def test_another_session_does_not_raise_the_limit_of_a_try(
    ada: Client, monkeypatch: pytest.MonkeyPatch
):
    """contract 0.11: attempts are counted per try, if there is one."""
    monkeypatch.setattr(attempts, "MAX_ATTEMPTS", 2)
    body = exercise(mastery_model={"type": "do_all"})
    ada.work(body, answered("q1"), answered("q2"))
    again = ada.start(body)["session_id"]

    assert is_refused(ada, again, answered("q3"))

    ada.move(again, progress=1)
    new_try = ada.start({**body, "repeat": True})["session_id"]
    ada.move(new_try, interactions=[answered("q1"), answered("q2")])
    assert is_refused(ada, new_try, answered("q3"))


@pytest.mark.parametrize("kind", ["exercise", "video"])
def test_a_session_of_a_guest_has_at_most_a_thousand_attempts(guest: Client, kind: str):
    """contract 0.11."""
    session = guest.start(exercise() if kind == "exercise" else video())["session_id"]
    guest.move(session, interactions=[answered(f"q{n}") for n in range(1000)])

    assert is_refused(guest, session, answered("more"))

    guest.move(session, interactions=[answered("q999", replace=True)])
    assert AttemptLog.objects.count() == 1000


def test_the_answer_of_an_error_is_limited_like_any_other(guest: Client):
    """contract 0.11: such an answer is in no history, but lists contain it."""
    session = guest.start(video())["session_id"]
    large = answered("q1", error=True, answer={"text": "x" * 300_000})

    assert is_refused(guest, session, large)
    assert AttemptLog.objects.count() == 0
