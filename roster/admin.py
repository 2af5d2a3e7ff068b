"""Admin of the roster: superusers manage it; other staff see the people they look after."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from roster import services
from roster.admin_base import KeptAdmin, is_listed_filter
from roster.models import (
    Actor,
    ApiKey,
    Classroom,
    CourseSession,
    CourseSessionAssignment,
    Enrolment,
    Facility,
    GroupMembership,
    LearnerGroup,
    Lesson,
    LessonAssignment,
    Quiz,
    QuizAssignment,
    Role,
    User,
)

admin.site.site_header = "LearnTrace"
admin.site.site_title = "LearnTrace"
admin.site.index_title = "Learners and their work"
admin.site.unregister(Group)


class NewUserForm(AdminUserCreationForm[User]):
    class Meta:
        model = User
        fields = ["username", "facility", "full_name", "external_id"]
        field_classes: dict[str, type[forms.Field]] = {}


class UserForm(UserChangeForm[User]):
    class Meta:
        model = User
        fields = "__all__"
        field_classes: dict[str, type[forms.Field]] = {}


class RoleInline(admin.TabularInline[Role, User]):
    model = Role
    extra = 0


class EnrolmentInline(admin.TabularInline[Enrolment, User]):
    model = Enrolment
    extra = 0


@admin.register(User)
class UserAdmin(KeptAdmin[User], DjangoUserAdmin[User]):
    removal = (
        "Who leaves is no longer active. To erase somebody with all their records, ask the API: "
        "DELETE /api/auth/facilityuser/:id."
    )
    form = UserForm
    add_form = NewUserForm
    list_display = ["__str__", "username", "external_id", "facility", "is_active", "is_staff"]
    list_select_related = ["facility"]
    list_filter = ["is_active", "is_staff", "is_superuser"]
    search_fields = ["username", "full_name", "external_id"]
    ordering = ["full_name", "username"]
    filter_horizontal = []
    inlines = [RoleInline, EnrolmentInline]
    fieldsets = [
        (None, {"fields": ["username", "password", "full_name", "external_id", "facility"]}),
        ("Rights", {"fields": ["is_active", "is_staff", "is_superuser"]}),
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

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return User.objects.visible_to(cast("Actor", request.user)).order_by(*self.ordering)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:  # noqa: ARG002
        return is_listed_filter(self, lookup)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Leave people in their facility: their records bear it."""
        fixed = super().get_readonly_fields(request, obj)
        return [*fixed, "facility"] if obj else fixed

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Keep what is stored of a password from whoever may only look."""
        if obj and not self.has_change_permission(request, obj):
            return [(None, {"fields": ["username", "full_name", "external_id", "facility"]})]
        return super().get_fieldsets(request, obj)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and request.user.is_staff)

    def has_view_permission(self, request: HttpRequest, obj: User | None = None) -> bool:  # noqa: ARG002
        return self.has_module_permission(request)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001
        """Let whoever was given a role in, and out who lost the last one."""
        super().save_related(request, form, formsets, change)
        user: User = form.instance
        if user.roles.exists():
            services.let_in(user)
        elif _lost_role(formsets):
            services.let_out([user.pk])

    def get_inlines(self, request: HttpRequest, obj: User | None) -> Any:
        return self.inlines if obj and self.has_change_permission(request) else []


def _lost_role(formsets: Any) -> bool:
    return any(isinstance(gone, Role) for formset in formsets for gone in formset.deleted_objects)


@admin.register(Facility)
class FacilityAdmin(KeptAdmin[Facility]):
    removal = (
        "To close a facility and erase its people with all their records, ask the API: "
        "DELETE /api/auth/facility/:id."
    )
    list_display = ["name", "partner_id", "auto_provision", "guest_access"]
    search_fields = ["name", "partner_id"]


class LearnerGroupInline(admin.TabularInline[LearnerGroup, Classroom]):
    model = LearnerGroup
    extra = 0


@admin.register(Classroom)
class ClassroomAdmin(KeptAdmin[Classroom]):
    removal = "To close a class, ask the API: DELETE /api/auth/classroom/:id. Its people stay."
    list_display = ["name", "facility"]
    list_select_related = ["facility"]
    search_fields = ["name"]
    inlines = [LearnerGroupInline]

    def get_readonly_fields(self, request: HttpRequest, obj: Classroom | None = None) -> Any:  # noqa: ARG002
        """Leave a class in its facility, where its learners are."""
        return ["facility"] if obj else []


class GroupMembershipInline(admin.TabularInline[GroupMembership, LearnerGroup]):
    model = GroupMembership
    raw_id_fields = ["enrolment"]
    extra = 0


@admin.register(LearnerGroup)
class LearnerGroupAdmin(admin.ModelAdmin[LearnerGroup]):
    list_display = ["name", "classroom"]
    list_select_related = ["classroom"]
    search_fields = ["name"]
    inlines = [GroupMembershipInline]

    def get_readonly_fields(self, request: HttpRequest, obj: LearnerGroup | None = None) -> Any:  # noqa: ARG002
        """Leave a group in its class, which its learners attend."""
        return ["classroom"] if obj else []


class LessonAssignmentInline(admin.TabularInline[LessonAssignment, Lesson]):
    model = LessonAssignment
    extra = 0


class QuizAssignmentInline(admin.TabularInline[QuizAssignment, Quiz]):
    model = QuizAssignment
    extra = 0


class CourseSessionAssignmentInline(admin.TabularInline[CourseSessionAssignment, CourseSession]):
    model = CourseSessionAssignment
    extra = 0


class AssignableAdmin(admin.ModelAdmin[Any]):
    list_display = ["title", "facility", "classroom", "active"]
    list_select_related = ["facility", "classroom"]
    search_fields = ["title"]


@admin.register(Lesson)
class LessonAdmin(AssignableAdmin):
    inlines = [LessonAssignmentInline]


@admin.register(Quiz)
class QuizAdmin(AssignableAdmin):
    inlines = [QuizAssignmentInline]


@admin.register(CourseSession)
class CourseSessionAdmin(AssignableAdmin):
    inlines = [CourseSessionAssignmentInline]


@admin.register(ApiKey)
class ApiKeyAdmin(admin.ModelAdmin[ApiKey]):
    """Keys are made and revoked here; a secret is shown once, right after."""

    list_display = [
        "name", "prefix", "facility", "can_read", "can_write", "can_admin", "expires_at",
        "revoked_at", "last_used_at",
    ]  # fmt: skip
    list_select_related = ["facility"]
    fields = ["facility", "name", "can_read", "can_write", "can_admin", "expires_at"]
    readonly_fields = ["prefix", "created_at", "revoked_at", "last_used_at"]
    actions = ["revoke"]

    def get_readonly_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> Any:
        fixed = super().get_readonly_fields(request, obj)
        return [*fixed, "facility"] if obj else fixed

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:  # noqa: FBT001
        if change:
            super().save_model(request, obj, form, change)
            return
        key, secret = services.grant_key(
            obj.facility,
            name=obj.name,
            scopes=set(obj.scopes),
            at=timezone.now(),
            expires_at=obj.expires_at,
        )
        obj.pk, obj.prefix = key.pk, key.prefix
        self.message_user(
            request, f"The secret of {key}, shown this once: {secret}", messages.WARNING
        )

    @admin.action(description="Revoke the selected keys")
    def revoke(self, request: HttpRequest, keys: QuerySet[ApiKey]) -> None:
        at = timezone.now()
        for key in ApiKey.objects.usable(at).filter(pk__in=keys):
            services.revoke_key(key.prefix, at=at)
        self.message_user(request, "Revoked.")
