"""Fixtures for a browser; its pages fail the test on any error or policy violation."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from tests.conftest import CHROMIUM, NO_BROWSER
from tests.factories import PASSWORD

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
AXE = Path(__file__).parent / "vendor" / "axe.min.js"
# Impacts of axe-core at which somebody is excluded or delayed.
SERIOUS = {"serious", "critical"}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        # In CI nobody would notice skipped tests, so they fail.
        (pytest.fail if os.environ.get("CI") else pytest.skip)(NO_BROWSER)
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright's event loop runs in this thread; Django would mistake it for an async view.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


class Complaints(list[str]):
    """Complaints of a browser: errors, failed requests, violations of the policy."""

    def listen(self, page: Page) -> None:
        """Collect the complaints of a page from now on."""
        page.on("console", self._add_error)
        page.on("pageerror", lambda error: self.append(str(error)))
        page.on("requestfailed", lambda request: self._add_failure(request.url, request.failure))
        page.add_init_script(
            "document.addEventListener('securitypolicyviolation',"
            " event => console.error('policy: ' + event.violatedDirective))"
        )

    def _add_error(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.append(message.text)

    def _add_failure(self, url: str, failure: str | None) -> None:
        # Requests are aborted when the page is left or when they become downloads.
        if failure != "net::ERR_ABORTED":
            self.append(f"{url}: {failure}")


@pytest.fixture
def opened(browser: Browser, live_server: Any) -> Iterator[Callable[..., Page]]:
    """Open pages in separate contexts: `opened(locale="ar", color_scheme="dark")`."""
    complaints = Complaints()
    contexts: list[BrowserContext] = []

    def open_page(**options: Any) -> Page:
        context = browser.new_context(base_url=live_server.url, **options)
        contexts.append(context)
        page = context.new_page()
        complaints.listen(page)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def page(opened: Callable[..., Page]) -> Page:
    return opened()


def log_in(page: Page, username: str) -> None:
    """Log in through the form, in any language."""
    page.goto("/admin/")
    page.fill("#id_username", username)
    page.fill("#id_password", PASSWORD)
    page.locator("#login-form [type=submit]").click()
    page.locator("#user-tools").wait_for()


def serious_findings(page: Page) -> list[str]:
    """Return the serious and critical findings of axe-core on a page."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    # No preload: the policy of the page forbids axe-core to fetch style sheets.
    found = page.evaluate("axe.run(document, {resultTypes: ['violations'], preload: false})")
    return [
        f"{page.url}: {violation['id']}: {node['target']}"
        for violation in found["violations"]
        if violation["impact"] in SERIOUS
        for node in violation["nodes"]
    ]
