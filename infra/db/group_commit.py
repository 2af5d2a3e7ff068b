"""Group commit: simultaneous calls of a service share one transaction."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from django.conf import settings
from django.db import IntegrityError, connection, transaction

from infra import turns

MAX_CALLS = 64

C = TypeVar("C")
R = TypeVar("R")
C_contra = TypeVar("C_contra", contravariant=True)
R_co = TypeVar("R_co", covariant=True)


# Saves what belongs to a call, from its result and in its transaction.
Finish = Callable[[R], object]


class RunAlone(Exception):
    """The outcome of a call that must run in a transaction of its own, after the group."""


class RunCalls(Protocol[C_contra, R_co]):
    """A service that runs calls, in the caller's transaction, and returns the outcome of each.

    The outcome is a result, or the exception that only this call raises. With `wait`, there is one
    call, and the service waits for its locks; otherwise it returns `RunAlone` for calls whose locks
    another transaction holds.
    """

    def __call__(self, calls: Sequence[C_contra], /, *, wait: bool) -> Sequence[R_co | Exception]:
        """Run the calls."""


@dataclass(eq=False)
class _Waiting(Generic[C, R]):
    """A call whose thread waits: until it has an outcome, or leads the next group."""

    call: C
    finish: Finish[R] | None
    shard: Any = None
    turn: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    outcome: Any = None


class GroupCommit(Generic[C, R]):
    """Runs calls of several threads together in one transaction, each with its own outcome.

    A call runs at once if no other is running. Calls that arrive meanwhile wait until that is
    committed; then the thread of the first of them runs all of them, at most 64, in one transaction
    on its own connection. Calls that arrive before this has begun run in it, too. If it fails
    before its COMMIT, each call runs again alone, in its own thread. If the COMMIT fails, all calls
    raise its error: it may have taken effect, so none may run again.
    Within a transaction, and without the setting GROUP_COMMIT, a call always runs alone.
    """

    def __init__(self, run: RunCalls[C, R]) -> None:
        self._run = run
        self._mutex = threading.Lock()
        self._is_running = False
        self._queue: deque[_Waiting[C, R]] = deque()

    def __call__(self, call: C, *, finish: Finish[R] | None = None, shard: Any = None) -> R:
        """Run a call and return its result, or raise its exception.

        Parameters
        ----------
        finish : called with the result in the transaction, perhaps in another thread, and again if
            the transaction is repeated; what it raises fails the call.
        shard : only calls of the same shard run together.
        """
        if connection.in_atomic_block or not settings.GROUP_COMMIT:
            return self.run_alone(call, finish=finish)
        waiting = _Waiting(call=call, finish=finish, shard=shard)
        with self._mutex:
            leads = not self._is_running
            self._is_running = True
            self._queue.append(waiting)
        with turns.paused():  # others may join
            if not leads:
                waiting.turn.acquire()
        if waiting.outcome is None:
            self._lead(waiting)
        if isinstance(waiting.outcome, RunAlone):
            with turns.paused():
                return self.run_alone(call, finish=finish)
        result: R = _result(waiting.outcome)
        return result

    def run_alone(self, call: C, *, finish: Finish[R] | None = None) -> R:
        """Run a call in a transaction of its own, which waits for its locks."""
        with transaction.atomic():
            [outcome] = self._run_group([_Waiting(call=call, finish=finish)], wait=True)
        result: R = _result(outcome)
        return result

    def _run_group(self, group: Sequence[_Waiting[C, R]], *, wait: bool) -> Sequence[R | Exception]:
        """Run calls in the caller's transaction, and return their outcomes."""
        outcomes = self._run([waiting.call for waiting in group], wait=wait)
        for waiting, outcome in zip(group, outcomes, strict=True):
            if waiting.finish is not None and not isinstance(outcome, Exception):
                waiting.finish(outcome)
        return outcomes

    def _take_group(self, leader: _Waiting[C, R]) -> list[_Waiting[C, R]]:
        """Remove the calls that run together from the queue, the first of which leads."""
        with self._mutex:
            group = [each for each in self._queue if each.shard == leader.shard][:MAX_CALLS]
            chosen = set(map(id, group))
            self._queue = deque(each for each in self._queue if id(each) not in chosen)
        return group

    def _lead(self, leader: _Waiting[C, R]) -> None:
        """Run a group, set the outcomes, and wake its other threads and the next leader.

        The group includes the calls that arrive while the transaction waits to begin, as for other
        writers of SQLite.
        """
        group, may_be_committed = [leader], False
        try:
            with transaction.atomic():
                group = self._take_group(leader)
                for waiting in group:
                    waiting.outcome = RunAlone()
                outcomes = self._run_group(group, wait=False)
                may_be_committed = True
            for waiting, outcome in zip(group, outcomes, strict=True):
                waiting.outcome = outcome
        except Exception as error:  # noqa: BLE001  # raised in the threads of the calls
            # A constraint that is checked by COMMIT rolls it back for certain.
            if len(group) == 1 or (may_be_committed and not isinstance(error, IntegrityError)):
                for waiting in group:
                    waiting.outcome = error
        finally:
            self._wake_next(leader)
            for waiting in group[1:]:
                waiting.turn.release()

    def _wake_next(self, leader: _Waiting[C, R]) -> None:
        """Wake the thread that leads the next group, if there is one."""
        with self._mutex:
            if self._queue and self._queue[0] is leader:
                self._queue.popleft()
            following = self._queue[0] if self._queue else None
            self._is_running = following is not None
        if following is not None:
            following.turn.release()


def _result(outcome: Any) -> Any:
    if isinstance(outcome, Exception):
        raise outcome
    return outcome
