"""Skills and items, and their statistics over all learners' answers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import StrIndex, Substr
from uuid_utils.compat import uuid7

from analytics.core import bkt, difficulty, predictor
from analytics.core.difficulty import Claims, Gaussian
from analytics.core.growth_hmm import P_CLIMB
from analytics.core.stuck import Calibration
from infra.db.models import IdField, UUIDModel
from infra.identifiers import MAX_ID_LENGTH
from roster.models import Facility


class ItemStatistics(UUIDModel):
    """Base of rows with difficulty and times, which only a job folds from events.

    Requests never write these columns, so learners never wait for each other.
    """

    FOLD_UPDATE_FIELDS: tuple[str, ...] = (
        "difficulty_mean", "difficulty_variance", "answers", "correct", "times", "typical_seconds",
    )  # fmt: skip

    difficulty_mean = models.FloatField(help_text="log odds; higher is harder")
    difficulty_variance = models.FloatField()
    answers = models.PositiveBigIntegerField(default=0)
    correct = models.FloatField(default=0.0, help_text="The sum of the scores.")
    times = models.BinaryField(default=b"", help_text="Histogram of seconds per answer.")
    typical_seconds = models.FloatField(null=True, blank=True, help_text="Median, if known.")

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(difficulty_variance__gte=0), name="%(class)s_variance_is_not_negative"
            ),
        ]

    @property
    def difficulty(self) -> Gaussian:
        """The estimated difficulty and its uncertainty."""
        return Gaussian(self.difficulty_mean, self.difficulty_variance)


class Skill(ItemStatistics):
    """One thing to be learned in one facility, identified by the code its apps use."""

    AUDITED_FIELDS: ClassVar[tuple[str, ...]] = ("code", "title", "section")
    FOLD_UPDATE_FIELDS = (*ItemStatistics.FOLD_UPDATE_FIELDS, "claims", "claimed")

    facility = models.ForeignKey(Facility, on_delete=models.CASCADE, related_name="skills")
    code = IdField(max_length=MAX_ID_LENGTH)
    title = models.CharField(max_length=200, blank=True)
    section = models.CharField(
        max_length=50, blank=True, help_text="The section of a test this counts for."
    )
    parameters = models.ForeignKey(
        "analytics.SkillParameters", on_delete=models.SET_NULL, related_name="+",
        null=True, blank=True,
        help_text="Newest parameters, fitted or pooled; if empty, the defaults apply.",
    )  # fmt: skip
    difficulty_mean = models.FloatField(
        default=difficulty.SKILL.mean, help_text="log odds; higher is harder"
    )
    difficulty_variance = models.FloatField(default=difficulty.SKILL.variance)
    claims = models.PositiveBigIntegerField(default=0)
    claimed = models.FloatField(default=0.0, help_text="The sum of the claimed difficulties.")

    class Meta(ItemStatistics.Meta):
        constraints = [
            *ItemStatistics.Meta.constraints,
            models.UniqueConstraint(fields=["facility", "code"], name="one_skill_per_code"),
            models.CheckConstraint(condition=~Q(code=""), name="skill_has_a_code"),
        ]

    def __str__(self) -> str:
        return self.title or self.code

    @property
    def difficulty_claims(self) -> Claims:
        """The claims of difficulty that were folded so far."""
        return Claims(self.claims, self.claimed)


class Item(ItemStatistics):
    """One question of one facility; its own skill, if any, takes precedence over its content's.

    Apps identify it by a code of theirs or by its GUID.
    """

    AUDITED_FIELDS: ClassVar[tuple[str, ...]] = ("code", "guid", "skill_id")

    facility = models.ForeignKey(Facility, on_delete=models.CASCADE, related_name="items")
    code = IdField(max_length=MAX_ID_LENGTH, null=True, blank=True)
    # The code of a session's item is `CONTENT:ITEM`; people search for the second half.
    name = models.GeneratedField(
        expression=Substr("code", StrIndex("code", models.Value(":")) + 1),
        output_field=models.CharField(max_length=MAX_ID_LENGTH, null=True), db_persist=True,
    )  # fmt: skip
    guid = models.UUIDField(default=uuid7)
    skill = models.ForeignKey(
        Skill, on_delete=models.SET_NULL, related_name="items", null=True, blank=True,
        help_text="The skill it practises, in all contents it appears in.",
    )  # fmt: skip
    difficulty_mean = models.FloatField(
        default=difficulty.ITEM.mean, help_text="log odds relative to the skill; higher is harder"
    )
    difficulty_variance = models.FloatField(default=difficulty.ITEM.variance)

    class Meta(ItemStatistics.Meta):
        constraints = [
            *ItemStatistics.Meta.constraints,
            models.UniqueConstraint(fields=["facility", "code"], name="one_item_per_code"),
            models.UniqueConstraint(fields=["facility", "guid"], name="one_item_per_guid"),
            models.CheckConstraint(condition=~Q(code=""), name="item_code_is_null_or_named"),
        ]
        # With these operator classes PostgreSQL can search by prefix.
        indexes = [
            models.Index(fields=["code"], opclasses=["varchar_pattern_ops"], name="item_by_code"),
            models.Index(fields=["name"], opclasses=["varchar_pattern_ops"], name="item_by_name"),
        ]

    def __str__(self) -> str:
        return self.code or str(self.guid)

    def clean(self) -> None:
        """Reject a skill of another facility: no answer could be about both."""
        if self.skill is not None and self.skill.facility_id != self.facility_id:
            raise ValidationError({"skill": "The skill belongs to another facility."})

    @property
    def created_at(self) -> datetime:
        """The time of creation to the millisecond, which is part of the key."""
        return datetime.fromtimestamp((self.pk.int >> 80) / 1000, tz=UTC)


class SkillParameters(UUIDModel):
    """One fit of one skill: parameters of learning, guessing, slipping and forgetting.

    Rows never change: a new fit is a new version, and each event and state refers to its own.
    Version 0 has no row: the defaults. A row without a skill is the pooled fit of all answers of
    the facility, for the skills without a fit of their own.
    """

    facility = models.ForeignKey(
        Facility, on_delete=models.CASCADE, related_name="+", null=True, blank=True
    )
    skill = models.ForeignKey(
        Skill, on_delete=models.CASCADE, related_name="fits", null=True, blank=True
    )
    version = models.PositiveIntegerField()
    prior = models.FloatField()
    learn = models.FloatField()
    guess = models.FloatField()
    slip = models.FloatField()
    # The same, fitted with forgetting; they predict the next answer.
    fading_prior = models.FloatField()
    fading_learn = models.FloatField()
    fading_guess = models.FloatField()
    fading_slip = models.FloatField()
    fading_forget = models.FloatField()
    blend = models.JSONField(help_text="Weights of the prediction, fitted over all skills.")
    climb = models.FloatField(
        default=P_CLIMB,
        help_text="Growth rate, fitted over all skills; see analytics.core.growth_hmm.",
    )
    stuck = models.JSONField(
        default=list, blank=True,
        help_text="Calibration of the probability of being stuck, fitted over all skills."
        " Empty: the shipped one.",
    )  # fmt: skip
    trees = models.ForeignKey(
        "analytics.PredictionTrees", on_delete=models.RESTRICT, related_name="+",
        null=True, blank=True, db_index=False,
        help_text="They predict instead of the blend, unless this is empty.",
    )  # fmt: skip
    fitted_at = models.DateTimeField()
    answers = models.PositiveBigIntegerField()
    learners = models.PositiveIntegerField()
    log_likelihood_before = models.FloatField()
    log_likelihood_after = models.FloatField()
    warnings = models.JSONField(default=list, blank=True)

    class Meta:
        verbose_name_plural = "skill parameters"
        constraints = [
            models.UniqueConstraint(fields=["skill", "version"], name="one_fit_per_version"),
            models.UniqueConstraint(
                fields=["facility", "version"],
                condition=Q(skill__isnull=True),
                name="one_pooled_fit_per_version",
            ),
            models.CheckConstraint(condition=Q(version__gt=0), name="fits_count_from_one"),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{name}__gte": 0, f"{name}__lte": 1}),
                    name=f"{name}_is_probability",
                )
                for name in (
                    "prior", "learn", "guess", "slip", "fading_prior", "fading_learn",
                    "fading_guess", "fading_slip", "fading_forget",
                )
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.skill or self.facility}, version {self.version}"

    @property
    def classic(self) -> bkt.Params:
        """The parameters that mastery is computed with."""
        return bkt.Params(self.prior, self.learn, self.guess, self.slip)

    @property
    def forgetting(self) -> bkt.Params:
        """The parameters with forgetting, which predict the next answer."""
        return bkt.Params(
            self.fading_prior,
            self.fading_learn,
            self.fading_guess,
            self.fading_slip,
            self.fading_forget,
        )

    @property
    def calibration(self) -> Calibration:
        """The calibration of the probability of being stuck: fitted here, or the shipped one."""
        return Calibration.of_numbers(self.stuck)

    @property
    def weights(self) -> predictor.BlendWeights:
        """The weights of the models in the prediction."""
        return predictor.BlendWeights(*self.blend)
