"""A browser, and pages that fail their test on any error or violation of the policy."""

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
# Told by axe-core: of these somebody is kept out or held up.
SERIOUS = {"serious", "critical"}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        # Where nobody would read that they were skipped, they fail.
        (pytest.fail if os.environ.get("CI") else pytest.skip)(NO_BROWSER)
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright's loop runs in this thread, and Django would take it for an async view.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


class Complaints(list[str]):
    """What a browser complains of: errors, failed requests, violations of the policy."""

    def listen(self, page: Page) -> None:
        """Hear what a page complains of from now on."""
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.append(str(error)))
        page.on("requestfailed", lambda request: self._miss(request.url, request.failure))
        page.add_init_script(
            "document.addEventListener('securitypolicyviolation',"
            " event => console.error('policy: ' + event.violatedDirective))"
        )

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.append(message.text)

    def _miss(self, url: str, failure: str | None) -> None:
        # What a page was still loading when it was left, or what became a download.
        if failure != "net::ERR_ABORTED":
            self.append(f"{url}: {failure}")


@pytest.fixture
def opened(browser: Browser, live_server: Any) -> Iterator[Callable[..., Page]]:
    """Open pages of contexts of their own: `opened(locale="ar", color_scheme="dark")`."""
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
    """Come in by the door, whatever its language."""
    page.goto("/admin/")
    page.fill("#id_username", username)
    page.fill("#id_password", PASSWORD)
    page.locator("#login-form [type=submit]").click()
    page.locator("#user-tools").wait_for()


def serious_findings(page: Page) -> list[str]:
    """What axe-core finds on a page that keeps somebody out or holds them up."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    # Without fetching style sheets, which the policy of the page would refuse it.
    found = page.evaluate("axe.run(document, {resultTypes: ['violations'], preload: false})")
    return [
        f"{page.url}: {violation['id']}: {node['target']}"
        for violation in found["violations"]
        if violation["impact"] in SERIOUS
        for node in violation["nodes"]
    ]
