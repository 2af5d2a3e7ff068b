"""Rate limits with the generic cell rate algorithm; pure functions, times in nanoseconds.

Source: ITU-T I.371.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_RATE = re.compile(r"([1-9][0-9]{0,6})(KiB|MiB|GiB)?/(second|minute|hour|day)", re.ASCII)
_UNITS = {None: 1, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3}
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}
_NANO = 10**9


@dataclass(frozen=True, kw_only=True)
class Rate:
    """A limit of `requests` (or bytes) in `seconds`; all of them may come in one burst."""

    requests: int
    seconds: int

    @classmethod
    def parse(cls, text: str) -> Rate | None:
        """Return the rate in a text like ``600/minute``, ``2GiB/hour``; None for an empty text.

        Raises
        ------
        ValueError : the text is no rate.
        """
        if not text:
            return None
        match = _RATE.fullmatch(text)
        if match is None:
            raise ValueError(f"“{text}” is not a rate such as 600/minute")
        return cls(requests=int(match[1]) * _UNITS[match[2]], seconds=_SECONDS[match[3]])

    @property
    def _period(self) -> int:
        return self.seconds * _NANO

    @property
    def _share(self) -> int:
        return self._period // self.requests

    def allow(self, paid_until: int, *, now: int, cost: int = 1) -> tuple[bool, int]:
        """Return whether a request is allowed, and until when its caller has paid afterwards.

        Every request pays its share of the period, and nobody may be more than a whole period
        ahead. A request that costs more, such as its bytes, is allowed if there is anything left,
        and pays afterwards.

        This needs one number per caller, so a limit of thousands costs no more than a limit of
        ten. Times are whole nanoseconds, because sums of fractions of seconds are not exact.
        """
        paid = max(paid_until, now)
        if paid + self._share - now > self._period:
            return False, paid_until
        return True, paid + self._share * min(cost, self.requests)

    def charge(self, paid_until: int, requests: int, *, now: int) -> int:
        """Return until when a caller has paid after further requests that are not refused.

        That is at most two periods ahead.
        """
        return min(max(paid_until, now) + requests * self._share, now + 2 * self._period)

    def remaining(self, paid_until: int, *, now: int) -> int:
        """Return how many requests are allowed at once from now on."""
        return min((now + self._period - max(paid_until, now)) // self._share, self.requests)

    def wait(self, paid_until: int, *, now: int) -> int:
        """Return the whole seconds, at least one, until a request is allowed again."""
        return max(1, -((now + self._period - self._share - paid_until) // _NANO))
