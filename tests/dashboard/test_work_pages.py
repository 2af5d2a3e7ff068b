"""The coach's pages on a learner's work: content, try and attempt."""

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


def try_url(mastery_log: MasteryLog) -> str:
    return reverse("admin:coach_try", args=[mastery_log.pk])


def attempt_url(attempt: AttemptLog) -> str:
    return reverse("admin:coach_attempt", args=[attempt.pk])


def text_of(response: Any) -> str:
    """Return the text of a page without markup, with whitespace normalised."""
    assert response.status_code == 200, response.content
    page = re.search(r'<main id="content-start".*</main>', response.content.decode(), re.DOTALL)
    assert page is not None
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page[0])).split())


def urls_of(learner: User) -> list[str]:
    """Return the URLs of all pages about a learner's work."""
    tries = MasteryLog.objects.filter(user=learner)
    contents = tries.values_list("content_id", flat=True)
    return [
        *(content_url(learner, content.hex) for content in contents),
        *(try_url(mastery_log) for mastery_log in tries),
        *(attempt_url(attempt) for attempt in AttemptLog.objects.filter(user=learner)),
    ]


def work_twice(learner: User) -> str:
    """Record two tries at one exercise, the second better; return the content id."""
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
    return work_twice(school.ada)


def test_a_content_lists_tries_newest_first_and_sessions(school: School, content: str):
    page = text_of(browser(school.coach).get(content_url(school.ada, content)))

    assert page.index("Try 2") < page.index("Try 1")
    assert "5 in a row" in page
    assert "2 of 5" in page
    assert "1 of 2" in page
    assert "5 m 50 s" in page
    assert "7 m 30 s" in page


def test_sessions_of_a_content_are_sorted_by_start(school: School):
    """A session received later may have happened earlier."""
    body, client = video(), client_for(school.ada)
    for seconds, month in ((30, 3), (50, 2)):
        session = client.start(body)["session_id"]
        client.move(session, time_spent_delta=seconds)
        started = datetime(2026, month, 1, tzinfo=UTC)
        ContentSession.objects.filter(pk=session).update(start_timestamp=started)

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
    assert [page.count(change) for change in ("+1", "±0", "not asked in that try")] == [2, 1, 3]
    assert "This is the first try." in text_of(browser(school.coach).get(try_url(oldest)))


def test_a_try_shows_its_criterion_and_progress(school: School, content: str):
    newest, oldest = MasteryLog.objects.filter(user=school.ada).newest_first()
    coach = browser(school.coach)

    page, before = text_of(coach.get(try_url(newest))), text_of(coach.get(try_url(oldest)))

    assert "5 in a row" in page
    assert "0 of 5 right in a row" in page
    assert "not yet" in page
    assert "✓ complete since" in before


@pytest.mark.parametrize(
    ("model", "scores", "text"),
    [
        (
            {"type": "m_of_n", "m": 3, "n": 5},
            "1" + "0" * 40 + "10000",
            "1 of 3 right in the last 5",
        ),
        ({"type": "m_of_n", "m": 3, "n": 5}, "11000", "2 of 3 right in the last 5"),
        ({"type": "num_correct_in_a_row_5"}, "0111101111", "4 of 5 right in a row"),
        ({"type": "num_correct_in_a_row_5"}, "01111" * 9 + "0", "0 of 5 right in a row"),
    ],
)
def test_progress_of_an_exercise_is_what_its_criterion_has_reached(
    school: School, model: dict[str, object], scores: str, text: str
):
    """contract 1.6; no page says "0 %" after 46 attempts."""
    client, body = client_for(school.ada), exercise(mastery_model=model)
    session = client.start(body)["session_id"]
    for start in range(0, len(scores), 10):
        interactions = [answered(f"q{n}", int(scores[n])) for n in range(len(scores))]
        client.move(session, interactions=interactions[start : start + 10])
    coach = browser(school.coach)

    learner = text_of(coach.get(reverse("admin:coach_learner", args=[school.ada.pk])))
    content = text_of(
        coach.get(reverse("admin:coach_content", args=[school.ada.pk, body["content_id"]]))
    )

    assert learner.count(text) == 2  # at the try and at the session
    assert content.count(text) == 3  # and at the content
    assert not re.search(r"\b0 %", content)
    assert text in text_of(coach.get(try_url(MasteryLog.objects.get())))


def test_a_completed_exercise_lacks_nothing(school: School):
    client, body = client_for(school.ada), exercise()
    session = client.work(body, answered("q1"), answered("q2"))["session_id"]
    client.move(session, progress=1)

    page = text_of(browser(school.coach).get(try_url(MasteryLog.objects.get())))

    assert "right in the last" not in page


