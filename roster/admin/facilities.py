"""Admin of facilities, classes and learner groups."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from infra.admin.html import page_link
from infra.admin.model_admins import NoDeleteAdmin
from infra.exports import Column
from roster.admin.base import RosterAdmin, RosterInline
from roster.admin.permissions import viewer
from roster.admin.place_filters import FacilityFilter
from roster.models import Classroom, Enrolment, Facility, GroupMembership, LearnerGroup


@admin.register(Facility)
class FacilityAdmin(NoDeleteAdmin[Facility], RosterAdmin[Facility]):
    """Admin of facilities; superusers add them, their admins change the settings."""

    removal_hint = _(
        "To delete a facility with its users and all their records, use the API: "
        "DELETE /api/auth/facility/:id."
    )  # type: ignore[assignment]
    list_display = ["name", "partner_id", "auto_provision", "guest_access"]
    # They have a page of their own, which shows the effect before it saves them.
    exclude = Facility.THRESHOLD_FIELDS
    search_fields = ["name", "partner_id"]
    ordering = ["name", "id"]
    export_facility = "pk"
    export_columns = (
        Column("facility id", "id"),
        Column("name", "name"),
        Column("partner id", "partner_id"),
        Column("auto provision", "auto_provision"),
        Column("guest access", "guest_access"),
        Column("remember answers", "remember_answers"),
        Column("time zone", "time_zone"),
    )

    def facility_of(self, row: Facility) -> UUID | None:
        """Return the id of the facility itself."""
        return row.pk

    def lock(self, request: HttpRequest, row: Facility) -> None:
        """Lock the facility if it is stored already."""
        if not row._state.adding:  # noqa: SLF001  # as Django's documentation asks for it
            super().lock(request, row)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Allow superusers only."""
        return self.has_module_permission(request) and viewer(request).is_superuser

    def get_readonly_fields(self, request: HttpRequest, obj: Facility | None = None) -> Any:
        """Let only superusers change the partner id, by which imports find a school.

        An existing facility has a link to the thresholds of its alerts.
        """
        partner_id = [] if viewer(request).is_superuser else ["partner_id"]
        return [*partner_id, *(["thresholds"] if obj else [])]

    @admin.display(description=_("thresholds of alerts"))
    def thresholds(self, row: Facility) -> str:
        """Return a link to the page of the thresholds."""
        return page_link(_("Thresholds of alerts"), "coach_thresholds", row.pk)


class LearnerGroupInline(RosterInline[Classroom]):
    """Learner groups of a class."""

    model = LearnerGroup
    show_change_link = True
    related = ("classroom",)

    def choices_for(self, name: str, obj: Classroom) -> QuerySet[Any] | None:  # noqa: ARG002
        """Return None: no field is a choice of rows."""
        return None


@admin.register(Classroom)
class ClassroomAdmin(NoDeleteAdmin[Classroom], RosterAdmin[Classroom]):
    """Admin of classes."""

    removal_hint = _(
        "To delete a class, use the API: DELETE /api/auth/classroom/:id. Its users are kept."
    )  # type: ignore[assignment]
    list_display = ["name", "external_id", "facility"]
    list_select_related = ["facility"]
    list_filter = [FacilityFilter]
    search_fields = ["name"]
    ordering = ["name", "id"]
    fields = ["facility", "name", "external_id"]
    inlines = [LearnerGroupInline]
    export_columns = (
        Column("classroom id", "id"),
        Column("name", "name"),
        Column("external id", "external_id"),
        Column("facility id", "facility"),
        Column("facility", "facility__name"),
    )

    def facility_of(self, row: Classroom) -> UUID | None:
        """Return the facility of the class."""
        return row.facility_id

    def get_readonly_fields(self, request: HttpRequest, obj: Classroom | None = None) -> Any:  # noqa: ARG002
        """Make the facility read-only: the learners of the class belong to it."""
        return ["facility"] if obj else []


class GroupMembershipInline(RosterInline[LearnerGroup]):
    """Members of a group."""

    model = GroupMembership
    related = ("enrolment__user", "enrolment__classroom", "group")

    def choices_for(self, name: str, obj: LearnerGroup) -> QuerySet[Any] | None:
        """Return the enrolments in the group's class."""
        if name != "enrolment":
            return None
        attending = Enrolment.objects.filter(classroom=obj.classroom_id)
        ordered = attending.order_by("user__full_name", "user__username", "pk")
        return ordered.select_related("user", "classroom")


@admin.register(LearnerGroup)
class LearnerGroupAdmin(RosterAdmin[LearnerGroup]):
    """Admin of learner groups."""

    list_display = ["name", "classroom"]
    list_select_related = ["classroom"]
    list_filter = [FacilityFilter]
    facility = export_facility = "classroom__facility"
    search_fields = ["name"]
    ordering = ["name", "id"]
    fields = ["classroom", "name"]
    inlines = [GroupMembershipInline]
    export_columns = (
        Column("group id", "id"),
        Column("name", "name"),
        Column("classroom id", "classroom"),
        Column("classroom", "classroom__name"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[LearnerGroup]:
        """Join the class, which gives the facility."""
        return super().get_queryset(request).select_related("classroom")

    def facility_of(self, row: LearnerGroup) -> UUID | None:
        """Return the facility of the group's class."""
        return row.classroom.facility_id

    def get_readonly_fields(self, request: HttpRequest, obj: LearnerGroup | None = None) -> Any:  # noqa: ARG002
        """Make the class read-only: the members of the group attend it."""
        return ["classroom"] if obj else []
