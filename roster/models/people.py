"""Users, their enrolments, group memberships and roles."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import AnonymousUser, PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When

from infra.db.models import IdField, UUIDModel
from infra.identifiers import (
    MAX_USERNAME_KEY_LENGTH,
    MAX_USERNAME_LENGTH,
    fold_username,
    normalize_id,
    parse_uuid,
    username_problem,
)
from roster.models.facilities import Classroom, Facility, LearnerGroup
from roster.models.keys import ApiKey, Scope


def validate_username(username: str) -> None:
    """Reject a username with characters that are not allowed.

    Raises
    ------
    ValidationError : with the reason.
    """
    if problem := username_problem(username):
        raise ValidationError(problem)


class FoldedUsernameField(models.CharField[str | None, str | None]):
    """Folded username, derived on every save so that no caller has to set it."""

    def pre_save(self, model_instance: models.Model, add: bool) -> str | None:  # noqa: ARG002, FBT001
        """Derive the value from the username of the same row."""
        assert isinstance(model_instance, User)  # noqa: S101  # the field is the User's alone
        username = model_instance.username
        model_instance.username_key = fold_username(username) if username else None
        return model_instance.username_key


class UserQuerySet(models.QuerySet["User"]):
    def visible_to(self, actor: Actor) -> Self:
        """Users whose records the actor may read: the one visibility rule (contract 0.7).

        Use it as a subquery (`user__in=`), not as a join, so that no row repeats.
        """
        if isinstance(actor, ApiKey):
            return self.in_facility(actor.facility_id) if actor.allows(Scope.READ) else self.none()
        if isinstance(actor, AnonymousUser):
            return self.none()
        if actor.is_superuser:
            return self
        visible = Q(pk=actor.pk)
        if actor.staffs_facility is not False:
            visible |= Q(facility__in=actor.held_roles().values("facility"))
        if actor.coaches_class is not False:
            coached = Enrolment.objects.filter(classroom__in=actor.held_roles().values("classroom"))
            visible |= Q(pk__in=coached.values("user"))
        return self.filter(visible)

    def with_role_flags(self) -> Self:
        """Annotate whether users have roles in facilities and in classes, and their time zone.

        Loaded at every login and request, so that lists need no query of roles for users without
        any. The flags also show whether roles cover exactly the user's own facility, because
        then lists need no subquery of its members.
        """
        roles = Role.objects.filter(user=OuterRef("pk"))
        at_home = Q(facility=OuterRef("facility"))
        within = at_home | Q(classroom__facility=OuterRef("facility"))
        return self.annotate(
            staffs_facility=Exists(roles.filter(facility__isnull=False)),
            coaches_class=Exists(roles.filter(classroom__isnull=False)),
            staffs_home=Exists(roles.filter(at_home)),
            looks_beyond=Exists(roles.exclude(within)),
            facility_zone=F("facility__time_zone"),
        )

    def in_facility(self, facility_id: UUID) -> Self:
        """Users of a facility."""
        return self.filter(facility=facility_id)

    def enrolled_in(self, classrooms: models.QuerySet[Classroom]) -> Self:
        """Users enrolled in any of these classrooms, including all members of groups."""
        return self.filter(pk__in=Enrolment.objects.filter(classroom__in=classrooms).values("user"))

    def in_groups(self, groups: models.QuerySet[LearnerGroup]) -> Self:
        """Users who are members of any of these groups."""
        return self.filter(
            pk__in=GroupMembership.objects.filter(group__in=groups).values("enrolment__user")
        )

    def by_identifier(self, name: str) -> Self:
        """The one user with this identifier: by external id first, then by UUID."""
        if "\0" in name:
            return self.none()  # PostgreSQL cannot store NUL, so no user matches.
        return self.by_external_id_or_key(name, parse_uuid(name))

    def by_external_id_or_key(self, name: Any, pk: Any) -> Self:
        """The one user with this external id, else with this UUID, if any."""
        if pk is None:
            return self.filter(external_id=name)
        by_external_id = Case(When(external_id=name, then=Value(0)), default=Value(1))
        return self.filter(Q(external_id=name) | Q(pk=pk)).order_by(by_external_id)[:1]

    def search(self, word: str) -> Self:
        """Users whose username, full name or external id contains a word, ignoring case."""
        return self.filter(
            Q(username_key__contains=fold_username(word))
            | Q(full_name__icontains=word)
            | Q(external_id__icontains=word)
        )

    def active_learners(self) -> Self:
        """Users with `is_active_learner`."""
        return self.filter(is_active=True, is_staff=False, is_superuser=False)

    def by_token(self, digest: str, at: datetime) -> Self:
        """The one learner of a valid token, with the scopes of the key that made it."""
        valid = {"tokens__digest": digest, "tokens__expires_at__gt": at}
        usable = ApiKey.objects.usable(at)
        # Users who got a role since then have to log in.
        return (
            self.active_learners()
            .filter(**valid, tokens__key__in=usable)
            .annotate(
                token_can_read=F("tokens__key__can_read"),
                token_can_write=F("tokens__key__can_write"),
                token_can_admin=F("tokens__key__can_admin"),
            )
        )

    def by_username(self, username: str) -> Self:
        """Users with a username, ignoring case: at most one per facility, and one superuser."""
        return self.filter(username_key=fold_username(username))

    def get_by_natural_key(self, username: str | None) -> User:
        """Return the only user with this username; part of Django's interface of user managers."""
        return self.by_username(username or "").get()

    def able_to_log_in(self) -> Self:
        """Active users with a password."""
        unusable = Q(password="") | Q(password__startswith=UNUSABLE_PASSWORD_PREFIX)
        return self.filter(is_active=True).exclude(unusable)

    def create_superuser(self, username: str, password: str, **fields: Any) -> User:
        """Create a superuser; called by `manage.py createsuperuser`."""
        user = User(username=username, is_staff=True, is_superuser=True, **fields)
        user.clean()
        user.set_password(password)
        user.save(force_insert=True, using=self.db)
        return user


