"""Orders of review: ours, those that ours was chosen over, and other common orders."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from analytics.core.logistic import FloatArray
from analytics.core.memory import DAY, Memories, retrievability, stabilities_after
from analytics.core.scheduling import gains


@dataclass(frozen=True)
class Due:
    """Due items and what is known of them, shapes (items,), of some learners alike.

    `recall` is the served probability of recall, `seconds` the expected duration of a review,
    `random` a random number, `due_day` the day on which SM-2 schedules the item.
    """

    memories: Memories
    at: int
    recall: FloatArray
    seconds: FloatArray
    random: FloatArray
    due_day: FloatArray


Order = Callable[[Due], FloatArray]
"""Function that returns the priority of every item; the greatest comes first."""


def ours(due: Due) -> FloatArray:
    return gains(due.memories, due.at, seconds=due.seconds, recall=due.recall)


def ascending_recall(due: Due) -> FloatArray:
    return -due.recall


def random_order(due: Due) -> FloatArray:
    return due.random


def sm2_order(due: Due) -> FloatArray:
    """Rank the longest overdue first; the intervals of SM-2 decide what is due."""
    return -due.due_day


def gain_without_time(due: Due) -> FloatArray:
    return ours(due) * due.seconds


def quickest_first(due: Due) -> FloatArray:
    return -due.seconds


def recall_per_second(due: Due) -> FloatArray:
    return due.recall / due.seconds


def stability_per_second(due: Due) -> FloatArray:
    """Rank by days of stability added, per second."""
    right, wrong = stabilities_after(due.memories, due.at)
    added = due.recall * right + (1.0 - due.recall) * wrong - due.memories.stability
    return added / due.seconds


def log_stability_per_second(due: Due) -> FloatArray:
    """Rank by doublings of stability, per second."""
    right, wrong = (np.log(s / due.memories.stability) for s in _stabilities_after(due))
    return (due.recall * right + (1.0 - due.recall) * wrong) / due.seconds


def recall_in_days(days: float) -> Order:
    """Return the order by recall added on a future day, per second."""

    def order(due: Due) -> FloatArray:
        ago = np.maximum(due.at - due.memories.at, 0) / DAY
        without = retrievability(due.memories.stability, ago + days)
        return (_recall_after(due, days) - without) / due.seconds

    return order


def recall_over_tomorrow(due: Due) -> FloatArray:
    """Rank by recall in 30 days, above that if reviewed a day later, per second."""
    ago = np.maximum(due.at - due.memories.at, 0) / DAY
    decay = retrievability(due.memories.stability, ago + 1.0) / retrievability(
        due.memories.stability, ago
    )
    tomorrow = replace(due, at=due.at + DAY, recall=due.recall * decay)
    return (_recall_after(due, 30.0) - _recall_after(tomorrow, 29.0)) / due.seconds


def _recall_after(due: Due, days: float) -> FloatArray:
    right, wrong = (
        retrievability(stability, np.array(days)) for stability in _stabilities_after(due)
    )
    return due.recall * right + (1.0 - due.recall) * wrong


def _stabilities_after(due: Due) -> tuple[FloatArray, FloatArray]:
    return stabilities_after(due.memories, due.at)


ORDERS: dict[str, Order] = {
    "ours": ours,
    "ascending recall": ascending_recall,
    "SM-2": sm2_order,
    "random": random_order,
}
TRIED: dict[str, Order] = {
    **ORDERS,
    "recall in 7 days": recall_in_days(7.0),
    "recall in 30 days": recall_in_days(30.0),
    "recall in 120 days": recall_in_days(120.0),
    "ours, but for time": gain_without_time,
    "rather than tomorrow": recall_over_tomorrow,
    "stability": stability_per_second,
    "log stability": log_stability_per_second,
    "recall now": recall_per_second,
    "quickest": quickest_first,
}
