"""Real threads, each with its own connection, for concurrent requests."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection

CLIENTS = 8


def together(call: Callable[[int], Any], clients: int = CLIENTS) -> list[Any]:
    """Make a call from several threads at the same moment, and return all results."""
    gate = Barrier(clients)

    def run(number: int) -> Any:
        try:
            gate.wait(timeout=30)
            return call(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(clients) as pool:
        return list(pool.map(run, range(clients)))
