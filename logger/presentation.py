"""Texts for coaches: content names, try titles, completion criteria and answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from logger.mastery import Criterion, MasteryType
from logger.models import ContentSession, ContentSummary, MasteryLog

MAX_PARTS = 12
MAX_LENGTH = 200
# Generic keys that clients use for the answer itself; they are not shown.
PLAIN = {"answer", "value", "response", "simple_answer", "text"}


def untitled(log: ContentSummary | ContentSession) -> str:
    """Return a name for a content without a title: its kind and the beginning of its id."""
    return f"{log.get_kind_display()} {log.content_id.hex[:8]}"


def try_title(mastery_log: MasteryLog) -> str:
    """Return the title of a try: its number for an exercise, its day for a quiz."""
    if mastery_log.is_quiz:
        day = date_format(timezone.localtime(mastery_log.start_timestamp), "DATE_FORMAT")
        return _("Quiz of %(day)s") % {"day": day}
    return _("Try %(number)d") % {"number": mastery_log.mastery_level}


def criterion_words(model: Mapping[str, Any]) -> str:
    """Return the text of a completion criterion, such as "3 of the last 5"."""
    criterion = Criterion.of(model)
    if criterion.type is MasteryType.DO_ALL:
        return _("every question done")
    if criterion.is_quiz:
        return _("quiz handed in")
    if criterion.is_in_a_row:
        count = criterion.window
        return ngettext("%(count)d in a row", "%(count)d in a row", count) % {"count": count}
    numbers = {"required": criterion.required, "window": criterion.window}
    return (
        ngettext(
            "%(required)d of the last %(window)d",
            "%(required)d of the last %(window)d",
            criterion.window,
        )
        % numbers
    )


def criterion_state(criterion: Criterion, reached: int) -> str:
    """Return the text of what is reached of a criterion, such as "1 of 3 right in the last 5"."""
    numbers = {
        "reached": reached, "required": criterion.required, "window": criterion.window,
    }  # fmt: skip
    if criterion.is_in_a_row:
        return _("%(reached)d of %(required)d right in a row") % numbers
    return _("%(reached)d of %(required)d right in the last %(window)d") % numbers


def readable(answer: Any, simple: str = "") -> str:
    """Return an answer as short text; empty if there is none.

    Clients send any JSON object. The simple answer is used if there is one, else the values of the
    object with their names, cut to the length of a table line.
    """
    if simple:
        return simple
    parts = list(islice(_parts(answer), MAX_PARTS + 1))
    text = "; ".join(parts[:MAX_PARTS])
    if len(parts) > MAX_PARTS or len(text) > MAX_LENGTH:
        return text[:MAX_LENGTH].rstrip() + "…"
    return text


def _parts(value: Any, name: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _parts(inner, key)
    elif isinstance(value, list):
        if any(isinstance(inner, dict | list) for inner in value):
            for inner in value:
                yield from _parts(inner, name)
        elif value:
            yield _with_name(name, ", ".join(_scalar(inner) for inner in value[:MAX_PARTS]))
    elif value is not None and value != "":
        yield _with_name(name, _scalar(value))


def _with_name(name: str, text: str) -> str:
    return text if not name or name in PLAIN else f"{name}: {text}"


def _scalar(value: Any) -> str:
    if value is True:
        return _("yes")
    if value is False:
        return _("no")
    return f"{value:g}" if isinstance(value, float) else str(value)
