"""The real server with several processes on the tests' database: contract 0.13."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.db import connection

from logger.models import AttemptLog, ContentSession, ContentSummary, MasteryLog
from roster.models import User
from tests.factories import School, answered, exercise, make_school

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).resolve().parent.parent.parent
START = "/api/logger/contentsession"
PATIENCE = 60


@pytest.fixture
def school(transactional_db: None) -> School:
    return make_school()


class Server:
    """A server with several processes, and its port."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.process, self.port = process, port

    def ask(
        self, method: str, path: str, key: str | None = None, body: Any = None
    ) -> tuple[int, Any]:
        """Send a request on a new connection, so that any process can answer."""
        talk = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        headers = {"Content-Type": "application/json", **({"X-API-Key": key} if key else {})}
        try:
            talk.request(method, path, None if body is None else json.dumps(body), headers)
            response = talk.getresponse()
            raw = response.read().decode()
        finally:
            talk.close()
        is_json = "json" in response.headers["Content-Type"]
        return response.status, json.loads(raw) if is_json else raw


def until(holds: Callable[[], bool], what: str) -> None:
    """Wait until a condition is met."""
    pause = Event()
    give_up = time.monotonic() + PATIENCE
    while time.monotonic() < give_up:
        if holds():
            return
        pause.wait(0.05)
    pytest.fail(f"waited in vain for {what}")


def is_ready(server: Server) -> bool:
    try:
        return server.ask("GET", "/readyz")[0] == 200
    except OSError:
        return False


def database_url() -> str:
    named = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{Path(named['NAME']).resolve()}"
    user, password = (quote(str(named[part] or ""), safe="") for part in ("USER", "PASSWORD"))
    host = f"{named['HOST']}:{named['PORT']}" if named["PORT"] else named["HOST"]
    # The folder of a Unix socket is passed as an option.
    return f"postgres://{user}:{password}@{host}/{named['NAME']}?{urlencode(named['OPTIONS'])}"


@contextmanager
def serving(processes: int = 3, **settings: str) -> Iterator[Server]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": database_url(),
        "DATABASE_POOL": "true",
        "SERVER_PROCESSES": str(processes),
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "RUN_JOBS": "false",
        **settings,
    }
    command = [sys.executable, "-m", "gunicorn", "--config", "config/gunicorn.py", "config.wsgi"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
    server = Server(process, port)
    try:
        until(lambda: is_ready(server), "the server")
        yield server
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE)


def test_no_update_is_lost_with_several_processes(school: School):
    """contract 1.2; on SQLite too, which usually has one process."""
    key = school.key()
    with serving() as server:
        _status, session = server.ask("POST", START, key, exercise(user_id="newcomer"))
        path = f"{START}/{session['session_id']}"

        def work(number: int) -> set[int]:
            return {
                server.ask(
                    "PUT",
                    path,
                    key,
                    {
                        "time_spent_delta": 1,
                        "progress_delta": 0.001,
                        "interactions": [answered(f"q{number}-{turn}", 0)],
                    },
                )[0]
                for turn in range(4)
            }

        with ThreadPoolExecutor(16) as pool:
            statuses = set[int]().union(*pool.map(work, range(16)))

    assert statuses == {200}
    tried = MasteryLog.objects.get()
    assert (tried.attempt_count, tried.time_spent) == (64, 64)
    assert ContentSession.objects.get().progress == ContentSummary.objects.get().progress == 0.064
    assert AttemptLog.objects.values("item").distinct().count() == 64


def test_concurrent_first_requests_create_one_learner(school: School):
    """contract 0.6, 1.1."""
    key, body = school.key(), exercise(user_id="newcomer")
    with serving() as server, ThreadPoolExecutor(16) as pool:
        statuses = set(pool.map(lambda _n: server.ask("POST", START, key, body)[0], range(16)))

    assert statuses == {200}
    assert ContentSummary.objects.get().user == User.objects.get(external_id="newcomer")
    assert MasteryLog.objects.count() == 1


def test_any_process_reports_the_metrics_of_all(school: School):
    """contract 0.13."""
    with serving() as server:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _n: server.ask("GET", "/healthz"), range(40)))
        _status, text = server.ask("GET", "/metrics")

    route = r'learntrace_requests_total\{method="GET",route="/healthz",status="200"\} (\S+)'
    assert [float(count) for count in re.findall(route, text)] == [40]


def test_the_jobs_run_with_the_server_and_end_with_it(school: School):
    """The server starts `run_jobs`, which ends even if the server is killed."""
    with serving(processes=1, RUN_JOBS="true") as server:
        [jobs] = children(server.process.pid, "run_jobs")

        until(lambda: "learntrace_job_succeeded" in server.ask("GET", "/metrics")[1], "the jobs")
        workers = children(server.process.pid, "gunicorn")
        server.process.send_signal(signal.SIGKILL)

        until(lambda: not Path(f"/proc/{jobs}").exists(), "the jobs to end")
        until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers), "its processes")


def children(parent: int, word: str) -> list[int]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(") ")[2].split()
            command = (folder / "cmdline").read_text()
        except OSError:
            continue
        if int(fields[1]) == parent and word in command:
            found.append(int(folder.name))
    return found
