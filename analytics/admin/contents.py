"""Admin of the catalogue of contents: superusers edit it, staff read it."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from analytics import exports
from analytics.catalogue.skills import known_titles, rename_skills
from analytics.models import Content, ContentQuerySet
from infra.admin.html import short_id
from infra.admin.model_admins import CappedPaginator
from infra.audit import audited_fields
from infra.identifiers import normalize_id
from roster import services
from roster.admin.export_mixin import ExportableAdmin
from roster.admin.permissions import is_staff, is_superuser, viewer


class ItemsField(forms.CharField):
    """A text area with the name of one question per line."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        """Return a list as lines; leave submitted text unchanged."""
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        """Return the lines without empty ones."""
        lines = normalize_id(str(value or "")).splitlines()
        return [line.strip() for line in lines if line.strip()]


class ContentForm(forms.ModelForm[Content]):
    items = ItemsField(
        label=gettext_lazy("Items"),
        required=False,
        help_text=gettext_lazy(
            "The questions of an exercise, by the names that its app sends; one per line."
        ),
    )

    class Meta:
        model = Content
        fields = ["id", "title", "kind", "parent", "items"]


@admin.register(Content)
class ContentAdmin(ExportableAdmin[Content]):
    """Admin of contents; staff may view them.

    All facilities share one catalogue, so no facility's admin may change it.
    """

    list_display = ["title", "kind_name", "below", "questions", "key"]
    export_facility = None
    export_columns = exports.CONTENTS
    list_filter = ["kind"]
    list_select_related = ["parent"]
    list_per_page = 50
    paginator = CappedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    sortable_by = ()
    search_fields = ["title", "id"]
    ordering = ["title", "id"]
    form = ContentForm
    raw_id_fields = ["parent"]

    def get_search_results(
        self,
        request: HttpRequest,  # noqa: ARG002
        queryset: QuerySet[Content],
        search_term: str,
    ) -> tuple[QuerySet[Content], bool]:
        """Search by words of the title, or by id."""
        contents = cast("ContentQuerySet", queryset)
        word = search_term.strip()
        return (contents.search(word) if word else contents), False

    def get_readonly_fields(self, request: HttpRequest, obj: Content | None = None) -> Any:  # noqa: ARG002
        return ["id"] if obj else []

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Remove Django's bulk deletion, which would not write audit entries."""
        actions: dict[str, Any] = super().get_actions(request)
        return {name: action for name, action in actions.items() if name != "delete_selected"}

    def save_model(self, request: HttpRequest, obj: Content, form: Any, change: bool) -> None:  # noqa: FBT001
        """Save a content, rename its skill to match and write an audit entry."""
        titles = known_titles([obj.pk])
        before = audited_fields(Content.objects.get(pk=obj.pk)) if change else {}
        super().save_model(request, obj, form, change)
        rename_skills([obj], before=titles)
        if change:
            services.record_changed(obj, before, actor=viewer(request), facility_id=None)
        else:
            services.record_added(obj, actor=viewer(request), facility_id=None)

    def delete_model(self, request: HttpRequest, obj: Content) -> None:
        """Delete a content and write an audit entry with its values."""
        services.record_removed(obj, actor=viewer(request), facility_id=None)
        super().delete_model(request, obj)

    @admin.display(description=gettext_lazy("Kind"))
    def kind_name(self, row: Content) -> str:
        return str(row.get_kind_display())

    @admin.display(description=gettext_lazy("Part of"))
    def below(self, row: Content) -> str:
        return str(row.parent or "")

    @admin.display(description=gettext_lazy("Items"))
    def questions(self, row: Content) -> str:
        return str(len(row.items) or "")

    @admin.display(description=gettext_lazy("Id"))
    def key(self, row: Content) -> SafeString:
        return short_id(row.pk)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_staff(request)

    def has_view_permission(self, request: HttpRequest, obj: Content | None = None) -> bool:  # noqa: ARG002
        return self.has_module_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return is_superuser(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        return is_superuser(request)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        return is_superuser(request)
