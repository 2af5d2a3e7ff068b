"""What to review first: ours, what it was chosen over, and other usual orders."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from analytics.core.logistic import FloatArray
from analytics.core.memory import DAY, Memories, retrievability, stabilities_after
from analytics.core.scheduling import gains


@dataclass(frozen=True)
class Due:
    """Items due and what is known of them, shapes (items,): the rows of some learners alike.

    `chance` is the calibrated probability of recall, `seconds` what a review is expected to take,
    `turn` a random number, `due_day` when SM-2 wants the item back.
    """

    memories: Memories
    at: int
    chance: FloatArray
    seconds: FloatArray
    turn: FloatArray
    due_day: FloatArray


Order = Callable[[Due], FloatArray]
"""Gives every item its worth; the greatest comes first."""


def ours(due: Due) -> FloatArray:
    return gains(due.memories, due.at, seconds=due.seconds, recall=due.chance)


def ascending(due: Due) -> FloatArray:
    return -due.chance


def at_random(due: Due) -> FloatArray:
    return due.turn


def sm2(due: Due) -> FloatArray:
    """The longest overdue first: its own intervals say what is due."""
    return -due.due_day


def timeless(due: Due) -> FloatArray:
    return ours(due) * due.seconds


def quickest(due: Due) -> FloatArray:
    return -due.seconds


def surest(due: Due) -> FloatArray:
    return due.chance / due.seconds


def stabler(due: Due) -> FloatArray:
    """Days of stability added, per second."""
    right, wrong = stabilities_after(due.memories, due.at)
    added = due.chance * right + (1.0 - due.chance) * wrong - due.memories.stability
    return added / due.seconds


def longer(due: Due) -> FloatArray:
    """How often the stability doubles, per second."""
    right, wrong = (np.log(s / due.memories.stability) for s in _after(due))
    return (due.chance * right + (1.0 - due.chance) * wrong) / due.seconds


def in_days(days: float) -> Order:
    """Return the order by recall added on one day to come, per second."""

    def order(due: Due) -> FloatArray:
        ago = np.maximum(due.at - due.memories.at, 0) / DAY
        without = retrievability(due.memories.stability, ago + days)
        return (_recalled(due, days) - without) / due.seconds

    return order


def rather_than_tomorrow(due: Due) -> FloatArray:
    """Recall in 30 days if reviewed now, more than if reviewed a day later, per second."""
    ago = np.maximum(due.at - due.memories.at, 0) / DAY
    faded = retrievability(due.memories.stability, ago + 1.0) / retrievability(
        due.memories.stability, ago
    )
    tomorrow = replace(due, at=due.at + DAY, chance=due.chance * faded)
    return (_recalled(due, 30.0) - _recalled(tomorrow, 29.0)) / due.seconds


def _recalled(due: Due, days: float) -> FloatArray:
    right, wrong = (retrievability(stability, np.array(days)) for stability in _after(due))
    return due.chance * right + (1.0 - due.chance) * wrong


def _after(due: Due) -> tuple[FloatArray, FloatArray]:
    return stabilities_after(due.memories, due.at)


ORDERS: dict[str, Order] = {
    "ours": ours,
    "ascending recall": ascending,
    "SM-2": sm2,
    "random": at_random,
}
TRIED: dict[str, Order] = {
    **ORDERS,
    "recall in 7 days": in_days(7.0),
    "recall in 30 days": in_days(30.0),
    "recall in 120 days": in_days(120.0),
    "ours, but for time": timeless,
    "rather than tomorrow": rather_than_tomorrow,
    "stability": stabler,
    "log stability": longer,
    "recall now": surest,
    "quickest": quickest,
}
