"""The cognitive efficiency of an answer: learning-science 4."""

from __future__ import annotations

from math import nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.core import trend_series
from analytics.core.efficiency import efficiencies, efficiency, running_average
from analytics.core.exponential_average import NO_AVERAGE
from analytics.core.trend_series import EMPTY

SCORES = st.floats(0, 1)


@pytest.mark.parametrize(
    ("score", "seconds", "confidence", "expected"),
    [
        (1, 30, 5, 1.0),
        (1, 40, 5, 1.0),
        (1, 120, 5, 0.5),
        (1, 30, 1, 0.6),
        (0, 30, 1, 0.2),
        (0, 30, 5, 0.0),
        (0, 120, 1, 0.1),
        (1, None, 4, 0.9),
        (1, 30, None, 0.8),
        (0.5, 30, 3, 0.45),
        (1, 0, 5, 1.0),
    ],
)
def test_efficiency_is_agreement_times_speed(
    score: float, seconds: float | None, confidence: int | None, expected: float
):
    """learning-science 4, by hand for a typical time of 40 s: 2 / (1 + 120/40) = .5."""
    value = efficiency(score, seconds=seconds, confidence=confidence, typical_seconds=40)

    assert value == pytest.approx(expected)


def test_the_default_typical_time_is_a_minute():
    """learning-science 4: tau is 60 s."""
    assert efficiency(1, seconds=60, confidence=5) == 1
    assert efficiency(1, seconds=180, confidence=5) == pytest.approx(0.5)


@given(
    rows=st.lists(
        st.tuples(
            SCORES,
            st.none() | st.floats(0, 1e7),
            st.none() | st.integers(1, 5),
            st.none() | st.floats(0.1, 1e5),
        ),
        max_size=8,
    )
)
def test_a_batch_equals_single_efficiencies(
    rows: list[tuple[float, float | None, int | None, float | None]],
):
    columns = np.array([[nan if x is None else x for x in row] for row in rows]).reshape(-1, 4).T

    together = efficiencies(*columns)

    alone = [
        efficiency(s, seconds=t, confidence=c, typical_seconds=typical) for s, t, c, typical in rows
    ]
    assert np.allclose(together, alone, rtol=0, atol=1e-12)
    assert np.all((together >= 0) & (together <= 1))


@pytest.mark.parametrize(
    ("score", "seconds", "confidence", "typical"),
    [
        (1.1, 1, 3, 1),
        (nan, 1, 3, 1),
        (1, -1, 3, 1),
        (1, 1, 0, 1),
        (1, 1, 6, 1),
        (1, 1, 3, 0),
    ],
)
def test_impossible_values_are_refused(
    score: float, seconds: float, confidence: float, typical: float
):
    with pytest.raises(ValueError, match=r"scores must be|seconds must not"):
        efficiency(score, seconds=seconds, confidence=confidence, typical_seconds=typical)
    with pytest.raises(ValueError, match=r"scores must be|seconds must not"):
        efficiencies(*np.array([[score], [seconds], [confidence], [typical]]))


@given(values=st.lists(SCORES, min_size=1, max_size=60))
def test_a_learners_mean_over_all_skills_is_the_discounted_mean(values: list[float]):
    """learning-science 4: half-life 12 answers; only weight and mean are stored."""
    mean, longer = NO_AVERAGE, EMPTY
    for value in values:
        mean, longer = running_average(mean, value), trend_series.append(longer, value)

    assert mean.mean == pytest.approx(trend_series.mean(longer, len(values)), abs=1e-12)
