"""Filters of admin lists by facility, class and learner group of the viewer."""

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

# Id and name of a class, and of one of its groups or None.
Place = tuple[UUID, str, UUID | None, str | None]
MAX_CHOICES = 200
MAX_PLACES = 1000


class PlaceFilter(ChoiceFilter):
    """Filter by one of the viewer's places, given by id."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.found = [(str(pk), label) for pk, label in self.places()[:MAX_CHOICES]]

    @property
    def options(self) -> Sequence[Choice]:
        """The places, and the chosen one even if it is beyond the first 200."""
        known = {value for value, _label in self.found}
        beyond = self.is_active and self.value not in known
        return [*self.found, *([(self.value, self.value)] if beyond else [])]

    def has_output(self) -> bool:
        """Show the filter if there is a choice or it is active."""
        return bool(self.found) or self.is_active

    def narrow(self, rows: Rows) -> Rows:
        """Return the rows of the place; none if the value is not a UUID."""
        key = parse_uuid(self.value)
        return self.within(rows, key) if key else rows.none()

    def places(self) -> Sequence[tuple[UUID, str]]:
        """Return ids and labels of the viewer's places, sorted."""
        raise NotImplementedError

    def within(self, rows: Rows, key: UUID) -> Rows:
        """Return the rows of a place."""
        raise NotImplementedError

    def _filter_learners(self, rows: Rows, learners: QuerySet[User]) -> Rows:
        """Return the rows of a few learners."""
        return rows.filter(self.model_admin.learners_among(learners))


class FacilityFilter(PlaceFilter):
    """Filter by facility, for viewers of several facilities."""

    title = _("Facility")
    parameters = ("facility",)

    def places(self) -> Sequence[tuple[UUID, str]]:
        """Return the facilities that the viewer may read in full; empty if only one is possible."""
        if self.viewer.sole_facility_id is not None:
            return []
        facilities = Facility.objects.managed_by(self.viewer).order_by("name", "pk")
        return list(facilities.values_list("pk", "name")[:MAX_CHOICES])

    def has_output(self) -> bool:
        """Show the filter if there are several facilities or it is active."""
        return len(self.found) > 1 or self.is_active

    def within(self, rows: Rows, key: UUID) -> Rows:
        """Return the rows of the facility; the list is scoped, so any id is safe."""
        return rows.filter(**self.model_admin.in_facility(key))


class ClassFilter(PlaceFilter):
    """Filter by a class the viewer manages."""

    title = _("Class")
    parameters = ("class",)

    def places(self) -> Sequence[tuple[UUID, str]]:
        """Return the viewer's classes."""
        return list({key: (key, name) for key, name, *_group in own_places(self.request)}.values())

    def within(self, rows: Rows, key: UUID) -> Rows:
        """Return the rows of learners enrolled in the class."""
        own = Classroom.objects.managed_by(self.viewer).filter(pk=key)
        return self._filter_learners(rows, User.objects.enrolled_in(own))


class GroupFilter(PlaceFilter):
    """Filter by a group of a class the viewer manages."""

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
        """Return the rows of the members of the group."""
        classes = Classroom.objects.managed_by(self.viewer)
        own = LearnerGroup.objects.filter(classroom__in=classes, pk=key)
        return self._filter_learners(rows, User.objects.in_groups(own))


def own_places(request: HttpRequest) -> list[Place]:
    """Return the viewer's classes with their groups, queried once per request."""
    known: list[Place] | None = getattr(request, "own_places", None)
    if known is None:
        classes = Classroom.objects.managed_by(cast("User", request.user))
        ordered = classes.order_by("name", "pk", "groups__name", "groups__pk")
        found = ordered.values_list("pk", "name", "groups__pk", "groups__name")
        known = list(found[:MAX_PLACES])
        request.own_places = known  # type: ignore[attr-defined]
    return known
