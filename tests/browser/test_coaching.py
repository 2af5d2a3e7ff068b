"""A coach finds stuck learners and the reasons, on any screen and in both languages."""

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
from tests.analytics.alert_jobs import run_alert_jobs
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
    """School where Ada repeatedly answers one question wrongly and ben does well."""
    school = make_school()
    body = exercise(mastery_model={"type": "num_correct_in_a_row_10"})
    ada, ben = client_for(school.ada), client_for(school.ben)
    for _repeat in range(2):
        session = ada.start({**body, "repeat": True})["session_id"]
        wrong_answers = [answered("one half", 0, simple_answer=f"2/{n}") for n in (1, 1, 3, 1)]
        ada.move(session, time_spent_delta=90, interactions=[wrong_answers[0]])
        hint = answered("one half", 0, hinted=True, answer={"hint": "halves"})
        ada.move(session, interactions=[*wrong_answers[1:], hint, answered("a third", 0)])
        rest = [answered(f"question {n}", 0, answer={"choice": n}) for n in range(5)]
        ada.move(session, time_spent_delta=200, progress=1, interactions=rest)
    session = ben.start(body)["session_id"]
    ben.move(session, interactions=[answered(f"question {n}", 1) for n in range(9)])
    ada.move(ada.start(video())["session_id"], progress=0.4, time_spent_delta=75)
    quiz = ada.start({"quiz_id": make_quiz(school.class_7a).pk.hex})["session_id"]
    ada.move(quiz, progress=1, interactions=[answered("q1", 1), answered("q2", 0.5)])
    run_alert_jobs()
    return school


def pages_about(school: School) -> dict[str, str]:
    """Return the URL of one page of every kind about ada, by URL name."""
    mastery_log = MasteryLog.objects.filter(user=school.ada, is_quiz=False).newest_first()[0]
    attempt = AttemptLog.objects.filter(user=school.ada, hinted=True).newest_first()[0]
    skill = SkillState.objects.filter(learner=school.ada)[0].skill
    pages = {
        "coach_learner": [school.ada.pk],
        "coach_practice": [school.ada.pk, skill.pk],
        "coach_content": [school.ada.pk, mastery_log.content_id],
        "coach_try": [mastery_log.pk],
        "coach_attempt": [attempt.pk],
        "coach_skill": [skill.pk],
        "coach_item": [Item.objects.get(code__endswith=":one half").pk],
    }
    return {name: reverse(f"admin:{name}", args=args) for name, args in pages.items()}


def test_the_first_alert_is_on_the_first_screen_of_a_phone(opened: Any, school: School):
    page = opened(viewport={"width": 390, "height": 844}, locale="en")
    log_in(page, "coach")

    first = page.locator(".concerns li").first
    expect(first).to_be_visible()
    box = first.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 844
    expect(page.locator("select[name=class]")).to_be_hidden()
    page.get_by_text("Class and days").click()
    expect(page.locator("select[name=class]")).to_be_visible()


def test_a_coach_finds_a_stuck_learner_and_their_answers(
    school: School, opened: Callable[..., Page]
):
    """It takes at most four clicks; a coach of another class sees nothing of the learner."""
    page = opened(viewport=WIDE)
    log_in(page, "coach")
    seen = []

    def click(link: Any, where: str) -> None:
        link.first.click()
        page.wait_for_url(re.compile(where))
        seen.append(page.url)

    help_needed = page.locator("section", has=page.get_by_role("heading", name="Who needs help"))
    expect(help_needed.get_by_role("link", name="Ada", exact=True)).to_be_visible()
    assert help_needed.get_by_role("link", name="ben").count() == 0
    # The reason, its probability and the threshold.
    of_ada = help_needed.locator(".concerns > li", has_text="Ada")
    expect(of_ada).to_contain_text("Stuck")
    expect(of_ada).to_contain_text("Likely no progress within the next ten answers.")
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
    # Figures of skills and items cover the whole facility but name no learners.
    shared = [url for url in seen if "/skills/" in url or "/items/" in url]
    shared = [url for url in shared if "/learners/" not in url]
    assert len(shared) == 2
    for username, visible in (("foreign_coach", []), ("coach_of_7b", shared)):
        other = opened()
        log_in(other, username)
        found = {url: other.request.get(url) for url in seen}
        assert sorted(url for url in seen if found[url].status != 404) == sorted(visible)
        assert not any("Ada" in found[url].text() or "2/1" in found[url].text() for url in visible)


