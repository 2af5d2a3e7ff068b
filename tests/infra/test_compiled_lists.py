"""Compiled lists return the rows of the visibility rule to every caller: contract 0.7, 0.14."""

from __future__ import annotations

import json
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from infra.db.models import LosslessJSONDecoder
from logger.models import AttemptLog, ContentSession
from roster.models import User
from tests.conftest import Caller, client_for
from tests.factories import NOW, School, answered, exercise

PATH = "/api/logger/attemptlog"
LEARNERS, ATTEMPTS = ("ada", "ben"), 7


@pytest.fixture
def filled(school: School) -> School:
    """Return the school with attempts of two learners of a class whose times are interleaved."""
    for number, name in enumerate(LEARNERS):
        learner = getattr(school, name)
        body = exercise(mastery_model={"type": "do_all"})
        session = client_for(learner).work(body, answered("q0"))["session_id"]
        row = ContentSession.objects.get(pk=session)
        AttemptLog.objects.bulk_create(
            AttemptLog(
                user=learner, facility=school.facility, session=row, mastery_log=row.mastery_log,
                content_id=row.content_id, item=f"q{position % 3}", position=position,
                start_timestamp=NOW, end_timestamp=NOW - timedelta(minutes=position // 2 + number),
                correct=0, complete=position % 2 == 0, answer={"a": [position, 0.5, "ü"]},
            )
            for position in range(1, ATTEMPTS)
        )  # fmt: skip
    return school


def callers(school: School) -> dict[str, tuple[Caller, Any]]:
    """Return each kind of caller with its actor."""
    people = {
        name: User.objects.with_role_flags().get(pk=getattr(school, name).pk)
        for name in (
            "ada", "ben", "coach", "facility_coach", "admin", "superuser", "stranger",
            "foreign_coach",
        )
    }  # fmt: skip
    return {name: (person, person) for name, person in people.items()}


def filters(school: School) -> list[dict[str, Any]]:
    tried = AttemptLog.objects.filter(user=school.ada)[0]
    places: list[dict[str, Any]] = [
        {},
        {"classroom": school.class_7a.pk},
        {"learner_group": school.group.pk},
    ]
    others: list[dict[str, Any]] = [
        {}, {"complete": "true"}, {"item": "q1"}, {"content": tried.content_id},
        {"mastery_level": 1}, {"user": school.ada.pk}, {"masterylog": tried.mastery_log_id},
        {"user": uuid7()},
    ]  # fmt: skip
    return [{**place, **other} for place, other in product(places, others)]


def expected_keys(school: School, actor: Any, query: dict[str, Any]) -> list[str]:
    rows = AttemptLog.objects.filter(user__in=User.objects.visible_to(actor))
    columns = {"content": "content_id", "mastery_level": "mastery_log__mastery_level"}
    columns["masterylog"] = "mastery_log"
    for name, value in query.items():
        if name == "complete":
            rows = rows.filter(complete=True)
        elif name == "classroom":
            rows = rows.filter(user__in=User.objects.filter(enrolments__classroom=value))
        elif name == "learner_group":
            rows = rows.filter(user__in=User.objects.filter(enrolments__memberships__group=value))
        else:
            rows = rows.filter(**{columns.get(name, name): value})
    sees_places = actor not in (school.stranger, school.foreign_coach)
    is_hidden = not sees_places and bool({"classroom", "learner_group"} & query.keys())
    return (
        [] if is_hidden else [key.hex for key in rows.newest_first().values_list("pk", flat=True)]
    )


@pytest.mark.parametrize(
    "name",
    [
        "ada", "ben", "coach", "facility_coach", "admin", "superuser", "stranger", "foreign_coach",
    ],
)  # fmt: skip
def test_every_caller_gets_the_rows_of_the_visibility_rule(filled: School, name: str):
    """contract 0.7, 1.7."""
    caller, actor = callers(filled)[name]
    client = client_for(caller)

    for query in filters(filled):
        expected = expected_keys(filled, actor, query)
        array = [row["id"] for row in client.get(PATH, query).json()]
        pages = [
            row["id"]
            for page in range(1, 2 + (len(expected) - 1) // 3)
            for row in client.get(PATH, {**query, "page_size": 3, "page": page}).json()["results"]
        ]
        assert (array, pages) == (expected, expected), query


def test_a_cursor_visits_the_attempts_of_a_class_once_in_both_directions(filled: School):
    """contract 0.14."""
    coach = client_for(filled.coach)
    expected = [row["id"] for row in coach.get(PATH).json()]

    forward, pages, url = [], [], f"{PATH}?cursor=&page_size=4"
    while url:
        pages.append(coach.get(url).json())
        forward += [row["id"] for row in pages[-1]["results"]]
        url = pages[-1]["next"]
    backward, url = [row["id"] for row in pages[-1]["results"]], pages[-1]["previous"]
    while url:
        page = coach.get(url).json()
        backward = [*(row["id"] for row in page["results"]), *backward]
        url = page["previous"]

    assert len(expected) == len(LEARNERS) * ATTEMPTS
    assert forward == backward == expected


def test_a_statement_serves_other_values_of_the_same_shape(filled: School):
    """contract 0.7: nothing of one caller is left for the next."""
    seen = {}
    for name in ("ada", "ben", "stranger", "ada"):
        rows = client_for(getattr(filled, name)).get(PATH).json()
        seen[name] = {row["user"] for row in rows}

    assert seen == {
        "ada": {filled.ada.pk.hex}, "ben": {filled.ben.pk.hex}, "stranger": set(),
    }  # fmt: skip


NUMBERS = st.one_of(
    st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False, allow_infinity=False)
)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
)


@given(VALUES)
def test_json_is_read_like_the_standard_library_does(value: Any):
    """contract 0.1: the same values, of the same types."""
    text = json.dumps(value)

    assert repr(LosslessJSONDecoder().decode(text)) == repr(json.loads(text))
