"""Sessions and summaries: progress through contents."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q

from logger.models.base import LATEST_STARTED_FIRST, ProgressLog, RecordQuerySet
from roster.models import CourseSession, Facility, Lesson, Quiz, User
from roster.models.visibility import LearnersQuerySet


class ContentSummaryQuerySet(LearnersQuerySet["ContentSummary"]):
    learner = "user"


class ContentSummary(ProgressLog):
    """All work of one learner on one content, summed over sessions."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="summaries")

    objects = ContentSummaryQuerySet.as_manager()

    class Meta(ProgressLog.Meta):
        verbose_name_plural = "content summaries"
        constraints = [
            *ProgressLog.Meta.constraints,
            models.UniqueConstraint(fields=["user", "content_id"], name="one_summary_per_content"),
        ]
        indexes = [
            models.Index(fields=LATEST_STARTED_FIRST, name="summary_latest_begun"),
            models.Index(fields=["content_id", *LATEST_STARTED_FIRST], name="summary_of_content"),
            models.Index(fields=["kind", *LATEST_STARTED_FIRST], name="summary_of_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.user} on {self.content_id}"


class ContentSession(ProgressLog):
    """One session of a learner or a guest with one content; a guest has no user and no summary.

    The assignments it was opened from are stored as ids without constraints: they may be deleted
    while the record of the work stays.
    """

    facility = models.ForeignKey(
        Facility, on_delete=models.CASCADE, related_name="+", null=True, blank=True, db_index=False
    )
    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="sessions", null=True, blank=True,
        db_index=False,
    )  # fmt: skip
    summary = models.ForeignKey(
        ContentSummary, on_delete=models.CASCADE, related_name="sessions", null=True, blank=True
    )
    mastery_log = models.ForeignKey(
        "logger.MasteryLog", on_delete=models.CASCADE, related_name="sessions",
        null=True, blank=True, verbose_name="try",
    )  # fmt: skip
    node_id = models.UUIDField(null=True, blank=True)
    lesson = models.ForeignKey(
        Lesson, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+",
        null=True, blank=True, db_index=False,
    )  # fmt: skip
    quiz = models.ForeignKey(
        Quiz, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+",
        null=True, blank=True, db_index=False,
    )  # fmt: skip
    course_session = models.ForeignKey(
        CourseSession, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+",
        null=True, blank=True, db_index=False,
    )  # fmt: skip
    attempt_count = models.PositiveIntegerField(default=0)

    objects = RecordQuerySet["ContentSession"].as_manager()

    # Set only by queries that annotate it: the time of the learner's last attempt.
    newest_answer: datetime | None = None

    class Meta(ProgressLog.Meta):
        constraints = [
            *ProgressLog.Meta.constraints,
            models.CheckConstraint(
                condition=~(Q(user__isnull=True) ^ Q(summary__isnull=True)),
                name="learners_sessions_have_a_summary",
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=False) | Q(facility__isnull=False),
                name="guests_are_of_a_facility",
            ),
        ]
        # No index has a column that a PUT changes, so PostgreSQL updates none (decision 11).
        indexes = [
            models.Index(fields=["user", *LATEST_STARTED_FIRST], name="session_of_learner"),
            models.Index(fields=["facility", *LATEST_STARTED_FIRST], name="session_of_facility"),
            models.Index(fields=LATEST_STARTED_FIRST, name="session_latest_begun"),
            models.Index(fields=["content_id", *LATEST_STARTED_FIRST], name="session_of_content"),
            models.Index(fields=["kind", *LATEST_STARTED_FIRST], name="session_of_kind"),
            models.Index(
                fields=["start_timestamp"],
                condition=Q(user__isnull=True),
                name="guests_session_by_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user or 'a guest'} on {self.content_id}"
