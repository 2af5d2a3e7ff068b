"""What the three APIs agree on about learning events."""

from __future__ import annotations

from datetime import datetime, timedelta

MAX_AHEAD = timedelta(minutes=5)


def happened_at(claimed: datetime | None, *, now: datetime) -> datetime:
    """Return when an event happened (contract 0.10).

    Parameters
    ----------
    claimed : when its client says it did; None: just now. A clock may run a little fast: up to
        five minutes ahead are believed, more is now.
    now : the time of the request, no earlier than what the learner did last.
    """
    if claimed is None or claimed - now > MAX_AHEAD:
        return now
    return claimed
