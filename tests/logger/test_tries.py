"""GET masterylog: contract 1.4, 0.7, 0.14."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from typing import Any
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from logger.models import MasteryLog
from roster import services
from roster.models import Scope
from tests.conftest import Caller, Client, client_for
from tests.factories import School, answered, exercise, make_key

PATH = "/api/logger/masterylog"
MOMENTS: list[Any] = [
    "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2020-01-01", "", None, 5, [],
    "2020-01-01T00:00:00.000000",
]  # fmt: skip


def _token(moment: Any) -> str:
    return urlsafe_b64encode(json.dumps([0, moment, str(UUID(int=0))]).encode()).decode()


@pytest.fixture
def content(ada: Client) -> str:
    """Return a content with two tries of ada: 2 of 2 right, then 1 of 2 so far."""
    body = exercise()
    ada.work(body, answered("q1"), answered("q2"))
    ada.work({**body, "repeat": True}, answered("q1", 0), answered("q2"))
    return UUID(body["content_id"]).hex


def of_ada(school: School, on: str, **filters: Any) -> dict[str, Any]:
    return {"content": on, "user": school.ada.pk.hex, **filters}


def test_a_row_has_the_results_of_a_try(ada: Client, school: School, content: str):
    """contract 1.4, 0.1, 0.2."""
    newest, oldest = ada.get(PATH, of_ada(school, content)).json()

    assert set(newest) == {
        "id", "mastery_criterion", "mastery_level", "start_timestamp", "end_timestamp",
        "completion_timestamp", "complete", "correct", "time_spent",
    }  # fmt: skip
    assert (newest["mastery_level"], newest["correct"], newest["complete"]) == (2, 1, False)
    assert (oldest["mastery_level"], oldest["correct"], oldest["complete"]) == (1, 2, True)
    assert newest["completion_timestamp"] is None
    assert oldest["completion_timestamp"] == oldest["end_timestamp"]
    assert oldest["id"] == UUID(oldest["id"]).hex
    assert len(oldest["end_timestamp"]) == len("2026-03-02T09:30:00.000000Z")
    assert oldest["end_timestamp"].endswith("Z")


def test_times_have_microseconds_even_if_they_are_zero(ada: Client, school: School, content: str):
    """contract 0.1."""
    moment = MasteryLog.objects.newest_first()[0].end_timestamp.replace(microsecond=0)
    MasteryLog.objects.update(end_timestamp=moment)

    [row, _other] = ada.get(PATH, of_ada(school, content)).json()

    assert row["end_timestamp"].endswith(".000000Z")


def test_correct_counts_attempts_that_are_fully_right(ada: Client, school: School):
    """contract 1.4: attempts with correct = 1."""
    body = exercise(mastery_model={"type": "do_all"})
    ada.work(body, answered("q1", 0.99), answered("q2", 1), answered("q3", 1, hinted=True))

    [row] = ada.get(PATH, of_ada(school, body["content_id"])).json()

    assert row["correct"] == 2


@pytest.mark.parametrize(
    ("query", "missing"),
    [
        ({}, {"content", "user"}),
        ({"content": "", "user": ""}, {"content", "user"}),
        ({"content": uuid7().hex}, {"user"}),
        ({"user": uuid7().hex}, {"content"}),
    ],
)
def test_content_and_user_are_required(ada: Client, query: dict[str, str], missing: set[str]):
    """contract 1.4: missing or empty → 400 listing both."""
    response = ada.get(PATH, query)

    assert response.status_code == 400
    assert {(e["id"], e["metadata"]["field"]) for e in response.json()} == {
        ("REQUIRED", name) for name in missing
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"content": "x"},
        {"user": "x"},
        {"complete": "yes"},
        {"complete": "2"},
        {"complete": ""},
        {"quiz": " "},
        {"quiz": "none"},
        {"classroom": "7A"},
        {"learner_group": "x"},
        {"facility": "x"},
        {"page_size": "0"},
        {"page_size": "1001"},
        {"page_size": "many"},
        {"page_size": "-1"},
        {"page_size": ""},
        {"page_size": "5", "page": "x"},
        {"after": "x"},
        {"after": "W10"},
        *({"after": _token(moment)} for moment in MOMENTS),
    ],
)
def test_malformed_values_are_refused(
    ada: Client, school: School, content: str, wrong: dict[str, str]
):
    """contract 1.4, 0.14."""
    response = ada.get(PATH, of_ada(school, content, **wrong))

    assert response.status_code == 400
    assert response.json()[0]["metadata"]["field"] in wrong


@pytest.mark.parametrize(
    ("word", "levels"),
    [("true", [1]), ("True", [1]), ("1", [1]), ("FALSE", [2]), ("0", [2])],
)
def test_completeness_filters(
    ada: Client, school: School, content: str, word: str, levels: list[int]
):
    """contract 1.4: true/false/1/0 in any case."""
    rows = ada.get(PATH, of_ada(school, content, complete=word)).json()

    assert [row["mastery_level"] for row in rows] == levels


def test_quizzes_and_exercises_can_be_filtered(ada: Client, school: School):
    """contract 1.4: quiz true: mastery_level < 0."""
    body = exercise()
    ada.start(body)
    ada.start({**body, "mastery_model": {"type": "quiz"}})

    [quiz] = ada.get(PATH, of_ada(school, body["content_id"], quiz="true")).json()
    [other] = ada.get(PATH, of_ada(school, body["content_id"], quiz="false")).json()

    assert quiz["mastery_level"] < 0 < other["mastery_level"]


def test_a_learner_in_a_class_and_its_group_counts_once(school: School, content: str):
    """contract 1.4: never repeats a row or doubles a sum (Kolibri's bug)."""
    coach = client_for(school.coach)

    for place in ({"classroom": school.class_7a.pk}, {"learner_group": school.group.pk}):
        rows = coach.get(PATH, of_ada(school, content, **place)).json()
        assert [row["correct"] for row in rows] == [1, 2]


def test_a_place_hidden_from_the_caller_is_unknown(school: School, content: str):
    """contract 1.4, 0.7: foreign and unknown places give an empty list."""
    services.enrol(school.ada, school.class_7b)
    coach = client_for(school.coach)

    for place in (
        {"classroom": school.foreign_class.pk},
        {"classroom": school.class_7b.pk},
        {"classroom": uuid7()},
        {"learner_group": uuid7()},
        {"learner_group": school.class_7a.pk},
    ):
        assert coach.get(PATH, of_ada(school, content, **place)).json() == []
    facility_coach = client_for(school.facility_coach)
    rows = facility_coach.get(PATH, of_ada(school, content, classroom=school.class_7b.pk))
    assert len(rows.json()) == 2


def test_only_superusers_filter_by_facility(school: School, content: str):
    """contract 1.4."""
    query = of_ada(school, content, facility=school.facility.pk.hex)

    for caller in (school.ada, school.coach, school.admin, school.key(Scope.ADMIN)):
        response = client_for(caller).get(PATH, query)
        assert (response.status_code, response.json()[0]["id"]) == (403, "PERMISSION_DENIED")
    root = client_for(school.superuser)
    assert len(root.get(PATH, query).json()) == 2
    elsewhere = of_ada(school, content, facility=school.elsewhere.pk.hex)
    assert root.get(PATH, elsewhere).json() == []


def test_a_key_can_name_the_learner_by_external_id(school: School, content: str):
    """contract 1.4: external_id first; only an empty name is malformed; 0.6."""
    app = client_for(school.key())
    foreign = client_for(make_key(school.elsewhere))

    for near in (" student_ada", "student_ada ", " "):
        assert app.get(PATH, {"content": content, "user": near}).json() == []
    by_name = app.get(PATH, {"content": content, "user": "student_ada"})
    by_uuid = app.get(PATH, {"content": content, "user": str(school.ada.pk).upper()})
    unknown = app.get(PATH, {"content": content, "user": "nobody at all"})
    elsewhere = foreign.get(PATH, {"content": content, "user": "student_ada"})

    assert len(by_name.json()) == len(by_uuid.json()) == 2
    assert (unknown.json(), elsewhere.json()) == ([], [])


def test_only_authorized_callers_read_the_tries_of_a_learner(school: School, content: str):
    """contract 0.7: any other foreign object is treated as unknown."""
    readers: dict[str, tuple[Caller, int]] = {
        "the learner": (school.ada, 2),
        "another learner of the class": (school.ben, 0),
        "a coach of the class": (school.coach, 2),
        "a coach of the facility": (school.facility_coach, 2),
        "an admin of the facility": (school.admin, 2),
        "a superuser": (school.superuser, 2),
        "a coach elsewhere": (school.foreign_coach, 0),
        "a learner elsewhere": (school.stranger, 0),
        "a key that reads": (school.key(Scope.READ), 2),
        "a key of another facility": (make_key(school.elsewhere), 0),
    }

    seen = {
        who: len(client_for(caller).get(PATH, of_ada(school, content)).json())
        for who, (caller, _count) in readers.items()
    }

    assert seen == {who: count for who, (_caller, count) in readers.items()}


def test_a_coach_of_another_class_sees_nothing(school: School, content: str):
    """contract 0.7: coaches of a classroom the learner is enrolled in."""
    services.enrol(school.chen, school.class_7b)
    chen_content = exercise()
    client_for(school.chen).work(chen_content, answered("q1"))
    query = {"content": chen_content["content_id"], "user": school.chen.pk.hex}

    assert client_for(school.coach).get(PATH, query).json() == []
    assert len(client_for(school.facility_coach).get(PATH, query).json()) == 1


def test_a_single_try_is_the_row(ada: Client, school: School, content: str):
    """contract 1.4: unknown, malformed and foreign alike: 404."""
    [row, _older] = ada.get(PATH, of_ada(school, content)).json()

    assert ada.get(f"{PATH}/{row['id']}").json() == row
    assert ada.get(f"{PATH}/{UUID(row['id'])}/").json() == row
    for caller in (school.ben, school.stranger, school.foreign_coach, make_key(school.elsewhere)):
        assert client_for(caller).get(f"{PATH}/{row['id']}").status_code == 404
    for unknown in (uuid7().hex, "x", "0"):
        assert ada.get(f"{PATH}/{unknown}").status_code == 404


def test_every_accepted_put_moves_a_try_to_the_front(ada: Client, school: School):
    """contract 1.4: end_timestamp moves with every accepted PUT on the try."""
    body = exercise()
    first = ada.start(body)["session_id"]
    ada.move(first, progress=1)
    ada.start({**body, "repeat": True})
    before = ada.get(PATH, of_ada(school, body["content_id"])).json()

    ada.move(first)

    after = ada.get(PATH, of_ada(school, body["content_id"])).json()
    assert [row["mastery_level"] for row in before] == [2, 1]
    assert [row["mastery_level"] for row in after] == [1, 2]


def test_ties_are_ordered_by_id(ada: Client, school: School, content: str):
    """contract 1.4: end_timestamp descending, then id descending."""
    MasteryLog.objects.update(end_timestamp=MasteryLog.objects.newest_first()[0].end_timestamp)

    ids = [row["id"] for row in ada.get(PATH, of_ada(school, content)).json()]

    assert ids == sorted(ids, reverse=True)


def test_pages_are_numbered(ada: Client, school: School, content: str):
    """contract 0.14: page, count, total_pages, results; out of range 404."""
    first = ada.get(PATH, of_ada(school, content, page_size=1)).json()
    second = ada.get(PATH, of_ada(school, content, page_size="1", page="2")).json()
    beyond = [
        ada.get(PATH, of_ada(school, content, page_size="1", page=page)).status_code
        for page in ("3", "0", "-1", "9" * 30)
    ]
    empty = ada.get(PATH, of_ada(school, uuid7().hex, page_size="5")).json()

    assert (first["page"], first["count"], first["total_pages"]) == (1, 2, 2)
    assert [row["mastery_level"] for row in first["results"]] == [2]
    assert [row["mastery_level"] for row in second["results"]] == [1]
    assert beyond == [404] * 4
    assert empty == {"page": 1, "count": 0, "total_pages": 1, "results": []}


def two_tries(client: Client) -> tuple[dict[str, Any], list[str]]:
    """Finish a try and open the next; return the body that starts them and the two sessions."""
    body = exercise()
    first = client.start(body)["session_id"]
    client.move(first, progress=1)
    second = client.start({**body, "repeat": True})["session_id"]
    return body, [first, second]


def test_an_open_try_is_preferred_to_a_finished_one_that_ended_later(ada: Client):
    """contract 1.1."""
    body, [first, _second] = two_tries(ada)
    ada.move(first, time_spent_delta=5)

    assert ada.start(body)["context"]["mastery_level"] == 2


def test_the_finished_try_that_ended_last_is_used(ada: Client):
    """contract 1.1: by end_timestamp, not by number."""
    body, [first, second] = two_tries(ada)
    ada.move(second, progress=1)
    ada.move(first, time_spent_delta=5)

    assert ada.start(body)["context"]["mastery_level"] == 1


def test_a_repeat_also_resets_incomplete_progress(ada: Client):
    """contract 1.1: always."""
    body = exercise()
    ada.move(ada.start(body)["session_id"], progress=0.5, time_spent_delta=5)

    again = ada.start({**body, "repeat": True})

    assert (again["progress"], again["time_spent"]) == (0, 5)


def test_past_attempts_are_ordered_by_start(ada: Client):
    """contract 1.1: newest first by start_timestamp, not by end."""
    body = exercise()
    session = ada.start(body)["session_id"]
    ada.move(session, interactions=[answered("short", 0, time_spent=1)])
    ada.move(session, interactions=[answered("long", 0, time_spent=5000)])

    assert [row["item"] for row in ada.start(body)["pastattempts"]] == ["short", "long"]


def test_the_session_of_a_finished_try_returns_the_completion_of_the_content(ada: Client):
    """contract 1.2: `complete` is the summary's progress, for every kind."""
    _body, [first, _second] = two_tries(ada)

    assert ada.move(first, time_spent_delta=1)["complete"] is False


def test_an_empty_filter_is_refused(ada: Client):
    """contract 1.7, as in 1.4: an empty filter does not mean all rows."""
    for name in ("user", "item", "content", "masterylog", "classroom", "mastery_level"):
        response = ada.get(f"/api/logger/attemptlog?{name}=")
        assert response.status_code == 400, name
        assert response.json()[0]["metadata"]["field"] == name
