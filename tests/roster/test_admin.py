"""The roster's admin, as superusers use it."""

from __future__ import annotations

import html
import re

import pytest
from django.core.management import CommandError, call_command
from django.test import Client as Browser

from roster.models import ApiKey, User
from tests.conftest import client_for
from tests.factories import NOW, PASSWORD, School, key_row


@pytest.fixture
def root(school: School) -> Browser:
    browser = Browser()
    browser.force_login(school.superuser, backend="roster.authentication.RosterBackend")
    return browser


@pytest.mark.parametrize(
    "table",
    [
        "user", "facility", "classroom", "learnergroup", "lesson", "quiz", "coursesession",
        "apikey",
    ],
)  # fmt: skip
def test_every_page_opens(root: Browser, school: School, table: str):
    assert root.get(f"/admin/roster/{table}/").status_code == 200
    assert root.get(f"/admin/roster/{table}/?q=a").status_code == 200
    assert root.get(f"/admin/roster/{table}/add/").status_code == 200


@pytest.mark.parametrize("who", ["ada", "coach", "superuser"])
def test_a_persons_page_opens(root: Browser, school: School, who: str):
    user = getattr(school, who)

    assert root.get(f"/admin/roster/user/{user.pk}/change/").status_code == 200


@pytest.mark.parametrize("table", ["user", "facility", "classroom"])
def test_rows_with_records_are_removed_only_through_the_api(
    root: Browser, school: School, table: str
):
    """contract 1.8: no admin page first loads years of records."""
    rows = {"user": school.ada, "facility": school.facility, "classroom": school.class_7a}
    page, row = f"/admin/roster/{table}", rows[table]
    bulk = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}

    change = root.get(f"{page}/{row.pk}/change/").content.decode()
    root.post(f"{page}/", bulk)
    refused = root.post(f"{page}/{row.pk}/delete/", {"post": "yes"})

    assert "deletelink" not in change
    assert "DELETE /api/auth/" in change
    assert "delete_selected" not in root.get(f"{page}/").content.decode()
    assert refused.status_code == 403
    assert type(row)._default_manager.filter(pk=row.pk).exists()


def test_a_viewer_without_rights_sees_no_hint_on_deletion(school: School):
    coach = Browser()
    coach.force_login(school.coach, backend="roster.authentication.RosterBackend")

    page = coach.get(f"/admin/roster/user/{school.ada.pk}/change/")

    assert page.status_code == 200
    assert b"DELETE /api/" not in page.content


@pytest.mark.parametrize("username", ["a\u200bdan", "a\ndan", "\u0430dan"])
def test_usernames_that_look_like_others_are_refused(root: Browser, school: School, username: str):
    fields = {
        "username": username, "facility": school.facility.pk, "usable_password": "true",
        "password1": PASSWORD, "password2": PASSWORD, "roles-TOTAL_FORMS": 0,
        "roles-INITIAL_FORMS": 0, "enrolments-TOTAL_FORMS": 0, "enrolments-INITIAL_FORMS": 0,
    }  # fmt: skip

    refused = root.post("/admin/roster/user/add/", fields)
    added = root.post("/admin/roster/user/add/", {**fields, "username": "adan"})

    assert "A username may not" in html.unescape(refused.content.decode())
    assert added.status_code == 302
    assert User.objects.filter(username__contains="dan").get().username == "adan"


def test_a_superuser_gets_no_username_that_looks_like_another(
    db: None, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)

    with pytest.raises(CommandError, match="A username may not contain U\\+200B"):
        call_command("createsuperuser", "--no-input", username="ro\u200bot")

    assert not User.objects.exists()


def test_a_group_can_be_removed_with_its_class_open(root: Browser, school: School):
    """The members stay in the class."""
    gone = root.post(f"/admin/roster/learnergroup/{school.group.pk}/delete/", {"post": "yes"})

    assert gone.status_code == 302
    assert school.ada.enrolments.count() == 1


