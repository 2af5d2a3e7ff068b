"""Messages of errors in bodies: contract 0.12. Each names the rule that the value breaks."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.conftest import Client
from tests.factories import answered, exercise, video

REQUIRED = "This field is required."
NOT_NULL = "This field may not be null."
NO_UUID = "Must be a valid UUID."
NO_NUMBER = "A valid number is required."
M_OF_N = "m_of_n needs integers m and n with 1 ≤ m ≤ n."
NO_TIME = (
    "Datetime has wrong format. Use one of these formats instead: YYYY-MM-DDThh:mm:ss[.uuuuuu]Z."
)
NO_OFFSET = "The time must have a UTC offset, such as Z or +02:00."
EARLY = "The time must not be before the year 2000."
TRACKED = {"user_id": "student_ada", "skill_id": "algebra", "is_correct": True}
STUDIED = {
    "user_id": "student_ada", "partner_id": "779", "quiz_result": "Correct",
    "study_time_millis": 4930, "item_id": "q1",
}  # fmt: skip


def send(client: Client, method: str, path: str, body: Any) -> Any:
    """Send a body as JSON, null included."""
    return client.generic(method, path, json.dumps(body), content_type="application/json")


def errors_of(response: Any) -> list[tuple[str, str | None, str]]:
    """Return the code, field and message of each error of `/api/logger`."""
    assert response.status_code == 400, response.content
    return [
        (error["id"], error["metadata"]["field"], error["metadata"]["message"])
        for error in response.json()
    ]


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        (None, [("INVALID", None, "No data provided")]),
        ([], [("INVALID", None, "Invalid data. Expected a dictionary, but got list.")]),
        (
            {"progress": "half", "time_spent_delta": 10_000_001, "extra_fields": [], "x": 1},
            [
                ("INVALID", "progress", NO_NUMBER),
                ("INVALID", "time_spent_delta",
                 "Ensure this value is less than or equal to 10000000."),
                ("INVALID", "extra_fields",
                 'Expected a dictionary of items but got type "list".'),
            ],
        ),
        (
            {"progress_delta": "-0.5", "time_spent_delta": "9" * 1001, "interactions": {}},
            [
                ("INVALID", "progress_delta",
                 "Ensure this value is greater than or equal to 0."),
                ("INVALID", "time_spent_delta", "String value too large."),
                ("INVALID", "interactions", 'Expected a list of items but got type "dict".'),
            ],
        ),
        ({"progress": None, "interactions": None},
         [("INVALID", "progress", NOT_NULL), ("INVALID", "interactions", NOT_NULL)]),
        ({"progress": 1, "progress_delta": 1},
         [("INVALID", "progress_delta", "Must not be sent together with progress.")]),
        ({"interactions": [answered(), None]}, [("INVALID", "interactions", NOT_NULL)]),
        ({"interactions": ["x"]},
         [("INVALID", "interactions", "Invalid data. Expected a dictionary, but got str.")]),
        ({"interactions": [{}] * 1001},
         [("INVALID", "interactions", "Ensure this field has no more than 1000 elements.")]),
        (
            {"interactions": [{}, answered(item="", id="x", error="maybe"), {"item": "q"}]},
            [
                ("REQUIRED", "interactions.item", REQUIRED),
                ("REQUIRED", "interactions.correct", REQUIRED),
                ("REQUIRED", "interactions.time_spent", REQUIRED),
                ("INVALID", "interactions.id", NO_UUID),
                ("INVALID", "interactions.item", "This field may not be blank."),
                ("INVALID", "interactions.error", "Must be a valid boolean."),
            ],
        ),
        (
            {"interactions": [{**answered(answer=7, simple_answer="x" * 201), "item": []},
                              answered(timestamp=7), answered(timestamp="2026-03-02T09:00:00"),
                              answered(timestamp="1999-12-31T23:59:59Z")]},
            [
                ("INVALID", "interactions.item", "Not a valid string."),
                ("INVALID", "interactions.answer",
                 'Expected a dictionary of items but got type "int".'),
                ("INVALID", "interactions.simple_answer",
                 "Ensure this field has no more than 200 characters."),
                ("INVALID", "interactions.timestamp", NO_TIME),
                ("INVALID", "interactions.timestamp", NO_OFFSET),
                ("INVALID", "interactions.timestamp", EARLY),
            ],
        ),
    ],
)  # fmt: skip
def test_the_errors_of_a_session_update(
    guest: Client, body: Any, errors: list[tuple[str, str | None, str]]
):
    session = guest.start(video())["session_id"]

    response = send(guest, "PUT", f"/api/logger/contentsession/{session}", body)

    assert errors_of(response) == errors


NODE = video()
QUIZ = {"quiz_id": NODE["node_id"]}


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, [("REQUIRED", name, REQUIRED)
              for name in ("node_id", "content_id", "channel_id", "kind")]),
        (
            {**QUIZ, "node_id": NODE["node_id"], "lesson_id": "x", "user_id": ""},
            [
                ("INVALID", "node_id", "Must not be sent together with quiz_id."),
                ("INVALID", "lesson_id", NO_UUID),
                ("INVALID", "user_id", "This field may not be blank."),
            ],
        ),
        (
            {**NODE, "lesson_id": NODE["node_id"], "course_session_id": NODE["node_id"]},
            [("INVALID", "course_session_id", "Must not be sent together with lesson_id.")],
        ),
        ({**NODE, "kind": "podcast", "mastery_model": {"type": "do_all"}},
         [("INVALID", "mastery_model", "Only exercises have a mastery model."),
          ("INVALID", "kind", '"podcast" is not a valid choice.')]),
        (exercise(mastery_model={"type": "m_of_n", "m": 3, "n": 2}),
         [("INVALID", "mastery_model.m", M_OF_N), ("INVALID", "mastery_model.n", M_OF_N)]),
        (exercise(mastery_model={"m": "x", "n": 1001}),
         [("REQUIRED", "mastery_model.type", REQUIRED),
          ("INVALID", "mastery_model.m", "A valid integer is required."),
          ("INVALID", "mastery_model.n",
           "Ensure this value is less than or equal to 1000.")]),
    ],
)  # fmt: skip
def test_the_errors_of_a_session_start(
    guest: Client, body: Any, errors: list[tuple[str, str | None, str]]
):
    response = send(guest, "POST", "/api/logger/contentsession", body)

    assert errors_of(response) == errors


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({**TRACKED, "item_id": 7, "user_id": "", "is_correct": "yes"},
         {"user_id": "Must have 1 to 255 characters.", "is_correct": "true or false is required.",
          "item_id": "A string is required."}),
        ({"timestamp": "x", "confidence_score": 6, "question_difficulty": -4},
         {"timestamp": NO_TIME, "confidence_score": "Must lie between 1 and 5.",
          "question_difficulty": "Must lie between -3 and 3.", "user_id": REQUIRED,
          "skill_id": REQUIRED, "is_correct": REQUIRED}),
        ({**TRACKED, "time_spent_seconds": 1.0, "question_difficulty": True},
         {"time_spent_seconds": "A whole number is required.",
          "question_difficulty": "A number is required."}),
    ],
)  # fmt: skip
def test_the_errors_of_an_answer(app: Client, body: dict[str, Any], errors: dict[str, str]):
    """In the order of the body, then the missing fields; the first is also the message."""
    response = send(app, "POST", "/api/v1/track-answer", body)

    assert response.status_code == 400
    assert list(response.json()["errors"].items()) == [
        (name, [message]) for name, message in errors.items()
    ]
    assert response.json()["message"] == next(iter(errors.values()))


@pytest.mark.parametrize(
    ("path", "body", "errors"),
    [
        ("/api/v1/track-answer", [], [(None, "An object is required.")]),
        ("/api/v1/track-answer", None, [(None, "No data provided")]),
        ("/v3/study", 7, [(None, "An object is required.")]),
        ("/v3/study", {"data": {}},
         [("data", "Send the fields directly, not as a JSON:API document.")]),
        ("/v3/study", {**STUDIED, "user_id": 1.5, "partner_id": "", "quiz_result": "correct"},
         [("user_id", "A string or a whole number is required."),
          ("partner_id", "Must have 1 to 255 characters."),
          ("quiz_result", "Must be one of: Correct, Incorrect, AlmostCorrect.")]),
        ("/v3/study", {**STUDIED, "item_id": None},
         [("learning_engine_guid", "learning_engine_guid or item_id is required.")]),
        ("/v3/study", {**STUDIED, "learning_engine_guid": NODE["node_id"]},
         [("item_id", "Must not be sent together with learning_engine_guid.")]),
        ("/v3/study", {**STUDIED, "learning_engine_guid": "x"},
         [("learning_engine_guid", "A GUID is required.")]),
        ("/v3/partners/779/users", {"name": "x" * 201, "email": "x@"},
         [("name", "Must have 0 to 200 characters."), ("email", "Enter a valid email address.")]),
        ("/v3/partners/779/users", {"email": "x" * 255},
         [("email", "Must have 0 to 254 characters.")]),
    ],
)  # fmt: skip
def test_the_errors_of_a_strict_body(
    app: Client, path: str, body: Any, errors: list[tuple[str | None, str]]
):
    response = send(app, "POST", path, body)

    assert response.status_code == 400
    if path.startswith("/v3"):
        found = [
            (error.get("source", {}).get("pointer", "").removeprefix("/") or None, error["detail"])
            for error in response.json()["errors"]
        ]
    else:
        found = [(None, response.json()["message"])]
    assert found == errors
