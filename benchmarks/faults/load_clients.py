"""Clients that keep asking while something is wrong, and remember what they were told."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

from benchmarks.client import Answer, RetryPolicy
from benchmarks.faults.processes import Service, until

START = "/api/logger/contentsession"
# Who was told to come again, or was cut off, waits so long.
PAUSE_SECONDS = 0.2
AT_WORK_SECONDS = 30
SLOWEST_SECONDS = 15
HEALTHY_WITHIN_SECONDS = 15


@dataclass(frozen=True, kw_only=True)
class Sighting:
    """One request's end: what was answered, when, and how long it took."""

    kind: str
    answer: Answer
    began: float
    seconds: float

    @property
    def is_documented(self) -> bool:
        """Tell whether this is success, or 503 in the API's shape with Retry-After."""
        if self.answer.status == 503:
            return is_unavailable(self.answer)
        return self.answer.status == 200


def is_unavailable(answer: Answer) -> bool:
    """Tell whether a 503 is as contract 0.11 and 0.12 have it."""
    try:
        told = json.loads(answer.body)[0]["id"]
    except (ValueError, LookupError, TypeError):
        return False
    return told == "UNAVAILABLE" and answer.retry_after > 0


def exercise_of(learner: str) -> dict[str, Any]:
    """Return a body that starts an exercise."""
    content = uuid4().hex
    return {
        "user_id": learner, "node_id": content, "content_id": content, "channel_id": content,
        "kind": "exercise", "mastery_model": {"type": "do_all"},
    }  # fmt: skip


def work(item: str) -> dict[str, Any]:
    """Return a body that answers a question, of some size."""
    interaction = {"item": item, "correct": 0, "time_spent": 1, "answer": {"text": "x" * 2000}}
    return {"time_spent_delta": 1, "interactions": [interaction]}


class LoadClients:
    """Writers, each at a session of their own, and readers; inside `with` they are at work."""

    def __init__(
        self, service: Service, *, writers: int, readers: int = 2, learner: str | None = None
    ) -> None:
        self.service = service
        self.seen: list[Sighting] = []
        self._gone = threading.Event()
        named = f"crowd-{uuid4().hex[:8]}"
        self._threads = [
            threading.Thread(target=self._write, args=(learner or f"{named}-{number}",))
            for number in range(writers)
        ]
        self._threads += [
            threading.Thread(target=self._read, args=(learner or f"{named}-0",))
            for _number in range(readers)
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        until(lambda: self.count("write", 200) >= len(self._threads), "the crowd to be at work")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._gone.set()
        for thread in self._threads:
            thread.join()

    def count(self, kind: str, status: int, *, since: float = 0) -> int:
        """Count how often somebody who began since then was told this."""
        return sum(
            sighting.kind == kind and sighting.answer.status == status and sighting.began >= since
            for sighting in list(self.seen)
        )

    def _write(self, learner: str) -> None:
        api, serial = self.service.api(), 0
        api.patience = RetryPolicy(seconds=AT_WORK_SECONDS)
        session = api.call("start", "POST", START, exercise_of(learner))["session_id"]

        def ask() -> Answer:
            nonlocal serial
            serial += 1
            return api.send("PUT", f"{START}/{session}", work(f"q{serial}"))

        self._keep_asking("write", ask)

    def _read(self, learner: str) -> None:
        api, query = self.service.api(), f"user={learner}&content={uuid4().hex}"
        self._keep_asking("read", lambda: api.send("GET", f"/api/logger/masterylog?{query}"))

    def _keep_asking(self, kind: str, ask: Callable[[], Answer]) -> None:
        while not self._gone.is_set():
            began = time.monotonic()
            answer = ask()
            seconds = time.monotonic() - began
            self.seen.append(Sighting(kind=kind, answer=answer, began=began, seconds=seconds))
            if answer.status != 200:
                self._gone.wait(PAUSE_SECONDS)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What became of one fault."""

    name: str
    details: str
    wrong: list[str]

    @property
    def passed(self) -> bool:
        """Tell whether nothing was wrong."""
        return not self.wrong


def summed_up(sightings: list[Sighting]) -> str:
    """Say what was answered how often, and how long the slowest took."""
    kinds = sorted({sighting.kind for sighting in sightings})
    parts = []
    for kind in kinds:
        of_kind = [sighting for sighting in sightings if sighting.kind == kind]
        statuses = Counter(sighting.answer.status or "no answer" for sighting in of_kind)
        told = ", ".join(f"{status} ×{count}" for status, count in statuses.items())  # noqa: RUF001
        slowest = max(sighting.seconds for sighting in of_kind)
        parts.append(f"{kind}s {told}, slowest {slowest:.1f} s")
    return "; ".join(parts)


def undocumented(sightings: list[Sighting]) -> list[str]:
    """Say what nobody should have seen: another answer than documented, or a hang."""
    strange = Counter(str(s.answer) for s in sightings if not s.is_documented)
    slow = sum(sighting.seconds > SLOWEST_SECONDS for sighting in sightings)
    return [f"{answer}: {count} times" for answer, count in strange.items()] + (
        [f"{slow} requests took more than {SLOWEST_SECONDS} s"] if slow else []
    )
