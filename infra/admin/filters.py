"""What a list in the admin can be narrowed by: controls of one form, which needs no script.

A filter never widens: it works on rows that `visible_to` let through, and what it offers is the
viewer's own. A place, a kind, a day nobody knows leaves nothing.
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
    """One or more controls of a list's form; each has a parameter of the address."""

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
        """Whether it narrows the list."""
        return any(self.used_parameters.values())

    @property
    def value(self) -> str:
        """What is asked for; empty: nothing."""
        return str(self.used_parameters.get(self.parameters[0], ""))

    @property
    def name(self) -> str:
        """The parameter of a filter that has one."""
        return self.parameters[0]

    def has_output(self) -> bool:
        """Show it."""
        return True

    def choices(self, changelist: Any) -> list[Any]:  # type: ignore[override]  # noqa: ARG002
        """Offer no links: it is a control."""
        return []

    def expected_parameters(self) -> list[str | None]:
        """Return the parameters of the address."""
        return list(self.parameters)

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:  # noqa: ARG002
        """Narrow the rows, if asked to."""
        return self.narrow(queryset) if self.is_active else queryset

    def narrow(self, rows: Rows) -> Rows:
        """Return the rows that are asked for."""
        raise NotImplementedError


class ChoiceFilter(FormFilter):
    """One of several."""

    template = "admin/controls/choice.html"

    @property
    def options(self) -> Sequence[Choice]:
        """What may be chosen, each value with its label."""
        raise NotImplementedError


class ConditionFilter(ChoiceFilter):
    """One of several conditions."""

    conditions: dict[str, tuple[Any, Q]]

    @property
    def options(self) -> Sequence[Choice]:
        """Each condition by its name."""
        return [(name, label) for name, (label, _condition) in self.conditions.items()]

    def narrow(self, rows: Rows) -> Rows:
        """Return rows that meet it."""
        known = self.conditions.get(self.value)
        return rows.filter(known[1]) if known else rows.none()


def keys_or_subquery(rows: Rows) -> list[Any] | Rows:
    """Return the keys of rows that a search found, for `IN`: up to 2,000 as a list.

    How many other rows belong to those the database knows; of a subquery it would guess.
    """
    keys = list(rows.order_by().values_list("pk", flat=True)[: MAX_LISTED_KEYS + 1])
    return keys if len(keys) <= MAX_LISTED_KEYS else rows.order_by().values("pk")


class DateFilter(FormFilter):
    """The first and the last day, both included, by the server's calendar."""

    title = _("Dates")
    template = "admin/controls/dates.html"
    parameters = ("since", "until")

    @property
    def since(self) -> str:
        """The first day."""
        return str(self.used_parameters.get("since", ""))

    @property
    def until(self) -> str:
        """The last day."""
        return str(self.used_parameters.get("until", ""))

    def narrow(self, rows: Rows) -> Rows:
        """Return the rows of these days; none where one of them is none."""
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
    """Return when a day begins, or the one so many days after it."""
    day = date.fromisoformat(text) + timedelta(days=after)
    if not 2000 <= day.year <= 9000:
        raise ValueError(text)
    return timezone.make_aware(datetime.combine(day, time()))


class TextFilter(FormFilter):
    """A text to be typed."""

    template = "admin/controls/text.html"
    hint: Any = ""
