"""The workloads to measure: three endpoints and two baselines."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode

from benchmarks import in_process, load, sql_baseline
from benchmarks.load import Round
from benchmarks.school import SchoolLearner, answer_bodies
from benchmarks.server import Server

PUT, VALIDATED, BARE = "PUT, one new answer", "(a) PUT, only validated", "(b) the PUT's SQL, bare"
MASTERY_LOGS, ATTEMPTS = "GET masterylog, one content", "GET attemptlog, 100 of 300"
SESSIONS, VALIDATED_SESSIONS = "/api/logger/contentsession", "/api/logger/validatedsession"
PAGE_SIZE = 100


@dataclass(frozen=True, kw_only=True)
class Workload:
    """Requests that some clients can repeat for some seconds."""

    name: str
    server: str
    run: Callable[[int, float], Round]
    cpu_seconds: Callable[[], float]


def server_workloads(
    server: Server, secret: str, *, writing: list[SchoolLearner], reading: list[SchoolLearner]
) -> list[Workload]:
    """Return the workloads of a server: some learners write, the history of others is read."""
    by_name = {
        PUT: [_put_requests(secret, SESSIONS, learner) for learner in writing],
        VALIDATED: [_put_requests(secret, VALIDATED_SESSIONS, learner) for learner in writing],
        MASTERY_LOGS: [_mastery_log_requests(secret, learner) for learner in reading],
        ATTEMPTS: [_attempt_requests(secret, learner) for learner in reading],
    }
    return [
        Workload(
            name=name,
            server=server.label,
            run=partial(_run_clients, server.port, requests),
            cpu_seconds=server.cpu_seconds,
        )
        for name, requests in by_name.items()
    ]


def sql_workload(secret: str, learners: list[SchoolLearner]) -> Workload:
    """Return the workload of baseline (b): the bare statements of each learner's PUT."""
    [body, *_others] = answer_bodies()
    paths = [f"{SESSIONS}/{learner.session_id}" for learner in learners]
    clients = [
        sql_baseline.BarePut(sql_baseline.capture(partial(in_process.put, path, body, key=secret)))
        for path in paths
    ]
    return Workload(
        name=BARE,
        server="",
        run=lambda count, seconds: sql_baseline.run_clients(clients[:count], seconds=seconds),
        cpu_seconds=time.process_time,
    )


def _run_clients(port: int, requests: list[Iterator[bytes]], count: int, seconds: float) -> Round:
    return load.run_clients(port, requests[:count], seconds=seconds)


def _put_requests(secret: str, path: str, learner: SchoolLearner) -> Iterator[bytes]:
    path = f"{path}/{learner.session_id}"
    return itertools.cycle(
        [load.build_request("PUT", path, key=secret, body=body) for body in answer_bodies()]
    )


def _mastery_log_requests(secret: str, learner: SchoolLearner) -> Iterator[bytes]:
    query = urlencode({"content": learner.content_id.hex, "user": learner.name})
    return itertools.repeat(
        load.build_request("GET", f"/api/logger/masterylog?{query}", key=secret)
    )


def _attempt_requests(secret: str, learner: SchoolLearner) -> Iterator[bytes]:
    query = urlencode({"user": learner.name, "page_size": PAGE_SIZE})
    return itertools.repeat(
        load.build_request("GET", f"/api/logger/attemptlog?{query}", key=secret)
    )