def test_a_try_shows_the_outcome_of_each_attempt(school: School, content: str):
    newest = MasteryLog.objects.filter(user=school.ada).newest_first()[0]

    page = text_of(browser(school.coach).get(try_url(newest)))

    for outcome in ("✓ right", "½ partly right", "? with a hint", "! only errors"):
        assert outcome in page
    assert "numerator: 1; denominator: 3" in page
    assert "✓ right: 2 · ½ partly right: 1 · ? with a hint: 1 · ! only errors: 1" in page
    assert "a quarter: partly right" in page


def test_tries_and_attempts_link_to_their_neighbours(school: School, content: str):
    newest, oldest = MasteryLog.objects.filter(user=school.ada).newest_first()
    first, second, third, *_rest = newest.attempts.order_by("position")
    coach = browser(school.coach)

    assert try_url(oldest) in coach.get(try_url(newest)).content.decode()
    assert try_url(newest) in coach.get(try_url(oldest)).content.decode()
    middle = coach.get(attempt_url(second)).content.decode()
    assert attempt_url(first) in middle
    assert attempt_url(third) in middle
    assert try_url(newest) in middle


def test_an_attempt_shows_its_history_step_by_step(school: School):
    client = client_for(school.ada)
    session = client.start(exercise())["session_id"]
    client.move(session, interactions=[answered("q", 0, answer={"choice": "3/5"}, time_spent=70)])
    hint = answered("q", 0, replace=True, hinted=True, answer={"hint": "halves"})
    [saved] = client.move(session, interactions=[hint])["attempts"]
    client.move(session, interactions=[answered("q", 0, replace=True, error=True)])
    client.move(session, interactions=[answered("q", 1, replace=True, answer={"choice": "1/2"})])
    attempt = AttemptLog.objects.get(pk=saved["id"])

    response = browser(school.coach).get(attempt_url(attempt))

    page = text_of(response)
    steps = [
        "Answered: wrong choice: 3/5", "Took a hint hint: halves", "An error occurred",
        "Answered: right choice: 1/2",
    ]  # fmt: skip
    assert [page.index(step) for step in steps] == sorted(page.index(step) for step in steps)
    assert "1 m 10 s after the start" in page
    assert '<details class="card">' in response.content.decode()
    assert '"choice": "1/2"' in page


def test_an_attempt_links_to_its_item(school: School, content: str):
    attempt = AttemptLog.objects.filter(user=school.ada, item="one half").newest_first()[0]
    item = Item.objects.get(code=f"{content}:one half")

    page = browser(school.coach).get(attempt_url(attempt)).content.decode()

    assert reverse("admin:coach_item", args=[item.pk]) in page


def test_markup_in_answers_is_escaped(school: School):
    """No markup from a learner gets into a coach's page."""
    evil = "<script>alert(1)</script>"
    client_for(school.ada).work(
        exercise(), answered(evil, 0, answer={evil: evil}, simple_answer=evil)
    )
    coach = browser(school.coach)

    for url in urls_of(school.ada):
        assert evil not in coach.get(url).content.decode()


def test_a_quiz_without_a_title_is_named_by_its_day(school: School):
    client_for(school.ada).work(exercise(mastery_model={"type": "quiz"}), answered("q"))
    mastery_log = MasteryLog.objects.get(user=school.ada)

    assert "Quiz of" in text_of(browser(school.coach).get(try_url(mastery_log)))


def test_pages_of_a_learner_outside_the_viewers_scope_are_a_404(school: School, content: str):
    """contract 0.7: by every path, for all viewers who may not read that learner."""
    urls = urls_of(school.ada)
    assert len(urls) > 8

    for url in urls:
        for viewer in (school.coach, school.facility_coach, school.admin, school.superuser):
            assert browser(viewer).get(url).status_code == 200
        assert browser(school.foreign_coach).get(url).status_code == 404
    for url in [url.replace(str(school.ada.pk), str(school.chen.pk)) for url in urls[:1]]:
        assert browser(school.coach).get(url).status_code == 404


def test_learners_and_guests_are_redirected_to_the_login(school: School, content: str):
    for url in urls_of(school.ada):
        for visitor in (browser(school.ada), Browser()):
            response = visitor.get(url)
            assert (response.status_code, response.headers["Location"][:13]) == (
                302, "/admin/login/",
            )  # fmt: skip


