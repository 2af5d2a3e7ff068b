"""Check that the server's port is free: `python -m config.free_port`, before anything else starts.

Ends with 1 and a message that names the next free port if another process listens there.
"""

from __future__ import annotations

import os
import socket
import sys

MAX_PORT = 65_535


def is_free(host: str, port: int) -> bool:
    """Return whether a server can listen to a port of an address."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError:
        return False
    return True


def main() -> None:
    """Check the port of the environment."""
    host, port = os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8080"))
    if not is_free(host, port):
        free = next((each for each in range(port + 1, MAX_PORT) if is_free(host, each)), None)
        hint = f" Try: make run PORT={free}" if free else ""
        sys.exit(f"Port {port} of {host} is in use.{hint}")


if __name__ == "__main__":
    main()
