"""Inlines of a user: roles and enrolments."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from roster.admin.base import RosterInline
from roster.models import Classroom, Enrolment, Facility, Role, User
from roster.services.permissions import InvalidField, refuse_class_admin


class RoleForm(forms.ModelForm[Role]):
    """Form of a role."""

    class Meta:
        model = Role
        fields = ["kind", "facility", "classroom"]

    def clean(self) -> dict[str, Any]:
        """Reject admins of classes: classes have coaches only."""
        cleaned: dict[str, Any] = super().clean() or {}
        try:
            refuse_class_admin(cleaned.get("kind"), cleaned.get("classroom"))
        except InvalidField as error:
            raise forms.ValidationError(str(error)) from None
        return cleaned


def _facilities_of(user: User) -> QuerySet[Facility]:
    """Return the user's own facility, or all if they have none (superusers)."""
    facilities = Facility.objects.order_by("name", "pk")
    return facilities.filter(pk=user.facility_id) if user.facility_id else facilities


def _classrooms_of(user: User) -> QuerySet[Classroom]:
    classrooms = Classroom.objects.order_by("name", "pk")
    return classrooms.filter(facility=user.facility_id) if user.facility_id else classrooms


class RoleInline(RosterInline[User]):
    """Roles of a user."""

    model = Role
    form = RoleForm
    related = ("user", "facility", "classroom")

    def choices_for(self, name: str, obj: User) -> QuerySet[Any] | None:
        """Return places of the user's own facility."""
        places = {"facility": _facilities_of, "classroom": _classrooms_of}
        return places[name](obj) if name in places else None


class EnrolmentInline(RosterInline[User]):
    """Classes a user attends."""

    model = Enrolment
    related = ("user", "classroom")

    def choices_for(self, name: str, obj: User) -> QuerySet[Any] | None:
        """Return classes of the user's own facility."""
        return _classrooms_of(obj) if name == "classroom" else None
