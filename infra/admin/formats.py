"""Numbers as people read them."""

from __future__ import annotations

from datetime import UTC, date, datetime

from django.utils.formats import date_format, number_format
from django.utils.translation import get_language_bidi, ngettext
from django.utils.translation import gettext as _

from infra.admin import quantities

NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
LTR, END = "\N{LEFT-TO-RIGHT ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"


def percent(part: float) -> str:
    """Return a share in [0, 1] as a percentage; 0 and 100 only where it is exactly that."""
    return _without_breaks(quantities.percent(part))


def decimal(value: float, places: int = 1) -> str:
    """Return a number with so many decimals, as the language writes it."""
    return number_format(round(value, places), decimal_pos=places, use_l10n=True)


def signed(value: float, places: int = 1) -> str:
    """Return the same with its sign; one that rounds to nothing has none."""
    rounded = round(value, places)
    sign = "+" if rounded > 0 else "−" if rounded < 0 else "±"
    return isolate_direction(sign + decimal(abs(rounded), places))


def isolate_direction(figure: str) -> str:
    """Return a figure whose sign stays before it in text that runs from right to left."""
    return f"{LTR}{figure}{END}" if get_language_bidi() else figure


def duration(seconds: float) -> str:
    """Return a time span: 45 s, 4 m 10 s, 2 h 5 m."""
    return _without_breaks(quantities.duration(seconds))


def day(moment: date) -> str:
    """Return a calendar day, as short as it is clear."""
    return date_format(moment, "j M")


def moment(at: datetime) -> str:
    """Return a day and a time (UTC)."""
    return date_format(at, "j M Y, H:i")


def days_ago(then: datetime, now: datetime) -> str:
    """Return how many calendar days (UTC) ago something was."""
    days = max((now.astimezone(UTC).date() - then.astimezone(UTC).date()).days, 0)
    if days < 2:
        return _("yesterday") if days else _("today")
    return ngettext("{days} day ago", "{days} days ago", days).format(days=days)


def _without_breaks(text: str) -> str:
    """Return a figure that no line break parts from its unit."""
    return text.replace(" ", NO_BREAK_SPACE)
