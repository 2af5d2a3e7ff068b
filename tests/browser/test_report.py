"""The report on a learner fits one page of A4, and its pages are accessible."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from analytics.models import Skill
from tests.browser.conftest import log_in, serious_findings
from tests.dashboard.practice import practise
from tests.factories import PASSWORD, make_school

pytestmark = pytest.mark.django_db(transaction=True)
NARROW = {"width": 390, "height": 800}


def test_a_report_is_printed_on_one_page_and_read_by_the_family(
    transactional_db: None, opened: Callable[..., Page]
):
    school = make_school()
    school.ada.full_name = "Ada " * 45
    school.ada.save()
    for number in range(9):
        for kind, scores in (("known", "1" * 8), ("new", "0" * 6), ("early", "11")):
            practise(school.ada, scores, f"{kind} {number}", item=f"{kind} {number}")
    for skill in Skill.objects.all():
        skill.title = f"{skill.code} with a long name" * 6
        skill.save()
    page = opened(viewport={"width": 1400, "height": 900})
    log_in(page, "coach")
    page.goto(reverse("admin:coach_report", args=[school.ada.pk]))

    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True))) == 1
    assert serious_findings(page) == []

    page.goto(reverse("admin:coach_learner", args=[school.ada.pk]))
    links = page.locator("section", has=page.get_by_role("heading", name="Links for the family"))
    links.locator("summary").click()
    links.get_by_role("button", name="Make the link").click()
    url = page.locator("code.secret").inner_text()

    family = opened(viewport=NARROW, color_scheme="dark", locale="ar")
    family.goto(url)
    own = opened(viewport=NARROW)
    own.goto("/me")
    own.fill("#id_username", "ada")
    own.fill("#id_password", PASSWORD)
    own.locator("#login-form [type=submit]").click()
    for reader in (family, own):
        reader.locator("article.report").wait_for()
        assert reader.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
        assert serious_findings(reader) == []
