"""What hangs on a person: what they look after, and which classes they attend."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from roster.admin.base import RosterInline
from roster.models import Classroom, Enrolment, Facility, Role, User
from roster.services.permissions import InvalidField, refuse_class_admin


class RoleForm(forms.ModelForm[Role]):
    """What somebody looks after."""

    class Meta:
        model = Role
        fields = ["kind", "facility", "classroom"]

    def clean(self) -> dict[str, Any]:
        """Say that classes have coaches only."""
        cleaned: dict[str, Any] = super().clean() or {}
        try:
            refuse_class_admin(cleaned.get("kind"), cleaned.get("classroom"))
        except InvalidField as error:
            raise forms.ValidationError(str(error)) from None
        return cleaned


def _facilities_of(user: User) -> QuerySet[Facility]:
    """Return where somebody may be given something: at home; superusers of no home, anywhere."""
    facilities = Facility.objects.order_by("name", "pk")
    return facilities.filter(pk=user.facility_id) if user.facility_id else facilities


def _classrooms_of(user: User) -> QuerySet[Classroom]:
    classrooms = Classroom.objects.order_by("name", "pk")
    return classrooms.filter(facility=user.facility_id) if user.facility_id else classrooms


class RoleInline(RosterInline[User]):
    """What they look after."""

    model = Role
    form = RoleForm
    related = ("user", "facility", "classroom")

    def choices_for(self, name: str, obj: User) -> QuerySet[Any] | None:
        """Offer places of their own facility."""
        places = {"facility": _facilities_of, "classroom": _classrooms_of}
        return places[name](obj) if name in places else None


class EnrolmentInline(RosterInline[User]):
    """Which classes they attend."""

    model = Enrolment
    related = ("user", "classroom")

    def choices_for(self, name: str, obj: User) -> QuerySet[Any] | None:
        """Offer classes of their own facility."""
        return _classrooms_of(obj) if name == "classroom" else None
