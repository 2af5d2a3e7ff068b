"""Durations, shares and changes as localized text."""

from __future__ import annotations

from django.utils.formats import number_format
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _

LEFT_TO_RIGHT = "\u200e"
_MINUTE = 60
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR


def duration(seconds: float | None) -> str:
    """Return seconds as text in the two largest units, such as "4 m 10 s"; empty for None."""
    if seconds is None:
        return ""
    # number_format truncates, so round first.
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
    """Return a change of seconds as text with its sign; empty for None."""
    return "" if seconds is None else _sign(seconds) + duration(abs(seconds))


def percent(part: float | None) -> str:
    """Return a share in [0, 1] as "72 %"; 0 and 100 only if the share is exactly 0 or 1."""
    return "" if part is None else _("%(percent)d %%") % {"percent": whole_percent(part)}


def whole_percent(part: float) -> int:
    """Return a share in [0, 1] in percent; 0 and 100 only if the share is exactly 0 or 1."""
    percent = round(100 * part)
    if percent == 100 and part < 1:
        return 99
    return 1 if percent == 0 and part > 0 else percent


def signed(change: float | None) -> str:
    """Return a change with its sign: "+2", "−0.5"; empty for None."""
    if change is None:
        return ""
    return _sign(change) + number_format(f"{abs(change):.4g}")


def rounded(number: float | None) -> str:
    """Return a number rounded to three decimals; empty for None."""
    if number is None:
        return ""
    rounded = round(number, 3)
    shown = number_format(f"{abs(rounded):.15g}")
    return _sign(rounded) + shown if rounded < 0 else shown


def _sign(change: float) -> str:
    sign = "±" if not change else "+" if change > 0 else "−"
    # Without the mark, the sign would follow its number in right-to-left text.
    return f"{LEFT_TO_RIGHT}{sign}" if get_language_bidi() else sign
