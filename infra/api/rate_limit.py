"""Rates of requests, and who has used theirs up; pure functions of times in nanoseconds."""

from __future__ import annotations

import re
from dataclasses import dataclass

_RATE = re.compile(r"([1-9][0-9]{0,6})/(second|minute|hour|day)", re.ASCII)
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}
_NANO = 10**9


@dataclass(frozen=True, kw_only=True)
class Rate:
    """So many requests in so many seconds; all of them may come at once."""

    requests: int
    seconds: int

    @classmethod
    def parse(cls, text: str) -> Rate | None:
        """Read a rate like ``600/minute``; nothing is no limit.

        Raises
        ------
        ValueError : it is no rate.
        """
        if not text:
            return None
        match = _RATE.fullmatch(text)
        if match is None:
            raise ValueError(f"“{text}” is no rate like 600/minute")
        return cls(requests=int(match[1]), seconds=_SECONDS[match[2]])

    @property
    def _period(self) -> int:
        return self.seconds * _NANO

    @property
    def _share(self) -> int:
        return self._period // self.requests

    def allow(self, paid_until: int, *, now: int) -> tuple[bool, int]:
        """Tell whether a request may pass, and until when its caller has paid then.

        The generic cell rate algorithm (ITU-T I.371): every request pays its share of the
        period, and nobody may be more than a whole period ahead. One number a caller, so
        that a limit of thousands costs no more than one of ten; whole nanoseconds, because
        sums of shares of seconds would not be exact.
        """
        paid = max(paid_until, now) + self._share
        return (True, paid) if paid - now <= self._period else (False, paid_until)

    def wait(self, paid_until: int, *, now: int) -> int:
        """Return after how many whole seconds, at least one, a request passes again."""
        return max(1, -((now + self._period - self._share - paid_until) // _NANO))
