"""Concurrent imports: real threads, each with its own connection (contract 1.8)."""

from __future__ import annotations

from typing import Any

import pytest

from roster.importing import ImportedRoster, import_export, import_roster
from roster.importing.oneroster import Report, Translation
from roster.importing.schema import RosterFile
from roster.importing.serializers import RosterFileSerializer
from roster.models import ApiKey, Classroom, Enrolment, Facility, Lesson, Role, User
from tests.factories import NOW
from tests.threads import CLIENTS, together

pytestmark = pytest.mark.django_db(transaction=True)

ROSTER: dict[str, Any] = {
    "facility": {"name": "Riverside"},
    "users": [
        {"username": "kim", "password": "given by us", "role": "coach"},
        {"username": "ada", "password": "given by us"},
        {"username": "ben"},
    ],
    "classrooms": [{"name": "7A", "coaches": ["kim"], "learners": ["ada", "ben"]}],
    "lessons": [{"title": "Week 1", "assigned_to": ["7A"]}],
    "api_keys": [{"name": "LMS", "scopes": ["read"]}],
}


def roster_of(**sections: Any) -> RosterFile:
    serializer = RosterFileSerializer(data={**ROSTER, **sections})
    serializer.is_valid(raise_exception=True)
    return serializer.command()


def imported(roster: RosterFile) -> ImportedRoster:
    return import_roster(roster, at=NOW)


@pytest.mark.parametrize("facility", [{"name": "Riverside"}, {"name": "R", "partner_id": "779"}])
def test_concurrent_first_imports_create_one_facility(
    transactional_db: None, facility: dict[str, str]
):
    """contract 1.8: idempotent, even if neither import can see the facility of the other yet."""
    done = together(lambda _number: imported(roster_of(facility=facility)))

    made = {
        model.__name__: model._default_manager.count()
        for model in (Facility, User, Role, Classroom, Enrolment, Lesson, ApiKey)
    }
    assert made == {
        "Facility": 1, "User": 3, "Role": 1, "Classroom": 1, "Enrolment": 2, "Lesson": 1,
        "ApiKey": 1,
    }  # fmt: skip
    assert len({roster.facility.pk for roster in done}) == 1
    assert len({roster.users["ada"].id for roster in done}) == 1
    assert sum(roster.users["ben"].password is not None for roster in done) == 1
    assert sum(roster.api_keys["LMS"] is not None for roster in done) == 1


def test_schools_in_opposite_orders_are_imported_without_a_deadlock(transactional_db: None):
    """An import waits for others before it locks any facility."""

    def import_both(number: int) -> None:
        schools = [{"name": "Riverside"}, {"name": "Hillside"}]
        import_export(
            [
                Translation(
                    roster=roster_of(
                        facility=facility,
                        users=[{"username": f"{facility['name']}-{number}"}],
                        classrooms=[],
                        lessons=[],
                    ),
                    origins={},
                )
                for facility in (schools if number % 2 else reversed(schools))
            ],
            Report(),
            at=NOW,
        )

    together(import_both)

    assert User.objects.count() == 2 * CLIENTS
    assert Facility.objects.count() == 2
