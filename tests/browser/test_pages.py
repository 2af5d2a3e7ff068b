"""Every page works in a real browser under the strict Content-Security-Policy."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tests.conftest import client_for
from tests.factories import PASSWORD, School, answered, exercise, make_school

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed (Debian: chromium)"),
]


@pytest.fixture
def school(transactional_db: None) -> School:
    school = make_school()
    client_for(school.ada).work(exercise(), answered("question 1"), answered("question 2"))
    return school


@pytest.fixture
def browser(school: School, monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    # Playwright's loop runs in this thread, and Django would take it for an async view.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, live_server: Any) -> Iterator[Page]:
    """A page that fails its test on any error or violation of the policy."""
    page = browser.new_page(base_url=live_server.url)
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfailed", lambda request: complaints.append(request.url))
    yield page
    page.close()
    assert complaints == []


def test_the_front_page_leads_on(page: Page):
    page.goto("/")

    assert page.title() == "LearnTrace"
    page.get_by_role("link", name="API documentation").click()
    page.locator(".opblock-post", has_text="/api/logger/contentsession").wait_for()


def test_the_api_documentation_is_drawn_and_can_be_tried(page: Page, school: School):
    """contract 0.13: browsable, assets served locally."""
    page.goto("/api/docs/")
    page.locator(".opblock-post", has_text="/api/logger/contentsession").click()

    page.get_by_role("button", name="Try it out").click()

    assert page.get_by_role("button", name="Execute").is_visible()


def test_a_coach_logs_in_and_sees_what_their_learners_did(page: Page, school: School):
    page.goto("/admin/")
    page.fill("#id_username", "coach")
    page.fill("#id_password", PASSWORD)
    page.get_by_role("button", name="Log in").click()

    page.get_by_role("link", name="Attempts").first.click()
    page.wait_for_selector("#result_list")
    assert page.locator("#result_list tbody tr").count() == 2
    page.locator("#result_list tbody a", has_text="Ada").first.click()
    page.get_by_text("question 2", exact=True).first.wait_for()
    page.goto("/admin/logger/masterylog/")
    assert page.locator("#result_list tbody tr").count() == 1
    page.goto("/admin/logger/contentsession/")
    assert page.locator("#result_list tbody tr").count() == 1
