"""Usernames that repeat in other facilities, and the logins with them: contract 1.8."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client as Browser
from pytest_django import Settings

from roster.models import Facility, Scope, User
from tests.conftest import Client, client_for
from tests.factories import PASSWORD, School, make_facility, make_user
from tests.infra.counting_hasher import CountingHasher

LOGIN = "/api/auth/session"
ADMIN_LOGIN = "/admin/login/?next=/admin/"
OTHER_PASSWORD = "another correct horse"


def log_in(username: str = "ada", password: str = PASSWORD, **fields: Any) -> Any:
    return Client().post(LOGIN, {"username": username, "password": password, **fields})


@pytest.fixture
def namesake(school: School) -> User:
    """Another Ada, of the other facility."""
    return make_user(school.elsewhere, username="ADA", password=OTHER_PASSWORD)


def test_a_username_is_unique_within_its_facility(school: School, namesake: User):
    """contract 1.8: case-insensitively."""
    with pytest.raises(IntegrityError), transaction.atomic():
        make_user(school.facility, username="AdA")
    assert namesake.username_key == school.ada.username_key


def test_a_username_of_a_superuser_is_unique_among_superusers(school: School):
    """contract 1.8: across the installation."""
    make_user(school.facility, username="Root")

    with pytest.raises(IntegrityError), transaction.atomic():
        make_user(school.elsewhere, username="ROOT", is_superuser=True)
    options = {"username": "ROOT", "interactive": False}
    with pytest.raises(CommandError, match="already in use"):
        call_command("createsuperuser", **options)


def test_the_password_decides_between_namesakes(school: School, namesake: User):
    """contract 1.8: a login that names no facility."""
    assert log_in().json()["user_id"] == school.ada.pk.hex
    assert log_in("Ada", OTHER_PASSWORD).json()["user_id"] == namesake.pk.hex
    assert log_in("ada", "wrong").status_code == 401


def test_a_facility_decides_between_namesakes(school: School, namesake: User):
    """contract 1.8."""
    here, there = school.facility.pk.hex, school.elsewhere.pk.hex

    assert log_in(facility=here).json()["user_id"] == school.ada.pk.hex
    assert log_in(facility=there).status_code == 401
    assert log_in("ada", OTHER_PASSWORD, facility=there).json()["user_id"] == namesake.pk.hex


def test_an_ambiguous_login_is_refused_until_it_names_a_facility(school: School):
    """contract 1.8: refused while several people have the username and the password."""
    namesake = make_user(school.elsewhere, username="ada")

    refused, unknown = log_in(), log_in("nobody")

    assert (refused.status_code, refused.content) == (401, unknown.content)
    answer = log_in(facility=school.elsewhere.pk.hex)
    assert answer.json()["user_id"] == namesake.pk.hex


def test_people_who_left_make_no_login_ambiguous(school: School):
    """contract 1.8: they cannot log in themselves."""
    make_user(school.elsewhere, username="ada", is_active=False)

    assert log_in().json()["user_id"] == school.ada.pk.hex


def test_at_most_five_namesakes_are_compared(school: School, settings: Settings):
    """contract 1.8; among more, one that is not compared might have the same password."""
    settings.PASSWORD_HASHERS = ["tests.infra.counting_hasher.CountingHasher"]
    fifth, sixth = (
        [make_user(make_facility(), username="zoe", password=OTHER_PASSWORD + str(number))
         for number in numbers][-1]
        for numbers in (range(5), [5])
    )  # fmt: skip
    with_six = log_in("zoe", OTHER_PASSWORD + "4")
    assert with_six.status_code == 401
    assert log_in("zoe", OTHER_PASSWORD + "4", facility=str(fifth.facility_id)).status_code == 200
    sixth.delete()
    CountingHasher.hashed.clear()

    answer = log_in("zoe", OTHER_PASSWORD + "4")

    assert answer.json()["user_id"] == fifth.pk.hex
    assert len(CountingHasher.hashed) == 5


def test_registering_does_not_reveal_usernames_of_other_facilities(school: School):
    """contract 1.8: neither the API nor the admin's form."""
    make_user(school.elsewhere, username="secret")
    browser = Browser()
    browser.force_login(school.admin, backend="roster.authentication.RosterBackend")
    form = {
        "facility": school.facility.pk, "full_name": "", "external_id": "",
        "usable_password": "true", "password1": PASSWORD, "password2": PASSWORD,
    }  # fmt: skip

    by_api = client_for(school.key(Scope.ADMIN)).post(
        "/api/auth/facilityuser", {"username": "Secret"}
    )
    by_form = browser.post("/admin/roster/user/add/", {**form, "username": "stranger"})
    taken = browser.post("/admin/roster/user/add/", {**form, "username": "Secret"})

    assert by_api.status_code == 201
    assert by_form.status_code == 302
    assert b"This username is already in use." in taken.content
    assert User.objects.by_username("secret").count() == 2
    assert User.objects.by_username("stranger").count() == 2


def test_the_admin_form_offers_a_facility_where_there_are_several(school: School):
    """contract 1.8."""
    make_user(school.elsewhere, username="coach", is_staff=True)
    body = {"username": "coach", "password": PASSWORD}

    form = Browser().get(ADMIN_LOGIN).content.decode()
    ambiguous = Browser().post(ADMIN_LOGIN, body)
    chosen = Browser().post(ADMIN_LOGIN, {**body, "facility": school.facility.pk})
    unknown = Browser().post(ADMIN_LOGIN, {**body, "facility": "x"})

    assert "Hillside" in form
    assert (ambiguous.status_code, chosen.status_code) == (200, 302)
    assert unknown.status_code == 200
    Facility.objects.exclude(pk=school.facility.pk).delete()
    assert b'name="facility"' not in Browser().get(ADMIN_LOGIN).content
