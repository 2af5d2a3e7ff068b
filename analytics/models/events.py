"""Learning events: every answer as it arrived, and the values it was evaluated with."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q

from analytics.core.boosting import NO_RESULTS, ItemResults
from analytics.core.memory import Grade
from analytics.events import Source
from analytics.models.catalogue import Item, Skill
from infra.db.models import UUIDModel
from infra.identifiers import MAX_ID_LENGTH
from roster.models import Actor, ApiKey, Facility, User
from roster.models.visibility import LearnersQuerySet

NEWEST_FIRST = ("-happened_at", "-id")


class LearningEventQuerySet(LearnersQuerySet["LearningEvent"]):
    def visible_to(self, actor: Actor) -> Self:
        """Events of the learners the actor may read.

        Each event stores its learner's facility, and moves with the learner. For actors who may
        read one whole facility the condition is therefore an equality, and an index has the order
        of the list.
        """
        facility_id = actor.sole_facility_id if isinstance(actor, User | ApiKey) else None
        if facility_id is None or actor.is_superuser:
            return super().visible_to(actor)
        return self.filter(facility=facility_id)

    def in_order(self) -> Self:
        """Events in order of time; those at the same time in order of arrival."""
        return self.order_by("happened_at", "position")

    def unfolded(self) -> Self:
        """Events that the statistics of items and skills do not include yet."""
        return self.filter(folded_at=None)


class LearningEvent(UUIDModel):
    """One answer by one learner, through any of the APIs.

    Evidence never changes, except that it moves to another facility with the learner. `position` is
    its place in the learner's order of arrival. The shared values it was evaluated with are stored,
    since they change later: item and skill difficulty, and the typical time. So are the learner's
    ability terms at that time, from which the difficulty is estimated. `p_correct` is the
    prediction before the answer. The mastery before and after it, with the version of the
    parameters used, is computed again when an earlier event arrives late, or when the skill is
    fitted again. `source_id` is unique in the facility, or, where the learner chose it
    (`has_own_id`), among the learner's events. `grade` is the review that updated the memory of the
    item; None: the memory did not change.
    """

    REPLAY_UPDATE_FIELDS = ("mastery_before", "mastery_after")

    facility = models.ForeignKey(
        Facility, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    learner = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="learning_events", db_index=False
    )
    skill = models.ForeignKey(
        Skill, on_delete=models.CASCADE, related_name="events", null=True, blank=True,
        db_index=False,
    )  # fmt: skip
    item = models.ForeignKey(
        Item, on_delete=models.CASCADE, related_name="events", null=True, blank=True,
        db_index=False,
    )  # fmt: skip
    position = models.PositiveBigIntegerField()
    source = models.CharField(max_length=10, choices=Source)
    source_id = models.CharField(max_length=MAX_ID_LENGTH, null=True, blank=True)  # noqa: DJ001
    has_own_id = models.BooleanField(null=True, blank=True, help_text="Empty: no.")
    happened_at = models.DateTimeField()
    received_at = models.DateTimeField()

    score = models.FloatField()
    seconds = models.FloatField(null=True, blank=True)
    confidence = models.PositiveSmallIntegerField(null=True, blank=True)
    question_difficulty = models.FloatField(null=True, blank=True)
    grade = models.PositiveSmallIntegerField(null=True, blank=True)
    hinted = models.BooleanField(null=True, blank=True, help_text="Empty: unknown.")

    skill_mean = models.FloatField()
    skill_variance = models.FloatField()
    item_mean = models.FloatField()
    item_variance = models.FloatField()
    typical_seconds = models.FloatField()
    ability_mean = models.FloatField()
    ability_variance = models.FloatField()
    skill_ability_mean = models.FloatField()
    skill_ability_variance = models.FloatField()
    p_correct = models.FloatField()

    parameter_version = models.PositiveIntegerField(default=0)
    mastery_before = models.FloatField(null=True, blank=True)
    mastery_after = models.FloatField(null=True, blank=True)

    folded_at = models.DateTimeField(null=True, blank=True)

    # Of a new event only: the results of all learners at its item, for its prediction.
    item_results: ItemResults[float] = NO_RESULTS

    objects = LearningEventQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["facility", "source", "source_id"],
                condition=Q(source_id__isnull=False, has_own_id__isnull=True),
                name="one_event_per_source",
            ),
            models.UniqueConstraint(
                fields=["learner", "source", "source_id"],
                condition=Q(has_own_id=True),
                name="one_event_per_own_id",
            ),
            models.UniqueConstraint(fields=["learner", "position"], name="one_event_per_position"),
            models.CheckConstraint(
                condition=Q(score__gte=0, score__lte=1), name="event_score_is_a_share"
            ),
            models.CheckConstraint(
                condition=Q(confidence__isnull=True) | Q(confidence__gte=1, confidence__lte=5),
                name="confidence_is_one_to_five",
            ),
            models.CheckConstraint(
                condition=Q(grade__isnull=True)
                | Q(grade__in=[int(grade) for grade in Grade], item__isnull=False),
                name="grade_is_of_an_item",
            ),
            models.CheckConstraint(
                condition=Q(skill__isnull=True) | Q(mastery_after__isnull=False),
                name="event_of_a_skill_moves_its_mastery",
            ),
        ]
        indexes = [
            models.Index(
                fields=["learner", "skill", "happened_at", "position"], name="event_of_skill"
            ),
            models.Index(fields=["learner", "happened_at", "position"], name="event_of_learner"),
            models.Index(fields=["item", "-id"], name="event_of_item"),
            models.Index(fields=NEWEST_FIRST, name="event_newest"),
            models.Index(fields=["facility", *NEWEST_FIRST], name="event_of_facility_newest"),
            models.Index(fields=["source", *NEWEST_FIRST], name="event_of_source_newest"),
            models.Index(
                fields=["happened_at", "id"],
                condition=Q(folded_at__isnull=True),
                name="event_unfolded",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.learner} at {self.skill or self.item}: {self.score:g}"
