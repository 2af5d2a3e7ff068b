"""Replay real answers while servers and databases are killed, and count the stored answers."""

from __future__ import annotations

import argparse
import json
import random
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.client import RetryPolicy, Tally
from benchmarks.faults.processes import Postgres, Service
from benchmarks.replay import check_learner, for_each_learner, replay_learner
from benchmarks.rows import read_answers

# A request whose server died holds its lease for a minute; then it may be run again.
RETRY_SECONDS = 180
# Minimum number of answers between two kills, so that each kill happens under load.
MIN_ANSWERS_BETWEEN_KILLS = 30
WAIT_FOR_WORK_SECONDS = 90

Kill = Callable[[], None]


@dataclass(frozen=True, kw_only=True)
class Load:
    """The answers to send, the number of clients, and the number of kills of each kind."""

    file: Path
    limit: int
    clients: int
    rounds: int
    seed: int
    with_keys: bool = True


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The result of a load."""

    name: str
    kills: dict[str, int]
    counts: dict[str, int]
    problems: list[str]

    COLUMNS = (
        "kills", "sent", "acknowledged", "resent", "replayed", "unanswered", "lost", "doubled",
        "inconsistent",
    )  # fmt: skip

    @property
    def passed(self) -> bool:
        """True if everything acknowledged is stored once and all totals agree."""
        return not any(
            self.counts[what] for what in ("unanswered", "lost", "doubled", "inconsistent")
        )


def kill_functions(
    service: Service, postgres: Postgres | None, rng: random.Random
) -> dict[str, Kill]:
    """Return the functions that kill something, by name."""

    def server() -> None:
        service.kill()
        service.start()

    ways = {
        "worker -9": lambda: service.kill_worker(rng.randrange(100)),
        "server -9": server,
        "server -TERM": service.restart,
    }
    if postgres is None:
        return ways

    def database() -> None:
        postgres.kill()
        postgres.start()

    return {**ways, "PostgreSQL -9": database, "connections in COMMIT": postgres.cut_commits}


def replay_under_load(
    name: str, service: Service, postgres: Postgres | None, load: Load, stopped: threading.Event
) -> Outcome:
    """Replay while killing, then count what is stored, over HTTP and in the database."""
    answers, sent = read_answers(load.file, load.limit), Tally()
    options = argparse.Namespace(
        url=service.url,
        key=service.key,
        learners=load.clients,
        prefix="faults-",
        retry_policy=RetryPolicy(seconds=RETRY_SECONDS, with_keys=load.with_keys, stopped=stopped),
    )
    replay = threading.Thread(
        target=for_each_learner, args=(replay_learner, answers, options, name, sent)
    )
    replay.start()
    kills = _kill_at_random(kill_functions(service, postgres, random.Random(load.seed)), load, sent)  # noqa: S311
    replay.join()
    return _check_outcome(name, service, load, options, sent, kills)


def _kill_at_random(ways: dict[str, Kill], load: Load, sent: Tally) -> Counter[str]:
    """Kill in each way once per round, in random order, while there is work."""
    rng, done = random.Random(load.seed), Counter[str]()  # noqa: S311
    plan = [way for _round in range(load.rounds) for way in rng.sample(list(ways), len(ways))]
    for way in plan:
        if not _wait_for_work(sent, rng):
            break
        ways[way]()
        done[way] += 1
    return done


def _wait_for_work(sent: Tally, rng: random.Random) -> bool:
    """Wait for a random moment at which answers arrive again; return whether there was one."""
    before = sent.counts["acknowledged"]
    pause = threading.Event()
    for _attempt in range(10 * WAIT_FOR_WORK_SECONDS):
        pause.wait(0.1)
        if sent.counts["acknowledged"] >= before + MIN_ANSWERS_BETWEEN_KILLS:
            pause.wait(rng.uniform(0, 3))
            return True
    return False


def _check_outcome(
    name: str,
    service: Service,
    load: Load,
    options: argparse.Namespace,
    sent: Tally,
    kills: Counter[str],
) -> Outcome:
    checked = Tally()
    for_each_learner(
        check_learner, read_answers(load.file, load.limit), options, f"{name}: check", checked
    )
    audit = json.loads(
        service.run(
            "-m", "benchmarks.faults.audit", str(load.file.resolve()), str(load.limit),
            options.prefix,
        )
    )  # fmt: skip
    problems = [*sent.errors, *checked.errors, *_find_contradictions(audit, load)]
    counts = {
        "kills": kills.total(),
        **{what: sent.counts[what] for what in ("sent", "acknowledged", "resent", "replayed")},
        "unanswered": len(sent.errors),
        "lost": audit["lost"],
        "doubled": audit["doubled"] + audit["sessions doubled"],
        "inconsistent": len(checked.errors) + len(_find_contradictions(audit, load)),
    }
    return Outcome(name=name, kills=dict(kills), counts=counts, problems=problems)


def _find_contradictions(audit: dict[str, Any], load: Load) -> list[str]:
    """Return the contradictions within the database."""
    problems = [f"{count} {what}" for what, count in audit["wrong"].items()]
    if load.with_keys and audit["pending"]:
        problems.append(f"{audit['pending']} requests pending that were answered")
    if load.with_keys and audit["answered"] != audit["effects"]:
        problems.append(f"{audit['answered']} stored responses for {audit['effects']} effects")
    return problems
