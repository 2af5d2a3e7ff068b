"""Lessons, quizzes and course sessions: coaches hand them out to classes of theirs."""

from __future__ import annotations

from typing import Any, TypeVar
from uuid import UUID

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from infra.exports import Column
from roster.admin import permissions
from roster.admin.base import RosterAdmin, RosterInline
from roster.admin.filters import ActiveAssignableFilter
from roster.admin.permissions import viewer
from roster.admin.place_filters import FacilityFilter
from roster.models import (
    Assignable,
    Classroom,
    CourseSession,
    CourseSessionAssignment,
    Facility,
    LearnerGroup,
    Lesson,
    LessonAssignment,
    Quiz,
    QuizAssignment,
)
from roster.services.permissions import (
    ManagementScope,
    NotAllowed,
    UnknownRow,
    lock_row,
    require_coach,
)

A = TypeVar("A", bound=Assignable)


class AssignableForm(forms.ModelForm[Any]):
    """Something new to be handed out, for a class or for all of a facility."""

    reach: ManagementScope

    def clean(self) -> dict[str, Any]:
        """Say where somebody may hand out nothing, in words."""
        cleaned: dict[str, Any] = super().clean() or {}
        facility, classroom = cleaned.get("facility"), cleaned.get("classroom")
        if facility is None:
            return cleaned
        if classroom is not None and classroom.facility_id != facility.pk:
            self.add_error("classroom", _("This class is of another facility."))
        elif not self.reach.can_assign(facility.pk, classroom.pk if classroom else None):
            self.add_error("classroom", _("Choose a class of yours."))
        return cleaned


class AssignmentInline(RosterInline[Any]):
    """To which classes and groups something is handed out."""

    related = ("classroom", "group__classroom")

    def choices_for(self, name: str, obj: Any) -> QuerySet[Any] | None:
        """Offer the class it is for and its groups, or all of the facility."""
        classes = Classroom.objects.filter(facility=obj.facility_id)
        if obj.classroom_id:
            classes = classes.filter(pk=obj.classroom_id)
        if name == "classroom":
            return classes.order_by("name", "pk")
        if name == "group":
            groups = LearnerGroup.objects.filter(classroom__in=classes)
            return groups.select_related("classroom").order_by("classroom__name", "name", "pk")
        return None

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Call groups by their class too."""
        formset = super().get_formset(request, obj, **kwargs)
        groups = formset.form.base_fields.get("group")
        if groups is not None:
            groups.label_from_instance = lambda group: f"{group.classroom}: {group}"
        return formset


class AssignableAdmin(RosterAdmin[A]):
    """What is handed out: seen by those it is handed out to, changed by coaches of its place."""

    list_display = ["title", "facility", "classroom", "active"]
    list_select_related = ["facility", "classroom"]
    list_filter = [FacilityFilter, ActiveAssignableFilter]
    search_fields = ["title"]
    ordering = ["title", "id"]
    fields = ["title", "active", "facility", "classroom"]
    form = AssignableForm
    export_columns = (
        Column("id", "id"),
        Column("title", "title"),
        Column("active", "active"),
        Column("facility id", "facility"),
        Column("facility", "facility__name"),
        Column("classroom id", "classroom"),
        Column("classroom", "classroom__name"),
    )

    def facility_of(self, row: A) -> UUID | None:
        """Return the facility it is of."""
        return row.facility_id

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Let whoever looks after a class or a facility add some."""
        return permissions.can_assign_any(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Let coaches of its class change it, and coaches and admins of the facility."""
        if not isinstance(obj, Assignable):
            return permissions.can_assign_any(request)
        may = permissions.can_assign_any(request)
        return may and permissions.management_scope(request).can_assign(
            obj.facility_id, obj.classroom_id
        )

    def get_readonly_fields(self, request: HttpRequest, obj: A | None = None) -> Any:  # noqa: ARG002
        """Leave it where it is."""
        return ["facility", "classroom"] if obj else []

    def get_form(self, request: HttpRequest, obj: A | None = None, **kwargs: Any) -> Any:  # type: ignore[override]
        """Tell the form how far the viewer's rights reach."""
        form = super().get_form(request, obj, **kwargs)
        return type(form.__name__, (form,), {"reach": permissions.management_scope(request)})

    def choices_for(self, name: str, request: HttpRequest) -> QuerySet[Any] | None:
        """Offer places of theirs."""
        if name == "facility":
            return permissions.assignable_facilities(request)
        if name == "classroom":
            return Classroom.objects.managed_by(viewer(request)).order_by("name", "pk")
        return None

    def lock(self, request: HttpRequest, row: A) -> None:
        """Lock the facility, for somebody who may hand it out then."""
        actor = viewer(request)
        try:
            lock_row(Facility.objects.visible_to(actor), row.facility_id)
            require_coach(actor, row.facility_id, row.classroom_id)
        except (NotAllowed, UnknownRow):
            raise PermissionDenied from None


class LessonAssignmentInline(AssignmentInline):
    """To whom a lesson is handed out."""

    model = LessonAssignment


class QuizAssignmentInline(AssignmentInline):
    """To whom a quiz is handed out."""

    model = QuizAssignment


class CourseSessionAssignmentInline(AssignmentInline):
    """To whom a course session is handed out."""

    model = CourseSessionAssignment


@admin.register(Lesson)
class LessonAdmin(AssignableAdmin[Lesson]):
    """Lessons."""

    inlines = [LessonAssignmentInline]


@admin.register(Quiz)
class QuizAdmin(AssignableAdmin[Quiz]):
    """Quizzes."""

    inlines = [QuizAssignmentInline]


@admin.register(CourseSession)
class CourseSessionAdmin(AssignableAdmin[CourseSession]):
    """Course sessions."""

    inlines = [CourseSessionAssignmentInline]
