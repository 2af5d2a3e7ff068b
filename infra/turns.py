"""Turns of the threads of a process to run.

Python runs one thread at a time, but threads that compete for the interpreter spend up to half of
the processor time on switching at every statement of the database. So the requests of a process run
in turns: one at a time, except while one waits for something. A turn is a preference, not a lock: a
thread that has waited for it too long runs without.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from infra.fair_lock import FairLock

# The maximum time that a thread waits for its turn, in seconds.
PATIENCE_SECONDS = 0.01

_turns = FairLock()


class _Thread(threading.local):
    has_turn = False


_thread = _Thread()


@contextmanager
def taken() -> Iterator[None]:
    """Run the block in a turn of this thread."""
    _thread.has_turn = _turns.acquire(timeout=PATIENCE_SECONDS)
    try:
        yield
    finally:
        _end()


@contextmanager
def paused() -> Iterator[None]:
    """Let other threads run while this one waits for something in the block."""
    had_turn = _thread.has_turn
    _end()
    try:
        yield
    finally:
        if had_turn:
            _thread.has_turn = _turns.acquire(timeout=PATIENCE_SECONDS)


def _end() -> None:
    if _thread.has_turn:
        _thread.has_turn = False
        _turns.release()
