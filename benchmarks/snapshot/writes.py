"""Requests that write to the APIs: valid, repeated, and rejected ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from benchmarks.snapshot.facts import DEMO, OTHER, UNKNOWN, Facts
from benchmarks.snapshot.requests import Request

ASSIGNMENT_KINDS = ("lesson", "quiz", "coursesession")
IDEMPOTENCY_HEADER = "Idempotency-Key"
NDJSON = "application/x-ndjson"


def writes(caller: str, facts: Facts) -> Iterator[Request]:
    """Yield every write request of one caller."""
    yield from _session_writes(caller, facts)
    yield from _answer_writes(caller, facts)
    yield from _study_writes(caller, facts)
    yield from _roster_writes(caller, facts)
    yield Request(caller, "POST", "/api/auth/token", {"user_id": "student_123"})
    yield Request(caller, "POST", "/api/auth/token", {"user_id": "student_123", "ttl": 0})
    yield Request(caller, "PUT", "/api/auth/session/current")


def _session_writes(caller: str, facts: Facts) -> Iterator[Request]:
    content = {"content_id": facts["content"], "node_id": UNKNOWN, "channel_id": UNKNOWN}
    owner = {"user_id": "student_126"} if "key" in caller else {}
    exercise = {
        **content, **owner, "kind": "exercise", "mastery_model": {"type": "m_of_n", "m": 2, "n": 3},
    }  # fmt: skip
    quiz = {
        **owner, "kind": "quiz", "content_id": facts["quiz"], "quiz_id": facts["quiz"],
        "mastery_model": {"type": "quiz"},
    }  # fmt: skip
    starts: list[Any] = [
        {**content, **owner, "kind": "video"}, {**exercise, "lesson_id": facts["lesson"]},
        {**exercise, "repeat": True}, quiz, {**exercise, "course_session_id": facts["course"]},
    ]  # fmt: skip
    invalid: list[Any] = [
        {}, [], "{", {**exercise, "kind": "x"}, {**exercise, "mastery_model": {"type": "m_of_n"}},
        {**content, "kind": "video", "user_id": "nobody/new"}, {**exercise, "content_id": "x"},
    ]  # fmt: skip
    answers = [{"item": name, "correct": right, "time_spent": 5} for name, right in _SCORES]
    updates: list[Any] = [
        {"progress_delta": 0.25, "time_spent_delta": 30}, {"interactions": answers},
        {"interactions": [{**answers[0], "answer": {"a": "b"}, "hinted": True}]},
        {"interactions": [{**answers[0], "answer": {}, "simple_answer": "b", "replace": True}]},
        {"interactions": [{**answers[1], "error": True, "timestamp": "2026-01-01T00:00:00Z"}]},
        {"progress": 1, "extra_fields": {"at": 3}}, {"progress": 2},
        {"interactions": [{"item": ""}]}, {"progress": 1, "progress_delta": 1}, {},
    ]  # fmt: skip
    path = "/api/logger/contentsession"
    for body in starts:
        yield Request(caller, "POST", path, body, keep={"session": "session_id"})
        for update in updates:
            yield Request(caller, "PUT", f"{path}/$session", update)
    for body in invalid:
        yield Request(caller, "POST", path, body)
    yield from _with_repeats(Request(caller, "POST", path, starts[0]))
    # An alias of the same endpoint.
    path = "/api/logger/trackprogress"
    yield Request(caller, "POST", path, starts[1], keep={"session": "session_id"})
    yield from _with_repeats(Request(caller, "PUT", f"{path}/$session", updates[1]))
    yield Request(caller, "PUT", f"{path}/{UNKNOWN}", updates[0])


_SCORES = [("question 1", 1), ("question 2", 0), ("question 3", 1)]


def _with_repeats(request: Request) -> Iterator[Request]:
    """Yield a request with an idempotency key, its repetition, and another body with the key."""
    key = f"{request.caller} {request.method} {request.path}"
    headers = {IDEMPOTENCY_HEADER: quote(key)}
    bodies: list[Any] = [request.body, request.body, {}]
    for body in bodies:
        yield Request(request.caller, request.method, request.path, body, headers=headers)


def _answer_writes(caller: str, facts: Facts) -> Iterator[Request]:
    answer: dict[str, Any] = {
        "user_id": "student_123", "skill_id": "algebra_linear", "is_correct": True,
        "time_spent_seconds": 45, "confidence_score": 4,
    }  # fmt: skip
    changes: list[dict[str, Any]] = [
        {}, {"is_correct": False, "item_id": "algebra_linear-01"}, {"user_id": facts["learner"]},
        {"event_id": f"{caller} 1"}, {"event_id": f"{caller} 1"}, {"user_id": "1185304"},
        {"timestamp": "2026-01-01T00:00:00Z"}, {"skill_id": f"new of {caller}"},
        {"is_correct": "true"}, {"confidence_score": 9}, {"user_id": ""}, {"timestamp": "x"},
    ]  # fmt: skip
    path = "/api/v1/track-answer"
    bodies = [{**answer, **change} for change in changes]
    for body in [*bodies, {}, [], "{"]:
        yield Request(caller, "POST", path, body)
    yield from _with_repeats(Request(caller, "POST", path, answer))
    yield Request(caller, "POST", f"{path}s", bodies)
    yield Request(caller, "POST", f"{path}s?results=all", [*bodies, {}, 7])
    lines = '{"user_id": "student_125", "skill_id": "percentages", "is_correct": true}\nno JSON\n'
    yield Request(caller, "POST", f"{path}s?results=all", lines, content_type=NDJSON)
    yield Request(caller, "POST", f"{path}s?results=x", bodies)
    yield from _with_repeats(Request(caller, "POST", f"{path}s", bodies[:2]))


def _study_writes(caller: str, facts: Facts) -> Iterator[Request]:
    result: dict[str, Any] = {
        "user_id": "1185304", "partner_id": DEMO, "study_time_millis": 4930,
        "learning_engine_guid": facts["guid"], "quiz_result": "Correct",
    }  # fmt: skip
    changes: list[dict[str, Any]] = [
        {}, {"quiz_result": "AlmostCorrect", "user_id": facts["learner"]}, {"partner_id": OTHER},
        {"event_id": f"{caller} study"}, {"learning_engine_guid": None, "item_id": f"of {caller}"},
        {"quiz_result": "x"}, {"study_time_millis": "1"}, {"learning_engine_guid": "x"},
    ]  # fmt: skip
    bodies = [{**result, **change} for change in changes]
    for body in [*bodies, {}, {"data": {}}, "{"]:
        yield Request(caller, "POST", "/v3/study", body)
    yield Request(caller, "POST", "/v3/studies", bodies)
    yield Request(caller, "POST", "/v3/studies?results=all", [*bodies, {}])
    new: dict[str, Any] = {"name": f"Set of {caller}", "partner_id": DEMO}
    yield from _with_repeats(Request(caller, "POST", "/v3/sets", new))
    yield Request(caller, "POST", "/v3/sets", new, keep={"set": "data.id"})
    yield Request(caller, "POST", "/v3/sets", {"name": ""})
    item = {"question": "The capital of Malta?", "answer": "Valletta", "item_id": f"mt {caller}"}
    for body in (item, item, {}, {**item, "item_id": 7}):
        yield Request(caller, "POST", "/v3/sets/$set/learning_items", body)
    yield Request(caller, "GET", "/v3/sets/$set")
    for partner in (DEMO, OTHER):
        for body in ({"name": f"New of {caller}", "email": "new@example.org"}, {"name": 7}):
            yield Request(caller, "POST", f"/v3/partners/{partner}/users", body)


def _roster_writes(caller: str, facts: Facts) -> Iterator[Request]:
    """Yield requests that create, change and delete a row of each kind, and rejected ones."""
    room, learner = facts["room"], facts["classmate"]
    assignment = {
        "title": f"By {caller}",
        "collection": room,
        "assignments": [room, facts["group"]],
    }
    new: dict[str, dict[str, Any]] = {
        "auth/facility": {"name": f"School of {caller}"},
        "auth/classroom": {"name": f"Class of {caller}", "parent": facts["school"]},
        "auth/learnergroup": {"name": f"Group of {caller}", "parent": room},
        "auth/facilityuser": {"username": f"by_{caller}", "facility": facts["school"]},
        "auth/membership": {"user": learner, "collection": facts["other_room"]},
        "auth/role": {"user": learner, "collection": facts["other_room"], "kind": "coach"},
        **{f"assignments/{kind}": assignment for kind in ASSIGNMENT_KINDS},
    }
    for kind, body in new.items():
        path = f"/api/{kind}"
        yield Request(caller, "POST", path, body, keep={"row": "id"})
        rejected: list[Any] = [{}, [], {**body, "parent": UNKNOWN, "collection": UNKNOWN}]
        for invalid in rejected:
            yield Request(caller, "POST", path, invalid)
        for key in ("$row", UNKNOWN):
            yield Request(caller, "PUT", f"{path}/$row".replace("$row", key), body)
            yield Request(caller, "PATCH", f"{path}/{key}", {"name": "New", "title": "New"})
            yield Request(caller, "PATCH", f"{path}/{key}", {"name": "", "user": "x", "title": ""})
        yield Request(caller, "GET", f"{path}/$row")
        yield Request(caller, "DELETE", f"{path}/$row")
        yield Request(caller, "DELETE", f"{path}/x")
    yield from _with_repeats(Request(caller, "POST", "/api/assignments/lesson", assignment))
    yield Request(caller, "PATCH", f"/api/auth/facilityuser/{learner}", {"full_name": "Ben O."})
    yield Request(caller, "DELETE", f"/api/auth/facilityuser/{facts['foreigner']}")


def logins() -> Iterator[Request]:
    """Yield logins and logouts; successful logins use a caller of their own."""
    path = "/api/auth/session"
    for caller, password in (("guest", "wrong"), ("login", "Longer than 12.")):
        body = {"username": "login", "password": password}
        yield Request(caller, "POST", path, body)
        yield Request(caller, "POST", path, {**body, "facility": UNKNOWN})
        yield Request(caller, "POST", path, {})
        yield Request(caller, "GET", f"{path}/current")
        yield Request(caller, "DELETE", f"{path}/current")
        yield Request(caller, "GET", f"{path}/current")
    foreign = {"Origin": "https://elsewhere.example"}
    yield Request("login", "POST", path, {"username": "login"}, headers=foreign)
