"""The server of `make serve`, on a free port, while a block runs."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from math import nan
from pathlib import Path

from benchmarks.environment import BASE_DIR

START_SECONDS = 30
STOP_SECONDS = 10
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
        """Return the processor time used so far; see `cpu_seconds`."""
        return cpu_seconds(self.process_id)


def cpu_seconds(process_id: int | None) -> float:
    """Return the processor time of a process and its descendants; NaN if it is unknown."""
    if process_id is None or not (_PROCESSES / "self" / "stat").exists():
        return nan
    ticks = sum(map(_cpu_ticks, _process_tree(process_id)))
    return ticks / os.sysconf("SC_CLK_TCK")


def resident_bytes(process_id: int) -> int:
    """Return the memory of a process and its descendants; what they share counts once."""
    total = 0
    for each in _process_tree(process_id):
        with contextlib.suppress(OSError):
            lines = (_PROCESSES / str(each) / "smaps_rollup").read_text().splitlines()
            total += sum(1024 * int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total


def open_descriptors(process_id: int) -> int:
    """Return the number of open descriptors of a process and its descendants."""
    folders = (_PROCESSES / str(process) / "fd" for process in _process_tree(process_id))
    return sum(len(list(folder.iterdir())) for folder in folders if folder.exists())


@contextlib.contextmanager
def running_server(
    *,
    workers: int,
    threads: int,
    log: Path,
    folder: Path = BASE_DIR,
    env: Mapping[str, str] = os.environ,
) -> Iterator[Server]:
    """Run the server of the project in a folder; write its output to a file.

    Raises
    ------
    ServerFailed : it stopped or did not answer; with the end of its output.
    """
    port = _free_port()
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603  # our own command
            [sys.executable, "-m", *_server_module(folder)],
            cwd=folder,
            env={
                **env, "HOST": "127.0.0.1", "PORT": str(port),
                "SERVER_PROCESSES": str(workers), "SERVER_THREADS": str(threads),
            },
            stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
        )  # fmt: skip
        try:
            _wait_until_ready(process, port, log)
            label = f"{workers} x {threads} threads"
            yield Server(label=label, port=port, process_id=process.pid)
        finally:
            _stop(process)


def _server_module(folder: Path) -> list[str]:
    """Return the module of the server with its arguments; earlier versions used gunicorn."""
    if (folder / "config" / "server.py").exists():
        return ["config.server"]
    return ["gunicorn", "--config", "config/gunicorn.py", "config.wsgi"]


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
        with contextlib.suppress(OSError):
            for child in children.read_text().split():
                yield from _process_tree(int(child))


def _cpu_ticks(process_id: int) -> int:
    """Return the ticks of a process and of its children that have ended; 0 if it has ended too."""
    try:
        stat = (_PROCESSES / str(process_id) / "stat").read_text()
    except OSError:
        return 0
    return sum(map(int, stat.rpartition(")")[2].split()[11:15]))
