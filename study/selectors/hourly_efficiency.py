"""Efficiency of a learner by hour of the day."""

from __future__ import annotations

import numpy as np

from analytics.core.logistic import FloatArray
from analytics.core.time_of_day import efficiency_by_hour
from analytics.models import LearningEvent
from roster.models import User

MAX_ANSWERS = 5_000


def get_hourly_efficiency(learner: User) -> FloatArray:
    """Return the efficiency to expect at each hour of UTC, from the newest answers."""
    events = LearningEvent.objects.filter(learner=learner).order_by("-happened_at", "-position")
    rows = list(events.values_list("happened_at", "score", "p_correct")[:MAX_ANSWERS])
    return efficiency_by_hour(
        np.array([happened_at.hour for happened_at, _, _ in rows], dtype=np.int64),
        np.array([score for _, score, _ in rows], dtype=np.float64),
        np.array([predicted for _, _, predicted in rows], dtype=np.float64),
    )
