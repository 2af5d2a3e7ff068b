"""The front page refreshes itself while it is visible, and keeps what a person does on it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.analytics.alert_jobs import run_alert_jobs
from tests.browser.conftest import log_in
from tests.conftest import client_for
from tests.dashboard.practice import practise
from tests.factories import make_school

pytestmark = pytest.mark.django_db(transaction=True)
SOON = """() => {
    const control = document.getElementById('live-control');
    control.dataset.seconds = '0.3';
    document.dispatchEvent(new Event('visibilitychange'));
}"""


def test_the_front_page_shows_new_alerts_without_reloading(
    opened: Callable[..., Page], transactional_db: None
):
    school = make_school()
    practise(school.ada, "0" * 24, days_ago=0.1)
    run_alert_jobs()
    page = opened(viewport={"width": 1400, "height": 500})
    log_in(page, "coach")
    expect(page.get_by_label("Keep this page up to date")).to_be_checked()
    ada = page.locator(".concerns > li", has_text="Ada")
    ada.locator("summary").first.click()
    note = ada.get_by_label("Note")
    note.fill("half a sent")
    page.get_by_text("How this is decided").click()
    note.focus()
    before = page.evaluate("document.activeElement.selectionStart = 4; scrollTo(0, 120); scrollY")
    page.evaluate("document.body.dataset.kept = 'yes'")
    expect(page.locator(".class-summary")).to_contain_text("1 of 2 needs help")
    with page.expect_response(lambda response: response.status == 304):
        page.evaluate(SOON)

    practise(school.ben, "0" * 24, days_ago=0)
    run_alert_jobs()

    expect(page.locator(".class-summary")).to_contain_text("2 of 2 need help")
    expect(page.locator(".concerns > li", has_text="ben")).to_be_visible()
    expect(note).to_be_focused()
    expect(note).to_have_value("half a sent")
    assert page.evaluate("document.activeElement.selectionStart") == 4
    assert page.evaluate("scrollY") == before > 0
    expect(page.get_by_text("Stuck: after eight answers")).to_be_visible()
    assert page.evaluate("document.body.dataset.kept") == "yes"
    ada.get_by_role("button", name="Save note").click()
    expect(page.locator(".concerns > li", has_text="Ada").locator(".notes")).to_contain_text(
        "half a sent"
    )

    page.get_by_label("Keep this page up to date").uncheck()
    page.reload()
    expect(page.get_by_label("Keep this page up to date")).not_to_be_checked()


def test_what_is_chosen_stays_chosen_when_an_alert_beside_it_goes(
    opened: Callable[..., Page], transactional_db: None
):
    school = make_school()
    for skill in ("fractions", "algebra", "geometry"):
        practise(school.ada, "0" * 24, skill, days_ago=0.1)
    run_alert_jobs()
    page = opened(viewport={"width": 1400, "height": 900})
    log_in(page, "coach")
    boxes = page.locator(".concerns").get_by_role("checkbox")
    expect(boxes).to_have_count(3)
    boxes.nth(1).check()
    key = boxes.nth(1).get_attribute("value")

    client_for(school.coach).patch(f"/api/v1/alerts/{key}", {"state": "resolved"}, format="json")
    page.evaluate(SOON)

    expect(boxes).to_have_count(2)
    expect(page.locator(".concerns").get_by_role("checkbox", checked=True)).to_have_count(0)
    boxes.nth(1).check()
    key = boxes.nth(1).get_attribute("value")
    other = boxes.nth(0).get_attribute("value")
    client_for(school.coach).patch(f"/api/v1/alerts/{other}", {"state": "resolved"}, format="json")
    expect(boxes).to_have_count(1)
    expect(boxes.first).to_be_checked()
    expect(boxes.first).to_have_value(str(key))