class User(UUIDModel, AbstractBaseUser, PermissionsMixin):
    """One person: learner, coach, admin or superuser.

    A learner created by answers from an app has an `external_id` but no username, so cannot log
    in.
    """

    AUDITED_FIELDS: ClassVar[tuple[str, ...]] = (
        "username", "full_name", "email", "external_id", "password",
        "is_active", "is_staff", "is_superuser",
    )  # fmt: skip

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    facility = models.ForeignKey(
        Facility, on_delete=models.CASCADE, related_name="people", null=True, blank=True,
        help_text="Only superusers may belong to none.",
    )  # fmt: skip
    # Null, not empty: most learners have none, and it is unique in the facility.
    username = models.CharField(  # noqa: DJ001
        max_length=MAX_USERNAME_LENGTH, null=True, blank=True, validators=[validate_username]
    )
    username_key = FoldedUsernameField(
        max_length=MAX_USERNAME_KEY_LENGTH, null=True, editable=False
    )
    full_name = models.CharField(max_length=200, blank=True)
    email = models.EmailField(blank=True)
    external_id = IdField(
        max_length=255, null=True, blank=True,
        help_text="The id by which the facility's apps call this learner.",
    )  # fmt: skip
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False, help_text="May open the admin.")
    created_at = models.DateTimeField(null=True, blank=True, editable=False)

    # Set by `with_role_flags`; None means unknown.
    staffs_facility: bool | None = None
    coaches_class: bool | None = None
    staffs_home: bool | None = None
    looks_beyond: bool | None = None
    facility_zone: str | None = None

    # Set by `by_token`; None is a login.
    token_can_read: bool | None = None
    token_can_write: bool | None = None
    token_can_admin: bool | None = None

    objects = UserQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["facility", "external_id"], name="one_external_id_per_facility"
            ),
            # The key comes first: logins look it up without a facility.
            models.UniqueConstraint(
                fields=["username_key", "facility"], name="one_username_per_facility"
            ),
            models.UniqueConstraint(
                fields=["username_key"],
                condition=Q(is_superuser=True),
                name="one_superuser_per_username",
            ),
            models.CheckConstraint(
                condition=Q(facility__isnull=False) | Q(is_superuser=True),
                name="only_superusers_have_no_facility",
            ),
            models.CheckConstraint(condition=~Q(username=""), name="username_is_null_or_named"),
            models.CheckConstraint(
                condition=~Q(external_id=""), name="external_id_is_null_or_named"
            ),
        ]

    def __str__(self) -> str:
        return self.full_name or self.username or self.external_id or str(self.pk)

    def clean(self) -> None:
        """Reject a username taken in the facility or among superusers, ignoring case."""
        self.username = self.username or None
        if self.username is None:
            return
        rivals = Q(facility=self.facility_id)
        if self.is_superuser:
            rivals |= Q(is_superuser=True)
        namesakes = User.objects.by_username(self.username).filter(rivals)
        if namesakes.exclude(pk=self.pk).exists():
            raise ValidationError({"username": "This username is already in use."})

    def allows(self, scope: Scope) -> bool:
        """Return whether the request may use a scope: at a login all, by a token its key's."""
        granted = {
            Scope.READ: self.token_can_read,
            Scope.WRITE: self.token_can_write,
            Scope.ADMIN: self.token_can_admin,
        }
        return granted[scope] is not False or bool(self.token_can_admin)

    @property
    def sole_facility_id(self) -> UUID | None:
        """Id of the facility if the user may read exactly its records, else None."""
        return self.facility_id if self.staffs_home and self.looks_beyond is False else None

    @property
    def is_active_learner(self) -> bool:
        """Whether the user is a learner, without a role, whose account is not closed."""
        return self.is_active and not self.is_staff and not self.is_superuser

    @property
    def has_no_roles(self) -> bool:
        """Whether the user is known to have no roles, so may read only their own records."""
        return self.staffs_facility is False and self.coaches_class is False

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Return the hash that ends login sessions when it changes.

        Besides the password it depends on the access to the admin, because the sessions of staff
        are limited from the login on.
        """
        digest: str = super()._get_session_auth_hash(secret)  # type: ignore[misc]
        return f"{digest} staff" if self.is_staff else digest

    def held_roles(self) -> RoleQuerySet:
        """Return the roles of this user, whose id may be a placeholder (unlike with `roles`)."""
        return Role.objects.filter(user=self.pk)

    def attended_enrolments(self) -> models.QuerySet[Enrolment]:
        """Return the enrolments of this user, whose id may be a placeholder."""
        return Enrolment.objects.filter(user=self.pk)

    def has_identifier(self, name: str) -> bool:
        """Return whether this is the user's external id or UUID."""
        return normalize_id(name) == self.external_id or parse_uuid(name) == self.pk

    def get_full_name(self) -> str:
        """Return the full name; called by Django's admin."""
        return self.full_name

    def get_short_name(self) -> str:
        """Return the display name; called by Django's admin."""
        return str(self)


