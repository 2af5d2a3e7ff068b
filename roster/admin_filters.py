"""What a list in the admin can be narrowed by: controls of one form, which needs no script.

A filter never widens: it works on rows that `visible_to` let through, and what it offers is the
viewer's own. A place, a kind, a day nobody knows leaves nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar, cast
from uuid import UUID

from django.contrib.admin import ListFilter
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from infra.identifiers import parse_uuid
from roster.models import Classroom, Facility, LearnerGroup, User

Rows = QuerySet[Any, Any]
Choice = tuple[str, Any]
# Id and name of a class, and of one of its groups, if it has any.
Place = tuple[UUID, str, UUID | None, str | None]
MOST_CHOICES = 200
MOST_PLACES = 1000
MOST_LISTED = 2000


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
        self.viewer = cast("User", request.user)
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
        return self.narrowed(queryset) if self.is_active else queryset

    def narrowed(self, rows: Rows) -> Rows:
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

    def narrowed(self, rows: Rows) -> Rows:
        """Return rows that meet it."""
        known = self.conditions.get(self.value)
        return rows.filter(known[1]) if known else rows.none()


class WhereFilter(ChoiceFilter):
    """A place of the viewer's, by its id."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.found = [(str(pk), label) for pk, label in self.places()[:MOST_CHOICES]]

    @property
    def options(self) -> Sequence[Choice]:
        """The places, and the chosen one though it be beyond the first 200."""
        known = {value for value, _label in self.found}
        beyond = self.is_active and self.value not in known
        return [*self.found, *([(self.value, self.value)] if beyond else [])]

    def has_output(self) -> bool:
        """Show it where there is a choice, and apply it whenever it is asked for."""
        return bool(self.found) or self.is_active

    def narrowed(self, rows: Rows) -> Rows:
        """Return rows of the place; none where the id is none."""
        key = parse_uuid(self.value)
        return self.within(rows, key) if key else rows.none()

    def places(self) -> Sequence[tuple[UUID, str]]:
        """Return ids and labels of the viewer's places, in order."""
        raise NotImplementedError

    def within(self, rows: Rows, key: UUID) -> Rows:
        """Return rows of a place."""
        raise NotImplementedError

    def _of(self, rows: Rows, learners: QuerySet[User]) -> Rows:
        """Return rows of a few learners."""
        return rows.filter(self.model_admin.learners_among(learners))


class FacilityFilter(WhereFilter):
    """For whoever looks after several."""

    title = _("Facility")
    parameters = ("facility",)

    def places(self) -> Sequence[tuple[UUID, str]]:
        """Return the facilities all of whose records the viewer may read; there may be a choice."""
        if self.viewer.whole_facility is not None:
            return []
        facilities = Facility.objects.staffed_by(self.viewer).order_by("name", "pk")
        return list(facilities.values_list("pk", "name")[:MOST_CHOICES])

    def has_output(self) -> bool:
        """Show it where there is a choice."""
        return len(self.found) > 1 or self.is_active

    def within(self, rows: Rows, key: UUID) -> Rows:
        """Return rows of the facility; they are all the viewer's, so any id may be asked for."""
        return rows.filter(**self.model_admin.of_facility(key))


class ClassFilter(WhereFilter):
    """A class the viewer looks after."""

    title = _("Class")
    parameters = ("class",)

    def places(self) -> Sequence[tuple[UUID, str]]:
        """Return the viewer's classes."""
        return list({key: (key, name) for key, name, *_group in own_places(self.request)}.values())

    def within(self, rows: Rows, key: UUID) -> Rows:
        """Return rows of who attends the class."""
        own = Classroom.objects.staffed_by(self.viewer).filter(pk=key)
        return self._of(rows, User.objects.enrolled_in(own))


class GroupFilter(WhereFilter):
    """A group of such a class."""

    title = _("Group")
    parameters = ("group",)

    def places(self) -> Sequence[tuple[UUID, str]]:
        """Return the groups of the viewer's classes."""
        return [
            (key, f"{classroom}: {name}")
            for _class, classroom, key, name in own_places(self.request)
            if key is not None
        ]

    def within(self, rows: Rows, key: UUID) -> Rows:
        """Return rows of who is in the group."""
        classes = Classroom.objects.staffed_by(self.viewer)
        own = LearnerGroup.objects.filter(classroom__in=classes, pk=key)
        return self._of(rows, User.objects.grouped_in(own))


def own_places(request: HttpRequest) -> list[Place]:
    """Return the viewer's classes, each with its groups, in one statement a request."""
    known: list[Place] | None = getattr(request, "own_places", None)
    if known is None:
        classes = Classroom.objects.staffed_by(cast("User", request.user))
        ordered = classes.order_by("name", "pk", "groups__name", "groups__pk")
        found = ordered.values_list("pk", "name", "groups__pk", "groups__name")
        known = list(found[:MOST_PLACES])
        request.own_places = known  # type: ignore[attr-defined]
    return known


def listed(rows: Rows) -> list[Any] | Rows:
    """Return the keys of rows that a search found, for `IN`: up to 2,000 as a list.

    How many other rows belong to those the database knows; of a subquery it would guess.
    """
    keys = list(rows.order_by().values_list("pk", flat=True)[: MOST_LISTED + 1])
    return keys if len(keys) <= MOST_LISTED else rows.order_by().values("pk")


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

    def narrowed(self, rows: Rows) -> Rows:
        """Return the rows of these days; none where one of them is none."""
        column = self.model_admin.dated_by
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
