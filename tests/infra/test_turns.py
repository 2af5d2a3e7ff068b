"""The threads of a process run in turns, except while they wait."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest

from infra import turns

WAIT = 30


def test_one_thread_runs_at_a_time_in_the_order_of_arrival(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", WAIT)
    order: list[int] = []

    def run(number: int) -> None:
        with turns.taken():
            order.append(number)

    with ThreadPoolExecutor(5) as pool, turns.taken():
        futures = []
        for number in range(5):
            futures.append(pool.submit(run, number))
            while len(turns._turns._waiting) < number + 1 and not order:
                pass
        assert order == []
        with turns.paused():
            for future in futures:
                future.result(WAIT)

    assert order == list(range(5))


def test_a_thread_that_waits_lets_others_run():
    both = Barrier(2)

    def meet() -> None:
        with turns.taken(), turns.paused():
            both.wait(WAIT)

    with ThreadPoolExecutor(2) as pool:
        for future in [pool.submit(meet), pool.submit(meet)]:
            future.result(WAIT)


def test_a_thread_that_waited_too_long_runs_without_a_turn():
    running, finish = Event(), Event()

    def hold() -> None:
        with turns.taken():
            running.set()
            finish.wait(WAIT)

    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(hold)
        running.wait(WAIT)
        with turns.taken():
            assert not held.done()
            finish.set()
        held.result(WAIT)
    with turns.taken():
        assert turns._thread.has_turn


def test_a_thread_without_a_turn_may_pause():
    with turns.paused():
        assert not turns._thread.has_turn
