"""The coach's pages on a learner's work: content, try, attempt."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.test import Client as Browser
from django.urls import reverse
from uuid_utils.compat import uuid7

from analytics.models import Content, Item
from logger.models import AttemptLog, ContentSession, MasteryLog
from roster.models import User
from tests.conftest import client_for
from tests.factories import School, answered, exercise, make_quiz, video

FIVE_IN_A_ROW = {"type": "num_correct_in_a_row_5"}


def browser(user: User) -> Browser:
    browser = Browser()
    browser.force_login(user, backend="roster.authentication.RosterBackend")
    return browser


def content_url(learner: User, content_id: str) -> str:
    return reverse("admin:coach_content", args=[learner.pk, UUID(content_id)])


def try_url(tried: MasteryLog) -> str:
    return reverse("admin:coach_try", args=[tried.pk])


def attempt_url(attempt: AttemptLog) -> str:
    return reverse("admin:coach_attempt", args=[attempt.pk])


def text_of(response: Any) -> str:
    """What is on the page, without markup, each run of blanks as one."""
    assert response.status_code == 200, response.content
    page = re.search(r'<main id="content-start".*</main>', response.content.decode(), re.DOTALL)
    assert page is not None
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page[0])).split())


def urls_of(learner: User) -> list[str]:
    """Every page about what a learner did."""
    tries = MasteryLog.objects.filter(user=learner)
    contents = tries.values_list("content_id", flat=True)
    return [
        *(content_url(learner, content.hex) for content in contents),
        *(try_url(tried) for tried in tries),
        *(attempt_url(attempt) for attempt in AttemptLog.objects.filter(user=learner)),
    ]


def worked_twice(learner: User) -> str:
    """Two tries at one exercise, the second better; return the content."""
    body = exercise(mastery_model=FIVE_IN_A_ROW)
    client = client_for(learner)
    first = client.start(body)["session_id"]
    client.move(
        first,
        progress=1,
        time_spent_delta=100,
        interactions=[answered("one half", 0, simple_answer="2/1"), answered("a third", 1)],
    )
    second = client.start({**body, "repeat": True})["session_id"]
    client.move(
        second,
        time_spent_delta=350,
        interactions=[
            answered("one half", 1, simple_answer="1/2"),
            answered("a third", 1),
            answered("a quarter", 0.5, answer={"numerator": 1, "denominator": 3}),
            answered("a fifth", 0, hinted=True),
            answered("a sixth", 0, error=True),
        ],
    )
    return str(body["content_id"])


@pytest.fixture
def content(school: School) -> str:
    return worked_twice(school.ada)


def test_a_content_lists_tries_newest_first_and_sessions(school: School, content: str):
    page = text_of(browser(school.coach).get(content_url(school.ada, content)))

    assert page.index("Try 2") < page.index("Try 1")
    assert "5 in a row" in page
    assert "2 of 5" in page
    assert "1 of 2" in page
    assert "5 m 50 s" in page
    assert "7 m 30 s" in page


def test_a_contents_sittings_go_by_when_they_began(school: School):
    """What was brought in later may have happened earlier."""
    body, client = video(), client_for(school.ada)
    for seconds, month in ((30, 3), (50, 2)):
        session = client.start(body)["session_id"]
        client.move(session, time_spent_delta=seconds)
        begun = datetime(2026, month, 1, tzinfo=UTC)
        ContentSession.objects.filter(pk=session).update(start_timestamp=begun)

    page = text_of(browser(school.coach).get(content_url(school.ada, body["content_id"])))

    assert page.index("30 s") < page.index("50 s")


def test_a_video_has_progress_and_no_tries(school: School):
    body = video()
    client = client_for(school.ada)
    client.move(client.start(body)["session_id"], progress=0.254, time_spent_delta=30)

    page = text_of(browser(school.coach).get(content_url(school.ada, body["content_id"])))

    assert "25 %" in page
    assert "There are no tries at this content." in page


def test_a_try_is_compared_with_the_one_before(school: School, content: str):
    """contract 1.5: the numbers of the API's diff."""
    newest, oldest = MasteryLog.objects.filter(user=school.ada).newest_first()
    path = f"/api/logger/masterylog/0/diff?content={content}&user={school.ada.pk.hex}"
    diff = client_for(school.coach).get(path).json()

    page = text_of(browser(school.coach).get(try_url(newest)))

    assert diff["diff"] == {"correct": 1, "time_spent": 250.0}
    assert "Right answers +1 Time spent +4 m 10 s" in page
    changes = [attempt["diff"]["correct"] for attempt in diff["attemptlogs"]]
    assert changes == [1, 0, None, None, None]
    assert [page.count(change) for change in ("+1", "±0", "not asked then")] == [2, 1, 3]
    assert "This is the first try." in text_of(browser(school.coach).get(try_url(oldest)))


