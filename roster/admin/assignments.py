"""Base of the admin of lessons, quizzes and course sessions, which coaches assign.

The admin of each is in `analytics`, because its contents are shown by their titles.
"""

from __future__ import annotations

from typing import Any, TypeVar
from uuid import UUID

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from infra.admin.labels import label
from infra.exports import Column
from roster.admin import permissions
from roster.admin.base import RosterAdmin, RosterInline
from roster.admin.filters import ActiveAssignableFilter
from roster.admin.permissions import viewer
from roster.admin.place_filters import FacilityFilter
from roster.models import (
    Assignable,
    Classroom,
    CourseSessionAssignment,
    Facility,
    LearnerGroup,
    LessonAssignment,
    QuizAssignment,
    User,
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
    """Form of a new lesson, quiz or course session, of one class or of a whole facility."""

    reach: ManagementScope

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "due_at" in self.fields:  # not for those who may only view
            label(self.fields["due_at"])

    def clean(self) -> dict[str, Any]:
        """Add an error to the class field if the viewer may not assign anything."""
        cleaned: dict[str, Any] = super().clean() or {}
        facility, classroom = cleaned.get("facility"), cleaned.get("classroom")
        if facility is None:
            return cleaned
        if classroom is not None and classroom.facility_id != facility.pk:
            self.add_error("classroom", _("This class belongs to another facility."))
        elif not self.reach.can_assign(facility.pk, classroom.pk if classroom else None):
            self.add_error("classroom", _("Choose one of your classes."))
        return cleaned


class AssignmentInline(RosterInline[Any]):
    """Classes, groups and learners that a lesson, quiz or course session is assigned to."""

    related = ("classroom", "group__classroom", "learner")
    raw_id_fields = ["learner"]

    def choices_for(self, name: str, obj: Any) -> QuerySet[Any] | None:
        """Return the class of the object with its groups and learners, or all of the facility."""
        classes = Classroom.objects.filter(facility=obj.facility_id)
        if obj.classroom_id:
            classes = classes.filter(pk=obj.classroom_id)
        if name == "classroom":
            return classes.order_by("name", "pk")
        if name == "group":
            groups = LearnerGroup.objects.filter(classroom__in=classes)
            return groups.select_related("classroom").order_by("classroom__name", "name", "pk")
        if name == "learner":
            learners = User.objects.in_facility(obj.facility_id)
            return learners.enrolled_in(classes) if obj.classroom_id else learners
        return None

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Label each group with its class too."""
        formset = super().get_formset(request, obj, **kwargs)
        groups = formset.form.base_fields.get("group")
        if groups is not None:
            groups.label_from_instance = lambda group: f"{group.classroom}: {group}"
        return formset


class AssignableAdmin(RosterAdmin[A]):
    """Admin of assignable rows: visible to their assignees, changed by coaches of their place."""

    list_display = ["title", "facility", "classroom", "due_at", "active", "draft", "archived"]
    list_select_related = ["facility", "classroom"]
    list_filter = [FacilityFilter, ActiveAssignableFilter]
    search_fields = ["title"]
    ordering = ["title", "id"]
    fields = ["title", "active", "draft", "archived", "due_at", "facility", "classroom"]
    form = AssignableForm
    export_columns = (
        Column("id", "id"),
        Column("title", "title"),
        Column("active", "active"),
        Column("draft", "draft"),
        Column("archived", "archived"),
        Column("due at", "due_at"),
        Column("contents", "contents"),
        Column("facility id", "facility"),
        Column("facility", "facility__name"),
        Column("classroom id", "classroom"),
        Column("classroom", "classroom__name"),
    )

    def facility_of(self, row: A) -> UUID | None:
        """Return the facility of the row."""
        return row.facility_id

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Allow anybody with a role over a class or a facility."""
        return permissions.can_assign_any(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Allow coaches of the class, and coaches and admins of the facility."""
        if not isinstance(obj, Assignable):
            return permissions.can_assign_any(request)
        may = permissions.can_assign_any(request)
        return may and permissions.management_scope(request).can_assign(
            obj.facility_id, obj.classroom_id
        )

    def get_readonly_fields(self, request: HttpRequest, obj: A | None = None) -> Any:  # noqa: ARG002
        """Make the place read-only once the row exists."""
        return ["facility", "classroom"] if obj else []

    def get_form(self, request: HttpRequest, obj: A | None = None, **kwargs: Any) -> Any:  # type: ignore[override]
        """Pass the viewer's management scope to the form."""
        form = super().get_form(request, obj, **kwargs)
        return type(form.__name__, (form,), {"reach": permissions.management_scope(request)})

    def choices_for(self, name: str, request: HttpRequest) -> QuerySet[Any] | None:
        """Return the places where the viewer may assign."""
        if name == "facility":
            return permissions.assignable_facilities(request)
        if name == "classroom":
            return Classroom.objects.managed_by(viewer(request)).order_by("name", "pk")
        return None

    def lock(self, request: HttpRequest, row: A) -> None:
        """Lock the facility, then check that the viewer may assign the row."""
        actor = viewer(request)
        try:
            lock_row(Facility.objects.visible_to(actor), row.facility_id)
            require_coach(actor, row.facility_id, row.classroom_id)
        except (NotAllowed, UnknownRow):
            raise PermissionDenied from None


class LessonAssignmentInline(AssignmentInline):
    """Classes, groups and learners a lesson is assigned to."""

    model = LessonAssignment


class QuizAssignmentInline(AssignmentInline):
    """Classes, groups and learners a quiz is assigned to."""

    model = QuizAssignment


class CourseSessionAssignmentInline(AssignmentInline):
    """Classes, groups and learners a course session is assigned to."""

    model = CourseSessionAssignment