def test_unknown_objects_are_a_404(school: School, content: str):
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
def test_an_invalid_cursor_is_refused(school: School, content: str, after: str):
    coach = browser(school.coach)
    mastery_log = MasteryLog.objects.filter(user=school.ada)[0]

    for url in (content_url(school.ada, content), try_url(mastery_log)):
        assert coach.get(f"{url}?after={after}").status_code == 400


def test_a_cursor_of_another_try_is_refused(school: School, content: str):
    client_for(school.ada).work(exercise(), *[answered(f"q{n}", 0) for n in range(1)])
    fill(school.ada, attempts=101)
    long, *others = MasteryLog.objects.filter(user=school.ada).order_by("-attempt_count")
    coach = browser(school.coach)
    next_link = re.search(r'href="[^"]*(\?after=[^"]+)"', coach.get(try_url(long)).content.decode())
    assert next_link is not None

    assert coach.get(try_url(long) + next_link[1]).status_code == 200
    assert coach.get(try_url(others[0]) + next_link[1]).status_code == 400


def test_work_of_guests_is_visible_only_to_facility_staff(school: School):
    """contract 1.7."""
    school.elsewhere.delete()
    client_for(None).work(exercise(), answered("q", 0), answered("r", 1))
    attempt = AttemptLog.objects.get(user=None, item="q")

    assert "r" in text_of(browser(school.facility_coach).get(attempt_url(attempt)))
    assert browser(school.coach).get(attempt_url(attempt)).status_code == 404


def test_long_lists_are_paged(school: School, content: str):
    mastery_log = fill(school.ada, attempts=150)
    coach = browser(school.coach)

    first = coach.get(try_url(mastery_log)).content.decode()
    next_link = re.search(r'href="([^"]*\?after=[^"]+)"', first)
    assert next_link is not None
    second = coach.get(html.unescape(next_link[1])).content.decode()

    numbers = re.findall(r"<bdi>question (\d+)<", first + second)
    assert numbers == [str(number) for number in range(150)]


@pytest.mark.parametrize("viewer", ["coach", "facility_coach", "superuser"])
def test_the_number_of_statements_does_not_grow_with_the_work(
    school: School, viewer: str, statements: Callable[[], Any]
):
    small, large = fill(school.ada, attempts=3, tries=2), fill(school.ben, attempts=150, tries=30)
    client = browser(getattr(school, viewer))
    costs: list[list[int]] = []
    for mastery_log in (small, large):
        [last] = mastery_log.attempts.order_by("-position")[:1]
        urls = [
            content_url(mastery_log.user, mastery_log.content_id.hex),
            try_url(mastery_log),
            attempt_url(last),
        ]
        costs.append([])
        for url in urls:
            with statements() as captured:
                assert client.get(url).status_code == 200
            costs[-1].append(len(captured))

    # One statement reads the roles of people who may manage a whole facility.
    roles = {"coach": 0, "facility_coach": 1, "superuser": 0}[viewer]
    # The content's page has one more for what open tries have reached.
    # Those of tries and attempts have one for the questions of items.
    assert costs[0] == costs[1] == [8 + roles, 12 + roles, 9 + roles]


def fill(learner: User, *, attempts: int, tries: int = 1) -> MasteryLog:
    """Create tries of a learner at one exercise, the newest with this number of attempts."""
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


def test_a_right_answer_that_came_too_late_to_count_is_marked(school: School):
    """contract 1.2: `correct` changes only with `replace`."""
    client = client_for(school.ada)
    session = client.start(exercise())["session_id"]
    client.move(session, interactions=[answered("q", 0), answered("q", 1)])
    [attempt] = AttemptLog.objects.filter(user=school.ada)

    page = text_of(browser(school.coach).get(attempt_url(attempt)))

    assert "✗ wrong answered right later on" in page


def test_a_quiz_is_shown_by_its_title(school: School):
    quiz = make_quiz(school.class_7a)
    client_for(school.ada).start({"quiz_id": quiz.pk.hex})
    mastery_log = MasteryLog.objects.get(user=school.ada)

    response = browser(school.coach).get(try_url(mastery_log))

    assert content_url(school.ada, quiz.pk.hex) in response.content.decode()
    assert response.context_data is not None
    assert response.context_data["crumbs"][3].label == "quiz"


def test_a_page_names_the_learner_and_the_content_and_links_to_the_class(school: School):
    mastery_log = fill(school.ada, attempts=1)
    Content.objects.create(pk=mastery_log.content_id, title="Counting tens")
    [attempt] = mastery_log.attempts.all()

    pages = [
        browser(school.coach).get(url)
        for url in (
            content_url(school.ada, mastery_log.content_id.hex), try_url(mastery_log),
            attempt_url(attempt),
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
