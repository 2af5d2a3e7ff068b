"""Real threads, each with its own connection, for concurrent requests, and waiting for others."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from typing import Any

import pytest
from django.db import connection

CLIENTS = 8
PATIENCE = 60


def until(holds: Callable[[], bool], what: str) -> None:
    """Wait until a condition is met."""
    pause = Event()
    give_up = time.monotonic() + PATIENCE
    while time.monotonic() < give_up:
        if holds():
            return
        pause.wait(0.05)
    pytest.fail(f"waited in vain for {what}")


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
