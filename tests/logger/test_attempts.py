"""GET attemptlog: contract 1.7, 0.14."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from logger.models import AttemptLog
from roster.models import Scope
from tests.conftest import Client, client_for
from tests.factories import School, answered, exercise, make_key, video

PATH = "/api/logger/attemptlog"
FIELDS = {
    "id", "item", "start_timestamp", "end_timestamp", "completion_timestamp", "time_spent",
    "complete", "correct", "hinted", "answer", "simple_answer", "interaction_history", "error",
    "user", "masterylog", "sessionlog",
}  # fmt: skip


@pytest.fixture
def work(ada: Client) -> dict[str, Any]:
    """Return ada's session with q1 wrong, then q2 right and complete, and its content."""
    body = exercise()
    session = ada.work(body, answered("q1", 0), answered("q2", 1, complete=True))
    return {"content": UUID(body["content_id"]).hex, "session": session["session_id"]}


def items(client: Client, **query: Any) -> list[str]:
    response = client.get(PATH, query)
    assert response.status_code == 200, response.content
    return [row["item"] for row in response.json()]


def test_a_row_has_the_sixteen_fields(ada: Client, school: School, work: dict[str, Any]):
    """contract 1.7; newest first."""
    newest, oldest = ada.get(PATH).json()

    assert set(newest) == FIELDS
    assert (newest["item"], newest["correct"], newest["complete"]) == ("q2", 1.0, True)
    assert (oldest["item"], oldest["completion_timestamp"]) == ("q1", None)
    assert (newest["user"], newest["sessionlog"]) == (school.ada.pk.hex, work["session"])
    tried = AttemptLog.objects.get(item="q1").mastery_log
    assert tried is not None
    assert newest["masterylog"] == tried.pk.hex
    [entry] = newest["interaction_history"]
    assert (entry["type"], entry["correct"]) == ("answer", 1)


def test_each_filter_limits_the_list(ada: Client, school: School, work: dict[str, Any]):
    """contract 1.7: masterylog user content item complete mastery_level; none is required."""
    other = exercise(mastery_model={"type": "quiz"})
    ada.work(other, answered("q9"))
    tried = AttemptLog.objects.get(item="q1").mastery_log
    assert tried is not None

    assert items(ada) == ["q9", "q2", "q1"]
    assert items(ada, masterylog=tried.pk) == ["q2", "q1"]
    assert items(ada, user=school.ada.pk) == ["q9", "q2", "q1"]
    assert items(ada, content=work["content"]) == ["q2", "q1"]
    assert items(ada, item="q2") == ["q2"]
    assert items(ada, complete="true") == ["q2"]
    assert items(ada, complete="0") == ["q9", "q1"]
    assert items(ada, mastery_level=1) == ["q2", "q1"]
    assert items(ada, mastery_level=2**31 - 1) == []
    for unknown in ("masterylog", "user", "content"):
        assert items(ada, **{unknown: uuid7()}) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"masterylog": "x"},
        {"user": "x"},
        {"content": "x"},
        {"complete": "maybe"},
        {"mastery_level": "one"},
        {"mastery_level": "1.5"},
        {"mastery_level": 2**31},
        {"classroom": "x"},
        {"learner_group": "x"},
        {"item": "a\0b"},
    ],
)
def test_malformed_filters_are_refused(ada: Client, wrong: dict[str, Any]):
    """contract 1.7, 1.4."""
    response = ada.get(PATH, wrong)

    assert response.status_code == 400
    assert [error["metadata"]["field"] for error in response.json()] == list(wrong)


def test_callers_read_attempts_of_visible_learners(school: School, work: dict[str, Any]):
    """contract 0.7."""
    client_for(school.stranger).work(exercise(), answered("foreign"))

    assert items(client_for(school.coach)) == ["q2", "q1"]
    assert items(client_for(school.facility_coach)) == ["q2", "q1"]
    assert items(client_for(school.admin)) == ["q2", "q1"]
    assert items(client_for(school.superuser)) == ["foreign", "q2", "q1"]
    assert items(client_for(school.key(Scope.READ))) == ["q2", "q1"]
    assert items(client_for(school.ben)) == []
    assert items(client_for(school.foreign_coach)) == ["foreign"]
    assert items(client_for(make_key(school.elsewhere))) == ["foreign"]


def test_filters_by_class_and_group_repeat_no_row(school: School, work: dict[str, Any]):
    """contract 1.7, 1.4."""
    client_for(school.ben).work(exercise(), answered("bens"))
    coach = client_for(school.coach)

    assert items(coach, classroom=school.class_7a.pk) == ["bens", "q2", "q1"]
    assert items(coach, learner_group=school.group.pk) == ["q2", "q1"]
    assert items(coach, classroom=school.class_7b.pk) == []
    assert coach.get(PATH, {"facility": school.facility.pk.hex}).status_code == 403


def test_attempts_of_guests_are_visible_to_facility_staff(school: School):
    """contract 1.7: attempts of anonymous sessions: facility staff only."""
    app = client_for(school.key())
    app.work(video(), answered("guests"))

    for staff in (school.facility_coach, school.admin, school.superuser, school.key(Scope.READ)):
        assert items(client_for(staff)) == ["guests"]
    for other in (school.coach, school.ada, school.foreign_coach, make_key(school.elsewhere)):
        assert items(client_for(other)) == []
    [row] = client_for(school.admin).get(PATH).json()
    assert (row["user"], row["masterylog"]) == (None, None)


def test_a_single_attempt_is_the_row(ada: Client, school: School, work: dict[str, Any]):
    """contract 1.7."""
    row = ada.get(PATH).json()[0]

    assert ada.get(f"{PATH}/{row['id']}").json() == row
    assert client_for(school.ben).get(f"{PATH}/{row['id']}").status_code == 404
    for unknown in (uuid7().hex, "x"):
        assert ada.get(f"{PATH}/{unknown}").status_code == 404


def test_a_long_list_is_read_by_its_links(ada: Client):
    """contract 0.14: at most 1,000 rows, with Link rel=next; the array shape is kept."""
    session = ada.start(exercise(mastery_model={"type": "do_all"}))["session_id"]
    for start in range(0, 2002, 1000):
        numbers = range(start, min(start + 1000, 2002))
        ada.move(session, interactions=[answered(f"q{n}", 0, time_spent=0) for n in numbers])

    seen, url, lengths = [], f"{PATH}?complete=false", []
    while url:
        response = ada.get(url)
        lengths.append(len(response.json()))
        seen += [row["item"] for row in response.json()]
        link = response.headers.get("Link")
        if link:
            assert link.endswith('; rel="next"')
        url = link.partition(";")[0].strip("<>") if link else ""
        assert not url or parse_qs(urlsplit(url).query)["complete"] == ["false"]

    assert lengths == [1000, 1000, 2]
    assert seen == [f"q{n}" for n in reversed(range(2002))]
