"""The attacks: each prepares the server, and returns what its attackers repeat meanwhile."""

from __future__ import annotations

import itertools
import secrets
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any
from uuid import uuid4

from benchmarks.client import Api, Tally
from benchmarks.faults.load_clients import START, TRACK, exercise_body
from benchmarks.faults.processes import Service

BULK = "/api/v1/track-answers"
TIMEOUT_SECONDS, PREPARING_SECONDS = 15, 300
BULK_ROWS = 10_000
BACK_SECONDS = 2 * 60 * 60
TRICKLE_SECONDS = 3
RETRY_SECONDS = 0.1
# How soon the Idempotency-Key of a request whose process was killed can be used again.
FREE_SECONDS = 5

# Instead of the status of a request that is still being sent at the end.
STILL_OPEN = 100

# Attackers call it again and again; it yields the status of each of its requests, 0 for none.
Step = Callable[[], Iterator[int]]


@dataclass(frozen=True, kw_only=True)
class Stage:
    """The server to attack, the address of the attackers, and the names of the others.

    `clock` is the file that says how many seconds the server's clock is ahead. The steps describe
    on `problems` what must not happen besides harm to others.
    """

    service: Service
    address: str
    clock: Path
    others: list[str]
    sockets: int
    ended: Event
    problems: list[str] = field(default_factory=list)

    def api(self, **headers: str) -> Api:
        """Return a client of the attackers, a guest unless the headers say more."""
        api = Api(self.service.url, "", Tally(), source_address=(self.address, 0))
        api.headers = {"Content-Type": "application/json", **headers}
        api.connection.timeout = TIMEOUT_SECONDS
        return api

    def learner(self, name: str) -> Api:
        """Return a client that acts as a learner, by a token."""
        made = self.service.api().send("POST", "/api/auth/token", {"user_id": name})
        return self.api(Authorization=f"Bearer {made.content['token']}")


def late_events(stage: Stage) -> list[Step]:
    """Three connections of a learner with 20,000 answers send answers from long ago."""
    name = f"late-{uuid4().hex[:8]}"
    first = stage.learner(name)
    first.connection.timeout = PREPARING_SECONDS
    for _batch in range(2):
        first.send("POST", BULK, [_answer(name) for _row in range(BULK_ROWS)])
    old = {**_answer(name), "timestamp": "2020-01-01T00:00:00Z"}

    def step(api: Api) -> Iterator[int]:
        yield api.send("POST", TRACK, old).status

    return [partial(step, stage.learner(name)) for _attacker in range(3)]


def logins(stage: Stage) -> list[Step]:
    """Sixty-four guests at one address try passwords."""

    def step(api: Api) -> Iterator[int]:
        body = {"username": secrets.token_hex(4), "password": secrets.token_hex(8)}
        yield api.send("POST", "/api/auth/session", body).status

    return [partial(step, stage.api()) for _attacker in range(64)]


def slow_clients(stage: Stage) -> list[Step]:
    """Many sockets send heads line by line, and bodies byte by byte."""
    head = (
        f"POST {TRACK} HTTP/1.1\r\nHost: localhost\r\nX-API-Key: {stage.service.key}\r\n"
        "Content-Type: application/json\r\n"
    ).encode()
    parts = [(head, b"X-Slow: 1\r\n"), (head + b"Content-Length: 5000\r\n\r\n", b" ")]
    waiting: list[tuple[socket.socket, bytes]] = []

    def step() -> Iterator[int]:
        for client, more in list(waiting):
            try:
                client.sendall(more)
                answered = client.recv(100)
            except BlockingIOError:
                continue  # it still waits for the rest
            except OSError:
                answered = b""
            client.close()
            waiting.remove((client, more))
            yield int(answered[9:12] or 0) if answered.startswith(b"HTTP/") else 0
        for number in range(len(waiting), stage.sockets):
            first, more = parts[number % 2]
            with suppress(OSError):
                client = socket.create_connection(
                    ("127.0.0.1", stage.service.port), TIMEOUT_SECONDS, (stage.address, 0)
                )
                client.sendall(first)
                client.settimeout(0)
                waiting.append((client, more))
        if stage.ended.wait(TRICKLE_SECONDS):
            yield from (STILL_OPEN for _client in waiting)

    return [step]


