"""Time zones of what a person sees: that of their facility, else of the facility shown."""

from __future__ import annotations

from collections.abc import Mapping

from infra.identifiers import parse_uuid
from roster.models.facilities import Facility, default_time_zone
from roster.models.people import User


def zone_of(facility: Facility | None) -> str:
    """Return the time zone of the days of a facility; of nobody's, the default."""
    return facility.time_zone if facility else default_time_zone()


def zone_of_home(viewer: User) -> str:
    """Return the time zone of the facility of a person, which is loaded at each request."""
    return viewer.facility_zone or zone_of(viewer.facility)


def zone_of_pages(viewer: User, params: Mapping[str, str]) -> str:
    """Return the time zone in which the pages of the admin show days and times.

    It is that of the viewer's facility. For a viewer without one it is that of the facility by
    which a list is filtered (`facility`), or of the only facility, else the default.
    """
    if viewer.facility_id is not None:
        return zone_of_home(viewer)
    facilities = Facility.objects.all()
    chosen = parse_uuid(params.get("facility", ""))
    if chosen is not None:
        facilities = facilities.filter(pk=chosen)
    zones = list(facilities.order_by("pk").values_list("time_zone", flat=True)[:2])
    return zones[0] if len(zones) == 1 else default_time_zone()
