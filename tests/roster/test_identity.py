"""The learner of a recorded request: contract 0.5, 0.6."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from logger.models import ContentSession
from roster.models import User
from tests.conftest import Client, client_for
from tests.factories import School, make_key, make_user, video

START = "/api/logger/contentsession"


def recorded_for(client: Client, **fields: Any) -> User | None:
    started = client.start(video(**fields))
    return ContentSession.objects.get(pk=UUID(started["session_id"])).user


def test_a_logged_in_user_records_for_themselves_only(school: School):
    """contract 0.5: coach and superuser too; user_id of another: 403."""
    for person in (school.ben, school.coach, school.superuser):
        client = client_for(person)
        assert recorded_for(client) == person
        for name in (school.ada.pk.hex, "student_ada", uuid7().hex, "nobody"):
            response = client.post(START, video(user_id=name), format="json")
            assert (response.status_code, response.json()[0]["id"]) == (403, "PERMISSION_DENIED")
    ada = client_for(school.ada)
    for own in (school.ada.pk.hex, str(school.ada.pk).upper(), "student_ada"):
        assert recorded_for(ada, user_id=own) == school.ada


def test_a_guest_cannot_name_a_learner(guest: Client):
    """contract 0.5: an app that lost its key gets an error and is not recorded as a guest."""
    response = guest.post(START, video(user_id="student_ada"), format="json")

    assert response.status_code == 401
    assert not ContentSession.objects.exists()


def test_a_key_without_a_learner_records_a_guest_of_its_facility(app: Client, school: School):
    """contract 0.5."""
    assert recorded_for(app) is None
    assert ContentSession.objects.get().facility == school.facility


def test_a_key_names_a_learner_by_external_id_or_uuid(app: Client, school: School):
    """contract 0.6: inside the key's facility only, case-sensitive."""
    assert recorded_for(app, user_id="student_ada") == school.ada
    assert recorded_for(app, user_id=school.ada.pk.hex) == school.ada
    assert recorded_for(app, user_id=str(school.ben.pk).upper()) == school.ben
    other = recorded_for(app, user_id="Student_Ada")
    assert other is not None
    assert other not in (school.ada, school.stranger)
    elsewhere = client_for(make_key(school.elsewhere))
    assert recorded_for(elsewhere, user_id="student_ada") == school.stranger


def test_an_external_id_takes_precedence_over_a_uuid(app: Client, school: School):
    """contract 0.6: external_id first, then our UUID."""
    impostor = make_user(school.facility, external_id=school.ada.pk.hex)

    assert recorded_for(app, user_id=school.ada.pk.hex) == impostor
    assert recorded_for(app, user_id=str(school.ada.pk)) == school.ada


def test_a_foreign_uuid_is_just_a_new_external_id(app: Client, school: School):
    """contract 0.6, 0.7: no hint that the UUID exists in another facility."""
    learner = recorded_for(app, user_id=school.stranger.pk.hex)

    assert learner is not None
    assert learner != school.stranger
    assert (learner.external_id, learner.facility) == (school.stranger.pk.hex, school.facility)


@pytest.mark.parametrize("name", ["new_1", "1185304", "ünï çødé 😀", " spaced ", "x" * 255, "0"])
def test_an_unknown_learner_is_created_once(app: Client, school: School, name: str):
    """contract 0.6: any string ≤ 255; the learner gets no login."""
    first, again = recorded_for(app, user_id=name), recorded_for(app, user_id=name)

    assert first is not None
    assert first == again
    assert (first.external_id, first.username, first.facility) == (name, None, school.facility)
    assert not first.has_usable_password()
    assert (first.is_staff, first.is_superuser) == (False, False)


def test_a_number_names_a_learner_as_its_string(app: Client):
    """contract 1.1: this API is lenient."""
    learner = recorded_for(app, user_id=1185304)

    assert learner is not None
    assert learner.external_id == "1185304"


def test_a_facility_can_refuse_unknown_learners(app: Client, school: School):
    """contract 0.6: auto_provision off: 404."""
    school.facility.auto_provision = False
    school.facility.save()

    response = app.post(START, video(user_id="newcomer"), format="json")

    assert (response.status_code, response.json()[0]["id"]) == (404, "NOT_FOUND")
    assert not User.objects.filter(external_id="newcomer").exists()
    assert recorded_for(app, user_id="student_ada") == school.ada


def test_a_key_of_a_facility_without_guest_access_must_name_a_learner(app: Client, school: School):
    school.facility.guest_access = False
    school.facility.save()

    """contract 1.1: guest_access off: 401."""
    assert app.post(START, video(), format="json").status_code == 401
    assert recorded_for(app, user_id="student_ada") == school.ada
