"""Requests to the APIs: reads with valid and with malformed parameters, then writes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from benchmarks.snapshot.facts import DEMO, OTHER, UNKNOWN, Facts
from benchmarks.snapshot.requests import Request
from benchmarks.snapshot.writes import ASSIGNMENT_KINDS, logins, writes

CALLERS = ("guest", "learner", "coach", "head", "superuser", "key", "read-key", "foreigner")
PAGE_QUERIES: list[dict[str, Any]] = [
    {}, {"page_size": 2}, {"page_size": 2, "page": 2}, {"page_size": 2, "page": 99},
    {"page_size": "x"}, {"page_size": 0}, {"page_size": 1001}, {"page": "x", "page_size": 5},
    {"cursor": "x"}, {"nobody": "knows"},
]  # fmt: skip
PUBLIC_PATHS = (
    "/", "/healthz", "/healthz/", "/readyz", "/metrics", "/api/schema", "/api/docs", "/nothing",
    "/api/nothing", "/api/v1/nothing", "/v3/nothing", "/%00", "/api/auth/facility/%00",
    "/api/schema/",
)  # fmt: skip


def requests(facts: Facts) -> Iterator[Request]:
    """Yield every request to the APIs: all reads, all writes, then reads by the superuser."""
    for caller in CALLERS:
        for path in _read_paths(facts):
            yield Request(caller, "GET", path)
        yield from _cursor_requests(caller, facts)
    for caller in CALLERS:
        yield from writes(caller, facts)
    for path in _read_paths(facts):
        yield Request("superuser", "GET", path)
    for caller in ("guest", "superuser", "key"):
        yield from (Request(caller, "GET", path) for path in PUBLIC_PATHS)
    yield from logins()


def _read_paths(facts: Facts) -> Iterator[str]:
    yield "/api/auth/session/current"
    yield from _roster_paths(facts)
    yield from _record_paths(facts)
    yield from _learner_model_paths(facts)
    yield from _study_paths(facts)


def _roster_paths(facts: Facts) -> Iterator[str]:
    own = {
        "facility": "school", "classroom": "room", "learnergroup": "group",
        "facilityuser": "learner", "membership": "membership", "role": "role",
        "lesson": "lesson", "quiz": "quiz", "coursesession": "course",
    }  # fmt: skip
    values = [facts[name] for name in ("school", "other_school", "room", "group", "learner")]
    values += [UNKNOWN, "x"]
    filters = {
        "classroom": ["parent"], "learnergroup": ["parent"],
        "facilityuser": ["facility", "member_of"],
        "membership": ["user", "collection"], "role": ["user", "collection"],
        **{kind: ["collection"] for kind in ASSIGNMENT_KINDS},
    }  # fmt: skip
    for kind, fact in own.items():
        path = f"/api/{'assignments' if kind in ASSIGNMENT_KINDS else 'auth'}/{kind}"
        yield from _add_queries(path, PAGE_QUERIES if kind == "facilityuser" else PAGE_QUERIES[:3])
        yield from _add_queries(path, [{name: v} for name in filters.get(kind, []) for v in values])
        for key in (facts[fact], facts[fact].replace("-", ""), UNKNOWN, "x"):
            yield f"{path}/{key}"
    searches = ["ada", "ada moreno", "نور", "student_1", "%", "x" * 201]
    yield from _add_queries("/api/auth/facilityuser", [{"search": word} for word in searches])
    yield from _add_queries("/api/auth/role", [{"kind": kind} for kind in ("coach", "admin", "x")])
    yield from _add_queries("/api/assignments/lesson", [{"active": v} for v in ("true", "0", "x")])


def _record_paths(facts: Facts) -> Iterator[str]:
    mastery_logs, attempts = "/api/logger/masterylog", "/api/logger/attemptlog"
    place_filters: list[dict[str, Any]] = [
        {name: value}
        for name, fact in (
            ("classroom", "room"),
            ("learner_group", "group"),
            ("facility", "school"),
        )
        for value in (facts[fact], UNKNOWN, "x")
    ]
    place_filters += [{"classroom": facts["other_room"]}, {"complete": "true"}, {"complete": "x"}]
    own = {"content": facts["content"], "user": facts["learner"]}
    by_external_id = {**own, "user": "student_123"}
    of_classmate = {**own, "user": facts["classmate"]}
    quizzes = [{**own, "quiz": value} for value in ("true", "0", "x")]
    yield from _add_queries(
        mastery_logs, [{}, by_external_id, of_classmate, {"content": "x", "user": "x"}, *quizzes]
    )
    yield from _add_queries(
        mastery_logs, [{**own, **query} for query in [*PAGE_QUERIES, *place_filters]]
    )
    for index in ("0", "1", "99", "-1", "x"):
        yield from _add_queries(
            f"{mastery_logs}/{index}/diff", [own, by_external_id, {}, {**own, "after": "x"}]
        )
    other_filters: list[dict[str, Any]] = [
        {"masterylog": facts["try"]}, {"masterylog": UNKNOWN}, {"item": facts["item"], **own},
        {"mastery_level": 1, **own}, {"mastery_level": "x"}, {"mastery_level": 2**31},
        {**own, "page_size": 3}, {"user": facts["foreigner"]}, {"user": "student_123"},
    ]  # fmt: skip
    yield from _add_queries(
        attempts, [*PAGE_QUERIES[1:], *({"page_size": 4, **variant} for variant in place_filters)]
    )
    yield from _add_queries(attempts, other_filters)
    for path, fact in ((mastery_logs, "try"), (attempts, "attempt"), (attempts, "guests_attempt")):
        yield from (f"{path}/{key}" for key in (facts[fact], UNKNOWN, "x"))
    for path in ("totalcontentprogress", "userprogress"):
        yield from (f"/api/logger/{path}/{name}" for name in _learner_ids(facts))


def _learner_ids(facts: Facts) -> list[str]:
    ids = [facts[name] for name in ("learner", "classmate", "foreigner")]
    return [*ids, "student_123", "1185304", UNKNOWN, "nobody"]


def _learner_model_paths(facts: Facts) -> Iterator[str]:
    days = [{"days": value} for value in ("7", "365", "0", "x")]
    for learner in _learner_ids(facts):
        yield from _add_queries(f"/api/v1/velocity/{learner}", [{}, {"skill_id": "percentages"}])
        yield f"/api/v1/predictions/{learner}"
        yield f"/api/v1/mastery/{learner}"
    yield from _add_queries(
        f"/api/v1/velocity/{facts['learner']}", [*days, {"skill_id": "nothing"}]
    )
    targets = [{"target_score": value} for value in ("1400", "99", "x")]
    yield from _add_queries(f"/api/v1/predictions/{facts['learner']}", [*days, *targets])
    items = [{"item_id": value} for value in ("algebra_linear-01", "nothing", "")]
    yield from _add_queries(f"/api/v1/mastery/{facts['learner']}", [*PAGE_QUERIES, *items])
    for skill in ("algebra_linear", facts["content"].replace("-", ""), "nothing"):
        yield from _add_queries(
            f"/api/v1/mastery/{facts['learner']}/{skill}/history", PAGE_QUERIES[:5]
        )


def _study_paths(facts: Facts) -> Iterator[str]:
    partner = {"partner_id": DEMO}
    own: dict[str, Any] = {**partner, "user_id": facts["learner"]}
    pages: list[dict[str, Any]] = [
        {"page[size]": 3, "page[number]": 2},
        {"page[size]": 0},
        {"sort": "x"},
    ]
    variants: list[dict[str, Any]] = [{}, {"set_id": facts["set"]}, {"set_id": "x"}, *pages]
    queries = [{**own, **variant} for variant in variants]
    partner_queries: list[dict[str, Any]] = [
        {}, partner, {**own, "user_id": "1185304"}, {**own, "partner_id": OTHER},
        {**own, "partner_id": facts["school"]},
    ]  # fmt: skip
    yield from _add_queries("/v3/study", [*queries, *partner_queries])
    yield "/v3/my/profile"
    yield from (f"/v3/sets/{key}" for key in (facts["set"], UNKNOWN, "x"))
    yield from (f"/v3/learning_items/{key}" for key in (facts["guid"], UNKNOWN, "x"))
    for learner in _learner_ids(facts):
        yield f"/v3/users/{learner}"
        for rest in ("", f"/sets/{facts['set']}", f"/items/{facts['guid']}"):
            yield from _add_queries(f"/v3/users/{learner}{rest}/learning_stats", [partner])
    for rest in ("", "/sets/x", f"/items/{UNKNOWN}", "/items/x"):
        path = f"/v3/users/{facts['learner']}{rest}/learning_stats"
        yield from _add_queries(path, [{}, partner, {"partner_id": OTHER}])


def _add_queries(path: str, queries: list[dict[str, Any]]) -> Iterator[str]:
    for query in queries:
        yield f"{path}?{urlencode(query)}" if query else path


def _cursor_requests(caller: str, facts: Facts) -> Iterator[Request]:
    """Yield the first pages of some lists by their cursors, and requests of other methods."""
    query = urlencode({"page_size": 3, "cursor": ""})
    own = urlencode({"content": facts["content"], "user": facts["learner"]})
    lists = ["/api/logger/attemptlog?", f"/api/logger/masterylog?{own}&", "/api/auth/facilityuser?"]
    lists += [
        "/api/auth/membership?",
        f"/api/v1/mastery/{facts['learner']}/algebra_linear/history?",
    ]
    for path in lists:
        next_path = "data.next" if "/v1/" in path else "next"
        yield Request(caller, "GET", f"{path}{query}", keep={"next": next_path})
        yield Request(caller, "GET", "$next", keep={"next": next_path})
        yield Request(caller, "GET", "$next")
    for method, path in (
        ("OPTIONS", "/api/auth/facility"),
        ("HEAD", "/healthz"),
        ("DELETE", "/v3/study"),
    ):
        yield Request(caller, method, path)
    yield Request(caller, "GET", "/api/auth/facility", headers={"Accept-Language": "ar"})
    yield Request(caller, "GET", "/api/auth/facility", headers={"X-API-Key": "lt_0_wrong"})
