"""Fit of the boosted trees by LightGBM (Ke et al. 2017); no other module imports it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from analytics.core.boosting import INPUTS, MAX_LEAVES, RISING, Trees
from analytics.core.logistic import FloatArray
from analytics.core.recent_results import FALLING

ROUNDS = 140
# Rising and falling inputs are those that an answer's result or waiting moves. Without the
# constraint, some learners would be predicted lower after a right answer than after a wrong one,
# and a fifth of them higher after a hundred days without practice than at once; with it on more
# inputs the log loss is higher.
PARAMETERS: dict[str, Any] = {
    "objective": "cross_entropy",
    "learning_rate": 0.1,
    "num_leaves": MAX_LEAVES - 1,
    "max_depth": 5,
    "min_data_in_leaf": 50,
    "feature_fraction": 0.5,
    "lambda_l2": 20.0,
    "max_bin": 63,
    "monotone_constraints": [(name in RISING) - (name in FALLING) for name in INPUTS],
    "use_missing": False,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "seed": 1,
    "verbose": -1,
}


class FitUnavailable(ImportError):
    """LightGBM is not installed."""


class _Test(NamedTuple):
    column: int
    threshold: float
    tree: int
    remaining: int


def fit_trees(inputs: NDArray[np.float32], score: FloatArray) -> Trees:
    """Fit the trees to answers.

    Single precision keeps thresholds away from the values of the inputs, so that an input whose
    last bits differ never changes sides.

    Parameters
    ----------
    inputs : columns `INPUTS` before each answer, shape (answers, inputs).
    score : in [0, 1], shape (answers,).

    Raises
    ------
    FitUnavailable : LightGBM is not installed.
    """
    try:
        import lightgbm  # noqa: PLC0415  # needed by fits only
    except ImportError as error:
        raise FitUnavailable from error
    data = lightgbm.Dataset(inputs, score, params=PARAMETERS)
    model = lightgbm.train(PARAMETERS, data, ROUNDS).dump_model()
    return _trees([each["tree_structure"] for each in model["tree_info"]])


def _trees(roots: list[dict[str, Any]]) -> Trees:
    tests: list[_Test] = []
    leaves = np.zeros((len(roots), MAX_LEAVES))
    for number, root in enumerate(roots):
        values = list(_leaf_values(root))
        leaves[number, : len(values)] = values
        tests += _tests(root, number, 0)
    edges = [
        np.unique([test.threshold for test in tests if test.column == column])
        for column in range(len(INPUTS))
    ]
    return Trees(
        edges=edges,
        column=np.array([test.column for test in tests], dtype=np.uint8),
        edge=np.array(
            [np.searchsorted(edges[test.column], test.threshold) for test in tests], dtype=np.uint8
        ),
        tree=np.array([test.tree for test in tests], dtype=np.uint8),
        remaining=np.array([test.remaining for test in tests], dtype=np.uint32),
        leaves=leaves,
    )


def _leaf_values(node: dict[str, Any]) -> Iterator[float]:
    """Yield the values of the leaves, from left to right."""
    if "leaf_value" in node:
        yield node["leaf_value"]
        return
    yield from _leaf_values(node["left_child"])
    yield from _leaf_values(node["right_child"])


def _tests(node: dict[str, Any], tree: int, first: int) -> Iterator[_Test]:
    """Yield the tests of a part of a tree whose leftmost leaf has the number `first`."""
    if "leaf_value" in node:
        return
    on_the_left = sum(1 for _ in _leaf_values(node["left_child"]))
    excluded = ((1 << on_the_left) - 1) << first
    yield _Test(node["split_feature"], node["threshold"], tree, ~excluded & 0xFFFFFFFF)
    yield from _tests(node["left_child"], tree, first)
    yield from _tests(node["right_child"], tree, first + on_the_left)
