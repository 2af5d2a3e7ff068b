"""The loads to measure: clients with learners of their own that repeat the same requests."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from benchmarks.load import Client, Exchange, Request, Script
from benchmarks.school import (
    ANSWERS_PER_SESSION,
    ATTEMPTS,
    CONTENTS,
    PARTNER,
    SESSIONS,
    TRIES,
    School,
    Send,
    answer_body,
    build_request,
    content_id,
    learner_name,
    start_body,
)

PUT = "PUT, and 1 start in 21; cookie"
ATTEMPT_LIST = f"GET attemptlog, {ATTEMPTS} rows; cookie"
TRY_LIST = f"GET masterylog, {TRIES} rows; cookie"
UNCHANGED = "GET both, unchanged (304); cookie"
TRACK = "POST track-answer; key"
STUDY = "POST /v3/study; key"
NO_OP = "GET no-op; cookie"
NO_OP_PATH = "/benchmarks/no-op"
ATTEMPTS_PATH = "/api/logger/attemptlog"
TRACK_PATH, STUDY_PATH = "/api/v1/track-answer", "/v3/study"

SKILLS, ITEMS = 10, 30
_PLACEHOLDER = "0" * 32


def is_json(body: bytes) -> bool:
    """Return whether a body is a JSON object or array that is not empty."""
    return body[:1] in {b"{", b"["} and len(body) > len("[]")


class Workloads:
    """The loads on one server; `recorded` counts the acknowledged answers of each writer.

    Half of the learners write, and the history of the others is read, so that lists stay the same.
    """

    def __init__(self, school: School, send: Send, *, clients: int) -> None:
        self.school, self.send, self.clients = school, send, clients
        self.recorded: Counter[str] = Counter()

    def create(self, *, with_no_op: bool) -> dict[str, list[Client]]:
        """Return the clients of each load; none if the server does not support the load."""
        loads: dict[str, Callable[[int], Script]] = {
            PUT: self._write,
            ATTEMPT_LIST: self._read_attempts,
            TRY_LIST: self._read_tries,
            TRACK: self._track,
            STUDY: self._study,
        }
        if with_no_op:
            loads[NO_OP] = self._read_nothing
        clients = {name: self._clients(script) for name, script in loads.items()}
        return {**clients, UNCHANGED: self._unchanged_readers()}

    def _clients(self, script: Callable[[int], Script]) -> list[Client]:
        return [Client(partial(script, number)) for number in range(self.clients)]

    def _write(self, number: int) -> Script:
        name = learner_name(number)
        # Clients start with sessions of different lengths, so that starts are spread over time.
        script = record_answers(
            self.school.headers_of(name), first=number * ANSWERS_PER_SESSION // self.clients
        )
        body = b""
        while True:
            exchange = next(script) if not body else script.send(body)
            body = yield exchange
            self.recorded[name] += exchange.request.startswith(b"PUT")

    def _reader(self, number: int) -> str:
        """Return the name of a learner whose history is read."""
        return learner_name(self.clients + number)

    def _reader_headers(self, number: int) -> dict[str, str]:
        return self.school.headers_of(self._reader(number))

    def _tries_path(self, number: int) -> str:
        user = self.school.logins[self._reader(number)]["id"]
        return f"/api/logger/masterylog?content={content_id(0)}&user={user}"

    def _read_attempts(self, number: int) -> Script:
        is_valid = partial(_has_rows, b'"item":', ATTEMPTS)
        return read_list(ATTEMPTS_PATH, self._reader_headers(number), is_valid)

    def _read_tries(self, number: int) -> Script:
        is_valid = partial(_has_rows, b'"mastery_level":', TRIES)
        return read_list(self._tries_path(number), self._reader_headers(number), is_valid)

    def _read_nothing(self, number: int) -> Script:
        return read_list(NO_OP_PATH, self._reader_headers(number), b"{}".__eq__)

    def _unchanged_readers(self) -> list[Client]:
        """Return clients that request lists if they have changed; none without ETags."""
        clients = []
        for number in range(self.clients):
            exchanges = []
            headers = self._reader_headers(number)
            for path in (ATTEMPTS_PATH, self._tries_path(number)):
                response = self.send(Request(method="GET", path=path, headers=headers))
                if (etag := response.headers.get("etag")) is None:
                    return []
                request = _encode("GET", path, {**headers, "If-None-Match": etag})
                exchanges.append(Exchange(request=request, status=304, is_valid=_is_empty))
            clients.append(Client(partial(_repeat, exchanges)))
        return clients

    def _track(self, number: int) -> Script:
        """Send answers of a learner to several skills in turn."""
        bodies = [track_body(number, answer) for answer in range(SKILLS)]
        requests = [_encode("POST", TRACK_PATH, self.school.key_headers, body) for body in bodies]
        return _repeat([Exchange(request=each, is_valid=_is_success) for each in requests])

    def _study(self, number: int) -> Script:
        """Send results of a learner for several items in turn."""
        bodies = [study_body(number, item) for item in range(ITEMS)]
        requests = [_encode("POST", STUDY_PATH, self.school.key_headers, body) for body in bodies]
        return _repeat(
            [Exchange(request=each, status=204, is_valid=_is_empty) for each in requests]
        )


def record_answers(headers: Mapping[str, str], *, first: int = 0) -> Script:
    """Start a session, send the answers to it one by one, and start the next.

    Parameters
    ----------
    first : number of answers that the first session does without.
    """
    answers = [
        _encode("PUT", f"{SESSIONS}/{_PLACEHOLDER}", headers, answer_body(answer))
        for answer in range(ANSWERS_PER_SESSION)
    ]
    for content in itertools.count(first):
        start = _encode("POST", SESSIONS, headers, start_body(1 + content % CONTENTS))
        body = yield Exchange(request=start, is_valid=_has_session)
        session = json.loads(body)["session_id"].encode()
        for answer in answers[first:]:
            request = answer.replace(_PLACEHOLDER.encode(), session)
            yield Exchange(request=request, is_valid=_has_attempt)
        first = 0


def read_list(
    path: str, headers: Mapping[str, str], is_valid: Callable[[bytes], bool] = is_json
) -> Script:
    """Request a list again and again."""
    return _repeat([Exchange(request=_encode("GET", path, headers), is_valid=is_valid)])


def track_body(learner: int, number: int) -> dict[str, Any]:
    """Return the body of an answer to be tracked."""
    return {
        "user_id": f"tracked_{learner}",
        "skill_id": f"skill {number % SKILLS}",
        "item_id": f"item {number % SKILLS}",
        "is_correct": number % 2 == 1,
        "time_spent_seconds": 12,
        "confidence_score": 4,
    }


def study_body(learner: int, number: int) -> dict[str, Any]:
    """Return the body of a study result."""
    return {
        "user_id": f"studying_{learner}",
        "partner_id": PARTNER,
        "study_time_millis": 4930,
        "learning_engine_guid": str(uuid5(NAMESPACE_URL, f"learntrace:item:{number % ITEMS}")),
        "quiz_result": "Correct" if number % 2 else "Incorrect",
    }


def _encode(method: str, path: str, headers: Mapping[str, str], body: Any = None) -> bytes:
    return build_request(method, path, headers, body).encode()


def _repeat(exchanges: list[Exchange]) -> Script:
    for exchange in itertools.cycle(exchanges):  # noqa: UP028  # values are sent to the script
        yield exchange


def _has_session(body: bytes) -> bool:
    return b'"session_id":"' in body


def _has_attempt(body: bytes) -> bool:
    return body.startswith(b"{") and b'"attempts":[{' in body


def _has_rows(needle: bytes, rows: int, body: bytes) -> bool:
    return body.count(needle) == rows


def _is_success(body: bytes) -> bool:
    return body.startswith(b'{"success":true')


def _is_empty(body: bytes) -> bool:
    return not body
