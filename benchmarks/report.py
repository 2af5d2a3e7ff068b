"""Figures of measured rounds, and a table of the figures."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median

from benchmarks.load import Round

MIN_SHARE_OF_VALIDATED = 0.35
MAX_TAIL = 5.0
TAIL_CLIENTS = 16
_HEAD = (
    f"{'':34}{'clients':>8}{'req/s':>8}{'p50':>8}{'p95':>8}{'p99 ms':>8}"
    f"{'p99/p50':>9}{'CPU ms':>8}{'of (a)':>8}{'by CPU':>8}{'of (b)':>8}"
)


@dataclass
class Series:
    """The rounds of one workload at one number of clients, and the processor time they took."""

    rounds: list[Round] = field(default_factory=list)
    cpu_seconds: list[float] = field(default_factory=list)

    def add(self, round_: Round, cpu_seconds: float) -> None:
        """Add one more round."""
        self.rounds.append(round_)
        self.cpu_seconds.append(cpu_seconds)

    @property
    def rate(self) -> float:
        """Requests per second in the median round."""
        return median(round_.rate for round_ in self.rounds)

    def milliseconds(self, share: float) -> float:
        """Return a percentile of the latencies of all rounds together.

        Parameters
        ----------
        share : in [0, 1]; 0.5 is the median.
        """
        latencies = sorted(latency for round_ in self.rounds for latency in round_.latencies)
        return 1000 * latencies[min(int(len(latencies) * share), len(latencies) - 1)]

    @property
    def tail(self) -> float:
        """Ratio of the 99th percentile of the latencies to their median."""
        return self.milliseconds(0.99) / self.milliseconds(0.5)

    @property
    def cpu_milliseconds(self) -> float:
        """Processor time per request in the median round; NaN if it is unknown."""
        pairs = zip(self.rounds, self.cpu_seconds, strict=True)
        return median(1000 * cpu / len(round_.latencies) for round_, cpu in pairs)

    def rate_ratio(self, other: Series) -> float:
        """Return the median, over rounds, of the ratio of rates to another workload's.

        Rounds of the same number were run one after the other, so that noise affected both.
        """
        pairs = zip(self.rounds, other.rounds, strict=True)
        return median(own.rate / others.rate for own, others in pairs)


def head() -> str:
    """Return the header of the table."""
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
        f"{_percent(series.rate_ratio(validated) if validated else None)}"
        f"{_percent(validated.cpu_milliseconds / cpu if validated else None)}"
        f"{_percent(series.rate_ratio(bare) if bare else None)}"
    ).rstrip()


def _percent(share: float | None) -> str:
    return " " * 8 if share is None else f"{f'{100 * share:.0f} %':>8}"


def describe_targets(puts: dict[int, Series], validated: dict[int, Series]) -> Iterator[str]:
    """Yield a line for each target of the PUT: the measured value, and whether it is met."""
    shares = [puts[clients].rate_ratio(validated[clients]) for clients in puts]
    measured = ", ".join(f"{100 * share:.0f} %" for share in shares)
    yield _describe_target(
        f"PUT ≥ {100 * MIN_SHARE_OF_VALIDATED:.0f} % of (a)",
        measured,
        min(shares),
        MIN_SHARE_OF_VALIDATED,
    )
    if TAIL_CLIENTS in puts:
        tail = puts[TAIL_CLIENTS].tail
        target = f"p99 ≤ {MAX_TAIL:.0f} p50 at {TAIL_CLIENTS} clients"
        yield _describe_target(target, f"{tail:.1f}", -tail, -MAX_TAIL)


def _describe_target(target: str, measured: str, reached: float, wanted: float) -> str:
    return f"target: {target}: {measured} ({'met' if reached >= wanted else 'missed'})"
