"""What is measured: three endpoints, and the two baselines beside them."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode

from benchmarks import in_process, load, sql_baseline
from benchmarks.load import Round
from benchmarks.school import Pupil, answers
from benchmarks.server import Server

PUT, VALIDATED, BARE = "PUT, one new answer", "(a) PUT, only validated", "(b) the PUT's SQL, bare"
TRIES, ATTEMPTS = "GET masterylog, one content", "GET attemptlog, 100 of 300"
SESSIONS, VALIDATED_SESSIONS = "/api/logger/contentsession", "/api/logger/validatedsession"
PAGE_SIZE = 100


@dataclass(frozen=True, kw_only=True)
class Workload:
    """Something that so many clients can do for so many seconds."""

    name: str
    server: str
    run: Callable[[int, float], Round]
    cpu_seconds: Callable[[], float]


def of_server(
    server: Server, secret: str, *, writing: list[Pupil], reading: list[Pupil]
) -> list[Workload]:
    """Return what is asked of a server: some learners write, others' history is read."""
    asked = {
        PUT: [_puts(secret, SESSIONS, pupil) for pupil in writing],
        VALIDATED: [_puts(secret, VALIDATED_SESSIONS, pupil) for pupil in writing],
        TRIES: [_tries(secret, pupil) for pupil in reading],
        ATTEMPTS: [_attempts(secret, pupil) for pupil in reading],
    }
    return [
        Workload(
            name=name,
            server=server.label,
            run=partial(_drive, server.port, requests),
            cpu_seconds=server.cpu_seconds,
        )
        for name, requests in asked.items()
    ]


def without_server(secret: str, pupils: list[Pupil]) -> Workload:
    """Return the bare statements of each pupil's PUT."""
    [body, *_others] = answers()
    paths = [f"{SESSIONS}/{pupil.session_id}" for pupil in pupils]
    clients = [
        sql_baseline.BarePut(sql_baseline.capture(partial(in_process.put, path, body, key=secret)))
        for path in paths
    ]
    return Workload(
        name=BARE,
        server="",
        run=lambda count, seconds: sql_baseline.drive(clients[:count], seconds=seconds),
        cpu_seconds=time.process_time,
    )


def _drive(port: int, requests: list[Iterator[bytes]], count: int, seconds: float) -> Round:
    return load.drive(port, requests[:count], seconds=seconds)


def _puts(secret: str, path: str, pupil: Pupil) -> Iterator[bytes]:
    path = f"{path}/{pupil.session_id}"
    return itertools.cycle([load.request("PUT", path, key=secret, body=body) for body in answers()])


def _tries(secret: str, pupil: Pupil) -> Iterator[bytes]:
    query = urlencode({"content": pupil.content_id.hex, "user": pupil.name})
    return itertools.repeat(load.request("GET", f"/api/logger/masterylog?{query}", key=secret))


def _attempts(secret: str, pupil: Pupil) -> Iterator[bytes]:
    query = urlencode({"user": pupil.name, "page_size": PAGE_SIZE})
    return itertools.repeat(load.request("GET", f"/api/logger/attemptlog?{query}", key=secret))