Actor = User | ApiKey | AnonymousUser


class Enrolment(UUIDModel):
    """Enrolment of one learner in one classroom."""

    AUDITED_FIELDS: ClassVar[tuple[str, ...]] = ("user_id", "classroom_id")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="enrolments")
    classroom = models.ForeignKey(Classroom, on_delete=models.CASCADE, related_name="enrolments")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "classroom"], name="one_enrolment_per_class"),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.classroom}"

    def clean(self) -> None:
        """Reject a class of another facility than the user's."""
        if self.classroom_id is None:
            return  # The form reports the missing value.
        if self.user.facility_id not in (None, self.classroom.facility_id):
            raise ValidationError({"classroom": "This class belongs to another facility."})


class GroupMembership(UUIDModel):
    """Membership of one enrolled learner in one group of the class; it ends with the enrolment."""

    AUDITED_FIELDS: ClassVar[tuple[str, ...]] = ("enrolment_id", "group_id")

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="memberships")
    group = models.ForeignKey(LearnerGroup, on_delete=models.CASCADE, related_name="memberships")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "group"], name="one_membership_per_group"),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment.user} in {self.group}"

    def clean(self) -> None:
        """Reject an enrolment in another class than the group's."""
        if self.enrolment_id is None:
            return  # The form reports the missing value.
        if self.enrolment.classroom_id != self.group.classroom_id:
            raise ValidationError({"enrolment": "This is an enrolment in another class."})


class RoleKind(models.TextChoices):
    """Kind of a role."""

    ADMIN = "admin"
    COACH = "coach"


class RoleQuerySet(models.QuerySet["Role"]):
    def visible_to(self, actor: Actor) -> Self:
        """Roles at places known to the actor, of users visible to them.

        This includes all roles at places that the actor manages.
        """
        return self.at_places_known_to(actor).filter(
            Q(user__in=User.objects.visible_to(actor))
            | Q(facility__in=Facility.objects.managed_by(actor))
            | Q(classroom__in=Classroom.objects.managed_by(actor))
        )

    def at_places_known_to(self, actor: Actor) -> Self:
        """Roles in visible facilities and all their classes, and in visible classes."""
        if actor.is_superuser:
            return self
        facilities = Facility.objects.visible_to(actor)
        return self.filter(
            Q(facility__in=facilities)
            | Q(classroom__in=Classroom.objects.filter(facility__in=facilities))
            | Q(classroom__in=Classroom.objects.visible_to(actor))
        )

    def of_admins(self) -> Self:
        """Roles of kind admin."""
        return self.filter(kind=RoleKind.ADMIN)

    def elsewhere_than(self, facility_id: UUID | None) -> Self:
        """Roles in other facilities than this one."""
        return self.exclude(facility=facility_id).exclude(classroom__facility=facility_id)


class Role(UUIDModel):
    """Role of one user in one facility or one classroom."""

    AUDITED_FIELDS: ClassVar[tuple[str, ...]] = ("user_id", "kind", "facility_id", "classroom_id")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="roles")
    kind = models.CharField(max_length=10, choices=RoleKind)
    facility = models.ForeignKey(
        Facility, on_delete=models.CASCADE, related_name="roles", null=True, blank=True
    )
    classroom = models.ForeignKey(
        Classroom, on_delete=models.CASCADE, related_name="roles", null=True, blank=True
    )

    objects = RoleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(facility__isnull=False) ^ Q(classroom__isnull=False),
                name="role_is_of_one_place",
            ),
            models.CheckConstraint(condition=Q(kind__in=RoleKind.values), name="role_kind_known"),
            models.UniqueConstraint(
                fields=["user", "kind", "facility"], name="one_role_per_facility"
            ),
            models.UniqueConstraint(
                fields=["user", "kind", "classroom"], name="one_role_per_classroom"
            ),
        ]

    @property
    def place_id(self) -> UUID | None:
        """Id of the facility or the classroom."""
        return self.facility_id or self.classroom_id

    def __str__(self) -> str:
        return f"{self.user}: {self.get_kind_display()} of {self.facility or self.classroom}"