def make_coach_of_7b(school: School) -> None:
    coach = make_user(school.facility, username="coach_of_7b", is_staff=True, external_id=None)
    Role.objects.create(user=coach, kind=RoleKind.COACH, classroom=school.class_7b)


@pytest.mark.parametrize(
    ("viewport", "color_scheme", "locale"),
    [(WIDE, "light", "en"), (NARROW, "dark", "ar")],
    ids=["wide light English", "narrow dark Arabic"],
)
def test_every_page_is_accessible_and_fits_the_screen(
    school: School, opened: Callable[..., Page], viewport: Any, color_scheme: str, locale: str
):
    """No page has serious findings, is wider than the screen or violates the policy."""
    page = opened(viewport=viewport, color_scheme=color_scheme, locale=locale)
    log_in(page, "coach")
    lists = [f"/admin/{name}/" for name in LISTS]
    urls = ["/admin/", *pages_about(school).values(), *lists]

    assert find_problems(page, urls, locale) == []


@pytest.mark.parametrize(
    ("viewport", "color_scheme", "locale"),
    [(WIDE, "light", "en"), (NARROW, "dark", "ar")],
    ids=["wide light English", "narrow dark Arabic"],
)
def test_every_page_of_an_admin_is_accessible_and_fits_the_screen(
    school: School, opened: Callable[..., Page], viewport: Any, color_scheme: str, locale: str
):
    """These are the pages of the roster, the audit log and the exports."""
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

    assert find_problems(page, [*lists, *adds, *changes], locale) == []


def find_problems(page: Page, urls: list[str], locale: str) -> list[str]:
    """Open pages and return all problems on them."""
    problems: list[str] = []
    for url in urls:
        response = page.goto(url)
        assert response is not None
        if response.status != 200:
            problems.append(f"{url}: {response.status}")
        assert page.locator("html").get_attribute("lang") == locale
        if overflow_of(page):
            problems.append(f"{url} runs over by {overflow_of(page)} pixels")
        problems += serious_findings(page)
    return problems


def test_a_page_can_be_used_by_keyboard_alone(school: School, page: Page):
    log_in(page, "coach")
    page.goto(pages_about(school)["coach_attempt"])

    page.keyboard.press("Tab")
    expect(page.locator(".skip-to-content-link")).to_be_focused()
    folded = page.locator("details summary").last
    folded.focus()
    page.keyboard.press("Enter")

    expect(page.locator("details pre").first).to_be_visible()


def test_the_chosen_language_is_kept(school: School, page: Page):
    log_in(page, "coach")
    page.goto(pages_about(school)["coach_try"])

    page.get_by_role("button", name="العربيّة").click()

    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    assert page.url.endswith(pages_about(school)["coach_try"])
    page.goto("/admin/")
    expect(page.locator("html")).to_have_attribute("lang", "ar")


def overflow_of(page: Page) -> int:
    """Return the number of pixels by which a page is wider than its window."""
    root = "document.documentElement"
    return int(page.evaluate(f"{root}.scrollWidth - {root}.clientWidth"))


def test_exports_contain_the_rows_of_the_list(school: School, page: Page):
    """This holds for both formats; other learners are not included."""
    client_for(school.chen).work(exercise(), answered("another class's question"))
    log_in(page, "coach")
    page.goto("/admin/logger/attemptlog/?q=ada")
    questions = texts(page, "question")
    times = texts(page, "spent")

    lines = read_csv(download_export(page, "CSV"))
    book = read_xlsx(download_export(page, "Excel"))

    assert len(questions) > 10
    assert [line["item"] for line in lines] == questions == [row["item"] for row in book]
    rows = zip(times, lines, book, strict=True)
    for shown, line, row in rows:
        assert duration(shown, line["time spent (seconds)"])
        assert float(line["time spent (seconds)"]) == row["time spent (seconds)"]
        assert float(line["correct"]) == row["correct"]
        assert {line["learner"], row["learner"]} == {"Ada"}
    assert {row["correct"] for row in book} == {0, 0.5, 1}


def texts(page: Page, column: str) -> list[str]:
    """Return the texts of a column of a list."""
    found = page.locator(f"#result_list tbody .field-{column}").all_inner_texts()
    return [re.sub(r"\s+", " ", text).strip() for text in found]


def download_export(page: Page, kind: str) -> bytes:
    with page.expect_download() as download:
        page.get_by_role("button", name=kind).click()
    return Path(download.value.path()).read_bytes()
