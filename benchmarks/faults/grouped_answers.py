"""Simultaneous answers that share transactions, while the servers that record them are killed."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from benchmarks.client import RetryPolicy
from benchmarks.faults.load_clients import Verdict
from benchmarks.faults.processes import Service

PATH = "/api/v1/track-answer"
LEARNERS = 16
RETRY_SECONDS = 60
# Between two kills, so that each happens under load.
MIN_PAUSE_SECONDS, MAX_PAUSE_SECONDS = 2.0, 5.0


def kill_under_grouped_answers(
    name: str, service: Service, ways: Mapping[str, Callable[[], None]], *, rounds: int
) -> Verdict:
    """Kill in each way while learners answer at once; then count the answers of each learner.

    Requests have no Idempotency-Key, so they are recorded in groups. Each is sent again under its
    event_id until it is acknowledged.
    """
    stopped = threading.Event()
    acknowledged = [0] * LEARNERS
    wrong: list[str] = []

    def answer(learner: int) -> None:
        while not stopped.is_set():
            response = _track(service, learner, acknowledged[learner] + 1)
            if response.get("success"):
                acknowledged[learner] += 1
            else:
                wrong.append(f"learner {learner}: {response}")
                return

    threads = [threading.Thread(target=answer, args=(number,)) for number in range(LEARNERS)]
    for thread in threads:
        thread.start()
    rng = random.Random(rounds)  # noqa: S311  # the moments to kill at
    for way in [way for _round in range(rounds) for way in rng.sample(list(ways), len(ways))]:
        stopped.wait(rng.uniform(MIN_PAUSE_SECONDS, MAX_PAUSE_SECONDS))
        ways[way]()
    stopped.wait(MIN_PAUSE_SECONDS)
    stopped.set()
    for thread in threads:
        thread.join()
    wrong += _miscounted(service, acknowledged)
    differences = " ".join(service.manage("rebuild_state", "--check").split())
    killed = ", ".join(f"{way} ×{rounds}" for way in ways)  # noqa: RUF001
    details = f"{sum(acknowledged)} answers, killed {killed}; rebuild_state --check: {differences}"
    return Verdict(name=f"{name}: answers in groups", details=details, wrong=wrong)


def _miscounted(service: Service, acknowledged: Sequence[int]) -> Iterator[str]:
    """Yield a message for each learner with more or fewer stored answers."""
    for learner, count in enumerate(acknowledged):
        # The repeated first answer records nothing, and returns the present counts.
        stored = _track(service, learner, 1)["data"]["total_attempts"]
        if stored != count:
            yield f"learner {learner}: {count} acknowledged, {stored} stored"


def _track(service: Service, learner: int, number: int) -> Any:
    """Send an answer until there is a response, and return its body."""
    body = {
        "user_id": f"grouped-{learner}",
        "skill_id": "fractions",
        "is_correct": number % 3 != 0,
        "event_id": f"{learner}/{number}",
    }
    policy, api = RetryPolicy(seconds=RETRY_SECONDS), service.api()
    for pause in policy.pauses():
        response = api.send("POST", PATH, body)
        if response.status not in (0, 503):
            return response.content
        policy.wait(pause)
    return {"message": "no response"}
