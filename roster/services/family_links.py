"""Services for the links by which families read the report on a learner."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from django.db import Error as DatabaseError
from django.db import transaction
from django.db.models import F

from roster import keys
from roster.models import User
from roster.models.family_links import MAX_NAME_LENGTH, FamilyLink
from roster.services import auditing
from roster.services.learners import UnknownLearner, lock_learner, lock_one
from roster.services.permissions import InvalidField, NotAllowed

BRAND = "lf"
DEFAULT_DAYS = 30
MAX_DAYS = 365
MAX_LINKS = 10


class UnknownFamilyLink(LookupError):
    """There is no such link, or it has expired."""


@transaction.atomic
def create_family_link(
    learner_id: UUID, *, days: int, actor: User, at: datetime
) -> tuple[FamilyLink, str]:
    """Create a link that expires after some days; return it with its secret, which is not stored.

    Raises
    ------
    UnknownLearner : there is no such learner, or the actor may not read them.
    NotAllowed : the learner is the actor, is staff, or is not active.
    InvalidField : the days are not in [1, MAX_DAYS], or there are MAX_LINKS links already.
    """
    learner = lock_one(User.objects.visible_to(actor).filter(pk=learner_id))
    if learner is None:
        raise UnknownLearner
    if not can_have_links(learner, actor):
        raise NotAllowed
    if not 1 <= days <= MAX_DAYS:
        raise InvalidField("days", "Must be from 1 to 365.")
    FamilyLink.objects.filter(learner=learner, expires_at__lte=at).delete()
    if FamilyLink.objects.filter(learner=learner).count() >= MAX_LINKS:
        raise InvalidField("learner", "This learner has ten links.")
    new_key = keys.mint(BRAND)
    link = FamilyLink(
        learner=learner,
        digest=new_key.digest,
        author_name=str(actor)[:MAX_NAME_LENGTH],
        created_at=at,
        expires_at=at + timedelta(days=days),
    )
    link.save(force_insert=True)
    auditing.record_added(link, actor=actor, facility_id=learner.facility_id)
    return link, new_key.secret


def can_have_links(learner: User, viewer: User) -> bool:
    """Return whether a coach may make links to the report on a learner: not to their own."""
    return learner.is_active_learner and learner.pk != viewer.pk


@transaction.atomic
def revoke_family_link(pk: UUID, *, actor: User) -> UUID:
    """Delete a link, record that in the audit log, and return the id of its learner.

    Raises
    ------
    UnknownFamilyLink : there is no such link, or the actor may not read the learner.
    NotAllowed : the learner is the actor.
    """
    found = FamilyLink.objects.visible_to(actor).filter(pk=pk)
    learner_id = found.values_list("learner_id", flat=True).first()
    if learner_id is None:
        raise UnknownFamilyLink
    if learner_id == actor.pk:
        raise NotAllowed
    learner = lock_learner(learner_id)
    link = found.select_related("learner").first()
    if link is None:
        raise UnknownFamilyLink
    auditing.record_removed(link, actor=actor, facility_id=learner.facility_id)
    link.delete()
    return learner.pk


def find_family_link(secret: str, *, at: datetime) -> FamilyLink:
    """Return the link with this secret, its learner and their facility.

    Raises
    ------
    UnknownFamilyLink : no link has this secret, it has expired, or the learner is not active.
    """
    links = FamilyLink.objects.unexpired(at).filter(
        digest=keys.digest(secret), learner__in=User.objects.active_learners()
    )
    link = links.select_related("learner__facility").first()
    if link is None:
        raise UnknownFamilyLink
    return link


def record_opening(link: FamilyLink, *, at: datetime) -> None:
    """Count an opening; a read-only database must still serve reads."""
    with suppress(DatabaseError):
        FamilyLink.objects.filter(pk=link.pk).update(openings=F("openings") + 1, last_used_at=at)
