"""Every page works in a real browser under the strict Content-Security-Policy."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import log_in
from tests.conftest import client_for
from tests.factories import School, answered, exercise, make_school

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def school(transactional_db: None) -> School:
    school = make_school()
    client_for(school.ada).work(exercise(), answered("question 1"), answered("question 2"))
    return school


def test_the_front_page_links_to_the_api_documentation(page: Page):
    page.goto("/")

    assert page.title() == "LearnTrace"
    page.get_by_role("link", name="API documentation").click()
    page.locator(".opblock-post", has_text="/api/logger/contentsession").wait_for()


def test_the_api_documentation_is_rendered_and_can_be_tried(page: Page, school: School):
    """contract 0.13: browsable, assets served locally."""
    page.goto("/api/docs/")
    page.locator(".opblock-post", has_text="/api/logger/contentsession").click()

    page.get_by_role("button", name="Try it out").click()

    assert page.get_by_role("button", name="Execute").is_visible()


def test_a_coach_logs_in_and_sees_the_work_of_their_learners(page: Page, school: School):
    log_in(page, "coach")

    page.get_by_text("All records").click()
    page.get_by_role("link", name="Attempts").first.click()
    page.wait_for_selector("#result_list")
    assert page.locator("#result_list tbody tr").count() == 2
    row = page.locator("#result_list tbody tr", has_text="question 2")
    row.get_by_role("link").first.click()
    page.get_by_role("heading", name="question 2").wait_for()
    page.goto("/admin/logger/masterylog/")
    assert page.locator("#result_list tbody tr").count() == 1
    page.goto("/admin/logger/contentsession/")
    assert page.locator("#result_list tbody tr").count() == 1