def test_a_try_says_what_was_asked_and_how_far_it_is(school: School, content: str):
    newest, oldest = MasteryLog.objects.filter(user=school.ada).newest_first()
    coach = browser(school.coach)

    page, before = text_of(coach.get(try_url(newest))), text_of(coach.get(try_url(oldest)))

    assert "5 in a row" in page
    assert "2 right of the newest 5" in page
    assert "not yet" in page
    assert "✓ complete since" in before


def test_a_try_says_what_came_of_each_attempt(school: School, content: str):
    newest = MasteryLog.objects.filter(user=school.ada).newest_first()[0]

    page = text_of(browser(school.coach).get(try_url(newest)))

    for said in ("✓ right", "½ partly right", "? with a hint", "! only errors"):
        assert said in page
    assert "numerator: 1; denominator: 3" in page
    assert "✓ right: 2 · ½ partly right: 1 · ? with a hint: 1 · ! only errors: 1" in page
    assert "a quarter: partly right" in page


def test_tries_and_attempts_lead_to_their_neighbours(school: School, content: str):
    newest, oldest = MasteryLog.objects.filter(user=school.ada).newest_first()
    first, second, third, *_rest = newest.attempts.order_by("position")
    coach = browser(school.coach)

    assert try_url(oldest) in coach.get(try_url(newest)).content.decode()
    assert try_url(newest) in coach.get(try_url(oldest)).content.decode()
    middle = coach.get(attempt_url(second)).content.decode()
    assert attempt_url(first) in middle
    assert attempt_url(third) in middle
    assert try_url(newest) in middle


def test_an_attempt_tells_what_happened_moment_by_moment(school: School):
    client = client_for(school.ada)
    session = client.start(exercise())["session_id"]
    client.move(session, interactions=[answered("q", 0, answer={"choice": "3/5"}, time_spent=70)])
    hint = answered("q", 0, replace=True, hinted=True, answer={"hint": "halves"})
    [told] = client.move(session, interactions=[hint])["attempts"]
    client.move(session, interactions=[answered("q", 0, replace=True, error=True)])
    client.move(session, interactions=[answered("q", 1, replace=True, answer={"choice": "1/2"})])
    attempt = AttemptLog.objects.get(pk=told["id"])

    response = browser(school.coach).get(attempt_url(attempt))

    page = text_of(response)
    steps = [
        "Answered: wrong choice: 3/5", "Took a hint hint: halves", "An error came up",
        "Answered: right choice: 1/2",
    ]  # fmt: skip
    assert [page.index(step) for step in steps] == sorted(page.index(step) for step in steps)
    assert "1 m 10 s after the beginning" in page
    assert '<details class="card">' in response.content.decode()
    assert '"choice": "1/2"' in page


def test_an_attempt_leads_to_its_item(school: School, content: str):
    attempt = AttemptLog.objects.filter(user=school.ada, item="one half").newest_first()[0]
    item = Item.objects.get(code=f"{content}:one half")

    page = browser(school.coach).get(attempt_url(attempt)).content.decode()

    assert reverse("admin:coach_item", args=[item.pk]) in page


