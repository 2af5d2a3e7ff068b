"""Audit log of changes to the roster and the catalogue, of logins, and of exports."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from infra.db.models import UUIDModel
from roster.models.facilities import Facility
from roster.models.people import Actor, User


class AuditAction(models.TextChoices):
    """Kind of an audited action."""

    ADDED = "added", _("added")
    CHANGED = "changed", _("changed")
    REMOVED = "removed", _("removed")
    IMPORTED = "imported", _("imported")
    EXPORTED = "exported", _("exported")
    LOGGED_IN = "logged_in", _("logged in")
    LOCKED_OUT = "locked_out", _("locked out")


class AuditEntryQuerySet(models.QuerySet["AuditEntry"]):
    def visible_to(self, actor: Actor) -> Self:
        """Entries of the facilities the actor is an admin of; superusers see all."""
        if actor.is_superuser:
            return self
        if not isinstance(actor, User) or actor.staffs_facility is False:
            return self.none()
        return self.filter(facility__in=actor.roles.of_admins().values("facility"))


class AuditEntry(UUIDModel):
    """One change, login, lockout or export, with the user or key who made it.

    Entries are append-only: database triggers reject deletes, and all updates but pseudonyms of
    erased people. The object may be
    deleted later, so its name is stored and no foreign key is enforced. The time comes from the
    database, so no caller can set it.
    """

    at = models.DateTimeField(_("time"), db_default=Now(), editable=False)
    # Id of a user or a key; None for a command on the server.
    actor_id = models.UUIDField(null=True, blank=True)
    actor_name = models.CharField(_("who"), max_length=255)
    facility = models.ForeignKey(
        Facility, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+",
        null=True, blank=True, db_index=False,
    )  # fmt: skip
    action = models.CharField(_("action"), max_length=10, choices=AuditAction)
    object_kind = models.CharField(_("kind"), max_length=50)
    object_id = models.UUIDField(null=True, blank=True)
    object_name = models.CharField(_("what"), max_length=255)
    changes = models.JSONField(_("changes"), default=dict, blank=True)

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit log")
        indexes = [models.Index(fields=["facility", "-id"], name="audit_of_facility")]

    def __str__(self) -> str:
        return f"{self.actor_name} {self.get_action_display()} {self.object_name}"
