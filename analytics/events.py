"""What the three APIs agree on about learning events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

MAX_AHEAD = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class Clock:
    """The time of one request.

    `now` is the server's; `newest` is when the learner's newest event happened, None where there
    is none: it may be ahead, by a client's clock or because the request waited for its turn.
    """

    now: datetime
    newest: datetime | None = None

    @property
    def next(self) -> datetime:
        """When something happens that does not say when: never before what came before."""
        return max(self.now, self.newest or self.now)

    def happened_at(self, claimed: datetime | None) -> datetime:
        """Return when an event happened that says when it did, or does not (contract 0.10).

        A client's clock may run a little fast: up to five minutes ahead of the server's are
        believed, more is now.
        """
        if claimed is None or claimed - self.now > MAX_AHEAD:
            return self.next
        return claimed
