"""API keys, which act for one facility, and tokens, which act for one learner."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Self
from uuid import UUID

from django.db import models
from django.db.models import Q

from infra.db.models import UUIDModel


class Scope(StrEnum):
    """Permission of a key; ADMIN implies the other two."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def usable(self, at: datetime) -> Self:
        """Keys that are neither revoked nor expired."""
        return self.filter(revoked_at=None).filter(Q(expires_at=None) | Q(expires_at__gt=at))


class ApiKey(UUIDModel):
    """One API key, with which an app acts for one facility; the secret is not stored.

    A key can be `request.user`, so it has the attributes that Django and DRF read from users.
    """

    AUDITED_FIELDS: ClassVar[tuple[str, ...]] = (
        "name", "prefix", "can_read", "can_write", "can_admin", "expires_at", "revoked_at",
    )  # fmt: skip

    is_anonymous = False
    is_authenticated = True
    is_active = True
    is_superuser = False
    is_staff = False

    facility = models.ForeignKey(
        "roster.Facility", on_delete=models.CASCADE, related_name="api_keys"
    )
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=16, unique=True, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    can_read = models.BooleanField(default=True)
    can_write = models.BooleanField(default=False)
    can_admin = models.BooleanField(default=False, help_text="Implies read and write.")
    created_at = models.DateTimeField(editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = "API key"
        constraints = [
            models.CheckConstraint(
                condition=Q(can_read=True) | Q(can_write=True) | Q(can_admin=True),
                name="key_can_do_something",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix})"

    def is_usable(self, at: datetime) -> bool:
        """Return whether the key is neither revoked nor expired, like `usable`."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > at)

    @property
    def scopes(self) -> list[Scope]:
        """Scopes of the key including implied ones, weakest first."""
        return [scope for scope in Scope if self.allows(scope)]

    @property
    def sole_facility_id(self) -> UUID | None:
        """Id of the facility whose records the key may read; None if it may not read."""
        return self.facility_id if self.allows(Scope.READ) else None

    def allows(self, scope: Scope) -> bool:
        """Return whether the key has a scope, granted or implied."""
        granted = {
            Scope.READ: self.can_read,
            Scope.WRITE: self.can_write,
            Scope.ADMIN: self.can_admin,
        }
        return self.can_admin or granted[scope]


class LearnerToken(UUIDModel):
    """One short-lived token to act as one learner; it is deleted with the key that created it."""

    AUDITED_FIELDS: ClassVar[tuple[str, ...]] = ("expires_at",)

    user = models.ForeignKey("roster.User", on_delete=models.CASCADE, related_name="tokens")
    key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="tokens")
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.user} until {self.expires_at}"
