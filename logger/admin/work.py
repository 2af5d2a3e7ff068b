"""Read-only admin lists of learners' work for coaches."""

from __future__ import annotations

from typing import Any, TypeVar, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.db.models.expressions import Combinable
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics.models import Content
from analytics.models.contents import Work
from infra.admin.filters import DateFilter
from infra.admin.html import badge, bar, detail_url, moment, page_link, short_id, stacked_lines
from infra.admin.quantities import duration
from logger import exports
from logger.admin.filters import (
    CompleteFilter,
    ContentFilter,
    DoneFilter,
    ItemFilter,
    KindFilter,
    ResultFilter,
    TryKindFilter,
)
from logger.models import AttemptLog, ContentSession, ContentSummary, MasteryLog, base
from logger.models.base import TimedLog
from logger.models.mastery import MasteryLogQuerySet
from logger.outcomes import Outcome
from logger.presentation import criterion_words
from roster.admin.export_mixin import ExportableAdmin
from roster.admin.learner_filter import LearnerFilter
from roster.admin.learner_records import VisibleLearnersAdmin
from roster.admin.links import learner_link
from roster.admin.place_filters import ClassFilter, FacilityFilter, GroupFilter

NEWEST_FIRST: list[str | Combinable] = ["-end_timestamp", "-id"]
LATEST_STARTED_FIRST: list[str | Combinable] = [*base.LATEST_STARTED_FIRST]
LEARNER_FILTERS = (FacilityFilter, ClassFilter, GroupFilter, LearnerFilter)

W = TypeVar("W", bound=TimedLog)


def _content_key(row: Any) -> Work:
    """Return the content id and the facility id of a row; rows of guests store the facility."""
    facility_id = row.facility_id if hasattr(row, "facility_id") else row.user.facility_id
    return row.content_id, facility_id


class WorkAdmin(ExportableAdmin[W], VisibleLearnersAdmin[W]):
    """Learners' work at contents, shown by title where the catalogue has one."""

    export_facility = "user__facility"

    list_select_related = ["user"]

    def attach_related(self, rows: list[W]) -> None:
        """Attach the content titles to the rows."""
        untyped_rows: list[Any] = rows
        titles = Content.objects.titles(map(_content_key, untyped_rows))
        for row in untyped_rows:
            row.content_title = titles.get(_content_key(row))

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> W | None:
        """Return one row with its content title attached."""
        row = super().get_object(request, object_id, from_field)
        if row is not None:
            self.attach_related([row])
        return row

    def get_fields(self, request: HttpRequest, obj: W | None = None) -> Any:
        """Return the fields with the content first."""
        return ["content", *super().get_fields(request, obj)]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        """Render the page of a row, with its content title as subtitle if it has one."""
        row: Any = kwargs.get("obj")
        if row is not None and row.content_title:
            context["subtitle"] = f"{row.user or _('a guest')}: {row.content_title}"
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.display(description=gettext_lazy("Learner"))
    def learner_name(self, row: Any) -> SafeString:
        return learner_link(row.user)

    @admin.display(description=gettext_lazy("Content"))
    def content(self, row: Any) -> SafeString:
        page = ("coach_content", row.user_id, row.content_id)
        if row.content_title:
            return page_link(row.content_title, *page)
        # The id is not a link, so that it can be selected and copied.
        return stacked_lines(short_id(row.content_id), page_link(_("their work"), *page))

    @admin.display(description=gettext_lazy("Time"))
    def spent(self, row: W) -> str:
        return duration(row.time_spent)

    @admin.display(description=gettext_lazy("Started"), ordering="start_timestamp")
    def started(self, row: W) -> SafeString:
        return moment(row.start_timestamp)

    @admin.display(description=gettext_lazy("Latest"), ordering="end_timestamp")
    def latest(self, row: W) -> SafeString:
        return moment(row.end_timestamp)

    @admin.display(description=gettext_lazy("Progress"))
    def how_far(self, row: Any) -> SafeString:
        return bar(row.progress)

    @admin.display(description=gettext_lazy("Kind"))
    def what(self, row: Any) -> str:
        return str(row.get_kind_display())


