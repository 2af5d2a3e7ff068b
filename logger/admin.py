"""Admin of sessions, tries and attempts: plain, read-only lists of the learners one may see."""

from __future__ import annotations

from django.contrib import admin
from django.db.models.expressions import Combinable

from logger.models import AttemptLog, ContentSession, MasteryLog
from roster.admin_base import VisibleLearnersAdmin

NEWEST_FIRST: list[str | Combinable] = ["-end_timestamp", "-id"]
# Keys grow with time, and no other index of these two follows it.
LATEST_BEGUN_FIRST: list[str | Combinable] = ["-id"]
BY_LEARNER = ["user__username", "user__full_name", "user__external_id"]


@admin.register(ContentSession)
class ContentSessionAdmin(VisibleLearnersAdmin[ContentSession]):
    list_display = ["user", "kind", "content_id", "progress", "time_spent", "end_timestamp"]
    list_display_links = ["user", "content_id"]
    list_select_related = ["user"]
    list_filter = ["kind"]
    search_fields = BY_LEARNER
    ordering = LATEST_BEGUN_FIRST


@admin.register(MasteryLog)
class MasteryLogAdmin(VisibleLearnersAdmin[MasteryLog]):
    list_display = [
        "user", "content_id", "mastery_level", "complete", "attempt_count", "time_spent",
        "end_timestamp",
    ]  # fmt: skip
    list_select_related = ["user"]
    list_filter = ["complete", "is_quiz"]
    search_fields = BY_LEARNER
    ordering = LATEST_BEGUN_FIRST


@admin.register(AttemptLog)
class AttemptLogAdmin(VisibleLearnersAdmin[AttemptLog]):
    list_display = [
        "user", "item", "correct", "complete", "hinted", "error", "time_spent", "end_timestamp",
    ]  # fmt: skip
    list_display_links = ["user", "item"]
    list_select_related = ["user"]
    list_filter = ["complete", "hinted", "error"]
    search_fields = BY_LEARNER
    ordering = NEWEST_FIRST
