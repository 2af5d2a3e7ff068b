"""The report of a lesson or quiz: learners by contents, as a page and as CSV."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard.selectors.assigned_skills import get_effects, skill_codes
from dashboard.views.base import Breadcrumb, CoachPage
from infra.admin.html import detail_url
from infra.db.keyset import BadCursor, Cursor
from infra.exports.columns import Cell as ExportCell
from infra.exports.columns import cell
from infra.exports.writers import csv_file
from logger.reports import BY_ID, Cell, Report, Status, get_report
from roster.models import Lesson, Quiz
from roster.models.time_zones import zone_of

HEADINGS: list[ExportCell] = [
    "learner id", "learner", "content id", "content", "status", "tries", "time spent",
    "last activity",
]  # fmt: skip
LABELS: dict[Status, Promise] = {
    Status.NOT_STARTED: gettext_lazy("Not started"),
    Status.STARTED: gettext_lazy("Started"),
    Status.NEEDS_HELP: gettext_lazy("Needs help"),
    Status.COMPLETED: gettext_lazy("Completed"),
}
SIGNS = {
    Status.NOT_STARTED: ("", "○"), Status.STARTED: ("", "▸"), Status.NEEDS_HELP: ("bad", "!"),
    Status.COMPLETED: ("good", "✓"),
}  # fmt: skip


class LessonReportPage(CoachPage):
    """The work of each learner on each content of a lesson; `?format=csv` downloads it."""

    template_name = "dashboard/assignment_report.html"
    model: ClassVar[type[Lesson | Quiz]] = Lesson

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        """Return the page, or all cells as a file."""
        if request.GET.get("format") != "csv":
            return super().get(request, *args, **kwargs)
        row = self._get_row()
        file = csv_file(HEADINGS, self._csv_rows(row))
        response = StreamingHttpResponse(file, content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="report-{row.pk}.csv"'
        return response

    def page_context(self) -> dict[str, Any]:
        """Return the learners by name, each with the cells of all contents."""
        row = self._get_row()
        timezone.activate(zone_of(row.facility))
        report = get_report(row, self.viewer, after=self._parse_cursor())
        options, name = self.model._meta, self.model._meta.model_name
        return {
            "title": row.title,
            "crumbs": [
                Breadcrumb(
                    label=str(options.verbose_name_plural).capitalize(),
                    url=reverse(f"admin:roster_{name}_changelist"),
                )
            ],
            "row": row,
            "edit_url": reverse(f"admin:roster_{name}_change", args=[row.pk]),
            "contents": [(key.hex, title or key.hex) for key, title in report.contents.items()],
            "rows": _matrix(report),
            "after": report.following and report.following.token,
            "effects": get_effects(row, {learner.pk: learner for learner in report.learners}),
            "has_skills": bool(skill_codes(row)),
        }

    def _get_row(self) -> Lesson | Quiz:
        rows = self.model.objects.managed_by(self.viewer).select_related("facility", "classroom")
        row = rows.filter(pk=self.kwargs["row"]).first()
        if row is None:
            raise Http404
        return row

    def _parse_cursor(self) -> Cursor | None:
        token = self.request.GET.get("after")
        try:
            return Cursor.parse(token, BY_ID) if token else None
        except BadCursor as error:
            raise BadRequest(error.__doc__) from error

    def _csv_rows(self, row: Lesson | Quiz) -> Iterator[list[ExportCell]]:
        after, is_first = None, True
        zone = ZoneInfo(zone_of(row.facility))
        while is_first or after:
            report = get_report(row, self.viewer, after=after)
            names = {learner.pk: str(learner) for learner in report.learners}
            for each in report.cells:
                title = report.contents[each.content_id]
                values = (
                    each.user_id, names[each.user_id], each.content_id, title, str(each.status),
                    each.tries, each.time_spent, each.last_activity,
                )  # fmt: skip
                yield [cell(value, zone) for value in values]
            after, is_first = report.following, False


class QuizReportPage(LessonReportPage):
    """The work of each learner on a quiz."""

    model = Quiz


def _matrix(report: Report) -> list[dict[str, Any]]:
    """Return a row for each learner, by name, with the shown cells in order of the contents."""
    titles = {key: title or key.hex for key, title in report.contents.items()}
    by_learner: dict[Any, list[dict[str, Any]]] = {each.pk: [] for each in report.learners}
    for each in report.cells:
        by_learner[each.user_id].append(_shown(each, titles[each.content_id]))
    ordered = sorted(report.learners, key=lambda learner: (str(learner).casefold(), learner.pk))
    return [
        {
            "learner": learner,
            "url": detail_url("coach_learner", learner.pk),
            "cells": by_learner[learner.pk],
        }
        for learner in ordered
    ]


def _shown(each: Cell, title: str) -> dict[str, Any]:
    badge, sign = SIGNS[each.status]
    opened = each.status != Status.NOT_STARTED
    return {
        "cell": each,
        "title": title,
        "label": LABELS[each.status],
        "badge": badge,
        "sign": sign,
        "url": detail_url("coach_content", each.user_id, each.content_id) if opened else None,
        "tries": each.tries and _("Tries: %(number)s") % {"number": each.tries},
    }
