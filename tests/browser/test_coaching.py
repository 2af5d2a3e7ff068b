"""A coach finds who is stuck and why, on any screen, in either language, with nothing amiss."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from analytics.models import Item, SkillState
from logger.models import AttemptLog, MasteryLog
from tests.browser.conftest import log_in, serious_findings
from tests.conftest import client_for
from tests.factories import School, answered, exercise, make_quiz, make_school, video

pytestmark = pytest.mark.django_db(transaction=True)

NARROW, WIDE = {"width": 360, "height": 740}, {"width": 1400, "height": 900}
LISTS = [
    "logger/attemptlog", "logger/masterylog", "logger/contentsession", "logger/contentsummary",
    "analytics/learningevent", "analytics/skillstate", "analytics/itemmemory", "roster/user",
]  # fmt: skip


@pytest.fixture
def school(transactional_db: None) -> School:
    """Ada answers the same question wrongly again and again; ben does well."""
    school = make_school()
    asked = exercise(mastery_model={"type": "num_correct_in_a_row_10"})
    ada, ben = client_for(school.ada), client_for(school.ben)
    for _sitting in range(2):
        session = ada.start({**asked, "repeat": True})["session_id"]
        told = [answered("one half", 0, simple_answer=f"2/{n}") for n in (1, 1, 3, 1)]
        ada.move(session, time_spent_delta=90, interactions=[told[0]])
        hint = answered("one half", 0, hinted=True, answer={"hint": "halves"})
        ada.move(session, interactions=[*told[1:], hint, answered("a third", 0)])
        rest = [answered(f"question {n}", 0, answer={"choice": n}) for n in range(5)]
        ada.move(session, time_spent_delta=200, progress=1, interactions=rest)
    session = ben.start(asked)["session_id"]
    ben.move(session, interactions=[answered(f"question {n}", 1) for n in range(9)])
    ada.move(ada.start(video())["session_id"], progress=0.4, time_spent_delta=75)
    quiz = ada.start({"quiz_id": make_quiz(school.class_7a).pk.hex})["session_id"]
    ada.move(quiz, progress=1, interactions=[answered("q1", 1), answered("q2", 0.5)])
    return school


def pages_about(school: School) -> dict[str, str]:
    """One page of every kind, about ada."""
    tried = MasteryLog.objects.filter(user=school.ada, is_quiz=False).newest_first()[0]
    attempt = AttemptLog.objects.filter(user=school.ada, hinted=True).newest_first()[0]
    skill = SkillState.objects.filter(learner=school.ada)[0].skill
    pages = {
        "coach_learner": [school.ada.pk],
        "coach_practice": [school.ada.pk, skill.pk],
        "coach_content": [school.ada.pk, tried.content_id],
        "coach_try": [tried.pk],
        "coach_attempt": [attempt.pk],
        "coach_skill": [skill.pk],
        "coach_item": [Item.objects.get(code__endswith=":one half").pk],
    }
    return {name: reverse(f"admin:{name}", args=args) for name, args in pages.items()}


def test_a_coach_sees_who_is_stuck_and_what_they_answered(
    school: School, opened: Callable[..., Page]
):
    """In at most four clicks; and none of it is there for another class's coach."""
    page = opened(viewport=WIDE)
    log_in(page, "coach")
    seen = []

    def click(link: Any, where: str) -> None:
        link.first.click()
        page.wait_for_url(re.compile(where))
        seen.append(page.url)

    help_needed = page.locator("section", has=page.get_by_role("heading", name="Who needs help"))
    expect(help_needed.get_by_role("link", name="Ada")).to_be_visible()
    assert help_needed.get_by_role("link", name="ben").count() == 0
    click(help_needed.get_by_role("link", name="Ada", exact=True), "/coach/learners/[^/]+/$")
    click(page.get_by_role("row", name="10 in a row").get_by_role("link", name="Try"), "/tries/")
    question = page.get_by_role("row", name="one half").get_by_role("link", name="one half")
    click(question, "/attempts/")

    timeline = page.locator(".timeline")
    expect(timeline).to_contain_text("wrong")
    expect(page.locator("main")).to_contain_text("2/1")
    assert len(seen) <= 4

    other = opened()
    log_in(other, "foreign_coach")
    seen += pages_about(school).values()
    seen.append(f"/admin/?class={school.class_7a.pk}")
    for url in seen:
        assert other.request.get(url).status == 404, url
        assert page.request.get(url).status == 200, url


@pytest.mark.parametrize(
    ("viewport", "color_scheme", "locale", "is_examined"),
    # What axe-core finds depends on colours and languages, each of which the first two have.
    [
        (WIDE, "light", "en", True),
        (NARROW, "dark", "ar", True),
        (NARROW, "light", "en", False),
        (WIDE, "dark", "ar", False),
    ],
    ids=["wide light English", "narrow dark Arabic", "narrow light English", "wide dark Arabic"],
)
def test_every_page_is_fit_to_be_used(
    school: School,
    opened: Callable[..., Page],
    viewport: Any,
    color_scheme: str,
    locale: str,
    is_examined: bool,
):
    """Nothing keeps anybody out, nothing runs off the screen, nothing breaks the policy."""
    page = opened(viewport=viewport, color_scheme=color_scheme, locale=locale)
    log_in(page, "coach")
    lists = [f"/admin/{name}/" for name in LISTS]
    amiss: list[str] = []

    for url in ["/admin/", *pages_about(school).values(), *lists]:
        response = page.goto(url)
        assert response is not None
        if response.status != 200:
            amiss.append(f"{url}: {response.status}")
        assert page.locator("html").get_attribute("lang") == locale
        if runs_over(page):
            amiss.append(f"{url} runs over by {runs_over(page)} pixels")
        amiss += serious_findings(page) if is_examined else []

    assert amiss == []


def test_a_page_is_used_by_keyboard_alone(school: School, page: Page):
    log_in(page, "coach")
    page.goto(pages_about(school)["coach_attempt"])

    page.keyboard.press("Tab")
    expect(page.locator(".skip-to-content-link")).to_be_focused()
    folded = page.locator("details summary").last
    folded.focus()
    page.keyboard.press("Enter")

    expect(page.locator("details pre").first).to_be_visible()


def test_a_language_is_chosen_and_kept(school: School, page: Page):
    log_in(page, "coach")
    page.goto(pages_about(school)["coach_try"])

    page.get_by_role("button", name="العربيّة").click()

    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    assert page.url.endswith(pages_about(school)["coach_try"])
    page.goto("/admin/")
    expect(page.locator("html")).to_have_attribute("lang", "ar")


def runs_over(page: Page) -> int:
    """By how many pixels a page is wider than its window."""
    root = "document.documentElement"
    return int(page.evaluate(f"{root}.scrollWidth - {root}.clientWidth"))


def test_what_is_exported_is_what_the_list_shows(school: School, page: Page):
    """And of nobody whom the viewer may not see."""
    client_for(school.chen).work(exercise(), answered("another class's question"))
    log_in(page, "coach")
    page.goto("/admin/logger/attemptlog/?q=ada")
    shown = page.locator("#result_list tbody .field-question").all_inner_texts()

    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()

    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(StringIO(text)))
    [items] = [name for name in rows[0] if name.lower() in ("item", "question")]
    assert [row[items] for row in rows] == shown
    assert len(shown) > 10