def test_whatever_was_answered_is_shown_as_text(school: School):
    """No markup of a learner's gets into a coach's page."""
    evil = "<script>alert(1)</script>"
    client_for(school.ada).work(
        exercise(), answered(evil, 0, answer={evil: evil}, simple_answer=evil)
    )
    coach = browser(school.coach)

    for url in urls_of(school.ada):
        assert evil not in coach.get(url).content.decode()


def test_a_quiz_has_its_day_for_a_name(school: School):
    client_for(school.ada).work(exercise(mastery_model={"type": "quiz"}), answered("q"))
    tried = MasteryLog.objects.get(user=school.ada)

    assert "Quiz of" in text_of(browser(school.coach).get(try_url(tried)))


def test_another_classs_learner_is_not_there(school: School, content: str):
    """contract 0.7: a 404 by every path, for whoever may not read that learner."""
    urls = urls_of(school.ada)
    assert len(urls) > 8

    for url in urls:
        for viewer in (school.coach, school.facility_coach, school.admin, school.superuser):
            assert browser(viewer).get(url).status_code == 200
        assert browser(school.foreign_coach).get(url).status_code == 404
    for url in [url.replace(str(school.ada.pk), str(school.chen.pk)) for url in urls[:1]]:
        assert browser(school.coach).get(url).status_code == 404


def test_learners_and_visitors_stay_outside(school: School, content: str):
    for url in urls_of(school.ada):
        for visitor in (browser(school.ada), Browser()):
            response = visitor.get(url)
            assert (response.status_code, response.headers["Location"][:13]) == (
                302, "/admin/login/",
            )  # fmt: skip


def test_what_nobody_has_is_not_there(school: School, content: str):
    coach = browser(school.coach)
    urls = [
        content_url(school.ada, uuid7().hex),
        reverse("admin:coach_content", args=[uuid7(), UUID(content)]),
        reverse("admin:coach_try", args=[uuid7()]),
        reverse("admin:coach_attempt", args=[uuid7()]),
        "/admin/coach/tries/nonsense/",
    ]

    assert [coach.get(url).status_code for url in urls] == [404] * 5


@pytest.mark.parametrize("after", ["x", "WzAsIjIwMjYiXQ", "%00", "=" * 5000])
def test_a_place_that_is_none_is_refused(school: School, content: str, after: str):
    coach = browser(school.coach)
    tried = MasteryLog.objects.filter(user=school.ada)[0]

    for url in (content_url(school.ada, content), try_url(tried)):
        assert coach.get(f"{url}?after={after}").status_code == 400


def test_a_place_in_another_try_is_refused(school: School, content: str):
    client_for(school.ada).work(exercise(), *[answered(f"q{n}", 0) for n in range(1)])
    fill(school.ada, attempts=101)
    long, *others = MasteryLog.objects.filter(user=school.ada).order_by("-attempt_count")
    coach = browser(school.coach)
    onwards = re.search(r'href="[^"]*(\?after=[^"]+)"', coach.get(try_url(long)).content.decode())
    assert onwards is not None

    assert coach.get(try_url(long) + onwards[1]).status_code == 200
    assert coach.get(try_url(others[0]) + onwards[1]).status_code == 400


def test_guests_work_is_seen_by_those_who_staff_the_facility(school: School):
    """contract 1.7."""
    school.elsewhere.delete()
    client_for(None).work(exercise(), answered("q", 0), answered("r", 1))
    attempt = AttemptLog.objects.get(user=None, item="q")

    assert "r" in text_of(browser(school.facility_coach).get(attempt_url(attempt)))
    assert browser(school.coach).get(attempt_url(attempt)).status_code == 404


