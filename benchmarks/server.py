"""The server of `make serve`, on a free port, while a block runs."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from math import nan
from pathlib import Path

START_SECONDS = 30
STOP_SECONDS = 10
KINDS = ("gunicorn", "granian")
_BIN = Path(sys.executable).parent
_PROCESSES = Path("/proc")


class ServerFailed(RuntimeError):
    """The server did not start."""


@dataclass(frozen=True, kw_only=True)
class Server:
    """A running server."""

    label: str
    port: int
    process_id: int

    def cpu_seconds(self) -> float:
        """Return the processor time used so far; NaN if there is no /proc."""
        if not (_PROCESSES / "self" / "stat").exists():
            return nan
        ticks = sum(_cpu_ticks(process_id) for process_id in _process_tree(self.process_id))
        return ticks / os.sysconf("SC_CLK_TCK")


def is_installed(kind: str) -> bool:
    """Return whether a server of this kind is installed."""
    return (_BIN / kind).exists()


@contextlib.contextmanager
def running_server(kind: str, *, workers: int, threads: int, log: Path) -> Iterator[Server]:
    """Run a server on this process's database; write its output to a file.

    gunicorn takes its numbers of workers and threads from the project's configuration of it.

    Raises
    ------
    ServerFailed : it stopped or did not answer; with the end of its output.
    """
    port = _free_port()
    command = _gunicorn() if kind == "gunicorn" else _granian(port, workers, threads)
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603  # our own command
            command,
            env={**os.environ, "HOST": "127.0.0.1", "PORT": str(port)},
            stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
        )  # fmt: skip
        try:
            _wait_until_ready(process, port, log)
            label = f"{kind}, {workers} x {threads} threads"
            yield Server(label=label, port=port, process_id=process.pid)
        finally:
            _stop(process)


def _gunicorn() -> list[str]:
    return [str(_BIN / "gunicorn"), "--config", "config/gunicorn.py", "config.wsgi"]


def _granian(port: int, workers: int, threads: int) -> list[str]:
    return [
        str(_BIN / "granian"), "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
        "--workers", str(workers), "--blocking-threads", str(threads), "--no-ws",
        "config.wsgi:application",
    ]  # fmt: skip


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def _wait_until_ready(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        if _is_ready(port):
            return
        time.sleep(0.05)
    raise ServerFailed(log.read_text(errors="replace")[-2000:])


def _is_ready(port: int) -> bool:
    with contextlib.closing(HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Stop the server, and kill what is left of its session."""
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(STOP_SECONDS)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _process_tree(process_id: int) -> Iterator[int]:
    """Yield a process and all of its descendants."""
    yield process_id
    for children in (_PROCESSES / str(process_id) / "task").glob("*/children"):
        for child in children.read_text().split():
            yield from _process_tree(int(child))


def _cpu_ticks(process_id: int) -> int:
    stat = (_PROCESSES / str(process_id) / "stat").read_text()
    user, system = stat.rpartition(")")[2].split()[11:13]
    return int(user) + int(system)
