"""Which partner a request names: its caller's own facility."""

from __future__ import annotations

from uuid import UUID

from infra.identifiers import parse_uuid
from roster.models import Actor, ApiKey, Facility, User
from roster.services import AuthenticationRequired, get_one


class PartnerMismatch(PermissionError):
    """This partner is not yours."""

    field = "partner_id"


def get_partner(actor: Actor, partner_id: str) -> UUID:
    """Return the facility a caller names by its partner id or UUID (contract 3).

    Superusers of no facility may name any; everybody else only their own.

    Raises
    ------
    PartnerMismatch : another's, or nobody's.
    AuthenticationRequired : a guest asks.
    """
    if isinstance(actor, ApiKey):
        return _own(actor.facility, partner_id)
    if not isinstance(actor, User):
        raise AuthenticationRequired
    if actor.facility_id is None:
        # No text PostgreSQL could hold, so nobody's name.
        facility = (
            None if "\0" in partner_id else get_one(Facility.objects.by_identifier(partner_id))
        )
        return _own(facility, partner_id)
    if parse_uuid(partner_id) == actor.facility_id:
        return actor.facility_id
    return _own(actor.facility, partner_id)


def _own(facility: Facility | None, partner_id: str) -> UUID:
    if facility is None:
        raise PartnerMismatch
    if partner_id != facility.partner_id and parse_uuid(partner_id) != facility.pk:
        raise PartnerMismatch
    return facility.pk
