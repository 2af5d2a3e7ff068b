"""Import of the facility of a roster file."""

from __future__ import annotations

from dataclasses import asdict

from django.db.models import QuerySet

from roster.importing.results import get_only
from roster.importing.schema import FacilityEntry
from roster.models import Facility


def match_facilities(entry: FacilityEntry, known: QuerySet[Facility]) -> list[Facility]:
    """Return facilities by partner id, else by name without a different partner id."""
    if entry.partner_id is not None:
        if found := list(known.filter(partner_id=entry.partner_id)):
            return found
        known = known.filter(partner_id=None)
    return list(known.filter(name=entry.name))


def import_facility(entry: FacilityEntry) -> Facility:
    """Lock and update the facility of a file; create it if it does not exist."""
    candidates = match_facilities(entry, Facility.objects.select_for_update(no_key=True))
    found = get_only(candidates, "facility.name", "facilities")
    given = {name: value for name, value in asdict(entry).items() if value is not None}
    if found is None:
        return Facility.objects.create(**given)
    if any(getattr(found, name) != value for name, value in given.items()):
        for name, value in given.items():
            setattr(found, name, value)
        found.save(update_fields=list(given))
    return found
