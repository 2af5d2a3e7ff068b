"""How gunicorn serves us: threads in one process on SQLite, a process a core on PostgreSQL."""

from __future__ import annotations

import os

from config.logs import logging_config
from config.settings import LOG_LEVEL, ON_SQLITE, SERVER_THREADS, env

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
logconfig_dict = logging_config(LOG_LEVEL)