def disk(stage: Stage) -> list[Step]:
    """Eight guests at one address write as much as a body holds."""
    interactions = [
        {"item": f"q{number}", "correct": 0, "time_spent": 1, "answer": {"text": "x" * 900}}
        for number in range(1000)
    ]
    body = {"time_spent_delta": 1, "interactions": interactions}
    exercise = exercise_body("")
    del exercise["user_id"]

    def step(api: Api) -> Iterator[int]:
        started = api.send("POST", START, exercise)
        yield started.status
        if started.status != 200:
            stage.ended.wait(RETRY_SECONDS)
            return
        path = f"{START}/{started.content['session_id']}"
        while not stage.ended.is_set():
            status = api.send("PUT", path, body).status
            yield status
            if status != 200:
                return

    return [partial(step, stage.api()) for _attacker in range(8)]


def clock_set_back(stage: Stage) -> list[Step]:
    """The clock of the server is set back by two hours, and forward again at the end."""

    def step() -> Iterator[int]:
        stage.clock.write_text(str(-BACK_SECONDS))
        stage.ended.wait()
        stage.clock.write_text("0")
        yield from ()

    return [step]


def shared_names(stage: Stage) -> list[Step]:
    """A learner uses 10,000 new skills at a time and reads all; another takes others' event ids."""
    name, squatter = (f"{word}-{uuid4().hex[:8]}" for word in ("names", "squatter"))
    serials = itertools.count()

    def make_skills(api: Api) -> Iterator[int]:
        batch = next(serials)
        rows = [_answer(name, skill=f"{batch}/{row}") for row in range(BULK_ROWS)]
        yield api.send("POST", BULK, rows).status

    def read(api: Api) -> Iterator[int]:
        for what in ("predictions", "mastery", "velocity"):
            yield api.send("GET", f"/api/v1/{what}/{name}").status

    def take_ids(api: Api) -> Iterator[int]:
        rows = [
            {**_answer(squatter), "event_id": f"{other}/{serial}"}
            for other in stage.others
            for serial in range(500)
        ]
        yield api.send("POST", BULK, rows).status
        stage.ended.wait()

    first = stage.learner(name)
    return [
        partial(take_ids, stage.learner(squatter)),
        partial(make_skills, first),
        *(partial(read, stage.learner(name)) for _attacker in range(2)),
    ]


def schema(stage: Stage) -> list[Step]:
    """Sixteen guests request the OpenAPI document and the pages that they may see."""

    def step(api: Api) -> Iterator[int]:
        for path in ("/api/schema/", "/api/docs/", "/admin/login/"):
            yield api.send("GET", path).status

    return [partial(step, stage.api()) for _attacker in range(16)]


def memory(stage: Stage) -> list[Step]:
    """Four learners send the longest bodies that the server takes, always with new names."""
    name = f"memory-{uuid4().hex[:8]}"

    def step(api: Api) -> Iterator[int]:
        word = secrets.token_hex(4)
        rows = [
            {"user_id": name, "skill_id": f"{word} {row}", "unknown": "x" * 1500}
            for row in range(BULK_ROWS)
        ]
        yield api.send("POST", BULK, rows).status

    return [partial(step, stage.learner(name)) for _attacker in range(4)]


def killed_process(stage: Stage) -> list[Step]:
    """A process is killed (-9) while requests with Idempotency-Keys run; they are sent again."""

    def kill() -> Iterator[int]:
        stage.ended.wait(1)
        stage.service.kill_worker(0)
        stage.ended.wait()
        yield from ()

    def step(api: Api) -> Iterator[int]:
        name, lost = f"killed-{uuid4().hex[:8]}", float("inf")
        rows = [_answer(name, skill=f"skill {row}") for row in range(100)]
        headers = {**api.headers, "Idempotency-Key": uuid4().hex}
        end = time.monotonic() + TIMEOUT_SECONDS
        while (status := api.send("POST", BULK, rows, headers).status) != 200:
            yield status
            lost = min(lost, time.monotonic() if status == 0 else lost)
            if status == 409 and time.monotonic() > lost + FREE_SECONDS:
                stage.problems.append(f"409 more than {FREE_SECONDS} s after a process was killed")
            if time.monotonic() > end:
                return
            time.sleep(RETRY_SECONDS)
        yield status

    key = {"X-API-Key": stage.service.key}
    return [kill, *(partial(step, stage.api(**key)) for _attacker in range(4))]


ATTACKS: dict[str, Callable[[Stage], list[Step]]] = {
    "late events": late_events,
    "logins": logins,
    "slow clients": slow_clients,
    "disk": disk,
    "clock set back": clock_set_back,
    "shared names": shared_names,
    "schema": schema,
    "memory": memory,
    "killed process": killed_process,
}


def _answer(learner: str, *, skill: str = "fractions") -> dict[str, Any]:
    return {
        "user_id": learner, "skill_id": skill, "is_correct": True, "time_spent_seconds": 1,
    }  # fmt: skip
