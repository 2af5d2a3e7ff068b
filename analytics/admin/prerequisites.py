"""Admin of the prerequisites of skills, with a CSV import, and of the suggested ones."""

from __future__ import annotations

from io import TextIOWrapper
from typing import Any, TypeVar, cast
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from analytics import exports
from analytics.admin.learners import skill_name
from analytics.models import PrerequisiteSuggestion, SkillPrerequisite
from analytics.services.prerequisites import (
    InvalidPrerequisites,
    add_prerequisites,
    parse_pairs,
)
from infra.admin.html import moment
from infra.admin.quantities import percent
from infra.identifiers import MAX_ID_LENGTH, normalize_id
from roster.admin import permissions
from roster.admin.base import RosterAdmin
from roster.admin.permissions import viewer
from roster.admin.place_filters import FacilityFilter
from roster.models import Facility

E = TypeVar("E", SkillPrerequisite, PrerequisiteSuggestion)
MAX_FILE_BYTES = 1024 * 1024


class FacilityForm(forms.Form):
    """A form about a facility that the viewer may manage."""

    facility = forms.ModelChoiceField(Facility.objects.none(), label=gettext_lazy("Facility"))

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = cast("forms.ModelChoiceField[Facility]", self.fields["facility"])
        choices.queryset = permissions.managed_facilities(request)
        self.actor = viewer(request)
        self.added = 0

    def clean(self) -> dict[str, Any]:
        """Add the edges; report those that cannot be."""
        cleaned: dict[str, Any] = super().clean() or {}
        if self.errors:
            return cleaned
        try:
            pairs = self.read_pairs()
            self.added = add_prerequisites(cleaned["facility"], pairs, actor=self.actor)
        except InvalidPrerequisites as error:
            self.add_error(None, str(error))
        return cleaned

    def read_pairs(self) -> list[tuple[str, str]]:
        """Return the edges of the form by the codes of their skills."""
        raise NotImplementedError


class PairForm(FacilityForm):
    before = forms.CharField(
        max_length=MAX_ID_LENGTH,
        label=gettext_lazy("Before"),
        help_text=gettext_lazy("The code of the skill that is learned first."),
    )
    after = forms.CharField(
        max_length=MAX_ID_LENGTH,
        label=gettext_lazy("After"),
        help_text=gettext_lazy("The code of the skill that builds on it."),
    )

    def read_pairs(self) -> list[tuple[str, str]]:
        names = (self.cleaned_data["before"], self.cleaned_data["after"])
        return [(normalize_id(names[0]), normalize_id(names[1]))]


class TableForm(FacilityForm):
    file = forms.FileField(
        label=gettext_lazy("CSV table"),
        help_text=gettext_lazy("With the columns before and after: codes of skills."),
    )

    def read_pairs(self) -> list[tuple[str, str]]:
        file = self.cleaned_data["file"]
        if file.size > MAX_FILE_BYTES:
            raise InvalidPrerequisites(_("The file is larger than 1 MiB."))
        try:
            return list(parse_pairs(TextIOWrapper(file, encoding="utf-8-sig", newline="")))
        except UnicodeDecodeError:
            raise InvalidPrerequisites(_("This is not UTF-8.")) from None


class EdgeAdmin(RosterAdmin[E]):
    """Base of the admin of edges, which are added and removed but never changed."""

    list_display_links = None
    list_select_related = ["facility", "before", "after"]
    list_filter = [FacilityFilter]
    search_fields = ["before__code", "before__title", "after__code", "after__title"]

    def facility_of(self, row: E) -> UUID | None:
        return row.facility_id

    def has_change_permission(self, request: HttpRequest, obj: E | None = None) -> bool:  # noqa: ARG002
        return False

    @admin.display(description=gettext_lazy("Before"))
    def before_name(self, row: E) -> Any:
        return skill_name(row.before)

    @admin.display(description=gettext_lazy("After"))
    def after_name(self, row: E) -> Any:
        return skill_name(row.after)


