"""Attack a running server in nine ways, and measure the service to others meanwhile.

    python -m benchmarks.hurt [--database sqlite|postgresql] [--attack NAME] [--seconds N]

Starts the server on a new database. Other clients send requests at a fixed rate before, during and
after each attack. Per attack, the table has the median and the 99th percentile of their latencies
in milliseconds, the share of their requests during the attack that were answered 2xx, the number
of requests of the attackers and of those that were not answered 2xx, and by how much the database
and the resident memory of the server have grown. Exits with 1 if, during an attack, the 99th
percentile is more than five times the undisturbed one (and more than a second) or if less than 95 %
are answered 2xx, or if this still holds five seconds afterwards.

Everything is on this machine, and attackers have loopback addresses of their own.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection

import numpy as np

from benchmarks.databases import selected_databases, stored_bytes
from benchmarks.environment import describe_machine, run
from benchmarks.faults.load_clients import LoadClients, Observation
from benchmarks.faults.processes import Service, running_service, temporary_folder
from benchmarks.hurt.attacks import ATTACKS, Stage, Step
from benchmarks.server import resident_bytes

PROCESSES = 2
WRITERS, READERS, TRACKERS, INTERVAL_SECONDS = 4, 2, 4, 0.25
MAX_GROWTH, MAX_SECONDS, MIN_ANSWERED = 5, 1.0, 0.95
RECOVERY_SECONDS = 5
MEBI = 1024 * 1024
HEAD = (
    f"{'':16}{'p50 before':>11}{'during':>8}{'after':>8}{'p99 before':>12}{'during':>8}{'after':>8}"
    f"{'2xx':>8}{'sent':>8}{'refused':>8}{'stored':>9}{'memory':>9}"
)
_processes = multiprocessing.get_context("fork")


@dataclass(frozen=True, kw_only=True)
class Served:
    """The service to others in a period: seconds, and the share in [0, 1] answered 2xx."""

    median: float
    p99: float
    answered: float

    @classmethod
    def of(cls, observations: Sequence[Observation], start: float, end: float) -> Served:
        """Return that of the requests that were due in the period."""
        within = [each for each in observations if start <= each.started < end]
        seconds = [each.seconds for each in within] or [np.inf]
        median, p99 = np.percentile(seconds, [50, 99], method="higher")
        answered = sum(200 <= each.response.status < 300 for each in within)
        return cls(median=float(median), p99=float(p99), answered=answered / max(1, len(within)))

    def problems(self, limit: float) -> Iterator[str]:
        """Yield what is wrong with it."""
        if self.p99 > limit:
            yield f"p99 {self.p99:.1f} s, limit {limit:.1f} s"
        if self.answered < MIN_ANSWERED:
            yield f"{self.answered:.1%} answered 2xx"


@dataclass(frozen=True, kw_only=True)
class Result:
    """The service before, during and after an attack, and what the attackers achieved."""

    name: str
    before: Served
    during: Served
    after: Served
    statuses: Counter[int]
    attack_problems: list[str]
    stored: int
    resident: int

    @property
    def problems(self) -> list[str]:
        """All that should not be."""
        limit = max(MAX_GROWTH * self.before.p99, MAX_SECONDS)
        return [
            *self.during.problems(limit),
            *(f"afterwards {problem}" for problem in self.after.problems(limit)),
            *self.attack_problems,
        ]

    def line(self) -> str:
        """Return the row of the table."""
        periods = (self.before, self.during, self.after)
        medians = "".join(f"{1000 * period.median:8.0f}" for period in periods)
        p99s = "".join(f"{1000 * period.p99:8.0f}" for period in periods)
        refused = sum(self.statuses[status] for status in self.statuses if not 100 <= status < 300)
        return (
            f"{self.name:16}   {medians}    {p99s}{self.during.answered:8.1%}"
            f"{self.statuses.total():8}{refused:8}{self.stored / MEBI:8.1f}M"
            f"{self.resident / MEBI:8.1f}M"
        )


class Attackers:
    """The attackers, in a process of their own so that they do not slow the others' clients."""

    def __init__(self, stage: Stage, steps: Sequence[Step]) -> None:
        self._stage, self._steps = stage, steps
        self._begin = _processes.Event()
        self._results, results = _processes.Pipe(duplex=False)
        self._process = _processes.Process(target=self._run, args=(results,), daemon=True)
        self._process.start()

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Let them attack while the block runs."""
        self._begin.set()
        try:
            yield
        finally:
            self._stage.ended.set()

    def results(self) -> tuple[Counter[int], list[str]]:
        """Return the number of responses by status, 0 for none, and the problems."""
        statuses, problems = self._results.recv()
        self._process.join()
        return statuses, problems

    def _run(self, results: Connection) -> None:
        statuses: list[Counter[int]] = [Counter() for _step in self._steps]

        def repeat(step: Step, found: Counter[int]) -> None:
            while not self._stage.ended.is_set():
                found.update(step())

        self._begin.wait()
        threads = [
            threading.Thread(target=repeat, args=pair, daemon=True)
            for pair in zip(self._steps, statuses, strict=True)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        results.send((sum(statuses, Counter()), self._stage.problems))


def attack(name: str, stage: Stage, others: LoadClients, url: str, seconds: float) -> Result:
    """Run one attack, and measure the others."""
    attackers = Attackers(stage, ATTACKS[name](stage))
    process = stage.service.process
    assert process is not None  # noqa: S101  # it is running
    with others:
        start = time.monotonic()
        time.sleep(seconds)
        stored, resident = stored_bytes(url), resident_bytes(process.pid)
        begin = time.monotonic()
        with attackers.at_work():
            time.sleep(seconds)
            stored, resident = (stored_bytes(url) - stored, resident_bytes(process.pid) - resident)
        end = time.monotonic()
        time.sleep(RECOVERY_SECONDS + seconds)
    statuses, problems = attackers.results()
    served = others.observations
    return Result(
        name=name,
        before=Served.of(served, start, begin),
        during=Served.of(served, begin, end),
        after=Served.of(served, end + RECOVERY_SECONDS, end + RECOVERY_SECONDS + seconds),
        statuses=statuses,
        attack_problems=list(dict.fromkeys(problems)),
        stored=stored,
        resident=resident,
    )


def run_attacks(service: Service, url: str, options: argparse.Namespace) -> bool:
    """Run the attacks that were asked for, print their results; return whether all passed."""
    print(HEAD, flush=True)
    passed = True
    for number, name in enumerate(ATTACKS):
        if options.attack not in (None, name):
            continue
        others = LoadClients(
            service,
            writers=WRITERS,
            readers=READERS,
            trackers=TRACKERS,
            interval=INTERVAL_SECONDS,
        )
        stage = Stage(
            service=service,
            address=f"127.0.1.{number + 1}",
            clock=service.folder / "clock",
            others=others.tracked,
            sockets=options.sockets,
            ended=_processes.Event(),
        )
        result = attack(name, stage, others, url, options.seconds)
        print(result.line(), flush=True)
        for problem in result.problems:
            print(f"  FAIL {problem}", flush=True)
        passed &= not result.problems
    return passed


def parse() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--database", help="sqlite, postgresql, or a PostgreSQL's URL; both")
    parser.add_argument("--attack", choices=ATTACKS, help="only this one")
    parser.add_argument("--seconds", type=float, default=10, help="of each of the three periods")
    parser.add_argument("--sockets", type=int, default=1000, help="of the slow clients")
    return parser.parse_args()


def main() -> int:
    """Attack on each database; return 1 if anything was wrong."""
    options = parse()
    signal.signal(signal.SIGTERM, lambda *_signal: sys.exit(1))
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    print(describe_machine(), flush=True)
    passed = True
    for name, database in selected_databases(options.database):
        print(f"\n{name}", flush=True)
        with database() as url, temporary_folder() as path:
            clock = path / "clock"
            clock.write_text("0")
            run(["collectstatic", "--no-input", "--verbosity", "0"], url=url)
            with running_service(
                path,
                url,
                processes=PROCESSES,
                module="benchmarks.hurt.server",
                CLOCK=str(clock),
                THROTTLE_KEY="60000/minute",  # the default; fault tests have no limit
            ) as service:
                passed &= run_attacks(service, url, options)
    print(f"\n{'all passed' if passed else 'NOT all passed'}")
    return int(not passed)


if __name__ == "__main__":
    sys.exit(main())
