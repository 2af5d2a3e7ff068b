"""Filters of admin lists, shown as controls of one form that works without JavaScript.

A filter only narrows the queryset that `visible_to` returned, and offers only choices that the
viewer may see. An unknown value (a place, a kind, an invalid date) leaves no rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar

from django.contrib.admin import ListFilter
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

Rows = QuerySet[Any, Any]
Choice = tuple[str, Any]
MAX_LISTED_KEYS = 2000


class FormFilter(ListFilter):
    """Base class: one or more controls of a list's form, each with its query parameter."""

    parameters: ClassVar[tuple[str, ...]]

    def __init__(
        self,
        request: HttpRequest,
        params: dict[str, list[str]],
        model: type[Model],
        model_admin: Any,
    ) -> None:
        super().__init__(request, params, model, model_admin)
        self.request = request
        self.model_admin = model_admin
        self.viewer: Any = request.user
        for name in self.parameters:
            if name in params:
                self.used_parameters[name] = params.pop(name)[-1].strip()

    @property
    def is_active(self) -> bool:
        """True if any of its parameters has a value."""
        return any(self.used_parameters.values())

    @property
    def value(self) -> str:
        """The value of the first parameter; empty if it is not set."""
        return str(self.used_parameters.get(self.parameters[0], ""))

    @property
    def name(self) -> str:
        """The name of the first parameter."""
        return self.parameters[0]

    def has_output(self) -> bool:
        """Return True: the control is always shown."""
        return True

    def choices(self, changelist: Any) -> list[Any]:  # type: ignore[override]  # noqa: ARG002
        """Return no links: the template shows a control instead."""
        return []

    def expected_parameters(self) -> list[str | None]:
        """Return the names of its query parameters."""
        return list(self.parameters)

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:  # noqa: ARG002
        """Return the filtered rows, or all rows if the filter is not active."""
        return self.narrow(queryset) if self.is_active else queryset

    def narrow(self, rows: Rows) -> Rows:
        """Return the rows that match the parameters."""
        raise NotImplementedError


class ChoiceFilter(FormFilter):
    """A filter that selects one of several options."""

    template = "admin/controls/choice.html"

    @property
    def options(self) -> Sequence[Choice]:
        """The options, as pairs of value and label."""
        raise NotImplementedError


class ConditionFilter(ChoiceFilter):
    """A filter that selects one of several conditions.

    `conditions` maps each value to its label and its `Q` object.
    """

    conditions: dict[str, tuple[Any, Q]]

    @property
    def options(self) -> Sequence[Choice]:
        """The conditions, as pairs of value and label."""
        return [(name, label) for name, (label, _condition) in self.conditions.items()]

    def narrow(self, rows: Rows) -> Rows:
        """Return the rows that meet the selected condition; none if it is unknown."""
        condition = self.conditions.get(self.value)
        return rows.filter(condition[1]) if condition else rows.none()


def keys_or_subquery(rows: Rows) -> list[Any] | Rows:
    """Return the primary keys of a search's rows for `IN`: up to 2,000 as a list, else a subquery.

    With a list, the database's planner knows how many rows to expect; for a subquery it guesses.
    """
    keys = list(rows.order_by().values_list("pk", flat=True)[: MAX_LISTED_KEYS + 1])
    return keys if len(keys) <= MAX_LISTED_KEYS else rows.order_by().values("pk")


class DateFilter(FormFilter):
    """A filter by the first and the last day, both included, in the current time zone."""

    title = _("Dates")
    template = "admin/controls/dates.html"
    parameters = ("since", "until")

    @property
    def since(self) -> str:
        """The first day as ISO 8601; empty if it is not set."""
        return str(self.used_parameters.get("since", ""))

    @property
    def until(self) -> str:
        """The last day as ISO 8601; empty if it is not set."""
        return str(self.used_parameters.get("until", ""))

    def narrow(self, rows: Rows) -> Rows:
        """Return the rows of these days; no rows if a date is invalid."""
        column = self.model_admin.date_field
        try:
            if self.since:
                rows = rows.filter(**{f"{column}__gte": _midnight(self.since)})
            if self.until:
                rows = rows.filter(**{f"{column}__lt": _midnight(self.until, after=1)})
        except (ValueError, OverflowError):
            return rows.none()
        return rows


def _midnight(text: str, *, after: int = 0) -> datetime:
    """Return the start of the day `after` days after an ISO date.

    Raises
    ------
    ValueError : the text is no date, or its year is outside 2000 to 9000.
    """
    day = date.fromisoformat(text) + timedelta(days=after)
    if not 2000 <= day.year <= 9000:
        raise ValueError(text)
    return timezone.make_aware(datetime.combine(day, time()))


class TextFilter(FormFilter):
    """A filter with a text input."""

    template = "admin/controls/text.html"
    hint: Any = ""
