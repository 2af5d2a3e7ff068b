"""Learners' abilities and skill states, computed from their events."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, NullIf

from analytics.core import bkt, difficulty, plateau
from analytics.core.learner_update import EDITION
from analytics.models.catalogue import Skill, SkillParameters
from analytics.models.prerequisites import SkillPrerequisite
from infra.db.models import UUIDModel
from roster.models import User
from roster.models.visibility import LearnersQuerySet

LATEST_PRACTISED_FIRST = ("-last_practised", "-id")


class LearnerAbility(models.Model):
    """One learner's overall ability, and the number of events it is estimated from.

    `recall_model` corrects the memory model for this learner (analytics.core.recall). If it changed
    since the due times of the learner's memories were computed, `due_outdated` is true.
    `answers` is the position of the learner's next event, `newest` the time of the latest one. At
    `snapshot_due` answers the next snapshot is saved; 0: there is none yet. From `recompute_from`
    on, answers that arrived late are not included in the estimates yet; None: all are. `edition` is
    that of the formulas that this row and the learner's states were computed with; an earlier one
    than `learner_update.EDITION` lasts until they are rebuilt.
    """

    ESTIMATE_FIELDS = (
        "mean", "variance", "efficiency_weight", "efficiency", "recall_model", "recent",
    )  # fmt: skip
    REPLAYED_FIELDS = (*ESTIMATE_FIELDS, "answers", "newest", "edition")
    UPDATE_FIELDS = (*REPLAYED_FIELDS, "snapshot_due", "recompute_from", "due_outdated")

    learner = models.OneToOneField(
        User, on_delete=models.CASCADE, primary_key=True, related_name="ability"
    )
    mean = models.FloatField(default=difficulty.LEARNER.mean, help_text="log odds")
    variance = models.FloatField(default=difficulty.LEARNER.variance)
    efficiency_weight = models.FloatField(default=0.0)
    efficiency = models.FloatField(default=0.0)
    recall_model = models.BinaryField(
        null=True, help_text="Packed weights; see analytics.core.recall. None: the initial ones."
    )
    recent = models.BinaryField(
        null=True, help_text="Packed numbers; see analytics.core.recent_results. None: no answers."
    )
    answers = models.PositiveBigIntegerField(default=0)
    newest = models.DateTimeField(null=True, blank=True)
    snapshot_due = models.PositiveBigIntegerField(default=0)
    recompute_from = models.DateTimeField(null=True, blank=True)
    edition = models.PositiveSmallIntegerField(default=EDITION)
    due_outdated = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "learner abilities"
        indexes = [
            models.Index(
                fields=["recompute_from"],
                condition=Q(recompute_from__isnull=False),
                name="ability_to_recompute",
            ),
            models.Index(
                fields=["learner"], condition=Q(due_outdated=True), name="ability_due_outdated"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(variance__gte=0), name="ability_variance_is_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.learner}: {self.mean:+.2f}"


class SkillStateQuerySet(LearnersQuerySet["SkillState"]):
    """Skill states of learners."""

    def with_weak_prerequisite(self) -> Self:
        """Annotate where the learner is likely stuck `weak_prerequisite`, a name; None elsewhere.

        It is the prerequisite with the lowest mastery of those that the learner has not mastered;
        one without answers if there is no other.
        """
        edges = SkillPrerequisite.objects.filter(after=OuterRef("skill"))
        answered = Q(before__states__learner=OuterRef("learner"))
        is_weak = Q(before__states__mastery__lt=bkt.MASTERED)
        weak = edges.filter(answered & is_weak).order_by("before__states__mastery", "pk")
        states = self.model.objects.filter(
            learner=OuterRef(OuterRef("learner")), skill=OuterRef("before")
        )
        new = edges.filter(~Exists(states)).order_by("pk")
        name = Coalesce(
            NullIf("before__title", Value("")), "before__code", output_field=models.TextField()
        )
        weakest, first = (Subquery(each.values_list(name)[:1]) for each in (weak, new))
        is_stuck = Q(plateau=True) | Q(p_stuck__gte=plateau.LOW)
        return self.annotate(weak_prerequisite=Case(When(is_stuck, then=Coalesce(weakest, first))))


class SkillState(UUIDModel):
    """The estimated knowledge of one learner at one skill.

    `fading` is the mastery with forgetting, which predictions use. `parameters` are those the state
    was computed with; after a new fit the state is rebuilt before it takes the new ones.
    """

    UPDATE_FIELDS = (
        "parameters", "mastery", "fading", "attempts", "correct", "ability_mean",
        "ability_variance", "course", "plateau", "p_stuck", "velocity", "efficiency",
        "last_practised", "recent",
    )  # fmt: skip

    learner = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="skill_states", db_index=False
    )
    skill = models.ForeignKey(Skill, on_delete=models.CASCADE, related_name="states")
    parameters = models.ForeignKey(
        SkillParameters, on_delete=models.RESTRICT, related_name="+", null=True, blank=True,
        db_index=False, help_text="None: the defaults.",
    )  # fmt: skip
    mastery = models.FloatField(default=bkt.DEFAULTS.prior)
    fading = models.FloatField(default=bkt.DEFAULTS.prior)
    attempts = models.PositiveIntegerField(default=0)
    correct = models.PositiveIntegerField(default=0)
    ability_mean = models.FloatField(default=difficulty.LEARNER_SKILL.mean, help_text="log odds")
    ability_variance = models.FloatField(default=difficulty.LEARNER_SKILL.variance)
    course = models.BinaryField(help_text="Packed trajectory; see analytics.core.trajectory_codec.")
    plateau = models.BooleanField(default=False)
    p_stuck = models.FloatField(default=0.0)
    velocity = models.FloatField(default=0.0)
    efficiency = models.FloatField(default=0.0)
    last_practised = models.DateTimeField()
    recent = models.BinaryField(
        null=True, help_text="Packed numbers; see analytics.core.recent_results."
    )

    objects = SkillStateQuerySet.as_manager()

    weak_prerequisite: str | None  # of `with_weak_prerequisite`

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["learner", "skill"], name="one_state_per_skill"),
            models.CheckConstraint(
                condition=Q(mastery__gte=0, mastery__lte=1), name="mastery_is_probability"
            ),
            models.CheckConstraint(
                condition=Q(fading__gte=0, fading__lte=1), name="fading_is_probability"
            ),
            models.CheckConstraint(
                condition=Q(ability_variance__gte=0), name="skill_ability_variance_is_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(correct__lte=models.F("attempts")), name="no_more_right_than_answered"
            ),
        ]
        indexes = [models.Index(fields=LATEST_PRACTISED_FIRST, name="state_latest_practised")]

    def __str__(self) -> str:
        return f"{self.learner} at {self.skill}: {self.mastery:.2f}"
