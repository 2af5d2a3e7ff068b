"""Actions on the selected rows of an admin list, with valid and invalid ids."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin

from roster.models import ApiKey
from tests.factories import School, key_row, make_key
from tests.logger.test_admin import browser

NONSENSE = ["zz", "\0", "", "1", "'", "0" * 5000, "😀", "00000000-0000-0000-0000-00000000000g"]


def tables() -> list[str]:
    return [model._meta.label_lower.replace(".", "/") for model in admin.site._registry]


def action_form(*keys: Any, action: str) -> dict[str, Any]:
    return {"action": action, "_selected_action": keys, "index": 0}


@pytest.mark.parametrize("nonsense", NONSENSE)
def test_an_invalid_id_is_refused(school: School, nonsense: str):
    key = key_row(make_key(school.facility))
    answer = browser(school.admin).post(
        "/admin/roster/apikey/", action_form(key.pk, nonsense, action="revoke")
    )

    assert answer.status_code == 400
    key.refresh_from_db()
    assert key.revoked_at is None


@pytest.mark.parametrize("who", ["superuser", "admin", "coach"])
@pytest.mark.parametrize("action", ["delete_selected", "revoke", "", "\0"])
def test_no_list_fails_on_invalid_ids(school: School, who: str, action: str):
    window = browser(getattr(school, who))
    for table in tables():
        for nonsense in ("zz", "\0"):
            answer = window.post(f"/admin/{table}/", action_form(nonsense, action=action))
            assert answer.status_code in (200, 302, 400, 403), table


def test_an_action_applies_only_to_the_selected_rows(school: School):
    key = key_row(make_key(school.facility))
    other = make_key(school.facility)

    browser(school.admin).post("/admin/roster/apikey/", action_form(key.pk.hex, action="revoke"))

    key.refresh_from_db()
    assert key.revoked_at is not None
    assert ApiKey.objects.filter(revoked_at=None).get().prefix in other