def test_long_lists_go_on_where_they_ended(school: School, content: str):
    tried = fill(school.ada, attempts=150)
    coach = browser(school.coach)

    first = coach.get(try_url(tried)).content.decode()
    onwards = re.search(r'href="([^"]*\?after=[^"]+)"', first)
    assert onwards is not None
    second = coach.get(html.unescape(onwards[1])).content.decode()

    numbers = re.findall(r"<bdi>question (\d+)<", first + second)
    assert numbers == [str(number) for number in range(150)]


@pytest.mark.parametrize("viewer", ["coach", "facility_coach", "superuser"])
def test_a_page_costs_the_same_however_much_there_is(
    school: School, viewer: str, statements: Callable[[], Any]
):
    small, large = fill(school.ada, attempts=3, tries=2), fill(school.ben, attempts=150, tries=30)
    seen_by = browser(getattr(school, viewer))
    costs: list[list[int]] = []
    for tried in (small, large):
        [last] = tried.attempts.order_by("-position")[:1]
        urls = [content_url(tried.user, tried.content_id.hex), try_url(tried), attempt_url(last)]
        costs.append([])
        for url in urls:
            with statements() as made:
                assert seen_by.get(url).status_code == 200
            costs[-1].append(len(made))

    # Whoever may look after a whole facility is asked for their roles.
    roles = {"coach": 0, "facility_coach": 1, "superuser": 0}[viewer]
    assert costs[0] == costs[1] == [7 + roles, 11 + roles, 8 + roles]


def fill(learner: User, *, attempts: int, tries: int = 1) -> MasteryLog:
    """Give a learner so many tries at one exercise, the newest of so many attempts."""
    body = exercise(mastery_model=FIVE_IN_A_ROW)
    client = client_for(learner)
    for number in range(tries):
        session = client.start({**body, "repeat": True})["session_id"]
        if number < tries - 1:
            client.move(session, progress=1, interactions=[answered("q", 0)])
    for start in range(0, attempts, 50):
        end = min(start + 50, attempts)
        sent = [answered(f"question {number}", 0) for number in range(start, end)]
        client.move(session, interactions=sent)
    theirs = MasteryLog.objects.filter(user=learner, content_id=UUID(body["content_id"]))
    return theirs.newest_first()[0]


def test_a_right_answer_that_came_too_late_to_count_is_pointed_out(school: School):
    """contract 1.2: `correct` changes only with `replace`."""
    client = client_for(school.ada)
    session = client.start(exercise())["session_id"]
    client.move(session, interactions=[answered("q", 0), answered("q", 1)])
    [attempt] = AttemptLog.objects.filter(user=school.ada)

    page = text_of(browser(school.coach).get(attempt_url(attempt)))

    assert "✗ wrong answered right later on" in page


def test_a_quiz_is_called_by_its_title(school: School):
    quiz = make_quiz(school.class_7a)
    client_for(school.ada).start({"quiz_id": quiz.pk.hex})
    tried = MasteryLog.objects.get(user=school.ada)

    response = browser(school.coach).get(try_url(tried))

    assert content_url(school.ada, quiz.pk.hex) in response.content.decode()
    assert response.context_data is not None
    assert response.context_data["crumbs"][3].label == "quiz"


def test_a_page_says_whose_work_at_what_it_is_and_leads_back_to_the_class(school: School):
    tried = fill(school.ada, attempts=1)
    Content.objects.create(pk=tried.content_id, title="Counting tens")
    [attempt] = tried.attempts.all()

    pages = [
        browser(school.coach).get(url)
        for url in (
            content_url(school.ada, tried.content_id.hex), try_url(tried), attempt_url(attempt),
        )
    ]  # fmt: skip

    for page in pages:
        heading = page.content.decode().split("<h1>")[1].split("</h1>")[0]
        assert "Counting tens" in heading
        assert "Ada" in heading
        assert re.search(
            r"<title>.*Counting tens.* · Ada \| LearnTrace</title>", page.content.decode()
        )
        assert f"?class={school.class_7a.pk}" in page.content.decode()
