"""Progress arithmetic: thousandths, rounded up, exact in decimals (contract 1.2)."""

from __future__ import annotations

from fractions import Fraction
from math import ceil

_THOUSAND = 1000
_MICRO = 6


def _exact(number: float) -> Fraction:
    """Return the decimal the client wrote, not its binary approximation: 0.1 is one tenth."""
    return Fraction(repr(float(number)))


def round_progress(progress: float) -> float:
    """Round progress up to thousandths and clamp it to [0, 1]."""
    return _round_up_and_clamp(_exact(progress))


def add_progress(progress: float, delta: float) -> float:
    """Add a delta to progress, exactly: 0.1 + 0.2 is 0.3.

    Parameters
    ----------
    progress, delta : each in [0, 1].
    """
    return _round_up_and_clamp(_exact(progress) + _exact(delta))


def _round_up_and_clamp(progress: Fraction) -> float:
    return min(max(ceil(progress * _THOUSAND), 0), _THOUSAND) / _THOUSAND


def difference(this: float, that: float) -> float:
    """Return `this` minus `that`, exact in decimals: 0.3 − 0.1 is 0.2."""
    return float(_exact(this) - _exact(that))


def add_seconds(seconds: float, more: float) -> float:
    """Add seconds, rounded to the microsecond."""
    return round(seconds + more, _MICRO)
