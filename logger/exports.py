"""Columns of the exports of learners' work, in the API's values; large JSON is left to the API."""

from __future__ import annotations

from analytics.models import Content
from infra.exports import Column, LookupColumn

_LEARNER = (
    Column("learner id", "user"),
    Column("learner", "user__full_name"),
    Column("username", "user__username"),
    Column("external id", "user__external_id"),
)
_CONTENT = (
    Column("content id", "content_id"),
    LookupColumn("content title", ("content_id", "user__facility"), Content.objects.titles),
)
# Rows of guests have no user, so the facility comes from the row.
_CONTENT_OF_ALL = (
    Column("content id", "content_id"),
    LookupColumn("content title", ("content_id", "facility"), Content.objects.titles),
)
_TIMES = (
    Column("start", "start_timestamp"),
    Column("end", "end_timestamp"),
    Column("completed", "completion_timestamp"),
    Column("time spent (seconds)", "time_spent"),
)
_PROGRESS = (
    Column("channel id", "channel_id"),
    Column("kind", "kind"),
    Column("progress", "progress"),
)

SESSIONS = (
    Column("session id", "id"),
    *_LEARNER,
    *_CONTENT_OF_ALL,
    *_PROGRESS,
    *_TIMES,
    Column("try id", "mastery_log"),
    Column("node id", "node_id"),
    Column("lesson id", "lesson"),
    Column("quiz id", "quiz"),
    Column("course session id", "course_session"),
)
SUMMARIES = (Column("summary id", "id"), *_LEARNER, *_CONTENT, *_PROGRESS, *_TIMES)
TRIES = (
    Column("try id", "id"),
    *_LEARNER,
    *_CONTENT,
    Column("mastery level", "mastery_level"),
    Column("quiz", "is_quiz"),
    Column("mastery criterion", "mastery_criterion"),
    Column("complete", "complete"),
    Column("correct", "correct"),
    Column("attempts", "attempt_count"),
    *_TIMES,
)
ATTEMPTS = (
    Column("attempt id", "id"),
    *_LEARNER,
    *_CONTENT_OF_ALL,
    Column("item", "item"),
    Column("try id", "mastery_log"),
    Column("session id", "session"),
    Column("correct", "correct"),
    Column("complete", "complete"),
    Column("hinted", "hinted"),
    Column("error", "error"),
    Column("simple answer", "simple_answer"),
    *_TIMES,
)
