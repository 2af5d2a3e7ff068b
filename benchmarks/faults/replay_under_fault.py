"""A replay of real answers while what it talks to is killed, and the count afterwards."""

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
from benchmarks.replay import check_learner, over_learners, replay_learner
from benchmarks.rows import read

# A request whose server died is somebody's for a minute (the lease); then it may be run again.
INSIST_SECONDS = 180
# So much must have been answered between two kills, or a kill would find nobody at work.
ANSWERED_BETWEEN = 30
WAIT_FOR_WORK_SECONDS = 90

Kill = Callable[[], None]


@dataclass(frozen=True, kw_only=True)
class Load:
    """Which answers are sent, by how many clients, and how often everything is killed."""

    file: Path
    limit: int
    clients: int
    rounds: int
    seed: int
    with_keys: bool = True


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of a load."""

    name: str
    kills: dict[str, int]
    counts: dict[str, int]
    complaints: list[str]

    COLUMNS = (
        "kills", "sent", "acknowledged", "resent", "replayed", "unanswered", "lost", "doubled",
        "inconsistent",
    )  # fmt: skip

    @property
    def passed(self) -> bool:
        """Tell whether everything acknowledged is there once, and adds up."""
        return not any(
            self.counts[what] for what in ("unanswered", "lost", "doubled", "inconsistent")
        )


def kills_of(service: Service, postgres: Postgres | None, chance: random.Random) -> dict[str, Kill]:
    """Return the ways to die."""

    def server() -> None:
        service.kill()
        service.start()

    ways = {
        "worker -9": lambda: service.kill_worker(chance.randrange(100)),
        "server -9": server,
        "server -TERM": service.restart,
    }
    if postgres is None:
        return ways

    def database() -> None:
        postgres.kill()
        postgres.start()

    return {**ways, "PostgreSQL -9": database}


def under_load(
    name: str, service: Service, postgres: Postgres | None, load: Load, stopped: threading.Event
) -> Outcome:
    """Replay while killing, then count what is there, over HTTP and in the database."""
    answers, sent = read(load.file, load.limit), Tally()
    options = argparse.Namespace(
        url=service.url,
        key=service.key,
        learners=load.clients,
        prefix="faults-",
        patience=RetryPolicy(seconds=INSIST_SECONDS, with_keys=load.with_keys, stopped=stopped),
    )
    replay = threading.Thread(
        target=over_learners, args=(replay_learner, answers, options, name, sent)
    )
    replay.start()
    kills = _kill_at_random(kills_of(service, postgres, random.Random(load.seed)), load, sent)  # noqa: S311
    replay.join()
    return _counted(name, service, load, options, sent, kills)


def _kill_at_random(ways: dict[str, Kill], load: Load, sent: Tally) -> Counter[str]:
    """Kill each way once a round, in any order and at any moment, while there is work."""
    chance, done = random.Random(load.seed), Counter[str]()  # noqa: S311
    plan = [way for _round in range(load.rounds) for way in chance.sample(list(ways), len(ways))]
    for way in plan:
        if not _wait_for_work(sent, chance):
            break
        ways[way]()
        done[way] += 1
    return done


def _wait_for_work(sent: Tally, chance: random.Random) -> bool:
    """Wait for a random moment at which answers flow again; tell whether there was one."""
    before = sent.counts["acknowledged"]
    pause = threading.Event()
    for _turn in range(10 * WAIT_FOR_WORK_SECONDS):
        pause.wait(0.1)
        if sent.counts["acknowledged"] >= before + ANSWERED_BETWEEN:
            pause.wait(chance.uniform(0, 3))
            return True
    return False


def _counted(
    name: str,
    service: Service,
    load: Load,
    options: argparse.Namespace,
    sent: Tally,
    kills: Counter[str],
) -> Outcome:
    checked = Tally()
    over_learners(check_learner, read(load.file, load.limit), options, f"{name}: check", checked)
    found = json.loads(
        service.run(
            "-m", "benchmarks.faults.audit", str(load.file.resolve()), str(load.limit),
            options.prefix,
        )
    )  # fmt: skip
    complaints = [*sent.errors, *checked.errors, *_contradictions(found, load)]
    counts = {
        "kills": kills.total(),
        **{what: sent.counts[what] for what in ("sent", "acknowledged", "resent", "replayed")},
        "unanswered": len(sent.errors),
        "lost": found["lost"],
        "doubled": found["doubled"] + found["sittings doubled"],
        "inconsistent": len(checked.errors) + len(_contradictions(found, load)),
    }
    return Outcome(name=name, kills=dict(kills), counts=counts, complaints=complaints)


def _contradictions(found: dict[str, Any], load: Load) -> list[str]:
    """Say where the database contradicts itself."""
    said = [f"{count} {what}" for what, count in found["wrong"].items()]
    if load.with_keys and found["pending"]:
        said.append(f"{found['pending']} requests pending that were answered")
    if load.with_keys and found["answered"] != found["effects"]:
        said.append(f"{found['answered']} kept answers for {found['effects']} effects")
    return said