@admin.register(ContentSession)
class ContentSessionAdmin(WorkAdmin[ContentSession]):
    list_display = ["started", "learner_name", "content", "what", "how_far", "spent"]
    export_columns = exports.SESSIONS
    # Counts only attempts without a try; for sessions with a try it is always 0.
    exclude = ["attempt_count"]
    list_filter = [*LEARNER_FILTERS, ContentFilter, KindFilter, DoneFilter, DateFilter]
    list_defer = ["extra_fields"]
    facility = export_facility = "facility"
    ordering = LATEST_STARTED_FIRST
    sortable_by = ["started"]

    def page_url(self, row: ContentSession) -> str | None:
        # There are no other pages on guests.
        return detail_url("coach_content", row.user_id, row.content_id) if row.user_id else None


@admin.register(ContentSummary)
class ContentSummaryAdmin(WorkAdmin[ContentSummary]):
    list_display = ["learner_name", "content", "what", "how_far", "spent", "started", "latest"]
    export_columns = exports.SUMMARIES
    list_filter = [*LEARNER_FILTERS, ContentFilter, KindFilter, DoneFilter, DateFilter]
    list_defer = ["extra_fields"]
    list_display_links = ["started"]
    ordering = LATEST_STARTED_FIRST
    sortable_by = ["started"]

    def page_url(self, row: ContentSummary) -> str | None:
        return detail_url("coach_content", row.user_id, row.content_id)


@admin.register(MasteryLog)
class MasteryLogAdmin(WorkAdmin[MasteryLog]):
    list_display = [
        "started", "learner_name", "content", "number", "criterion", "state", "answers", "spent",
    ]  # fmt: skip
    export_columns = exports.TRIES
    list_filter = [*LEARNER_FILTERS, ContentFilter, TryKindFilter, CompleteFilter, DateFilter]
    ordering = LATEST_STARTED_FIRST
    sortable_by = ["started"]

    def page_url(self, row: MasteryLog) -> str | None:
        return detail_url("coach_try", row.pk)

    def export_queryset(self, rows: QuerySet[MasteryLog]) -> QuerySet[MasteryLog]:
        return cast("MasteryLogQuerySet", rows).with_correct()

    @admin.display(description=gettext_lazy("Try"))
    def number(self, row: MasteryLog) -> str:
        return _("quiz") if row.is_quiz else str(row.mastery_level)

    @admin.display(description=gettext_lazy("Criterion"))
    def criterion(self, row: MasteryLog) -> str:
        return criterion_words(row.mastery_criterion)

    @admin.display(description=gettext_lazy("Completion"))
    def state(self, row: MasteryLog) -> SafeString:
        if row.complete:
            return stacked_lines(badge(_("✓ complete"), "good"), moment(row.completion_timestamp))
        return badge(_("… in progress"))

    @admin.display(description=gettext_lazy("Attempts"))
    def answers(self, row: MasteryLog) -> str:
        return str(row.attempt_count)


OUTCOME_KINDS = {
    Outcome.RIGHT: "good",
    Outcome.PARTLY: "warn",
    Outcome.WRONG: "bad",
    Outcome.HINTED: "warn",
}


@admin.register(AttemptLog)
class AttemptLogAdmin(WorkAdmin[AttemptLog]):
    list_display = ["latest", "learner_name", "content", "question", "outcome", "spent", "notes"]
    export_columns = exports.ATTEMPTS
    list_filter = [
        *LEARNER_FILTERS,
        ContentFilter,
        ItemFilter,
        ResultFilter,
        CompleteFilter,
        DateFilter,
    ]
    list_defer = ["answer", "interaction_history"]
    search_help_text = gettext_lazy("Name, username or id of a learner, or an item")
    facility = export_facility = "facility"
    date_field = "end_timestamp"
    item_search_field = "item"
    ordering = NEWEST_FIRST
    sortable_by = ["latest"]

    def page_url(self, row: AttemptLog) -> str | None:
        return detail_url("coach_attempt", row.pk)

    @admin.display(description=gettext_lazy("Item"))
    def question(self, row: AttemptLog) -> str:
        return row.item

    @admin.display(description=gettext_lazy("Result"))
    def outcome(self, row: AttemptLog) -> SafeString:
        outcome = Outcome.of(correct=row.correct, hinted=row.hinted, judged=row.judged)
        return badge(f"{outcome.sign} {outcome.label}", OUTCOME_KINDS.get(outcome, ""))

    @admin.display(description=gettext_lazy("Notes"))
    def notes(self, row: AttemptLog) -> str:
        notes = [(_("error"), row.error), (_("not complete"), not row.complete)]
        return ", ".join(word for word, applies in notes if applies)
