"""What somebody may change through the admin: the registrar's law, asked once a request."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from roster.models import Actor, Classroom, Facility, User
from roster.services.permissions import NotAllowed, Reach, require_right_over

T = TypeVar("T")

_PREFIX = "roster.rights."


def viewer(request: HttpRequest) -> User:
    """Return who looks; only people get into the admin."""
    return cast("User", request.user)


def is_staff(request: HttpRequest) -> bool:
    """Tell whether they may open the admin at all."""
    return bool(request.user.is_active and request.user.is_staff)


def is_superuser(request: HttpRequest) -> bool:
    """Tell whether they run the installation."""
    return is_staff(request) and bool(request.user.is_superuser)


def reach(request: HttpRequest) -> Reach:
    """Return how far their rights reach."""
    return _once(request, "reach", lambda: Reach.of(viewer(request)))


def _once(request: HttpRequest, name: str, ask: Callable[[], T]) -> T:
    """Ask, or remember what was asked during this request; Django asks for rights many times."""
    if _PREFIX + name not in request.META:
        request.META[_PREFIX + name] = ask()
    return cast("T", request.META[_PREFIX + name])


def manages_some(request: HttpRequest) -> bool:
    """Tell whether they may change the roster of any facility; coaches of classes never may."""
    user = request.user
    if not is_staff(request) or getattr(user, "staffs_facility", None) is False:
        return is_staff(request) and user.is_superuser
    return reach(request).everywhere or bool(reach(request).managed)


def hands_out_some(request: HttpRequest) -> bool:
    """Tell whether they may hand out lessons anywhere: whoever looks after others may."""
    if not is_staff(request):
        return False
    known = viewer(request)
    if known.is_superuser or known.staffs_facility or known.coaches_class:
        return True
    return bool(reach(request).staffed or reach(request).coached)


def managed_facilities(request: HttpRequest) -> QuerySet[Facility]:
    """Return the facilities whose roster they may change."""
    if reach(request).everywhere:
        return Facility.objects.order_by("name", "pk")
    return Facility.objects.filter(pk__in=reach(request).managed).order_by("name", "pk")


def managed_classrooms(request: HttpRequest) -> QuerySet[Classroom]:
    """Return the classes of those facilities."""
    classes = Classroom.objects.filter(facility__in=managed_facilities(request).order_by())
    return classes.order_by("name", "pk")


def facilities_of_hand_outs(request: HttpRequest) -> QuerySet[Facility]:
    """Return the facilities where they may hand out something, to all or to a class."""
    if reach(request).everywhere:
        return Facility.objects.order_by("name", "pk")
    classes = Classroom.objects.filter(pk__in=reach(request).coached)
    where = Q(pk__in=reach(request).staffed) | Q(pk__in=classes.values("facility"))
    return Facility.objects.filter(where).order_by("name", "pk")


def may_touch(request: HttpRequest, person: User) -> bool:
    """Tell whether they may change somebody."""

    def ask() -> bool:
        try:
            require_right_over(cast("Actor", request.user), person)
        except NotAllowed:
            return False
        return True

    return manages_some(request) and _once(request, f"over.{person.pk}", ask)


def may_manage(request: HttpRequest, facility_id: UUID | None) -> bool:
    """Tell whether they may change the roster of a facility."""
    return manages_some(request) and reach(request).manages(facility_id)
