"""Numbers as a person reads them: how long, and how much of it."""

from __future__ import annotations

from django.utils.formats import number_format
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _

LEFT_TO_RIGHT = "\u200e"
_MINUTE = 60
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR


def duration(seconds: float | None) -> str:
    """Write seconds as "4 m 10 s", in the two largest units that matter; empty for none."""
    if seconds is None:
        return ""
    # Formatting a number cuts it off.
    tenths = max(round(seconds, 1), 0.1)
    if seconds > 0 and tenths < 1:
        return _("%(seconds)s s") % {"seconds": number_format(tenths, 1)}
    whole = round(seconds)
    days, hours = whole // _DAY, whole % _DAY // _HOUR
    minutes, rest = whole % _HOUR // _MINUTE, whole % _MINUTE
    if days:
        return _("%(days)d d %(hours)d h") % {"days": days, "hours": hours}
    if hours:
        return _("%(hours)d h %(minutes)d m") % {"hours": hours, "minutes": minutes}
    if minutes:
        return _("%(minutes)d m %(seconds)d s") % {"minutes": minutes, "seconds": rest}
    return _("%(seconds)s s") % {"seconds": whole}


def duration_change(seconds: float | None) -> str:
    """Write a change of seconds, with its sign."""
    return "" if seconds is None else _sign(seconds) + duration(abs(seconds))


def percent(part: float | None) -> str:
    """Write a share of 1 as "72 %"; 0 and 100 only where it is exactly that."""
    if part is None:
        return ""
    percent = round(100 * part)
    if percent == 100 and part < 1:
        percent = 99
    if percent == 0 and part > 0:
        percent = 1
    return _("%(percent)d %%") % {"percent": percent}


def signed(change: float | None) -> str:
    """Write a change with its sign: "+2", "−0.5"; empty for none."""
    if change is None:
        return ""
    return _sign(change) + number_format(f"{abs(change):.4g}")


def rounded(number: float | None) -> str:
    """Write a number no more exactly than anybody reads it; empty for none."""
    if number is None:
        return ""
    rounded = round(number, 3)
    shown = number_format(f"{abs(rounded):.15g}")
    return _sign(rounded) + shown if rounded < 0 else shown


def _sign(change: float) -> str:
    sign = "±" if not change else "+" if change > 0 else "−"
    # Or it would stand behind its number where writing runs from right to left.
    return f"{LEFT_TO_RIGHT}{sign}" if get_language_bidi() else sign