@admin.register(SkillPrerequisite)
class SkillPrerequisiteAdmin(EdgeAdmin[SkillPrerequisite]):
    list_display = ["before_name", "after_name", "facility"]
    ordering = ["before__code", "after__code", "id"]
    export_columns = exports.PREREQUISITES
    actions = ["remove"]

    def get_urls(self) -> list[URLPattern]:
        """Add the page of the import before the URLs of objects, whose pattern would match it."""
        name = "analytics_skillprerequisite_import"
        view = self.admin_site.admin_view(self.import_view)
        return [path("import/", view, name=name), *super().get_urls()]

    @property
    def import_url(self) -> str:
        """The URL of the import, for the list."""
        return reverse("admin:analytics_skillprerequisite_import")

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """Import a CSV table."""
        return self._form_page(request, TableForm, _("Import prerequisites"))

    def add_view(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
        """Add one edge."""
        return self._form_page(request, PairForm, _("Add a prerequisite"))

    def _form_page(
        self, request: HttpRequest, form_class: type[FacilityForm], title: str
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = form_class(request, request.POST or None, request.FILES or None)
        if form.is_valid():
            report_added(self, request, form.added)
            return HttpResponseRedirect(reverse("admin:analytics_skillprerequisite_changelist"))
        context = {
            **self.admin_site.each_context(request),
            "form": form,
            "title": title,
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/prerequisite_form.html", context)

    @admin.action(description=gettext_lazy("Remove the selected prerequisites"))
    def remove(self, request: HttpRequest, rows: QuerySet[SkillPrerequisite]) -> None:
        """Remove edges of facilities that the viewer manages."""
        for row in rows:
            if not permissions.can_manage_facility(request, row.facility_id):
                raise PermissionDenied
            self.delete_model(request, row)


@admin.register(PrerequisiteSuggestion)
class PrerequisiteSuggestionAdmin(EdgeAdmin[PrerequisiteSuggestion]):
    list_display = ["before_name", "after_name", "without", "with_it", "facility", "computed"]
    ordering = ["bound", "id"]
    export_columns = exports.SUGGESTIONS
    actions = ["accept"]

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    @admin.display(description=gettext_lazy("Success without it"))
    def without(self, row: PrerequisiteSuggestion) -> str:
        text = _("%(successes)d of %(learners)d learners, at most %(bound)s")
        numbers = {"successes": row.successes, "learners": row.learners}
        return text % {**numbers, "bound": percent(row.bound)}

    @admin.display(description=gettext_lazy("Success with it"))
    def with_it(self, row: PrerequisiteSuggestion) -> str:
        text = _("%(successes)d of %(learners)d learners")
        return text % {"successes": row.informed_successes, "learners": row.informed}

    @admin.display(description=gettext_lazy("Computed"))
    def computed(self, row: PrerequisiteSuggestion) -> Any:
        return moment(row.computed_at)

    @admin.action(description=gettext_lazy("Accept the selected suggestions"))
    def accept(self, request: HttpRequest, rows: QuerySet[PrerequisiteSuggestion]) -> None:
        """Add edges as suggested, in facilities that the viewer manages."""
        added = 0
        for row in rows:
            if not permissions.can_manage_facility(request, row.facility_id):
                raise PermissionDenied
            try:
                pair = (row.before.code, row.after.code)
                added += add_prerequisites(row.facility, [pair], actor=viewer(request))
            except InvalidPrerequisites as error:
                self.message_user(request, str(error), messages.ERROR)
            else:
                row.delete()
        report_added(self, request, added)


def report_added(model_admin: admin.ModelAdmin[Any], request: HttpRequest, added: int) -> None:
    """Show how many prerequisites were added."""
    text = ngettext("%(added)d prerequisite added.", "%(added)d prerequisites added.", added)
    model_admin.message_user(request, text % {"added": added})
