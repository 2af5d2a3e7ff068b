"""A school of learners with a history of work, created through the public interfaces.

The same requests create the same school in every version of the project.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from benchmarks.load import Request

PARTNER = "benchmark"
TRIES, TRY_ATTEMPTS = 3, 10
ATTEMPTS = TRIES * TRY_ATTEMPTS
ITEMS = ANSWERS_PER_SESSION = 20
CONTENTS = 40
SECONDS = 12.5
# Every second answer is wrong, so nobody masters an exercise and each PUT does the same work.
CRITERION = {"type": "m_of_n", "m": 8, "n": 10}
SESSIONS = "/api/logger/contentsession"
CSRF_TOKEN = "benchmark" * 3 + "token"
ROSTER = {
    "facility": {"name": "Benchmark School", "partner_id": PARTNER},
    "api_keys": [{"name": "benchmark", "scopes": ["read", "write", "admin"]}],
}


@dataclass(frozen=True, kw_only=True)
class Response:
    """One response; names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


Send = Callable[[Request], Response]


def sender(port: int) -> Send:
    """Return a function that sends single requests to a server."""

    def send(request: Request) -> Response:
        with contextlib.closing(HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
            headers = {"Content-Type": "application/json", **request.headers}
            connection.request(request.method, request.path, request.body or None, headers)
            response = connection.getresponse()
            headers = {name.lower(): value for name, value in response.getheaders()}
            return Response(status=response.status, headers=headers, body=response.read())

    return send


def build_request(method: str, path: str, headers: Mapping[str, str], body: Any = None) -> Request:
    """Return a request with a JSON body, or without a body."""
    content = b"" if body is None else json.dumps(body).encode()
    return Request(method=method, path=path, headers=headers, body=content)


def call(send: Send, method: str, path: str, headers: Mapping[str, str], body: Any = None) -> Any:
    """Send one request with a JSON body, and return the decoded response.

    Raises
    ------
    RuntimeError : the response has an error status.
    """
    response = send(build_request(method, path, headers, body))
    if response.status >= 300:
        raise RuntimeError(f"{method} {path}: {response.status} {response.body[:300]!r}")
    return json.loads(response.body)


@dataclass(frozen=True, kw_only=True)
class School:
    """The credentials of a school: its API key, and the logins (`logins.py`) of people by name."""

    key: str
    logins: Mapping[str, Mapping[str, str]]

    @property
    def key_headers(self) -> dict[str, str]:
        """Headers of requests of the key."""
        return {"X-API-Key": self.key}

    def headers_of(self, name: str) -> dict[str, str]:
        """Headers of requests of a person who is logged in."""
        cookie = f"sessionid={self.logins[name]['cookie']}; csrftoken={CSRF_TOKEN}"
        return {"Cookie": cookie, "X-CSRFToken": CSRF_TOKEN}


def learner_name(number: int) -> str:
    """Return the external id of a learner of the school."""
    return f"student_{number}"


def content_id(number: int) -> str:
    """Return the id of one of the school's contents."""
    return uuid5(NAMESPACE_URL, f"learntrace:benchmark:{number}").hex


def start_body(number: int) -> dict[str, Any]:
    """Return the body that starts a session at a content."""
    content = content_id(number)
    return {
        "node_id": content, "content_id": content, "channel_id": content, "kind": "exercise",
        "mastery_model": CRITERION, "repeat": True,
    }  # fmt: skip


def interaction(number: int) -> dict[str, Any]:
    """Return a new answer, alternately wrong and right."""
    return {
        "item": f"question {number % ITEMS}",
        "correct": number % 2,
        "time_spent": SECONDS,
        "complete": True,
        "answer": {"choice": number % 4, "text": "three quarters"},
        "simple_answer": "3/4",
    }


def answer_body(number: int) -> dict[str, Any]:
    """Return the body of a PUT with one new answer."""
    return {"time_spent_delta": SECONDS, "interactions": [interaction(number)]}


def record_history(send: Send, key: str, name: str) -> None:
    """Record a learner's finished tries at one content, with `ATTEMPTS` attempts in all."""
    headers = {"X-API-Key": key}
    for number in range(TRIES):
        session = call(send, "POST", SESSIONS, headers, {"user_id": name, **start_body(0)})
        first = number * TRY_ATTEMPTS
        report = {
            "progress": 1,
            "time_spent_delta": TRY_ATTEMPTS * SECONDS,
            "interactions": [interaction(first + answer) for answer in range(TRY_ATTEMPTS)],
        }
        call(send, "PUT", f"{SESSIONS}/{session['session_id']}", headers, report)
