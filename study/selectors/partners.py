"""Lookup of the partner that a request names: the caller's own facility."""

from __future__ import annotations

from uuid import UUID

from infra.identifiers import parse_uuid
from roster.models import Actor, ApiKey, Facility, User
from roster.services import AuthenticationRequired, get_one


class PartnerMismatch(PermissionError):
    """This partner id is not that of your facility."""

    field = "partner_id"


def get_partner(actor: Actor, partner_id: str) -> UUID:
    """Return the facility a caller names by its partner id or UUID (contract 3).

    Superusers of no facility may name any; everybody else only their own.

    Raises
    ------
    PartnerMismatch : another partner's id, or no partner's.
    AuthenticationRequired : the caller is a guest.
    """
    if isinstance(actor, ApiKey):
        return _require_match(actor.facility, partner_id)
    if not isinstance(actor, User):
        raise AuthenticationRequired
    if actor.facility_id is None:
        # PostgreSQL stores no null characters, so no facility has this id.
        facility = (
            None if "\0" in partner_id else get_one(Facility.objects.by_identifier(partner_id))
        )
        return _require_match(facility, partner_id)
    if parse_uuid(partner_id) == actor.facility_id:
        return actor.facility_id
    return _require_match(actor.facility, partner_id)


def _require_match(facility: Facility | None, partner_id: str) -> UUID:
    if facility is None:
        raise PartnerMismatch
    if partner_id != facility.partner_id and parse_uuid(partner_id) != facility.pk:
        raise PartnerMismatch
    return facility.pk
