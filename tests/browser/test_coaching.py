"""A coach finds who is stuck and why, on any screen, in either language, with nothing amiss."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from analytics.models import Item, ItemMemory, SkillState
from logger.models import AttemptLog, MasteryLog
from roster.models import Role, RoleKind
from tests.browser.conftest import log_in, serious_findings
from tests.conftest import client_for
from tests.factories import (
    School,
    answered,
    exercise,
    make_quiz,
    make_school,
    make_user,
    video,
)
from tests.infra.export_client import read_csv, read_xlsx
from tests.infra.list_oracle import duration

pytestmark = pytest.mark.django_db(transaction=True)

NARROW, WIDE = {"width": 360, "height": 740}, {"width": 1400, "height": 900}
LISTS = [
    "logger/attemptlog", "logger/masterylog", "logger/contentsession", "logger/contentsummary",
    "analytics/learningevent", "analytics/skillstate", "analytics/itemmemory", "roster/user",
]  # fmt: skip
ROSTER = [
    "roster/user", "roster/classroom", "roster/learnergroup", "roster/lesson", "roster/quiz",
    "roster/apikey", "roster/auditentry", "roster/export", "logger/content",
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
    # Why, how sure that is, and from when on it is said.
    of_ada = help_needed.locator(".concerns > li", has_text="Ada")
    expect(of_ada).to_contain_text("Plateau")
    expect(of_ada).to_contain_text(re.compile(r"\d\d\s%\ssure to be stuck; flagged from 80\s%"))
    click(help_needed.get_by_role("link", name="Ada", exact=True), "/coach/learners/[^/]+/$")
    click(page.get_by_role("row", name="10 in a row").get_by_role("link", name="Try"), "/tries/")
    question = page.get_by_role("row", name="one half").get_by_role("link", name="one half")
    click(question, "/attempts/")

    timeline = page.locator(".timeline")
    expect(timeline).to_contain_text("wrong")
    expect(page.locator("main")).to_contain_text("2/1")
    assert len(seen) <= 4

    seen += pages_about(school).values()
    seen.append(f"/admin/?class={school.class_7a.pk}")
    assert {page.request.get(url).status for url in seen} == {200}
    make_coach_of_7b(school)
    # Figures of skills and items are the whole facility's; who answered is not told.
    shared = [url for url in seen if "/skills/" in url or "/items/" in url]
    shared = [url for url in shared if "/learners/" not in url]
    assert len(shared) == 2
    for username, told in (("foreign_coach", []), ("coach_of_7b", shared)):
        other = opened()
        log_in(other, username)
        found = {url: other.request.get(url) for url in seen}
        assert sorted(url for url in seen if found[url].status != 404) == sorted(told)
        assert not any("Ada" in found[url].text() or "2/1" in found[url].text() for url in told)


def make_coach_of_7b(school: School) -> None:
    coach = make_user(school.facility, username="coach_of_7b", is_staff=True, external_id=None)
    Role.objects.create(user=coach, kind=RoleKind.COACH, classroom=school.class_7b)


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
    urls = ["/admin/", *pages_about(school).values(), *lists]

    assert amiss_at(page, urls, locale, is_examined=is_examined) == []


@pytest.mark.parametrize(
    ("viewport", "color_scheme", "locale"),
    [(WIDE, "light", "en"), (NARROW, "dark", "ar")],
    ids=["wide light English", "narrow dark Arabic"],
)
def test_every_page_of_an_admin_is_fit_to_be_used(
    school: School, opened: Callable[..., Page], viewport: Any, color_scheme: str, locale: str
):
    """Where the roster is edited, who did so, and what was exported."""
    page = opened(viewport=viewport, color_scheme=color_scheme, locale=locale)
    log_in(page, "admin")
    rows = {
        "roster/user": school.ada, "roster/classroom": school.class_7a,
        "roster/learnergroup": school.group, "roster/facility": school.facility,
        "logger/attemptlog": AttemptLog.objects.filter(user=school.ada)[0],
        "analytics/itemmemory": ItemMemory.objects.filter(learner=school.ada)[0],
    }  # fmt: skip
    changes = [f"/admin/{table}/{row.pk}/change/" for table, row in rows.items()]
    adds = [f"/admin/roster/{table}/add/" for table in ("user", "classroom", "lesson", "apikey")]
    lists = [f"/admin/{table}/" for table in ROSTER]

    assert amiss_at(page, [*lists, *adds, *changes], locale, is_examined=True) == []


def amiss_at(page: Page, urls: list[str], locale: str, *, is_examined: bool) -> list[str]:
    """Open pages, and tell what is wrong with any of them."""
    amiss: list[str] = []
    for url in urls:
        response = page.goto(url)
        assert response is not None
        if response.status != 200:
            amiss.append(f"{url}: {response.status}")
        assert page.locator("html").get_attribute("lang") == locale
        if runs_over(page):
            amiss.append(f"{url} runs over by {runs_over(page)} pixels")
        amiss += serious_findings(page) if is_examined else []
    return amiss


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
    """In either file, and of nobody whom the viewer may not see."""
    client_for(school.chen).work(exercise(), answered("another class's question"))
    log_in(page, "coach")
    page.goto("/admin/logger/attemptlog/?q=ada")
    questions = texts(page, "question")
    times = texts(page, "spent")

    lines = read_csv(downloaded(page, "CSV"))
    book = read_xlsx(downloaded(page, "Excel"))

    assert len(questions) > 10
    assert [line["item"] for line in lines] == questions == [row["item"] for row in book]
    told = zip(times, lines, book, strict=True)
    for shown, line, row in told:
        assert duration(shown, line["time spent (seconds)"])
        assert float(line["time spent (seconds)"]) == row["time spent (seconds)"]
        assert float(line["correct"]) == row["correct"]
        assert {line["learner"], row["learner"]} == {"Ada"}
    assert {row["correct"] for row in book} == {0, 0.5, 1}


def texts(page: Page, column: str) -> list[str]:
    """Read a column of a list."""
    found = page.locator(f"#result_list tbody .field-{column}").all_inner_texts()
    return [re.sub(r"\s+", " ", text).strip() for text in found]


def downloaded(page: Page, kind: str) -> bytes:
    with page.expect_download() as download:
        page.get_by_role("button", name=kind).click()
    return Path(download.value.path()).read_bytes()
