"""gunicorn's configuration: one process with threads per core."""

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
from config.settings import BASE_DIR, LOG_LEVEL, SERVER_THREADS, env

bind = f"{env.str('HOST', default='127.0.0.1')}:{env.int('PORT', default=8080)}"
workers = env.int("SERVER_PROCESSES", default=os.cpu_count() or 1)
worker_class = "gthread"
threads = SERVER_THREADS
keepalive = 30
timeout = 60
graceful_timeout = 20
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: PTH112, S108
control_socket_disable = True
# The maximum time that a thread waits for a client that stops sending its request or stops reading
# the response.
CLIENT_SILENCE = env.timedelta("CLIENT_SILENCE", default=timedelta(seconds=10))
PATIENCE_SECONDS = 2
# The folder of the processes' metrics, so that each can report those of all. It must be set before
# prometheus_client is imported, which reads the variable only once.
METRICS_FOLDER = BASE_DIR / "var" / f"metrics-{env.int('PORT', default=8080)}"
if workers > 1:
    shutil.rmtree(METRICS_FOLDER, ignore_errors=True)
    METRICS_FOLDER.mkdir(parents=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(METRICS_FOLDER)


def when_ready(server: Any) -> None:
    """Limit the time of socket reads and writes, and start the process that runs the jobs.

    Accepted sockets inherit the options of the listener.
    """
    for listener in server.LISTENERS:
        # After a partial write the rest is tried once more before it fails: half the time each.
        for option, wait in (
            (socket.SO_RCVTIMEO, CLIENT_SILENCE),
            (socket.SO_SNDTIMEO, CLIENT_SILENCE / 2),
        ):
            timeval = struct.pack("ll", wait.seconds, wait.microseconds)
            listener.sock.setsockopt(socket.SOL_SOCKET, option, timeval)
    if env.bool("RUN_JOBS", default=True):
        # The process ends by itself when its parent is gone, even if that was killed.
        command = [sys.executable, "manage.py", "run_jobs", "--parent", str(os.getpid())]
        subprocess.Popen(command, cwd=BASE_DIR)  # noqa: S603  # nothing here comes from outside


def on_exit(_server: Any) -> None:
    """Delete the folder of metrics."""
    shutil.rmtree(METRICS_FOLDER, ignore_errors=True)


def worker_exit(_server: Any, _worker: Any) -> None:
    """Exit after two seconds, without waiting for clients that only keep a connection open."""
    exit_timer = threading.Timer(PATIENCE_SECONDS, os._exit, [0])
    exit_timer.daemon = True
    exit_timer.start()


logconfig_dict = logging_config(LOG_LEVEL)
