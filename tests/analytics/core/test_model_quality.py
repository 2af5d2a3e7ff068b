"""Quality of predictions and alerts from stored answers: learning-science 8."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.core import bkt
from analytics.core.model_quality import (
    MAX_SEQUENCE,
    Answers,
    judge,
    measure,
)
from analytics.core.scoring import auc, calibration, log_loss


def answers(*scores: str, predicted: float = 0.5, raised: int = 0) -> Answers:
    """Return the answers of some learners at one skill, 1 right and 0 wrong.

    An alert is raised after the given number of answers of the first learner; 0: none.
    """
    score = np.array([float(each) for each in "".join(scores)])
    size = len(score)
    sequence = np.repeat(np.arange(len(scores)), [len(each) for each in scores])
    return Answers(
        sequence, score, np.full(size, predicted), np.arange(1, size + 1) == raised,
        np.ones(size, dtype=np.bool_),
    )  # fmt: skip


def alerts(*scores: str, raised: int) -> tuple[int, int, int]:
    given = answers(*scores, raised=raised)
    return measure(given, judge(given)).alerts


def test_the_auc_counts_ties_half():
    right = np.array([True, True, False, False])

    assert auc(np.array([0.9, 0.8, 0.2, 0.1]), right) == 1.0
    assert auc(np.array([0.9, 0.5, 0.5, 0.1]), right) == pytest.approx(0.875)
    assert auc(np.array([0.5] * 4), right) == 0.5
    assert auc(np.array([0.5, 0.6]), np.array([True, True])) is None


def test_the_calibration_has_ten_bins():
    bins = calibration(np.array([0.05, 0.07, 0.95, 1.0]), np.array([0.0, 1.0, 1.0, 1.0]))

    assert len(bins) == 10
    assert [*bins[0], *bins[9]] == pytest.approx([0.06, 0.5, 2, 0.975, 1.0, 2])
    assert bins[1:9] == [(None, None, 0)] * 8


def test_the_default_parameters_are_traced_answer_by_answer():
    given = answers("101", "0")

    by_default = judge(given).by_default

    mastery, expected = bkt.DEFAULTS.prior, []
    for score in (1.0, 0.0, 1.0):
        expected.append(bkt.predict(mastery, bkt.DEFAULTS))
        mastery = bkt.update(mastery, score, bkt.DEFAULTS)
    expected.append(bkt.predict(bkt.DEFAULTS.prior, bkt.DEFAULTS))
    assert by_default == pytest.approx(expected)
    quality = measure(given, judge(given))
    assert quality.default_log_loss == pytest.approx(log_loss(np.array(expected), given.score))


def test_an_alert_is_judged_by_the_next_ten_answers():
    assert alerts("0" * 40, raised=20) == (1, 1, 0)
    assert alerts("0" * 20 + "1" * 20, raised=20) == (1, 0, 1)
    assert alerts("0" * 18 + "1" * 2 + "0001" * 5, raised=20) == (1, 1, 0)
    assert alerts("0" * 20 + "0011" * 5, raised=20) == (1, 0, 1)  # more than .10 better
    assert alerts("01" * 10 + "0001111111", raised=20) == (1, 0, 1)  # .70 of them right
    assert alerts("0" * 29, "0" * 20, raised=20) == (1, 0, 0)  # fewer than ten answers follow
    assert alerts("0" * 40, raised=0) == (0, 0, 0)


def test_only_counted_answers_count():
    given = answers("0" * 40, "1" * 3)
    is_counted = np.arange(43) >= 40

    quality = measure(given._replace(is_counted=is_counted), judge(given))

    assert (quality.answers, quality.alerts) == (3, (0, 0, 0))
    assert quality.drift == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("scores", "predicted", "is_fitted", "expected"),
    [
        ("01" * 150, 0.5, True, False),
        ("01" * 150, 0.5, False, True),
        ("01" * 150, 0.7, True, True),
        ("01" * 99, 0.7, False, False),
    ],
)
def test_a_refit_is_suggested_where_it_is_worth_it(
    scores: str, predicted: float, is_fitted: bool, expected: bool
):
    given = answers(*(scores[i : i + 6] for i in range(0, len(scores), 6)), predicted=predicted)

    assert measure(given, judge(given)).is_refit_suggested(is_fitted=is_fitted) is expected


def test_only_the_newest_answers_of_a_long_sequence_are_predicted():
    given = answers("1" * (MAX_SEQUENCE + 7))

    by_default = judge(given).by_default

    assert np.isnan(by_default[:7]).all()
    assert not np.isnan(by_default[7:]).any()


def test_without_answers_nothing_is_known():
    given = answers("")
    quality = measure(given, judge(given))

    assert (quality.answers, quality.auc, quality.log_loss, quality.drift) == (0, None, None, None)
    assert not quality.is_refit_suggested(is_fitted=False)
