"""Tries at assessments, and attempts at questions within them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Self

import orjson
from django.db import models
from django.db.models import Count, Exists, Expression, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from infra.datetime_format import format_time
from infra.db.compiled_queries import BlankInstance
from infra.db.models import LosslessJSONDecoder
from logger import progress_rounding
from logger.commands import Interaction
from logger.mastery import CORRECT, Criterion
from logger.models.base import LATEST_STARTED_FIRST, RecordQuerySet, TimedLog
from logger.models.sessions import ContentSession, ContentSummary
from roster.models import Facility, User
from roster.models.visibility import LearnersQuerySet

NEWEST_FIRST = ("-end_timestamp", "-id")
MAX_HISTORY = 1000
MAX_HISTORY_BYTES = 256 * 1024


class MasteryLogQuerySet(LearnersQuerySet["MasteryLog"]):
    learner = "user"

    def newest_first(self) -> Self:
        """Order as in contract 1.4."""
        return self.order_by(*NEWEST_FIRST)

    def open_first(self) -> Self:
        """Order the open try first, then the finished ones, latest first."""
        return self.order_by("complete", "-end_timestamp", "-id")

    def with_series_levels(self, level: int | Expression) -> Self:
        """Annotate the highest level of the series, and whether `level` is taken at the content."""
        series = MasteryLog.objects.filter(
            summary=OuterRef("summary"),
            is_quiz=OuterRef("is_quiz"),
            is_coach_assigned=OuterRef("is_coach_assigned"),
        )
        highest = series.order_by("-mastery_level").values("mastery_level")[:1]
        taken = MasteryLog.objects.filter(summary=OuterRef("summary"), mastery_level=level)
        return self.annotate(top_level=Subquery(highest), level_taken=Exists(taken))

    def with_correct(self) -> Self:
        """Annotate the number of right answers, counted in a subquery."""
        right = (
            AttemptLog.objects.filter(mastery_log=OuterRef("pk"), correct=CORRECT)
            .order_by()
            .values("mastery_log")
            .annotate(right=Count("pk"))
            .values("right")
        )
        return self.annotate(correct=Coalesce(Subquery(right), 0))


class MasteryLog(TimedLog):
    """One try of one learner at one assessment, under the criterion it started with.

    Tries at exercises are numbered 1, 2, 3 …; tries at quizzes get a random negative number, as
    Kolibri's clients expect.
    """

    UPDATE_FIELDS = (
        "time_spent", "end_timestamp", "complete", "completion_timestamp", "attempt_count",
    )  # fmt: skip
    SELECTIVE_FIELDS = ("content_id",)

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tries", db_index=False)
    summary = models.ForeignKey(
        ContentSummary, on_delete=models.CASCADE, related_name="tries", db_index=False
    )
    content_id = models.UUIDField()
    mastery_level = models.IntegerField()
    is_quiz = models.BooleanField(default=False)
    # Separates two series of tries: a practice quiz that names a coach's quiz as its content must
    # not use the tries of the coach's quiz, nor create a try that the coach's quiz would continue.
    is_coach_assigned = models.BooleanField(default=False)
    mastery_criterion = models.JSONField()
    complete = models.BooleanField(default=False)
    attempt_count = models.PositiveIntegerField(default=0)

    objects = MasteryLogQuerySet.as_manager()

    # Annotated by `with_series_levels`.
    top_level: int
    level_taken: bool

    class Meta(TimedLog.Meta):
        verbose_name = "try"
        verbose_name_plural = "tries"
        constraints = [
            *TimedLog.Meta.constraints,
            models.UniqueConstraint(fields=["summary", "mastery_level"], name="one_try_per_level"),
            models.UniqueConstraint(
                fields=["summary", "is_quiz", "is_coach_assigned"],
                condition=Q(complete=False),
                name="one_open_try",
            ),
            models.CheckConstraint(
                condition=Q(is_quiz=True, mastery_level__lt=0)
                | Q(is_quiz=False, mastery_level__gt=0),
                name="quiz_levels_are_negative",
            ),
            models.CheckConstraint(
                condition=~(Q(complete=True) ^ Q(completion_timestamp__isnull=False)),
                name="complete_try_has_its_time",
            ),
        ]
        # No index has a column that a PUT changes, until it completes the try (decision 11).
        indexes = [
            models.Index(fields=["user", "content_id"], name="try_of_learner"),
            models.Index(fields=["mastery_level", "id"], name="try_of_level"),
            models.Index(fields=LATEST_STARTED_FIRST, name="try_latest_begun"),
            models.Index(fields=["content_id", *LATEST_STARTED_FIRST], name="try_of_content"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: try {self.mastery_level} at {self.content_id}"

    @property
    def criterion(self) -> Criterion:
        """The criterion that completes this try."""
        return Criterion.of(self.mastery_criterion)

    def advance(self, seconds: float, *, at: datetime) -> None:
        """Add time to this try in memory; the caller saves `UPDATE_FIELDS`."""
        self.touch(at=at)
        self.time_spent = progress_rounding.add_seconds(self.time_spent, seconds)

    def finish(self, *, at: datetime) -> None:
        """Complete this try permanently, in memory; the caller saves `UPDATE_FIELDS`."""
        if not self.complete:
            self.complete = True
            self.completion_timestamp = at


class AttemptLogQuerySet(RecordQuerySet["AttemptLog"]):
    def newest_first(self) -> Self:
        """Order as in contract 1.7."""
        return self.order_by(*NEWEST_FIRST)

    def latest_started_first(self) -> Self:
        """Order as `pastattempts` (contract 1.1)."""
        return self.order_by("-start_timestamp", "-id")

    def last_arrived(self, count: int) -> Self:
        """Return the last attempts to arrive among those that a mastery model counts."""
        return self.filter(judged=True).order_by("-position")[:count]


class AttemptLog(TimedLog):
    """The work of one learner or guest on one question within one try.

    `position` is its place in the order of arrival within its try, or within its session if it has
    no try. `judged` is false as long as nothing but errors happened; the mastery models skip such
    attempts.
    """

    UPDATE_FIELDS = (
        "end_timestamp", "completion_timestamp", "time_spent", "complete", "correct", "hinted",
        "error", "answer", "simple_answer", "interaction_history", "judged",
    )  # fmt: skip
    LARGE_FIELDS = ("answer", "interaction_history")
    SELECTIVE_FIELDS = ("content_id", "item", "mastery_log")

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="attempts", null=True, blank=True,
        db_index=False,
    )  # fmt: skip
    # The facility of the learner, or the host of the guest, as on the session; saves a join when
    # listing a facility.
    facility = models.ForeignKey(
        Facility, on_delete=models.CASCADE, related_name="+", null=True, blank=True, db_index=False
    )
    session = models.ForeignKey(ContentSession, on_delete=models.CASCADE, related_name="attempts")
    mastery_log = models.ForeignKey(
        MasteryLog, on_delete=models.CASCADE, related_name="attempts", null=True, blank=True,
        db_index=False, verbose_name="try",
    )  # fmt: skip
    content_id = models.UUIDField()
    item = models.CharField(max_length=200)
    position = models.PositiveIntegerField()
    complete = models.BooleanField(default=False)
    correct = models.FloatField()
    hinted = models.BooleanField(default=False)
    error = models.BooleanField(default=False)
    judged = models.BooleanField(default=False)
    answer = models.JSONField(null=True, blank=True, decoder=LosslessJSONDecoder)
    simple_answer = models.CharField(max_length=200, blank=True)
    interaction_history = models.JSONField(default=list, decoder=LosslessJSONDecoder)

    objects = AttemptLogQuerySet.as_manager()

    class Meta(TimedLog.Meta):
        verbose_name = "attempt"
        constraints = [
            *TimedLog.Meta.constraints,
            models.CheckConstraint(
                condition=Q(correct__gte=0, correct__lte=1), name="attempt_correct_is_a_share"
            ),
            models.CheckConstraint(condition=~Q(item=""), name="attempt_has_an_item"),
            models.UniqueConstraint(
                fields=["mastery_log", "position"], name="one_attempt_per_position_of_try"
            ),
            models.UniqueConstraint(
                fields=["session", "position"],
                condition=Q(mastery_log__isnull=True),
                name="one_attempt_per_position_of_session",
            ),
        ]
        indexes = [
            models.Index(fields=["user", *NEWEST_FIRST], name="attempt_of_learner_newest"),
            models.Index(fields=["facility", *NEWEST_FIRST], name="attempt_of_facility_newest"),
            models.Index(fields=["content_id", *NEWEST_FIRST], name="attempt_of_content_newest"),
            # With these operator classes PostgreSQL can also search items by prefix.
            models.Index(
                fields=["item", *NEWEST_FIRST],
                opclasses=["varchar_pattern_ops", "timestamptz_ops", "uuid_ops"],
                name="attempt_of_item_newest",
            ),
            models.Index(fields=[*NEWEST_FIRST], name="attempt_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.user or 'a guest'} at {self.item}"

    @classmethod
    def start(
        cls, interaction: Interaction, session: ContentSession, *, position: int, at: datetime
    ) -> AttemptLog:
        """Return a new attempt with its first interaction, in memory."""
        attempt = _new_attempt(
            user_id=session.user_id,
            facility_id=session.facility_id,
            session_id=session.pk,
            mastery_log_id=session.mastery_log_id,
            content_id=session.content_id,
            item=interaction.item,
            position=position,
            start_timestamp=at - timedelta(seconds=interaction.time_spent),
            end_timestamp=at,
            correct=interaction.correct,
            answer=interaction.answer,
            simple_answer=interaction.simple_answer or "",
            hinted=interaction.hinted,
        )
        attempt._append_history(interaction, at=at)  # noqa: SLF001  # of this class
        return attempt

    def apply_interaction(self, interaction: Interaction, *, at: datetime) -> None:
        """Apply one more interaction in memory; the caller saves `UPDATE_FIELDS`."""
        if interaction.hinted and not self.correct:
            self.hinted = True
        if interaction.replace:
            self.correct = interaction.correct
            if interaction.answer_given:
                self.answer = interaction.answer
            if interaction.simple_answer is not None:
                self.simple_answer = interaction.simple_answer
        self._append_history(interaction, at=at)

    def _append_history(self, interaction: Interaction, *, at: datetime) -> None:
        self.interaction_history = [*self.interaction_history, _history_entry(interaction, at)]
        self.end_timestamp = max(self.end_timestamp, at)
        self.time_spent = interaction.time_spent
        self.error = self.error or interaction.error
        self.judged = self.judged or not interaction.error
        if interaction.complete and not self.complete:
            self.complete = True
            self.completion_timestamp = at

    def measure(self) -> int | None:
        """Return the bytes of the history and the answer; None if one is too large for a row."""
        # The history has every answer except those sent with an error.
        columns = (self.interaction_history, self.answer)
        sizes = [len(orjson.dumps(column)) for column in columns]
        is_long = len(self.interaction_history) > MAX_HISTORY
        return None if is_long or max(sizes) > MAX_HISTORY_BYTES else sum(sizes)

    @property
    def answered(self) -> bool:
        """True if the history has an answer, not only errors and hints."""
        return any(entry["type"] == "answer" for entry in self.interaction_history)

    @property
    def score(self) -> float:
        """The score of this attempt for a mastery model."""
        return self.score_of(self.correct, hinted=self.hinted)

    @staticmethod
    def score_of(correct: float, *, hinted: bool) -> float:
        """Return the score of an attempt for a mastery model; 0 if a hint was taken."""
        return 0.0 if hinted else correct


_new_attempt = BlankInstance(AttemptLog)


def _history_entry(interaction: Interaction, at: datetime) -> dict[str, Any]:
    """Return the entry of an interaction; an error outranks a hint, a hint an answer."""
    timestamp = format_time(at)
    if interaction.error:
        return {"type": "error", "timestamp": timestamp}
    if interaction.hinted:
        return {"type": "hint", "answer": interaction.answer, "timestamp": timestamp}
    return {
        "type": "answer",
        "answer": interaction.answer,
        "correct": interaction.correct,
        "timestamp": timestamp,
    }
