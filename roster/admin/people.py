"""Admin of users, with their roles and enrolments."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from infra.admin.changelists import KeysetChangeList
from infra.admin.html import page_link
from infra.admin.model_admins import NoDeleteAdmin
from infra.audit import audited_fields
from infra.exports import Column
from roster import services
from roster.admin import permissions
from roster.admin.base import RosterAdmin
from roster.admin.filters import ActiveFilter, RoleFilter
from roster.admin.links import learner_link
from roster.admin.memberships import EnrolmentInline, RoleInline
from roster.admin.permissions import viewer
from roster.admin.place_filters import ClassFilter, FacilityFilter, GroupFilter
from roster.models import Role, User


class NewUserForm(AdminUserCreationForm[User]):
    """Form of a new user, with or without a password."""

    class Meta:
        model = User
        fields = ["username", "facility", "full_name", "external_id"]
        field_classes: dict[str, type[forms.Field]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Only superusers may have no facility, and this form never creates one.
        self.fields["facility"].required = True

    def clean_username(self) -> str:
        """Leave the check to the model: Django's would reveal usernames of other facilities."""
        return cast("str", self.cleaned_data["username"])


class UserForm(UserChangeForm[User]):
    """Form of an existing user; the admin limits the fields by permission."""

    class Meta:
        model = User
        fields = "__all__"
        field_classes: dict[str, type[forms.Field]] = {}

    def clean(self) -> dict[str, Any]:
        """Require a facility of everybody but superusers."""
        cleaned: dict[str, Any] = super().clean() or {}
        if self.instance.facility_id is None and not cleaned.get("is_superuser", True):
            self.add_error(
                "is_superuser", _("Every user except superusers must belong to a facility.")
            )
        return cleaned


_IDENTITY_FIELDS = ["username", "full_name", "external_id", "email"]


@admin.register(User)
class UserAdmin(NoDeleteAdmin[User], RosterAdmin[User], DjangoUserAdmin[User]):
    """Admin of the users the viewer manages; admins of their facility change them."""

    removal_hint = _(
        "Deactivate users who leave. To delete a user with all their records, use the API: "
        "DELETE /api/auth/facilityuser/:id."
    )  # type: ignore[assignment]
    form = UserForm
    add_form = NewUserForm
    list_display = [
        "learner_name", "username", "external_id", "facility", "is_active", "is_staff",
    ]  # fmt: skip
    list_display_links = ["username", "external_id"]
    list_select_related = ["facility"]
    list_filter = [FacilityFilter, ClassFilter, GroupFilter, RoleFilter, ActiveFilter]
    list_defer = ()
    search_fields = ["username"]
    search_help_text = _("Name, username or id")
    ordering = ["-id"]
    sortable_by = ()
    filter_horizontal = []
    inlines = [RoleInline, EnrolmentInline]
    fieldsets = [
        (
            None,
            {"fields": ["username", "password", "full_name", "external_id", "email", "account"]},
        ),
        (_("Permissions"), {"fields": ["facility", "is_active", "is_staff", "is_superuser"]}),
    ]
    add_fieldsets = [
        (
            None,
            {
                "fields": [
                    "username", "facility", "full_name", "external_id", "usable_password",
                    "password1", "password2",
                ]
            },
        )
    ]  # fmt: skip
    export_columns = (
        Column("user id", "id"),
        Column("username", "username"),
        Column("full name", "full_name"),
        Column("external id", "external_id"),
        Column("facility id", "facility"),
        Column("facility", "facility__name"),
        Column("active", "is_active"),
        Column("staff", "is_staff"),
    )

    @admin.display(description=_("Name"))
    def learner_name(self, row: User) -> SafeString:
        """Link to the learner's page."""
        return learner_link(row)

    def get_changelist(self, request: HttpRequest, **_kwargs: Any) -> type[KeysetChangeList]:  # noqa: ARG002
        """Use keyset pagination."""
        return KeysetChangeList

    def attach_related(self, rows: list[User]) -> None:
        """Attach nothing: the list needs no related rows."""

    def page_url(self, row: User) -> str | None:  # noqa: ARG002
        """Return None: the columns of `list_display_links` link to the change page."""
        return None

    def facility_of(self, row: User) -> UUID | None:
        """Return the user's own facility."""
        return row.facility_id

    def learners_among(self, learners: QuerySet[User]) -> Q:
        """Return the condition that the user is one of a few."""
        return Q(pk__in=learners)

    def get_search_results(
        self,
        request: HttpRequest,  # noqa: ARG002
        queryset: QuerySet[User],
        search_term: str,
    ) -> tuple[QuerySet[User], bool]:
        """Return users that match every word of the search."""
        people: Any = queryset
        for word in search_term.split():
            people = people.search(word)
        return people, False

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Allow admins to change users of their facility, unless these have more rights."""
        if obj is None:
            return permissions.can_manage_any(request)
        return permissions.can_change_person(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Make the facility read-only: the user's records store it."""
        fixed = super().get_readonly_fields(request, obj)
        return [*fixed, "facility", "account"] if obj else fixed

    @admin.display(description=_("account"))
    def account(self, row: User) -> str:
        """Link to the page of the login sessions."""
        return page_link(_("Sessions"), "person_sessions", row.pk)

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Hide permission fields from all but superusers, and passwords from readers."""
        if obj and not self.has_change_permission(request, obj):
            return [(None, {"fields": [*_IDENTITY_FIELDS, "facility", "is_active"]})]
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or viewer(request).is_superuser:
            return fieldsets
        [known, (title, _options)] = fieldsets
        return [known, (title, {"fields": ["facility", "is_active"]})]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001
        """Grant staff access with the first role, and revoke it with the last one."""
        super().save_related(request, form, formsets, change)
        user: User = form.instance
        if user.roles.exists():
            services.grant_staff_access(user)
        elif _lost_role(formsets):
            services.revoke_staff_access([user.pk])

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> Any:  # noqa: A002
        """Set a new password and record that in the audit log."""
        with transaction.atomic():
            user = self.get_object(request, id)
            before = audited_fields(user) if user else {}
            response = super().user_change_password(request, id, form_url)
            if user is not None and request.method == "POST":
                user.refresh_from_db()
                services.record_changed(user, before, **self.audit_context(request, user))
            return response


def _lost_role(formsets: Any) -> bool:
    return any(isinstance(row, Role) for formset in formsets for row in formset.deleted_objects)
