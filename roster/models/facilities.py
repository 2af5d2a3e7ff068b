"""Facilities, classrooms and learner groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext as _

from infra.db.models import IdField, UUIDModel
from infra.identifiers import parse_uuid
from infra.time_zones import MAX_NAME_LENGTH, is_time_zone
from roster.models.keys import ApiKey, Scope

if TYPE_CHECKING:
    from roster.models.people import Actor, User


class FacilityQuerySet(models.QuerySet["Facility"]):
    def visible_to(self, actor: Actor) -> Self:
        """Facilities the actor belongs to or has a role in."""
        if actor.is_superuser or actor.is_anonymous or isinstance(actor, ApiKey):
            return self.managed_by(actor)
        return self.filter(
            models.Q(pk=actor.facility_id) | models.Q(pk__in=actor.held_roles().values("facility"))
        )

    def known_to(self, actor: User) -> Self:
        """Facilities with items the actor may see: visible ones, and those of managed classes."""
        if actor.is_superuser:
            return self
        rooms = Classroom.objects.managed_by(actor)
        return self.filter(
            models.Q(pk__in=Facility.objects.visible_to(actor))
            | models.Q(pk__in=rooms.values("facility"))
        )

    def by_identifier(self, name: str) -> Self:
        """The one facility with this UUID or partner id."""
        pk = parse_uuid(name)
        return self.filter(pk=pk) if pk else self.filter(partner_id=name)

    def managed_by(self, actor: Actor) -> Self:
        """Facilities of which the actor may read all records, including those of guests."""
        if actor.is_superuser:
            return self
        if actor.is_anonymous:
            return self.none()
        if isinstance(actor, ApiKey):
            return self.filter(pk=actor.facility_id) if actor.allows(Scope.READ) else self.none()
        if actor.staffs_facility is False:
            return self.none()
        return self.filter(pk__in=actor.held_roles().values("facility"))


def default_time_zone() -> str:
    """Return the time zone of facilities that set none."""
    zone: str = settings.FACILITY_TIME_ZONE
    return zone


def validate_time_zone(name: str) -> None:
    """Reject a name that is not in the IANA database.

    Raises
    ------
    ValidationError : the name is unknown.
    """
    if not is_time_zone(name):
        raise ValidationError(_("This is not a time zone of the IANA database."))


# The ranges of the thresholds of alerts, both ends included.
CERTAINTY_RANGE, INACTIVE_RANGE, SPINNING_RANGE = (0.5, 0.99), (1, 365), (8, 500)


def _within(low: float, high: float) -> list[MinValueValidator | MaxValueValidator]:
    return [MinValueValidator(low), MaxValueValidator(high)]


class Facility(UUIDModel):
    """One school or organisation; learners, classes and keys belong to exactly one.

    The thresholds of alerts are those of `analytics.core.alerts.Thresholds`; None: the default.
    """

    THRESHOLD_FIELDS: ClassVar[tuple[str, ...]] = (
        "plateau_certainty", "inactive_days", "spinning_answers",
    )  # fmt: skip

    AUDITED_FIELDS: ClassVar[tuple[str, ...]] = (
        "name", "partner_id", "auto_provision", "guest_access", "remember_answers", "time_zone",
        "staff_second_factor",
        *THRESHOLD_FIELDS,
    )  # fmt: skip

    name = models.CharField(max_length=200)
    partner_id = IdField(
        max_length=100, unique=True, null=True, blank=True,
        help_text="The id by which apps of the study-results API name this facility.",
    )  # fmt: skip
    auto_provision = models.BooleanField(
        default=True, help_text="Create a learner when a key names an unknown one."
    )
    guest_access = models.BooleanField(
        default=True, help_text="Let anonymous visitors track progress for themselves."
    )
    remember_answers = models.BooleanField(
        default=True,
        help_text="Let answers through content sessions and answer tracking move the memory of"
        " the items they name; study results always do.",
    )
    time_zone = models.CharField(
        max_length=MAX_NAME_LENGTH, default=default_time_zone, validators=[validate_time_zone],
        help_text="The time zone of the days on coaches' pages: a name of the IANA database, such"
        " as Africa/Cairo.",
    )  # fmt: skip
    staff_second_factor = models.BooleanField(
        default=False, help_text="Staff must use a second factor to log in."
    )
    plateau_certainty = models.FloatField(
        null=True, blank=True, validators=_within(*CERTAINTY_RANGE)
    )
    inactive_days = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=_within(*INACTIVE_RANGE)
    )
    spinning_answers = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=_within(*SPINNING_RANGE)
    )

    objects = FacilityQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "facilities"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(**{f"{field}__isnull": True})
                | models.Q(**{f"{field}__range": limits}),
                name=f"{field}_in_range",
            )
            for field, limits in (
                ("plateau_certainty", CERTAINTY_RANGE),
                ("inactive_days", INACTIVE_RANGE),
                ("spinning_answers", SPINNING_RANGE),
            )
        ]

    def __str__(self) -> str:
        return self.name


class ClassroomQuerySet(models.QuerySet["Classroom"]):
    def visible_to(self, actor: Actor) -> Self:
        """Classrooms the actor manages or attends."""
        staffed = self.managed_by(actor)
        if actor.is_superuser or actor.is_anonymous or isinstance(actor, ApiKey):
            return staffed
        return staffed | self.filter(pk__in=actor.attended_enrolments().values("classroom"))

    def managed_by(self, actor: Actor) -> Self:
        """Classrooms the actor has a role in, directly or through the facility."""
        if actor.is_superuser:
            return self
        if actor.is_anonymous:
            return self.none()
        if isinstance(actor, ApiKey):
            return self.filter(facility__in=Facility.objects.managed_by(actor))
        return self.filter(
            models.Q(facility__in=actor.held_roles().values("facility"))
            | models.Q(pk__in=actor.held_roles().values("classroom"))
        )


class Classroom(UUIDModel):
    """One class of a facility."""

    AUDITED_FIELDS: ClassVar[tuple[str, ...]] = ("name", "external_id")

    facility = models.ForeignKey(Facility, on_delete=models.CASCADE, related_name="classrooms")
    name = models.CharField(max_length=200)
    external_id = IdField(
        max_length=255, null=True, blank=True,
        help_text="The id by which the facility's student information system knows this class.",
    )  # fmt: skip

    objects = ClassroomQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["facility", "external_id"], name="one_class_per_external_id"
            ),
            models.CheckConstraint(
                condition=~models.Q(external_id=""), name="class_external_id_is_null_or_named"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class LearnerGroupQuerySet(models.QuerySet["LearnerGroup"]):
    def visible_to(self, actor: Actor) -> Self:
        """Groups of the classrooms visible to the actor."""
        return self.filter(classroom__in=Classroom.objects.visible_to(actor))


class LearnerGroup(UUIDModel):
    """A group of learners within one classroom."""

    AUDITED_FIELDS: ClassVar[tuple[str, ...]] = ("name", "classroom_id")

    classroom = models.ForeignKey(Classroom, on_delete=models.CASCADE, related_name="groups")
    name = models.CharField(max_length=200)

    objects = LearnerGroupQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name
