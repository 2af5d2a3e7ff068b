"""What somebody may change through the admin: the registrar's law, asked once a request."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from roster.models import Actor, Classroom, Facility, User
from roster.services.permissions import ManagementScope, NotAllowed, require_can_change

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


def management_scope(request: HttpRequest) -> ManagementScope:
    """Return how far their rights reach."""
    return _once_per_request(request, "scope", lambda: ManagementScope.for_actor(viewer(request)))


def _once_per_request(request: HttpRequest, name: str, ask: Callable[[], T]) -> T:
    """Ask, or remember what was asked during this request; Django asks for rights many times."""
    if _PREFIX + name not in request.META:
        request.META[_PREFIX + name] = ask()
    return cast("T", request.META[_PREFIX + name])


def can_manage_any(request: HttpRequest) -> bool:
    """Tell whether they may change the roster of any facility; coaches of classes never may."""
    user = request.user
    if not is_staff(request) or getattr(user, "staffs_facility", None) is False:
        return is_staff(request) and user.is_superuser
    return management_scope(request).everywhere or bool(management_scope(request).managed)


def can_assign_any(request: HttpRequest) -> bool:
    """Tell whether they may hand out lessons anywhere: whoever looks after others may."""
    if not is_staff(request):
        return False
    known = viewer(request)
    if known.is_superuser or known.staffs_facility or known.coaches_class:
        return True
    return bool(management_scope(request).staffed or management_scope(request).coached)


def managed_facilities(request: HttpRequest) -> QuerySet[Facility]:
    """Return the facilities whose roster they may change."""
    if management_scope(request).everywhere:
        return Facility.objects.order_by("name", "pk")
    return Facility.objects.filter(pk__in=management_scope(request).managed).order_by("name", "pk")


def managed_classrooms(request: HttpRequest) -> QuerySet[Classroom]:
    """Return the classes of those facilities."""
    classes = Classroom.objects.filter(facility__in=managed_facilities(request).order_by())
    return classes.order_by("name", "pk")


def assignable_facilities(request: HttpRequest) -> QuerySet[Facility]:
    """Return the facilities where they may hand out something, to all or to a class."""
    if management_scope(request).everywhere:
        return Facility.objects.order_by("name", "pk")
    classes = Classroom.objects.filter(pk__in=management_scope(request).coached)
    where = Q(pk__in=management_scope(request).staffed) | Q(pk__in=classes.values("facility"))
    return Facility.objects.filter(where).order_by("name", "pk")


def can_change_person(request: HttpRequest, person: User) -> bool:
    """Tell whether they may change somebody."""

    def ask() -> bool:
        try:
            require_can_change(cast("Actor", request.user), person)
        except NotAllowed:
            return False
        return True

    return can_manage_any(request) and _once_per_request(request, f"over.{person.pk}", ask)


def can_manage_facility(request: HttpRequest, facility_id: UUID | None) -> bool:
    """Tell whether they may change the roster of a facility."""
    return can_manage_any(request) and management_scope(request).manages(facility_id)
