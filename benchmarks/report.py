"""Figures of measured rounds, and tables of the figures."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from benchmarks.load import Round

NAME_WIDTH, LABEL_WIDTH = 38, 12
HEAD = (
    f"{'':{NAME_WIDTH}}{'':{LABEL_WIDTH}}{'req/s':>8}{'p50':>8}{'p99 ms':>8}"
    f"{'CPU ms':>8}{'DB ms':>8}{'gen ms':>8}{'errors':>8}"
)


@dataclass
class Series:
    """The rounds of one load, with the processor seconds of the server and of the database."""

    rounds: list[Round] = field(default_factory=list)
    server_seconds: list[float] = field(default_factory=list)
    database_seconds: list[float] = field(default_factory=list)

    def add(self, round_: Round, *, server: float, database: float) -> None:
        """Add one more round."""
        self.rounds.append(round_)
        self.server_seconds.append(server)
        self.database_seconds.append(database)

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
    def server_milliseconds(self) -> float:
        """Processor time of the server per request in the median round; NaN if unknown."""
        return self._per_request(self.server_seconds)

    @property
    def database_milliseconds(self) -> float:
        """Processor time of the database per request in the median round; NaN if unknown."""
        return self._per_request(self.database_seconds)

    @property
    def generator_milliseconds(self) -> float:
        """Processor time of the generator per request in the median round."""
        return self._per_request([round_.generator_seconds for round_ in self.rounds])

    @property
    def processor_milliseconds(self) -> float:
        """Processor time of the server and, if it is known, of the database."""
        database = self.database_milliseconds
        return self.server_milliseconds + (0 if math.isnan(database) else database)

    @property
    def error_count(self) -> int:
        """Number of invalid responses."""
        return sum(round_.errors.total() for round_ in self.rounds)

    def _per_request(self, seconds: list[float]) -> float:
        pairs = zip(self.rounds, seconds, strict=True)
        return median(1000 * spent / len(round_.latencies) for round_, spent in pairs)


Figure = Callable[[Series], float]
RATIOS: list[Figure] = [
    lambda series: series.rate,
    lambda series: series.milliseconds(0.5),
    lambda series: series.milliseconds(0.99),
    lambda series: series.server_milliseconds,
    lambda series: series.database_milliseconds,
]


def rows(name: str, series: Mapping[str, Series]) -> Iterator[str]:
    """Yield a row for each version's series of a load, and the ratios of the last to the first."""
    measured = {label: each for label, each in series.items() if each.rounds}
    for label, each in series.items():
        yield _row(name, label, each) if each.rounds else f"{name:{NAME_WIDTH}}{label:12} no ETag"
    if len(measured) > 1:
        first, *_others, last = measured.values()
        ratios = "".join(_cell(figure(last) / figure(first), 2) for figure in RATIOS)
        yield f"{'':{NAME_WIDTH}}{'ratio':{LABEL_WIDTH}}{ratios}"


def part_rows(parts: Mapping[str, tuple[float, float]]) -> Iterator[str]:
    """Yield a row for each part of a request: milliseconds of processor time and elapsed."""
    yield f"\n{'Parts of a PUT, one client':{NAME_WIDTH}}{'CPU ms':>8}{'':8}{'elapsed':>8}"
    total = sum(processor for processor, _elapsed in parts.values())
    for name, (processor, elapsed) in parts.items():
        share = f"{processor / total:.0%}"
        yield f"{name:{NAME_WIDTH}}{_cell(processor, 3)}{share:>8}{_cell(elapsed, 3)}"
    yield f"{'all':{NAME_WIDTH}}{_cell(total, 3)}"


def series_from_fields(fields: Mapping[str, Any]) -> Series:
    """Return a series from its fields as `dataclasses.asdict` returns them."""
    rounds = [Round(**{**each, "errors": Counter(each["errors"])}) for each in fields["rounds"]]
    return Series(**{**fields, "rounds": rounds})


def _row(name: str, label: str, series: Series) -> str:
    return (
        f"{name:{NAME_WIDTH}}{label[:LABEL_WIDTH]:{LABEL_WIDTH}}{_cell(series.rate, 0)}"
        f"{_cell(series.milliseconds(0.5), 1)}{_cell(series.milliseconds(0.99), 1)}"
        f"{_cell(series.server_milliseconds, 2)}{_cell(series.database_milliseconds, 2)}"
        f"{_cell(series.generator_milliseconds, 3)}{series.error_count:8}"
    )


def _cell(value: float, digits: int) -> str:
    return f"{'' if math.isnan(value) else f'{value:.{digits}f}':>8}"
