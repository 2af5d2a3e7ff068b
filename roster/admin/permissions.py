"""Permissions in the admin: the rules of `roster.services`, evaluated once per request."""

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
    """Return the user of the request; only users log in to the admin."""
    return cast("User", request.user)


def is_staff(request: HttpRequest) -> bool:
    """Return whether the viewer may open the admin."""
    return bool(request.user.is_active and request.user.is_staff)


def is_superuser(request: HttpRequest) -> bool:
    """Return whether the viewer is a superuser."""
    return is_staff(request) and bool(request.user.is_superuser)


def management_scope(request: HttpRequest) -> ManagementScope:
    """Return what the viewer may manage."""
    return _cached_per_request(request, "scope", lambda: ManagementScope.for_actor(viewer(request)))


def _cached_per_request(request: HttpRequest, name: str, compute: Callable[[], T]) -> T:
    """Compute a value once per request; Django checks permissions many times."""
    if _PREFIX + name not in request.META:
        request.META[_PREFIX + name] = compute()
    return cast("T", request.META[_PREFIX + name])


def can_manage_any(request: HttpRequest) -> bool:
    """Return whether the viewer may change the roster of any facility; class coaches may not."""
    user = request.user
    if not is_staff(request) or getattr(user, "staffs_facility", None) is False:
        return is_staff(request) and user.is_superuser
    return management_scope(request).everywhere or bool(management_scope(request).managed)


def can_assign_any(request: HttpRequest) -> bool:
    """Return whether the viewer may assign lessons anywhere: anybody with a role may."""
    if not is_staff(request):
        return False
    known = viewer(request)
    if known.is_superuser or known.staffs_facility or known.coaches_class:
        return True
    return bool(management_scope(request).staffed or management_scope(request).coached)


def managed_facilities(request: HttpRequest) -> QuerySet[Facility]:
    """Return the facilities whose roster the viewer may change."""
    if management_scope(request).everywhere:
        return Facility.objects.order_by("name", "pk")
    return Facility.objects.filter(pk__in=management_scope(request).managed).order_by("name", "pk")


def managed_classrooms(request: HttpRequest) -> QuerySet[Classroom]:
    """Return the classes of the facilities whose roster the viewer may change."""
    classes = Classroom.objects.filter(facility__in=managed_facilities(request).order_by())
    return classes.order_by("name", "pk")


def assignable_facilities(request: HttpRequest) -> QuerySet[Facility]:
    """Return the facilities where the viewer may assign lessons, to all or to a class."""
    if management_scope(request).everywhere:
        return Facility.objects.order_by("name", "pk")
    classes = Classroom.objects.filter(pk__in=management_scope(request).coached)
    where = Q(pk__in=management_scope(request).staffed) | Q(pk__in=classes.values("facility"))
    return Facility.objects.filter(where).order_by("name", "pk")


def can_change_person(request: HttpRequest, person: User) -> bool:
    """Return whether the viewer may change a user."""

    def compute() -> bool:
        try:
            require_can_change(cast("Actor", request.user), person)
        except NotAllowed:
            return False
        return True

    return can_manage_any(request) and _cached_per_request(request, f"over.{person.pk}", compute)


def can_manage_facility(request: HttpRequest, facility_id: UUID | None) -> bool:
    """Return whether the viewer may change the roster of a facility."""
    return can_manage_any(request) and management_scope(request).manages(facility_id)
