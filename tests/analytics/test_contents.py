"""Completion by `do_all`: a content is complete when all items in the catalogue are done."""

from __future__ import annotations

from typing import Any

import pytest

from analytics.models import Content
from tests.conftest import Client
from tests.factories import answered, exercise

DO_ALL = {"type": "do_all"}


@pytest.fixture
def body() -> dict[str, Any]:
    return exercise(mastery_model=DO_ALL)


def done(item: str, **fields: Any) -> dict[str, Any]:
    return answered(item, complete=True, **fields)


def test_a_catalogued_exercise_is_done_with_its_last_item(ada: Client, body: dict[str, Any]):
    """contract 1.6: every item has a complete attempt, right or wrong."""
    Content.objects.create(pk=body["content_id"], title="Tens", items=["a", "b"])
    session = ada.start(body)["session_id"]

    answers = [
        ada.move(session, interactions=[done("a", correct=0)]),
        ada.move(session, interactions=[done("a"), answered("b"), done("x")]),
        ada.move(session, interactions=[done("b", replace=True, correct=0)]),
    ]

    assert [answer["complete"] for answer in answers] == [False, False, True]
    assert ada.start(body)["progress"] == 1


@pytest.mark.parametrize("items", [None, []])
def test_without_a_list_only_the_client_reports_completion(
    ada: Client, body: dict[str, Any], items: Any
):
    """contract 1.6: the client reports it by progress 1."""
    if items is not None:
        Content.objects.create(pk=body["content_id"], title="Tens", items=items)
    session = ada.start(body)["session_id"]

    answered_all = ada.move(session, interactions=[done("a"), done("b")])
    reported = ada.move(session, progress=1)

    assert (answered_all["complete"], reported["complete"]) == (False, True)


def test_the_client_may_report_completion_before_the_last_item(ada: Client, body: dict[str, Any]):
    """contract 1.6: either condition suffices."""
    Content.objects.create(pk=body["content_id"], title="Tens", items=["a", "b"])
    session = ada.start(body)["session_id"]

    assert ada.move(session, progress=1, interactions=[done("a")])["complete"]


def test_another_try_is_completed_separately(ada: Client, body: dict[str, Any]):
    """contract 1.6: only the attempts of the same try count."""
    Content.objects.create(pk=body["content_id"], title="Tens", items=["a", "b"])
    ada.move(ada.start(body)["session_id"], interactions=[done("a"), done("b")])
    again = ada.start({**body, "repeat": True})["session_id"]

    assert not ada.move(again, interactions=[done("a")])["complete"]
    assert ada.move(again, interactions=[done("b")])["complete"]


def test_other_criteria_ignore_the_list(ada: Client):
    """contract 1.6: `m_of_n` is met by right answers alone."""
    body = exercise(mastery_model={"type": "m_of_n", "m": 2, "n": 3})
    Content.objects.create(pk=body["content_id"], title="Tens", items=["a"])
    session = ada.start(body)["session_id"]

    assert not ada.move(session, interactions=[done("a")])["complete"]
