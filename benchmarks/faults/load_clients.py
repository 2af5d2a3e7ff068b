"""Clients that keep sending requests during a fault, and record the responses."""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

from benchmarks.client import Response, RetryPolicy
from benchmarks.faults.processes import Service, wait_until

START = "/api/logger/contentsession"
TRACK = "/api/v1/track-answer"
# Pause of a client after a 503 or a closed connection.
PAUSE_SECONDS = 0.2
RETRY_SECONDS = 30
MAX_RESPONSE_SECONDS = 15
HEALTHY_WITHIN_SECONDS = 15


@dataclass(frozen=True, kw_only=True)
class Observation:
    """One finished request: the response, the start time and the duration."""

    kind: str
    response: Response
    started: float
    seconds: float

    @property
    def is_documented(self) -> bool:
        """True for success, and for a 503 in the API's format with Retry-After."""
        if self.response.status == 503:
            return is_unavailable(self.response)
        return self.response.status == 200


def is_unavailable(response: Response) -> bool:
    """Return whether a 503 has the format of contract 0.11 and 0.12."""
    try:
        error_id = json.loads(response.body)[0]["id"]
    except (ValueError, LookupError, TypeError):
        return False
    return error_id == "UNAVAILABLE" and response.retry_after > 0


def exercise_body(learner: str) -> dict[str, Any]:
    """Return a body that starts an exercise."""
    content = uuid4().hex
    return {
        "user_id": learner, "node_id": content, "content_id": content, "channel_id": content,
        "kind": "exercise", "mastery_model": {"type": "do_all"},
    }  # fmt: skip


def answer_body(item: str) -> dict[str, Any]:
    """Return a body of some size that answers a question."""
    interaction = {"item": item, "correct": 0, "time_spent": 1, "answer": {"text": "x" * 2000}}
    return {"time_spent_delta": 1, "interactions": [interaction]}


def answer_to_track(learner: str, serial: int) -> dict[str, Any]:
    """Return a body for `TRACK`."""
    return {
        "user_id": learner, "skill_id": f"skill {serial % 5}", "is_correct": serial % 3 != 0,
        "time_spent_seconds": 1, "event_id": f"{learner}/{serial}",
    }  # fmt: skip


class LoadClients:
    """Clients that work inside `with`: writers, each with a session of its own, and readers.

    Parameters
    ----------
    trackers : how many others send answers to track and read predictions, by turns.
    interval : seconds between the requests of a client, however slow the responses are: a request
        that was sent late because of a slow response counts from when it was due. None: each
        request follows the response of the last one.
    """

    def __init__(
        self,
        service: Service,
        *,
        writers: int,
        readers: int = 2,
        trackers: int = 0,
        learner: str | None = None,
        interval: float | None = None,
    ) -> None:
        self.service = service
        self.observations: list[Observation] = []
        self._stopped = threading.Event()
        self._interval = interval
        prefix = f"crowd-{uuid4().hex[:8]}"
        self.tracked = [f"{prefix}-tracked-{number}" for number in range(trackers)]
        self._threads = [
            threading.Thread(target=self._write, args=(learner or f"{prefix}-{number}",))
            for number in range(writers)
        ]
        self._threads += [
            threading.Thread(target=self._read, args=(learner or f"{prefix}-0",))
            for _number in range(readers)
        ]
        self._threads += [
            threading.Thread(target=self._track, args=(tracked,)) for tracked in self.tracked
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        wait_until(
            lambda: self.count("write", 200) >= len(self._threads), "the clients to be at work"
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def count(self, kind: str, status: int, *, since: float = 0) -> int:
        """Return the number of requests since then of this kind with this status."""
        return sum(
            observation.kind == kind
            and observation.response.status == status
            and observation.started >= since
            for observation in list(self.observations)
        )

    def _write(self, learner: str) -> None:
        api, serial = self.service.api(), 0
        api.retry_policy = RetryPolicy(seconds=RETRY_SECONDS)
        session = api.call("start", "POST", START, exercise_body(learner))["session_id"]

        def send_answer() -> Response:
            nonlocal serial
            serial += 1
            return api.send("PUT", f"{START}/{session}", answer_body(f"q{serial}"))

        self._send_repeatedly("write", send_answer)

    def _read(self, learner: str) -> None:
        api, query = self.service.api(), f"user={learner}&content={uuid4().hex}"
        self._send_repeatedly("read", lambda: api.send("GET", f"/api/logger/masterylog?{query}"))

    def _track(self, learner: str) -> None:
        api = self.service.api()
        requests = itertools.cycle([("POST", TRACK), ("GET", f"/api/v1/predictions/{learner}")])
        serials = itertools.count()

        def send_request() -> Response:
            method, path = next(requests)
            body = answer_to_track(learner, next(serials)) if method == "POST" else None
            return api.send(method, path, body)

        self._send_repeatedly("track", send_request)

    def _send_repeatedly(self, kind: str, send_request: Callable[[], Response]) -> None:
        started = time.monotonic()
        while not self._stopped.is_set():
            response = send_request()
            seconds = time.monotonic() - started
            self.observations.append(
                Observation(kind=kind, response=response, started=started, seconds=seconds)
            )
            if self._interval is not None:
                started += self._interval
                self._stopped.wait(max(0, started - time.monotonic()))
                continue
            if response.status != 200:
                self._stopped.wait(PAUSE_SECONDS)
            started = time.monotonic()


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The result of one fault."""

    name: str
    details: str
    wrong: list[str]

    @property
    def passed(self) -> bool:
        """True if nothing was wrong."""
        return not self.wrong


def summarize(observations: list[Observation]) -> str:
    """Return the number of responses of each status, and the slowest response."""
    kinds = sorted({observation.kind for observation in observations})
    parts = []
    for kind in kinds:
        of_kind = [observation for observation in observations if observation.kind == kind]
        statuses = Counter(observation.response.status or "no response" for observation in of_kind)
        counts = ", ".join(f"{status} ×{count}" for status, count in statuses.items())  # noqa: RUF001
        slowest = max(observation.seconds for observation in of_kind)
        parts.append(f"{kind}s {counts}, slowest {slowest:.1f} s")
    return "; ".join(parts)


def find_undocumented(observations: list[Observation]) -> list[str]:
    """Return what should not happen: responses that are not documented, and hangs."""
    unexpected = Counter(
        str(observation.response) for observation in observations if not observation.is_documented
    )
    slow = sum(observation.seconds > MAX_RESPONSE_SECONDS for observation in observations)
    return [f"{response}: {count} times" for response, count in unexpected.items()] + (
        [f"{slow} requests took more than {MAX_RESPONSE_SECONDS} s"] if slow else []
    )
