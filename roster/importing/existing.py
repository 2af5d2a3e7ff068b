"""Rows of earlier imports, needed by exports that contain only changes."""

from __future__ import annotations

from collections import defaultdict

from roster.importing.oneroster import Known
from roster.models import Classroom, Facility, User


def known_here() -> Known:
    """Return the schools, classes and users that have ids of an external system."""
    schools = dict(
        Facility.objects.exclude(partner_id=None).values_list("partner_id", "name").iterator()
    )
    classes = Classroom.objects.exclude(external_id=None).exclude(facility__partner_id=None)
    people: dict[str, set[str]] = defaultdict(set)
    named = User.objects.exclude(external_id=None).exclude(facility__partner_id=None)
    for person, school in named.values_list("external_id", "facility__partner_id").iterator():
        people[person or ""].add(school or "")
    return Known(
        schools={key or "": name for key, name in schools.items()},
        classes={
            (school or "", key or ""): name
            for school, key, name in classes.values_list(
                "facility__partner_id", "external_id", "name"
            ).iterator()
        },
        people=dict(people),
    )
