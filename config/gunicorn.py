"""How gunicorn serves us: threads in one process on SQLite, a process a core on PostgreSQL."""

from __future__ import annotations

import os
import shutil
import socket
import struct
import subprocess
import sys
import threading
from datetime import timedelta
from typing import Any

from config.logging_config import logging_config
from config.settings import BASE_DIR, LOG_LEVEL, ON_SQLITE, SERVER_THREADS, env

bind = f"{env.str('HOST', default='127.0.0.1')}:{env.int('PORT', default=8080)}"
# One process on SQLite, so that its writers queue fairly in one place.
workers = env.int("SERVER_PROCESSES", default=1 if ON_SQLITE else os.cpu_count() or 1)
worker_class = "gthread"
threads = SERVER_THREADS
keepalive = 30
timeout = 60
graceful_timeout = 20
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: PTH112, S108
control_socket_disable = True
# A client that stops in the middle of a request, or stops reading its answer, holds its thread
# no longer than this.
CLIENT_SILENCE = env.timedelta("CLIENT_SILENCE", default=timedelta(seconds=10))
PATIENCE_SECONDS = 2
# Where several processes put their metrics, so that any of them can tell those of all. Set
# before prometheus_client is imported anywhere: it looks once.
METRICS_FOLDER = BASE_DIR / "var" / f"metrics-{env.int('PORT', default=8080)}"
if workers > 1:
    shutil.rmtree(METRICS_FOLDER, ignore_errors=True)
    METRICS_FOLDER.mkdir(parents=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(METRICS_FOLDER)


def when_ready(server: Any) -> None:
    """Bound how long a read or write may wait, and start the jobs beside the server.

    Accepted sockets inherit the options from the listener.
    """
    for listener in server.LISTENERS:
        # A write that got some way is begun once more before it fails: half the time each.
        for option, wait in (
            (socket.SO_RCVTIMEO, CLIENT_SILENCE),
            (socket.SO_SNDTIMEO, CLIENT_SILENCE / 2),
        ):
            patience = struct.pack("ll", wait.seconds, wait.microseconds)
            listener.sock.setsockopt(socket.SOL_SOCKET, option, patience)
    if env.bool("RUN_JOBS", default=True):
        # They end by themselves when we are gone, however we went.
        command = [sys.executable, "manage.py", "run_jobs", "--parent", str(os.getpid())]
        subprocess.Popen(command, cwd=BASE_DIR)  # noqa: S603  # nothing here comes from outside


def on_exit(_server: Any) -> None:
    """Leave nothing behind."""
    shutil.rmtree(METRICS_FOLDER, ignore_errors=True)


def worker_exit(_server: Any, _worker: Any) -> None:
    """Let running requests finish, but wait no longer for clients that only hold a connection."""
    leave = threading.Timer(PATIENCE_SECONDS, os._exit, [0])
    leave.daemon = True
    leave.start()


logconfig_dict = logging_config(LOG_LEVEL)
