"""A coach handles an alert, and sees the next day that it helped."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from analytics.models import Alert
from roster.models import LearnerGroup, Lesson, Role, RoleKind
from tests.analytics.alert_jobs import run_alert_jobs
from tests.browser.conftest import log_in, serious_findings
from tests.dashboard.practice import now, practise
from tests.factories import School, make_lesson, make_school, make_user

pytestmark = pytest.mark.django_db(transaction=True)
WIDE, NARROW = {"width": 1400, "height": 900}, {"width": 390, "height": 800}


@pytest.fixture
def school(transactional_db: None) -> School:
    """School where Ada and ben are stuck at algebra."""
    school = make_school()
    for learner in (school.ada, school.ben):
        practise(learner, "0" * 16, days_ago=0.1)
    run_alert_jobs()
    return school


def help_section(page: Page) -> Locator:
    return page.locator("section", has=page.get_by_role("heading", name="Who needs help"))


def open_actions(page: Page, learner: str) -> Locator:
    """Open the form of the first alert of a learner, and return it."""
    alert = help_section(page).locator(".concerns > li", has_text=learner)
    alert.locator("summary").first.click()
    return alert.locator("form").first


def test_a_coach_handles_an_alert_and_the_learner_improves(
    school: School, opened: Callable[..., Page]
):
    page = opened(viewport=WIDE)
    log_in(page, "coach")
    expect(help_section(page)).to_contain_text("2 new since your last visit")
    of_ada = help_section(page).locator(".concerns > li", has_text="Ada")
    expect(of_ada.locator(".badge.new")).to_have_text("new")
    expect(of_ada).to_contain_text("Practice alone no longer helps")

    form = open_actions(page, "Ada")
    form.get_by_label("Note").fill("Talked to her, 30 Nov")
    form.get_by_role("button", name="Save note").click()
    expect(of_ada.locator(".notes")).to_contain_text("Talked to her, 30 Nov")
    expect(of_ada.locator(".badge.new")).to_have_count(0)

    of_ada.get_by_role("link", name="Assign a review").click()
    page.get_by_label("Due date").fill(f"{now() + timedelta(days=3):%Y-%m-%d}")
    page.get_by_role("button", name="Assign the review").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Review: algebra")
    expect(page.locator("section", has_text="Did it help?")).to_contain_text(
        "too few answers since"
    )
    report = page.url
    page.goto("/admin/")
    expect(of_ada.locator(".notes")).to_contain_text("Assigned: Review: algebra, due")

    page.get_by_role("link", name="Make a group").click()
    page.get_by_role("button", name="Create the group").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("7A: algebra")
    group = LearnerGroup.objects.get(name="algebra")
    assert group.memberships.count() == 2

    open_actions(page, "Ada").get_by_role("button", name="Snooze").click()
    expect(help_section(page)).to_contain_text("Snoozed (1)")
    expect(help_section(page).locator(".concerns")).not_to_contain_text("Ada")

    alert = Alert.objects.get(learner=school.ada)
    assert alert.state == "snoozed"
    with time_machine.travel(now() + timedelta(days=1)):
        practise(school.ada, "1" * 20, days_ago=0)
        run_alert_jobs()
        page = opened(viewport=WIDE)
        log_in(page, "coach")
        expect(help_section(page)).not_to_contain_text("Snoozed")
        resolved = help_section(page).locator(".flat > li", has_text="Ada")
        expect(resolved).to_contain_text(re.compile(r"Mastery \d+\s%, then 9\d\s%"))
        expect(resolved).to_contain_text("Talked to her, 30 Nov")
        page.goto(report)
        effect = page.locator("section", has_text="Did it help?").locator("tr", has_text="Ada")
        expect(effect).to_contain_text(re.compile(r"\d+\s%[\s\S]*9\d\s%\s*20"))


def test_another_class_s_coach_finds_nothing(school: School, opened: Callable[..., Page]):
    coach = make_user(school.facility, username="coach_of_7b", is_staff=True, external_id=None)
    Role.objects.create(user=coach, kind=RoleKind.COACH, classroom=school.class_7b)
    alert = Alert.objects.get(learner=school.ada)
    page = opened()
    log_in(page, "coach_of_7b")
    token = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}["csrftoken"]
    headers = {"X-CSRFToken": token, "Referer": page.url}

    lesson = make_lesson(school.class_7a)
    assert "Ada" not in page.content()
    review = reverse("admin:coach_review")
    in_7a = f"class={school.class_7a.pk}"
    for url in (
        f"{review}?alert={alert.pk}",
        f"{review}?skill={alert.skill_id}&{in_7a}",
        reverse("admin:coach_lesson", args=[lesson.pk]),
    ):
        assert page.request.get(url).status == 404, url
    forms = {
        reverse("admin:coach_alert", args=[alert.pk]): {"action": "seen"},
        reverse("admin:coach_note", args=[school.ada.pk]): {"note": "hello"},
        reverse("admin:coach_group", args=[school.class_7a.pk, alert.skill_id]): {"name": "x"},
        f"{review}?alert={alert.pk}": {"title": "x", "learner": str(school.ada.pk)},
    }
    for url, form in forms.items():
        sent = page.request.post(url, form=dict(form), headers=headers, max_redirects=0)
        assert sent.status == 404, url


@pytest.mark.parametrize(
    ("viewport", "scheme", "locale"), [(WIDE, "light", "en"), (NARROW, "dark", "ar")]
)
def test_the_forms_are_accessible_and_fit_the_screen(
    school: School, opened: Callable[..., Page], viewport: dict[str, int], scheme: str, locale: str
):
    practise(school.ben, "1" * 20, days_ago=0)
    run_alert_jobs()
    skill = Alert.objects.filter(learner=school.ada)[0].skill_id
    lesson = make_lesson(school.class_7a)
    Lesson.objects.update(skills=["algebra"], due_at=now())
    page = opened(viewport=viewport, color_scheme=scheme, locale=locale)
    log_in(page, "coach")

    for url in (
        "/admin/",
        reverse("admin:coach_learner", args=[school.ada.pk]),
        reverse("admin:coach_group", args=[school.class_7a.pk, skill]),
        reverse("admin:coach_review") + f"?skill={skill}",
        reverse("admin:coach_lesson", args=[lesson.pk]),
    ):
        page.goto(url)
        for summary in page.locator("summary:visible").all():
            if summary.evaluate("element => !element.parentElement.open"):
                summary.click()
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= viewport["width"], url
        assert serious_findings(page) == []
