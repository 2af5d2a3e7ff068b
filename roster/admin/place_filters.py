"""Filters of admin lists by facility, class and learner group, each among the viewer's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from infra.admin.filters import Choice, ChoiceFilter, Rows
from infra.identifiers import parse_uuid
from roster.models import Classroom, Facility, LearnerGroup, User

# Id and name of a class, and of one of its groups, if it has any.
Place = tuple[UUID, str, UUID | None, str | None]
MAX_CHOICES = 200
MAX_PLACES = 1000


class PlaceFilter(ChoiceFilter):
    """A place of the viewer's, by its id."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.found = [(str(pk), label) for pk, label in self.places()[:MAX_CHOICES]]

    @property
    def options(self) -> Sequence[Choice]:
        """The places, and the chosen one though it be beyond the first 200."""
        known = {value for value, _label in self.found}
        beyond = self.is_active and self.value not in known
        return [*self.found, *([(self.value, self.value)] if beyond else [])]

    def has_output(self) -> bool:
        """Show it where there is a choice, and apply it whenever it is asked for."""
        return bool(self.found) or self.is_active

    def narrow(self, rows: Rows) -> Rows:
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


class FacilityFilter(PlaceFilter):
    """For whoever looks after several."""

    title = _("Facility")
    parameters = ("facility",)

    def places(self) -> Sequence[tuple[UUID, str]]:
        """Return the facilities all of whose records the viewer may read; there may be a choice."""
        if self.viewer.sole_facility_id is not None:
            return []
        facilities = Facility.objects.managed_by(self.viewer).order_by("name", "pk")
        return list(facilities.values_list("pk", "name")[:MAX_CHOICES])

    def has_output(self) -> bool:
        """Show it where there is a choice."""
        return len(self.found) > 1 or self.is_active

    def within(self, rows: Rows, key: UUID) -> Rows:
        """Return rows of the facility; they are all the viewer's, so any id may be asked for."""
        return rows.filter(**self.model_admin.in_facility(key))


class ClassFilter(PlaceFilter):
    """A class the viewer looks after."""

    title = _("Class")
    parameters = ("class",)

    def places(self) -> Sequence[tuple[UUID, str]]:
        """Return the viewer's classes."""
        return list({key: (key, name) for key, name, *_group in own_places(self.request)}.values())

    def within(self, rows: Rows, key: UUID) -> Rows:
        """Return rows of who attends the class."""
        own = Classroom.objects.managed_by(self.viewer).filter(pk=key)
        return self._of(rows, User.objects.enrolled_in(own))


class GroupFilter(PlaceFilter):
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
        classes = Classroom.objects.managed_by(self.viewer)
        own = LearnerGroup.objects.filter(classroom__in=classes, pk=key)
        return self._of(rows, User.objects.in_groups(own))


def own_places(request: HttpRequest) -> list[Place]:
    """Return the viewer's classes, each with its groups, in one statement a request."""
    known: list[Place] | None = getattr(request, "own_places", None)
    if known is None:
        classes = Classroom.objects.managed_by(cast("User", request.user))
        ordered = classes.order_by("name", "pk", "groups__name", "groups__pk")
        found = ordered.values_list("pk", "name", "groups__pk", "groups__name")
        known = list(found[:MAX_PLACES])
        request.own_places = known  # type: ignore[attr-defined]
    return known
