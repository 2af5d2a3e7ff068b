"""`python -m django measure_bulk`: measure bulk answers per second on this process's database."""

from __future__ import annotations

import cProfile
import json
import os
import pstats
import tempfile
import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from http.client import HTTPConnection
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils import timezone

from benchmarks import in_process
from benchmarks.load import Request
from benchmarks.science import assistments
from benchmarks.server import running_server
from roster.models import Facility, Scope
from roster.services import create_api_key

PATH = "/api/v1/track-answers"
NDJSON = "application/x-ndjson"
TARGET = 3000
ANSWERS_PER_TURN = 10
SHOWN = 45


class Command(BaseCommand):
    help = "Send real answers in bulk, and print how many per second were accepted."

    def add_arguments(self, parser: ArgumentParser) -> None:
        for name in ("--answers", "--batch", "--clients"):
            parser.add_argument(name, type=int, required=True)
        parser.add_argument("--profile", action="store_true")

    def handle(
        self, *_args: Any, answers: int, batch: int, clients: int, profile: bool, **_options: Any
    ) -> None:
        first, *bodies = batches(answers, batch)
        secret = _prepare()
        if profile:
            self._profile(partial(_send_in_process, secret), first, bodies, batch)
        else:
            self._measure(secret, first, bodies, batch, clients)

    def _measure(
        self, secret: str, first: bytes, bodies: list[bytes], batch: int, clients: int
    ) -> None:
        """Send all bodies to a server, and print the rate and the times."""
        workers = os.cpu_count() or 1
        with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor(clients) as pool:
            log = Path(folder) / "server.log"
            with running_server(workers=workers, threads=8, log=log) as server:
                post = partial(_send, server.port, secret)
                post(first)
                cpu, started = server.cpu_seconds(), time.perf_counter()
                times = sorted(pool.map(post, bodies))
                seconds = time.perf_counter() - started
                cpu = server.cpu_seconds() - cpu
        sent = len(bodies) * batch
        self.stdout.write(
            f"{server.label}: {sent / seconds:,.0f} answers/s (target {TARGET:,});"
            f" {1e6 * cpu / sent:.0f} µs of the server's CPU an answer;"
            f" a batch of {batch}: median {times[len(times) // 2]:.2f} s, worst {times[-1]:.2f} s"
        )

    def _profile(
        self, post: Callable[[bytes], bytes], first: bytes, bodies: list[bytes], batch: int
    ) -> None:
        """Send half of the bodies as is and half under cProfile, and print where the time goes."""
        post(first)
        half = len(bodies) // 2
        cpu, started = time.process_time(), time.perf_counter()
        for body in bodies[:half]:
            post(body)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - started
        each_us = 1e6 / (half * batch)
        self.stdout.write(
            f"in process: {cpu * each_us:.0f} µs of CPU, {wall * each_us:.0f} µs an answer"
        )
        profile = cProfile.Profile()
        profile.runcall(lambda: [post(body) for body in bodies[half:]])
        text = StringIO()
        stats = pstats.Stats(profile, stream=text)
        for order in ("cumulative", "tottime"):
            stats.sort_stats(order).print_stats(SHOWN)
        self.stdout.write(text.getvalue())


def batches(count: int, size: int) -> list[bytes]:
    """Return bodies of real answers; learners take turns, with some answers of each in a row."""
    answers = assistments.load()
    seen: Counter[int] = Counter()
    turn = np.empty(len(answers.learner), dtype=np.int64)
    for row, learner in enumerate(answers.learner.tolist()):
        turn[row] = seen[learner] // ANSWERS_PER_TURN
        seen[learner] += 1
    order = np.lexsort((answers.learner, turn))[:count]
    rows = (_encode_row(answers, row) for row in order.tolist())
    return [b"\n".join(batch) for batch in iter(lambda: list(islice(rows, size)), [])]


def _encode_row(answers: assistments.Answers, row: int) -> bytes:
    answer = {
        "user_id": f"learner{answers.learner[row]}",
        "skill_id": f"skill{answers.skill[row]}",
        "item_id": f"item{answers.item[row]}",
        "is_correct": bool(answers.score[row]),
        "event_id": f"event{row}",
        "time_spent_seconds": 20,
    }
    return json.dumps(answer).encode()


def _prepare() -> str:
    """Create the tables, a facility and a key; return the key's secret."""
    call_command("migrate", verbosity=0)
    facility = Facility.objects.create(name="benchmark")
    scopes = {Scope.READ, Scope.WRITE}
    return create_api_key(facility, name="benchmark", scopes=scopes, at=timezone.now())[1]


def _send_in_process(secret: str, body: bytes) -> bytes:
    in_process.hide_log()
    headers = {"X-API-Key": secret, "Content-Type": NDJSON}
    return in_process.send(Request(method="POST", path=PATH, headers=headers, body=body)).body


def _send(port: int, secret: str, body: bytes) -> float:
    """Send one batch, check that all of it is accepted, and return the seconds it took."""
    http = HTTPConnection("127.0.0.1", port, timeout=120)
    started = time.perf_counter()
    http.request("POST", PATH, body, {"X-API-Key": secret, "Content-Type": NDJSON})
    response = http.getresponse()
    content = response.read()
    seconds = time.perf_counter() - started
    http.close()
    if response.status != 200 or json.loads(content)["data"]["rejected"]:
        raise RuntimeError(f"{response.status}: {content[:300]!r}")
    return seconds
