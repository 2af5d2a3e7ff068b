"""`python -m django measure_bulk`: answers a second in bulk, on this process's database."""

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
from django.db import connection
from django.utils import timezone

from benchmarks import in_process
from benchmarks.science import assistments
from benchmarks.server import serving
from roster.models import Facility, Scope
from roster.services import create_api_key

PATH = "/api/v1/track-answers"
NDJSON = "application/x-ndjson"
TARGET = 3000
IN_A_ROW = 10
SHOWN = 45


class Command(BaseCommand):
    help = "Send real answers in bulk, and say how many a second were taken."

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
        """Send all to a server, and say what it took."""
        workers = 1 if connection.vendor == "sqlite" else os.cpu_count() or 1
        with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor(clients) as pool:
            log = Path(folder) / "server.log"
            with serving("gunicorn", workers=workers, threads=8, log=log) as server:
                post = partial(_send, server.port, secret)
                post(first)
                cpu, began = server.cpu_seconds(), time.perf_counter()
                took = sorted(pool.map(post, bodies))
                seconds = time.perf_counter() - began
                cpu = server.cpu_seconds() - cpu
        sent = len(bodies) * batch
        self.stdout.write(
            f"{server.label}: {sent / seconds:,.0f} answers/s (target {TARGET:,});"
            f" {1e6 * cpu / sent:.0f} µs of the server's CPU an answer;"
            f" a batch of {batch}: median {took[len(took) // 2]:.2f} s, worst {took[-1]:.2f} s"
        )

    def _profile(
        self, post: Callable[[bytes], bytes], first: bytes, bodies: list[bytes], batch: int
    ) -> None:
        """Send half as it is and half under cProfile, and say where the time goes."""
        post(first)
        half = len(bodies) // 2
        cpu, began = time.process_time(), time.perf_counter()
        for body in bodies[:half]:
            post(body)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - began
        each = 1e6 / (half * batch)
        self.stdout.write(f"in process: {cpu * each:.0f} µs of CPU, {wall * each:.0f} µs an answer")
        told = cProfile.Profile()
        told.runcall(lambda: [post(body) for body in bodies[half:]])
        text = StringIO()
        stats = pstats.Stats(told, stream=text)
        for order in ("cumulative", "tottime"):
            stats.sort_stats(order).print_stats(SHOWN)
        self.stdout.write(text.getvalue())


def batches(count: int, size: int) -> list[bytes]:
    """Return bodies of real answers; learners take turns, some answers of each in a row."""
    answers = assistments.load()
    seen: Counter[int] = Counter()
    turn = np.empty(len(answers.learner), dtype=np.int64)
    for row, learner in enumerate(answers.learner.tolist()):
        turn[row] = seen[learner] // IN_A_ROW
        seen[learner] += 1
    order = np.lexsort((answers.learner, turn))[:count]
    rows = (_row(answers, row) for row in order.tolist())
    return [b"\n".join(batch) for batch in iter(lambda: list(islice(rows, size)), [])]


def _row(answers: assistments.Answers, row: int) -> bytes:
    told = {
        "user_id": f"learner{answers.learner[row]}",
        "skill_id": f"skill{answers.skill[row]}",
        "item_id": f"item{answers.item[row]}",
        "is_correct": bool(answers.score[row]),
        "event_id": f"event{row}",
        "time_spent_seconds": 20,
    }
    return json.dumps(told).encode()


def _prepare() -> str:
    """Make the tables, a facility and a key; return the key's secret."""
    call_command("migrate", verbosity=0)
    facility = Facility.objects.create(name="benchmark")
    scopes = {Scope.READ, Scope.WRITE}
    return create_api_key(facility, name="benchmark", scopes=scopes, at=timezone.now())[1]


def _send_in_process(secret: str, body: bytes) -> bytes:
    in_process.hide_log()
    return in_process.send("POST", PATH, body, key=secret, kind=NDJSON)


def _send(port: int, secret: str, body: bytes) -> float:
    """Send one batch, which must be accepted whole, and return the seconds it took."""
    http = HTTPConnection("127.0.0.1", port, timeout=120)
    began = time.perf_counter()
    http.request("POST", PATH, body, {"X-API-Key": secret, "Content-Type": NDJSON})
    response = http.getresponse()
    told = response.read()
    took = time.perf_counter() - began
    http.close()
    if response.status != 200 or json.loads(told)["data"]["rejected"]:
        raise RuntimeError(f"{response.status}: {told[:300]!r}")
    return took
