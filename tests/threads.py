"""Real threads, each with its own connection, for requests that meet."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection

CLIENTS = 8


def together(call: Callable[[int], Any], clients: int = CLIENTS) -> list[Any]:
    """Let so many threads make a call at the same moment, and return what each got."""
    gate = Barrier(clients)

    def run(number: int) -> Any:
        try:
            gate.wait(timeout=30)
            return call(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(clients) as pool:
        return list(pool.map(run, range(clients)))
