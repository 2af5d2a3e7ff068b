"""Numbers, durations and dates as localized text that does not break across lines.

`infra.admin.quantities` has the formats of shares and durations without these additions.
"""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import get_language_bidi, ngettext
from django.utils.translation import gettext as _

from infra.admin import quantities
from infra.time_zones import days_between

NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
LTR, END = "\N{LEFT-TO-RIGHT ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"


def percent(part: float) -> str:
    """Return a share in [0, 1] as a percentage; 0 and 100 only if the share is exactly 0 or 1."""
    return _without_breaks(quantities.percent(part))


def decimal(value: float, places: int = 1) -> str:
    """Return a localized number with `places` decimals."""
    return number_format(round(value, places), decimal_pos=places, use_l10n=True)


def signed(value: float, places: int = 1) -> str:
    """Return a localized number with its sign; "±" if it rounds to zero."""
    rounded = round(value, places)
    sign = "+" if rounded > 0 else "−" if rounded < 0 else "±"
    return isolate_direction(sign + decimal(abs(rounded), places))


def isolate_direction(figure: str) -> str:
    """Return a figure whose sign stays in front of it in right-to-left text."""
    return f"{LTR}{figure}{END}" if get_language_bidi() else figure


def duration(seconds: float) -> str:
    """Return a duration as text: 45 s, 4 m 10 s, 2 h 5 m."""
    return _without_breaks(quantities.duration(seconds))


def day(moment: date) -> str:
    """Return a day and month, without the year: 3 May."""
    return date_format(moment, "j M")


def moment(at: datetime) -> str:
    """Return a date with time, in the current time zone."""
    return date_format(timezone.localtime(at), "j M Y, H:i")


def days_ago(then: datetime, now: datetime, zone: str | None = None) -> str:
    """Return the number of days of a time zone from `then` to `now` as text; "today" for 0.

    The default is the current time zone.
    """
    days = days_between(then, now, zone or timezone.get_current_timezone_name())
    if days < 2:
        return _("yesterday") if days else _("today")
    return ngettext("{days} day ago", "{days} days ago", days).format(days=days)


def _without_breaks(text: str) -> str:
    """Return a text with no-break spaces, so that no line break separates figures from units."""
    return text.replace(" ", NO_BREAK_SPACE)
