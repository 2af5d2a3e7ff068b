"""Compare orders of reviews by the items retained in limited time; `learning-science` 5.

    python -m benchmarks.science.reviewing [--tried]

Simulated learners (`benchmarks.science.forgetting`) have 600 items and 60 days. A day's study
ends when its seconds are spent; items due beyond that wait. Our order, ascending probability of
recall and random order rank what FSRS-6 finds due; SM-2 has intervals of its own, the longest
overdue first. The measure is the number of items truly recalled after the sixtieth day. Random
values are the same under every order, so orders are compared learner by learner.

Ten new items a day come from lessons, whatever is due: the order decides the use of the rest of
the time. "New last" has no lessons: new items are started when nothing is due any more. All due
items are then reviewed in any order, and the number of reviews that a schedule asks for matters
more than their order: SM-2 asks for fewer, and gets to more items. `--tried` prints the orders
that ours was chosen over, in all settings: the table of decision record 19.
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
DEFAULT_SETTING, NEW_LAST = Setting("10 min"), Setting("new last", has_lessons=False)
SETTINGS = (
    DEFAULT_SETTING,
    Setting("5 min", budget=300.0),
    Setting("20 min", budget=1_200.0),
    Setting("exponential", decay=EXPONENTIAL),
    NEW_LAST,
)
MIN_MARGIN = 3.0  # standard errors of the difference
ORDERED_ITEMS, MAX_MILLISECONDS, REPETITIONS = 100_000, 5.0, 50


def rows() -> Iterator[Row]:
    """Measure the time of ordering, and the items retained by each order."""
    yield from time_ordering()
    yield from _compare_orders(DEFAULT_SETTING, min_margin=MIN_MARGIN)
    yield from _compare_orders(NEW_LAST)


def _compare_orders(setting: Setting, *, min_margin: float | None = None) -> Iterator[Row]:
    retained_items = {name: _retain(name, setting) for name in ORDERS}
    for name, items in retained_items.items():
        yield Row(f"{setting.name}: {name}: items recalled", float(items.mean()))
    for name in ORDERS:
        if name != "ours":
            difference = retained_items["ours"] - retained_items[name]
            margin = float(difference.mean()) / _standard_error(difference)
            title = f"{setting.name}: ours over {name}: standard errors"
            yield Row(title, margin) if min_margin is None else at_least(title, margin, min_margin)


def _retain(name: str, setting: Setting) -> FloatArray:
    return retained(TRIED[name], setting, shape=SHAPE, days=DAYS, seed=SEED)


def _standard_error(values: FloatArray) -> float:
    return float(values.std(ddof=1) / np.sqrt(len(values)))


def time_ordering() -> Iterator[Row]:
    """Measure one pass over many items."""
    rng, at = np.random.default_rng(SEED), 20_060 * DAY
    stability, difficulty = (
        np.exp(rng.normal(2.0, 1.5, ORDERED_ITEMS)),
        rng.uniform(1.0, 10.0, ORDERED_ITEMS),
    )
    memories = Memories(stability, difficulty, at - rng.integers(0, 60 * DAY, ORDERED_ITEMS))
    seconds = rng.uniform(2.0, 30.0, ORDERED_ITEMS)
    quick = _milliseconds(lambda: order(-retrievabilities_at(memories, at)))
    whole = _milliseconds(lambda: order(gains(memories, at, seconds=seconds)))
    yield at_most(f"R and order of {ORDERED_ITEMS:,} items: ms", quick, MAX_MILLISECONDS)
    yield Row(f"gain and order of {ORDERED_ITEMS:,} items: ms", whole)


def _milliseconds(work: Callable[[], object]) -> float:
    """Return the time of the fastest of some runs."""
    durations = []
    for _ in range(REPETITIONS):
        started = process_time()
        work()
        durations.append(process_time() - started)
    return 1_000.0 * min(durations)


def show_tried() -> None:
    """Print all orders in all settings: items more than by ascending recall, standard error."""
    base = {setting: _retain("ascending recall", setting) for setting in SETTINGS}
    print("| order | " + " | ".join(setting.name for setting in SETTINGS) + " |")
    print("|---|" + "---|" * len(SETTINGS))
    for name in TRIED:
        cells = []
        for setting, other in base.items():
            difference = _retain(name, setting) - other
            cells.append(f"{difference.mean():+.1f} ({_standard_error(difference):.1f})")
        print(f"| {name} | " + " | ".join(cells) + " |", flush=True)
    means = " | ".join(f"{items.mean():.1f}" for items in base.values())
    print(f"| (ascending recall retains) | {means} |")


if __name__ == "__main__":
    if "--tried" in sys.argv:
        show_tried()
    else:
        sys.exit(not show(rows()))
