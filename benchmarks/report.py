"""Rounds into figures, and figures into a table."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median

from benchmarks.load import Round

AIM_OF_VALIDATED = 0.35
AIM_TAIL = 5.0
AIM_TAIL_CLIENTS = 16
_HEAD = (
    f"{'':34}{'clients':>8}{'req/s':>8}{'p50':>8}{'p95':>8}{'p99 ms':>8}"
    f"{'p99/p50':>9}{'CPU ms':>8}{'of (a)':>8}{'by CPU':>8}{'of (b)':>8}"
)


@dataclass
class Series:
    """The rounds of one workload at one number of clients, and the processor time they took."""

    rounds: list[Round] = field(default_factory=list)
    cpu_seconds: list[float] = field(default_factory=list)

    def add(self, done: Round, cpu_seconds: float) -> None:
        """Keep one more round."""
        self.rounds.append(done)
        self.cpu_seconds.append(cpu_seconds)

    @property
    def rate(self) -> float:
        """Requests a second, in the median round."""
        return median(done.rate for done in self.rounds)

    def milliseconds(self, share: float) -> float:
        """Return a percentile of the latencies of all rounds together.

        Parameters
        ----------
        share : in [0, 1]; 0.5 is the median.
        """
        latencies = sorted(latency for done in self.rounds for latency in done.latencies)
        return 1000 * latencies[min(int(len(latencies) * share), len(latencies) - 1)]

    @property
    def tail(self) -> float:
        """How many times longer than usual the unlucky wait: p99 over p50."""
        return self.milliseconds(0.99) / self.milliseconds(0.5)

    @property
    def cpu_milliseconds(self) -> float:
        """Processor time a request, in the median round; NaN where it is not known."""
        pairs = zip(self.rounds, self.cpu_seconds, strict=True)
        return median(1000 * cpu / len(done.latencies) for done, cpu in pairs)

    def over(self, other: Series) -> float:
        """Return the ratio of rates to another workload's, round by round, in the median.

        Rounds of the same number were run one after the other, so that noise hit both.
        """
        pairs = zip(self.rounds, other.rounds, strict=True)
        return median(mine.rate / theirs.rate for mine, theirs in pairs)


def head() -> str:
    """Return the names of the columns."""
    return _HEAD


def line(
    name: str,
    clients: int,
    series: Series,
    *,
    validated: Series | None = None,
    bare: Series | None = None,
) -> str:
    """Return a row of the table, with the ratios that are asked for."""
    percentiles = "".join(f"{series.milliseconds(share):8.1f}" for share in (0.5, 0.95, 0.99))
    cpu = series.cpu_milliseconds
    return (
        f"{name:34}{clients:8}{series.rate:8.0f}{percentiles}{series.tail:9.1f}"
        f"{'?' if math.isnan(cpu) else f'{cpu:.2f}':>8}"
        f"{_percent(series.over(validated) if validated else None)}"
        f"{_percent(validated.cpu_milliseconds / cpu if validated else None)}"
        f"{_percent(series.over(bare) if bare else None)}"
    ).rstrip()


def _percent(share: float | None) -> str:
    return " " * 8 if share is None else f"{f'{100 * share:.0f} %':>8}"


def aims(puts: dict[int, Series], validated: dict[int, Series]) -> Iterator[str]:
    """Say how far the PUT is from what it should be, by the number of clients."""
    shares = [puts[clients].over(validated[clients]) for clients in puts]
    told = ", ".join(f"{100 * share:.0f} %" for share in shares)
    yield _aim(f"PUT ≥ {100 * AIM_OF_VALIDATED:.0f} % of (a)", told, min(shares), AIM_OF_VALIDATED)
    if AIM_TAIL_CLIENTS in puts:
        tail = puts[AIM_TAIL_CLIENTS].tail
        aim = f"p99 ≤ {AIM_TAIL:.0f} p50 at {AIM_TAIL_CLIENTS} clients"
        yield _aim(aim, f"{tail:.1f}", -tail, -AIM_TAIL)


def _aim(aim: str, told: str, reached: float, wanted: float) -> str:
    return f"aim: {aim}: {told} ({'met' if reached >= wanted else 'missed'})"
