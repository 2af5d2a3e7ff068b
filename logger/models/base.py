"""Base classes of the logs: times, time spent and progress."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self, TypeVar

from django.db import models
from django.db.models import Q

from analytics.models import ContentKind
from infra.db.models import LosslessJSONDecoder, UUIDModel
from logger import progress_rounding
from roster.models import Actor, ApiKey, Facility, User

if TYPE_CHECKING:
    from logger.commands import UpdateSession


R = TypeVar("R", bound=models.Model)

# The start never changes, so an index on it costs a PUT nothing (decision 11).
LATEST_STARTED_FIRST = ("-start_timestamp", "-id")


class RecordQuerySet(models.QuerySet[R]):
    """Records of learners and of guests; a guest has no user, only a facility."""

    def visible_to(self, actor: Actor) -> Self:
        """Return the records of visible learners, and of guests of facilities the actor manages.

        Actors who may read exactly one whole facility, or only their own records, get a filter by
        equality. It returns the same records, since each stores its learner's facility and moves
        with the learner; and an index then gives the order of the list.
        """
        if actor.is_superuser:
            return self
        if isinstance(actor, User | ApiKey) and actor.sole_facility_id is not None:
            return self.filter(facility=actor.sole_facility_id)
        if isinstance(actor, User) and actor.has_no_roles:
            return self.filter(user=actor.pk)
        if isinstance(actor, User) and actor.staffs_facility is False:
            return self.filter(user__among=User.objects.visible_to(actor))
        return self.filter(
            Q(user__among=User.objects.visible_to(actor))
            | Q(user=None, facility__in=Facility.objects.managed_by(actor))
        )


class TimedLog(UUIDModel):
    """A log with a start, an end that moves, a completion time, and seconds spent."""

    start_timestamp = models.DateTimeField()
    end_timestamp = models.DateTimeField()
    completion_timestamp = models.DateTimeField(null=True, blank=True)
    time_spent = models.FloatField(default=0.0, help_text="seconds")

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(time_spent__gte=0), name="%(class)s_time_is_not_negative"
            ),
        ]

    def touch(self, *, at: datetime) -> None:
        """Move the end forward in memory; never back, because requests may wait for the lock."""
        self.end_timestamp = max(self.end_timestamp, at)


class ProgressLog(TimedLog):
    """A log of progress through one content."""

    UPDATE_FIELDS = (
        "progress", "time_spent", "extra_fields", "end_timestamp", "completion_timestamp",
    )  # fmt: skip

    content_id = models.UUIDField()
    channel_id = models.UUIDField(null=True, blank=True)
    kind = models.CharField(max_length=20, choices=ContentKind)
    progress = models.FloatField(default=0.0)
    extra_fields = models.JSONField(default=dict, blank=True, decoder=LosslessJSONDecoder)

    class Meta(TimedLog.Meta):
        abstract = True
        constraints = [
            *TimedLog.Meta.constraints,
            models.CheckConstraint(
                condition=Q(progress__gte=0, progress__lte=1),
                name="%(class)s_progress_is_a_share",
            ),
        ]

    @property
    def complete(self) -> bool:
        """True if the content is done."""
        return self.progress >= 1

    def advance(self, update: UpdateSession, *, at: datetime) -> None:
        """Apply a client's update in memory; the caller saves `UPDATE_FIELDS`."""
        self.touch(at=at)
        self.time_spent = progress_rounding.add_seconds(self.time_spent, update.time_spent_delta)
        if update.progress_delta is not None:
            self.progress = progress_rounding.add_progress(self.progress, update.progress_delta)
        elif update.progress is not None:
            self.progress = progress_rounding.round_progress(update.progress)
        if update.extra_fields is not None:
            self.extra_fields = update.extra_fields
        if self.complete:
            self.completion_timestamp = self.completion_timestamp or at

    def finish(self, *, at: datetime) -> None:
        """Set the progress to 1 in memory; the caller saves `UPDATE_FIELDS`."""
        self.progress = 1.0
        self.completion_timestamp = self.completion_timestamp or at
