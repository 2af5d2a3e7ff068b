"""Which order of reviews keeps most, in the time there is; `learning-science` 5.

    python -m benchmarks.science.reviewing [--tried]

Simulated learners (`benchmarks.science.forgetting`) have 600 items and 60 days. A day's study
ends when its seconds are spent; what is due beyond that waits. Ours, ascending probability of
recall and random order rank what FSRS-6 finds due; SM-2 has intervals of its own, the longest
overdue first. What counts is how many items are truly recalled after the sixtieth day. Chance is
the same under every order, so orders are compared learner by learner.

Ten new items a day come from lessons, whatever is due: the order decides what becomes of the rest
of the time. "New last" has no lessons: new items are begun when nothing is due any more. All that
is due is then reviewed in any order, and how many reviews a schedule asks for matters more than
their order: SM-2 asks for fewer, and gets to more items. `--tried` prints the orders that ours
was chosen over, in all settings: the table of decision record 19.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from time import process_time

import numpy as np

from analytics.core.logistic import FloatArray
from analytics.core.memory import DAY, Memories, retrievabilities_at
from analytics.core.scheduling import gains, order
from benchmarks.science.forgetting import EXPONENTIAL
from benchmarks.science.policies import ORDERS, TRIED
from benchmarks.science.studying import Setting, retained
from benchmarks.science.table import Row, at_least, at_most, show

SEED, SHAPE, DAYS = 20_260_302, (120, 600), 60
USUAL, NEW_LAST = Setting("10 min"), Setting("new last", has_lessons=False)
SETTINGS = (
    USUAL,
    Setting("5 min", budget=300.0),
    Setting("20 min", budget=1_200.0),
    Setting("exponential", decay=EXPONENTIAL),
    NEW_LAST,
)
MIN_MARGIN = 3.0  # standard errors of the difference
MANY, MAX_MILLISECONDS, TIMES = 100_000, 5.0, 50


def rows() -> Iterator[Row]:
    """Measure how long ordering takes, and what order keeps most."""
    yield from timed()
    yield from _compared(USUAL, least=MIN_MARGIN)
    yield from _compared(NEW_LAST)


def _compared(setting: Setting, *, least: float | None = None) -> Iterator[Row]:
    kept = {name: _retained(name, setting) for name in ORDERS}
    for name, items in kept.items():
        yield Row(f"{setting.name}: {name}: items recalled", float(items.mean()))
    for name in ORDERS:
        if name != "ours":
            more = kept["ours"] - kept[name]
            margin = float(more.mean()) / _standard_error(more)
            title = f"{setting.name}: ours over {name}: standard errors"
            yield Row(title, margin) if least is None else at_least(title, margin, least)


def _retained(name: str, setting: Setting) -> FloatArray:
    return retained(TRIED[name], setting, shape=SHAPE, days=DAYS, seed=SEED)


def _standard_error(values: FloatArray) -> float:
    return float(values.std(ddof=1) / np.sqrt(len(values)))


def timed() -> Iterator[Row]:
    """Measure one pass over many items."""
    rng, at = np.random.default_rng(SEED), 20_060 * DAY
    stability, difficulty = np.exp(rng.normal(2.0, 1.5, MANY)), rng.uniform(1.0, 10.0, MANY)
    memories = Memories(stability, difficulty, at - rng.integers(0, 60 * DAY, MANY))
    seconds = rng.uniform(2.0, 30.0, MANY)
    quick = _milliseconds(lambda: order(-retrievabilities_at(memories, at)))
    whole = _milliseconds(lambda: order(gains(memories, at, seconds=seconds)))
    yield at_most(f"R and order of {MANY:,} items: ms", quick, MAX_MILLISECONDS)
    yield Row(f"gain and order of {MANY:,} items: ms", whole)


def _milliseconds(work: Callable[[], object]) -> float:
    """Return the quickest of some times."""
    took = []
    for _ in range(TIMES):
        began = process_time()
        work()
        took.append(process_time() - began)
    return 1_000.0 * min(took)


def show_tried() -> None:
    """Print all orders in all settings: items more than by ascending recall, standard error."""
    base = {setting: _retained("ascending recall", setting) for setting in SETTINGS}
    print("| order | " + " | ".join(setting.name for setting in SETTINGS) + " |")
    print("|---|" + "---|" * len(SETTINGS))
    for name in TRIED:
        cells = []
        for setting, other in base.items():
            more = _retained(name, setting) - other
            cells.append(f"{more.mean():+.1f} ({_standard_error(more):.1f})")
        print(f"| {name} | " + " | ".join(cells) + " |", flush=True)
    kept = " | ".join(f"{items.mean():.1f}" for items in base.values())
    print(f"| (ascending recall keeps) | {kept} |")


if __name__ == "__main__":
    if "--tried" in sys.argv:
        show_tried()
    else:
        sys.exit(not show(rows()))
