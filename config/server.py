"""The server: granian with a process per core, and the process that runs the jobs.

python -m config.server
"""

from __future__ import annotations

import contextlib
import ctypes
import multiprocessing
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from typing import Any

from granian._granian import SocketHolder
from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.mp import MPServer

from config.logging_config import logging_config
from config.settings import (
    BASE_DIR,
    CLIENT_SILENCE,
    COOKIES_SECURE,
    HEAD_TIMEOUT,
    LOG_LEVEL,
    TRUSTED_PROXIES,
    env,
)

HOST = env.str("HOST", default="127.0.0.1")
PORT = env.int("PORT", default=8080)
PROCESSES = env.int("SERVER_PROCESSES", default=os.cpu_count() or 1)
RUN_JOBS = env.bool("RUN_JOBS", default=True)
# Per process. Connections wait for a thread only with a complete request, so there may be many.
MAX_CONNECTIONS = 4096
BACKLOG = 2048
MAX_HEAD_BYTES = 64 * 1024
# The time for running requests to finish after TERM, and then for their responses to be sent.
STOP_SECONDS = 20
FLUSH_SECONDS = 2
POLL_SECONDS = 0.1
# The parameter of mallopt, from malloc.h.
_M_ARENA_MAX = -8
# How long a thread that computes keeps others from running. By default 5 ms, which requests with
# short statements wait for after each of them.
SWITCH_SECONDS = 0.0005
# The folder of the processes' metrics, so that each can report those of all.
METRICS_FOLDER = BASE_DIR / "var" / f"metrics-{PORT}"


class Server(MPServer):
    """granian with one listening socket for all processes, which end with their parent.

    The processes hold the reading end of a pipe whose writing end only the parent holds. They stop
    when it is closed: by the parent, or by the system after the parent was killed.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._stop_reader, self._stop_writer = os.pipe()

    def _init_shared_socket(self) -> None:
        """Listen.

        granian's own sockets share a port with those of another server instead of failing, and lose
        the waiting connections of a process that was killed.
        """
        family = socket.AF_INET6 if ":" in self.bind_addr else socket.AF_INET
        self._sso = socket.create_server(
            (self.bind_addr, self.bind_port), family=family, backlog=self.backlog
        )
        self._sso.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # Accepted sockets inherit the options. The system resets the connection of a client that
        # stops reading its response.
        silence = int(1000 * CLIENT_SILENCE.total_seconds())
        self._sso.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, silence)
        self._shd = SocketHolder(self._sso.fileno(), False, self.backlog)  # type: ignore[assignment, call-arg]  # noqa: FBT003

    def _respawn_workers(
        self, workers: list[int], spawn_target: Any, target_loader: Any, delay: float = 0
    ) -> None:
        """Replace processes that have ended.

        granian ends the server if one ends twice within seconds. This must not happen because they
        were killed, as when memory is short, but if the application cannot be loaded.
        """
        killed = [index for index in workers if (self.wrks[index].inner.exitcode or 0) < 0]
        super()._respawn_workers(workers, spawn_target, target_loader, delay)
        for index in killed:
            del self.respawned_wrks[index]

    def _stop_workers(self) -> None:
        os.close(self._stop_writer)
        super()._stop_workers()  # type: ignore[no-untyped-call]

    def load_application(self) -> Any:
        """Return the application, in a new process."""
        # Ctrl-C reaches only the parent, which stops its processes.
        os.setpgrp()
        # While the process starts, the signal ends it instead of calling the parent's handler.
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.close(self._stop_writer)
        from config.asgi import application  # noqa: PLC0415  # metrics are set up by then

        def stop() -> None:
            os.read(self._stop_reader, 1)
            os.kill(os.getpid(), signal.SIGTERM)
            idle_seconds = 0.0
            while idle_seconds < FLUSH_SECONDS:
                time.sleep(POLL_SECONDS)
                idle_seconds = 0 if application.running else idle_seconds + POLL_SECONDS
            # Do not wait for clients that send slowly or only keep a connection open.
            os._exit(0)

        threading.Thread(target=stop, daemon=True).start()
        return application


def share_metrics() -> None:
    """Create an empty folder of metrics. prometheus_client reads the variable when imported."""
    shutil.rmtree(METRICS_FOLDER, ignore_errors=True)
    METRICS_FOLDER.mkdir(parents=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(METRICS_FOLDER)


def remove_metrics() -> None:
    """Delete the folder of metrics."""
    shutil.rmtree(METRICS_FOLDER, ignore_errors=True)


def start_jobs() -> None:
    """Start the process that runs the jobs. It ends by itself when this process is gone."""
    command = [sys.executable, "manage.py", "run_jobs", "--parent", str(os.getpid())]
    subprocess.Popen(command, cwd=BASE_DIR)  # noqa: S603  # nothing here comes from outside


def share_heaps() -> None:
    """Let all threads share two heaps, where the C library is glibc.

    By default every thread has one of its own, which keeps most of what any thread has freed there:
    the memory of a process grows for hours.
    """
    with contextlib.suppress(AttributeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 2)


def missing_settings() -> list[str]:
    """Return what others need to use a server that listens to more than its own machine."""
    if HOST in {"localhost", "127.0.0.1", "::1"}:
        return []
    missing = []
    if not env.list("ALLOWED_HOSTS", default=[]):
        missing.append("ALLOWED_HOSTS is empty: only requests to localhost are answered.")
    if COOKIES_SECURE and not TRUSTED_PROXIES:
        missing.append(
            "Logins need HTTPS: serve behind a proxy and set TRUSTED_PROXIES=1 and HTTPS_ONLY=true,"
            " or set COOKIES_SECURE=false on a network that you trust."
        )
    return missing


def main() -> None:
    """Serve until stopped."""
    for line in missing_settings():
        sys.stderr.write(f"Not for others yet: {line}\n")
    share_heaps()
    sys.setswitchinterval(SWITCH_SECONDS)
    multiprocessing.set_start_method("fork")
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4 * MAX_CONNECTIONS), hard))
    server = Server(
        "config.asgi:application",
        address=HOST,
        port=PORT,
        interface=Interfaces.ASGINL,
        workers=PROCESSES,
        loop=Loops.asyncio,
        http=HTTPModes.http1,
        websockets=False,
        backlog=BACKLOG,
        backpressure=MAX_CONNECTIONS,
        http1_settings=HTTP1Settings(
            header_read_timeout=int(1000 * HEAD_TIMEOUT.total_seconds()),
            max_buffer_size=MAX_HEAD_BYTES,
        ),
        log_level=LogLevels(LOG_LEVEL.lower()),
        log_dictconfig=logging_config(LOG_LEVEL),
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
    )
    if PROCESSES > 1:
        server.on_startup(share_metrics)
        server.on_shutdown(remove_metrics)
    if RUN_JOBS:
        server.on_startup(start_jobs)
    server.serve(target_loader=server.load_application, wrap_loader=False)


if __name__ == "__main__":
    main()