def test_a_key_is_created_in_the_admin_and_its_secret_shown_once(root: Browser, school: School):
    """contract 0.3: keys are created by command or in the admin."""
    page = root.post(
        "/admin/roster/apikey/add/",
        {"facility": school.facility.pk, "name": "LMS", "can_read": "on"},
        follow=True,
    )

    found = re.search(r"shown only once: (lt_\S+?)<", html.unescape(page.content.decode()))
    assert found is not None
    client = client_for(found[1])
    assert client.get("/api/logger/attemptlog").status_code == 200
    assert found[1].encode() not in root.get("/admin/roster/apikey/").content
    key = ApiKey.objects.get()
    assert key.created_at is not None
    root.post("/admin/roster/apikey/", {"action": "revoke", "_selected_action": [key.pk]})
    assert client.get("/api/logger/attemptlog").status_code == 401


def test_the_checkbox_column_of_keys_has_no_label(root: Browser, school: School):
    school.key()

    page = root.get("/admin/roster/apikey/").content.decode()

    assert 'data-label="Name"' in page
    assert 'data-label="&lt;' not in page


def test_revoking_skips_keys_that_are_expired(root: Browser, school: School):
    living, expired = key_row(school.key()), key_row(school.key())
    ApiKey.objects.filter(pk=expired.pk).update(expires_at=NOW)

    page = root.post(
        "/admin/roster/apikey/", {"action": "revoke", "_selected_action": [living.pk, expired.pk]}
    )

    assert page.status_code == 302
    assert list(ApiKey.objects.exclude(revoked_at=None)) == [living]


def test_a_key_without_scopes_is_refused_with_a_message(root: Browser, school: School):
    page = root.post("/admin/roster/apikey/add/", {"facility": school.facility.pk, "name": "LMS"})

    assert page.status_code == 200
    assert b"errornote" in page.content
    assert not ApiKey.objects.exists()


def test_a_user_added_in_the_admin_can_log_in(root: Browser, school: School):
    page = root.post(
        "/admin/roster/user/add/",
        {
            "username": "newbie", "facility": school.facility.pk, "usable_password": "true",
            "password1": PASSWORD, "password2": PASSWORD,
        },
    )  # fmt: skip

    assert page.status_code == 302
    body = {"username": "NEWBIE", "password": PASSWORD}
    assert client_for(None).post("/api/auth/session", body, format="json").status_code == 200


def test_a_user_with_a_role_can_open_the_admin(root: Browser, school: School):
    """contract 1.8: a coach created here can read."""
    nobody = {"TOTAL_FORMS": "0", "INITIAL_FORMS": "0"}
    form = {
        "username": "ben", "facility": school.facility.pk, "is_active": "on",
        "roles-TOTAL_FORMS": "1", "roles-INITIAL_FORMS": "0", "roles-0-kind": "coach",
        "roles-0-classroom": school.class_7b.pk,
        **{f"enrolments-{name}": value for name, value in nobody.items()},
    }  # fmt: skip

    page = root.post(f"/admin/roster/user/{school.ben.pk}/change/", form)

    assert page.status_code == 302, page.content.decode()
    browser = Browser()
    browser.post("/admin/login/", {"username": "ben", "password": PASSWORD})
    assert browser.get("/admin/logger/attemptlog/").status_code == 200


@pytest.mark.parametrize("username", ["ADA", "ada"])
def test_a_username_taken_in_another_case_is_refused_with_a_message(
    root: Browser, school: School, username: str
):
    """contract 1.8: unique, case-insensitively."""
    page = root.post(
        "/admin/roster/user/add/",
        {
            "username": username, "facility": school.facility.pk, "usable_password": "true",
            "password1": PASSWORD, "password2": PASSWORD,
        },
    )  # fmt: skip

    assert page.status_code == 200
    assert b"already" in page.content


def test_a_user_without_a_username_can_be_added(root: Browser, school: School):
    for external_id in ("s-1", "s-2"):
        page = root.post(
            "/admin/roster/user/add/",
            {
                "username": "", "facility": school.facility.pk, "external_id": external_id,
                "usable_password": "false", "password1": "", "password2": "",
            },
        )  # fmt: skip
        assert page.status_code == 302, page.content.decode()

    assert User.objects.filter(username=None).count() == 2
