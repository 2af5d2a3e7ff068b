"""Every control on a page of the roster has a name (axe: select-name, label)."""

from __future__ import annotations

import re

import pytest
from django.test import Client as Browser
from django.urls import reverse

from roster.models import User
from tests.factories import School, make_lesson, make_quiz


def unnamed(page: str) -> set[str]:
    """Return the controls of a page's form without a label or a naming attribute."""
    form = page.split('id="content-main"')[1].split('id="footer"', maxsplit=1)[0]
    labelled = set(re.findall(r'<label[^>]* for="([^"]+)"', form))
    controls = re.findall(r"<(?:input|select|textarea)\b([^>]*)>", form)
    found = set()
    for control in controls:
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', control))
        is_silent = attributes.get("type") in ("hidden", "submit")
        is_named = attributes.get("aria-label") or attributes.get("id") in labelled
        if not is_silent and not is_named:
            found.add(attributes.get("name", ""))
    return found


def browser(user: User) -> Browser:
    browser = Browser()
    browser.force_login(user, backend="roster.authentication.RosterBackend")
    return browser


@pytest.mark.parametrize("table", ["user", "classroom", "learnergroup", "quiz", "lesson"])
def test_every_control_of_a_change_page_has_a_name(school: School, table: str):
    quiz, lesson = make_quiz(school.class_7a), make_lesson(school.class_7a)
    rows = {
        "user": school.ada, "classroom": school.class_7a, "learnergroup": school.group,
        "quiz": quiz, "lesson": lesson,
    }  # fmt: skip
    url = reverse(f"admin:roster_{table}_change", args=[rows[table].pk])

    page = browser(school.admin).get(url).content.decode()

    assert unnamed(page) == set()


def test_both_fields_of_the_expiry_of_a_key_have_names(school: School):
    page = browser(school.admin).get(reverse("admin:roster_apikey_add")).content.decode()

    assert unnamed(page) == set()
    assert 'aria-label="Expires at: date"' in page
    assert 'aria-label="Expires at: time"' in page
