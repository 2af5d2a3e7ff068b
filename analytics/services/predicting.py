"""Predictions by trees of many new events together, which is cheaper than one by one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from analytics.core.boosting import Trees
from analytics.models import LearningEvent

# From so many rows on, a batch is faster than single predictions.
_MIN_BATCH = 10


class Unpredicted(NamedTuple):
    """A new event, and the trees and their inputs that predict it."""

    event: LearningEvent
    trees: Trees
    inputs: list[float]


def predict_all(unpredicted: Iterable[Unpredicted]) -> None:
    """Compute and store the prediction of each event, in memory."""
    by_trees: defaultdict[Trees, list[Unpredicted]] = defaultdict(list)
    for each in unpredicted:
        by_trees[each.trees].append(each)
    for trees, rows in by_trees.items():
        if len(rows) < _MIN_BATCH:
            for event, _, inputs in rows:
                event.p_correct = trees.predict(inputs)
            continue
        predicted = trees.predictions(np.array([inputs for _, _, inputs in rows]))
        for (event, _, _), p in zip(rows, predicted.tolist(), strict=True):
            event.p_correct = p
