"""The facility of a roster file, which its import opens where there is none."""

from __future__ import annotations

from django.db.models import QuerySet

from roster.importing.results import only
from roster.importing.schema import FacilityEntry
from roster.models import Facility


def facilities_meant(entry: FacilityEntry, known: QuerySet[Facility]) -> list[Facility]:
    """Return what an entry may mean: by partner id, else by name, none that another id is of."""
    if entry.partner_id is not None:
        if found := list(known.filter(partner_id=entry.partner_id)):
            return found
        known = known.filter(partner_id=None)
    return list(known.filter(name=entry.name))


def import_facility(entry: FacilityEntry) -> Facility:
    """Lock the facility a file is about, as the file says it is; open it where there is none."""
    meant = facilities_meant(entry, Facility.objects.select_for_update(no_key=True))
    found = only(meant, "facility.name", "facilities")
    if found is None:
        return Facility.objects.create(name=entry.name, partner_id=entry.partner_id)
    if (found.name, found.partner_id) != (entry.name, entry.partner_id or found.partner_id):
        found.name = entry.name
        found.partner_id = entry.partner_id or found.partner_id
        found.save(update_fields=["name", "partner_id"])
    return found
