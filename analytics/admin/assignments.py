"""Admin of lessons, quizzes and course sessions, with their contents by id and title."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminTextareaWidget
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics.catalogue.skills import known_titles
from analytics.models import Content
from infra.admin.html import page_link
from infra.identifiers import parse_uuid
from roster.admin.assignments import (
    AssignableAdmin,
    AssignableForm,
    CourseSessionAssignmentInline,
    LessonAssignmentInline,
    QuizAssignmentInline,
)
from roster.models import CourseSession, Lesson, Quiz


class ContentsField(forms.CharField):
    """A text area with one content per line: its id, which a title may follow, or its title."""

    widget = AdminTextareaWidget

    def prepare_value(self, value: Any) -> Any:
        """Return the ids as lines, with known titles; leave submitted text unchanged."""
        if not isinstance(value, list):
            return value
        titles = known_titles(value)
        named = {key.hex: title for key, title in titles.items()}
        return "\n".join(f"{key} {named.get(key, '')}".strip() for key in value)

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        """Return the ids of the contents in hex; contents without an id are found by title.

        Raises
        ------
        ValidationError : no content, or more than one, has a given title.
        """
        lines = [line.strip() for line in str(value or "").splitlines() if line.strip()]
        ids = {line: parse_uuid(line.split()[0]) for line in lines}
        by_title: dict[str, list[str]] = {line: [] for line, key in ids.items() if key is None}
        for pk, title in Content.objects.filter(title__in=by_title).values_list("pk", "title"):
            by_title[title].append(pk.hex)
        for title, found in by_title.items():
            if len(found) != 1:
                problem = _("several contents have this title") if found else _("no such content")
                raise forms.ValidationError(f"“{title}”: {problem}")
        return [key.hex if (key := ids[line]) else by_title[line][0] for line in lines]


class AssignableWithContentsForm(AssignableForm):
    contents = ContentsField(
        label=gettext_lazy("Contents"),
        required=False,
        help_text=gettext_lazy("In order, one per line, by title or id."),
    )


class ContentsAdmin(AssignableAdmin[Any]):
    """Admin of assignable rows with their contents."""

    form = AssignableWithContentsForm
    fields = [*AssignableAdmin.fields, "contents"]


class ReportedAdmin(ContentsAdmin):
    """Admin of assignable rows with a report, to which the list and the form link."""

    list_display = [
        "title", "facility", "classroom", "due_at", "active", "draft", "archived", "report",
    ]  # fmt: skip
    report_page: ClassVar[str]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show the link to the report of an existing row."""
        fields = super().get_readonly_fields(request, obj)
        return [*fields, "report"] if obj else fields

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:  # noqa: ARG002
        """Begin with the link to the report of an existing row."""
        return ["report", *self.fields] if obj else self.fields

    @admin.display(description=gettext_lazy("Report"))
    def report(self, row: Any) -> SafeString:
        """Return the link to the report."""
        return page_link(_("Report"), self.report_page, row.pk)


@admin.register(Lesson)
class LessonAdmin(ReportedAdmin):
    """Admin of lessons."""

    inlines = [LessonAssignmentInline]
    report_page = "coach_lesson"


@admin.register(Quiz)
class QuizAdmin(ReportedAdmin):
    """Admin of quizzes."""

    inlines = [QuizAssignmentInline]
    report_page = "coach_quiz"


@admin.register(CourseSession)
class CourseSessionAdmin(ContentsAdmin):
    """Admin of course sessions."""

    inlines = [CourseSessionAssignmentInline]
