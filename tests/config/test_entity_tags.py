"""Entity tags and 304: contract 0.12a."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from infra.api.etags import tag_of_data
from infra.db import byte_limits
from logger.models import AttemptLog, ContentSession, MasteryLog
from roster import keys, services
from roster.models import Enrolment, Facility, Lesson
from tests.conftest import Client, client_for
from tests.factories import School, answered, exercise, make_lesson
from tests.study.study_client import study

ATTEMPTS, TRIES = "/api/logger/attemptlog", "/api/logger/masterylog"
VELOCITY, PREDICTIONS = "/api/v1/velocity/student_ada", "/api/v1/predictions/student_ada"
MASTERY, HISTORY = "/api/v1/mastery/student_ada", "/api/v1/mastery/student_ada/algebra/history"
REVIEWS = "/v3/study?user_id=student_ada&partner_id=779"
LESSONS = "/api/assignments/lesson"
LIST_FORMATS = ("", "?page_size=2", "?cursor=&page_size=2", "?page_size=1&page=2")


@pytest.fixture
def session(ada: Client, app: Client, school: School) -> str:
    """Return a session of ada with two attempts, an answer and a study result."""
    Facility.objects.filter(pk=school.facility.pk).update(partner_id="779")
    session = ada.work(exercise(mastery_model={"type": "do_all"}), answered("q1", 0))["session_id"]
    ada.move(session, interactions=[answered("q2")])
    track(app)
    study(app)
    return session


def track(app: Client) -> None:
    body = {"user_id": "student_ada", "skill_id": "algebra", "is_correct": True, "item_id": "i"}
    assert app.post("/api/v1/track-answer", body, format="json").status_code == 200


def tries_of(session: str) -> str:
    tried = MasteryLog.objects.get(sessions__pk=session)
    return f"{TRIES}?content={tried.content_id}&user={tried.user_id}"


def tag_of(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200, response.content
    return response.headers["ETag"]


def revalidate(client: Client, url: str, tag: str) -> Any:
    return client.get(url, headers={"If-None-Match": tag})


def urls_of(session: str) -> list[str]:
    lists = [f"{ATTEMPTS}{query}" for query in LIST_FORMATS]
    diff = tries_of(session).replace("masterylog?", "masterylog/0/diff?")
    attempt = f"{ATTEMPTS}/{AttemptLog.objects.newest_first()[0].pk}"
    return [
        *lists, tries_of(session), diff, attempt, VELOCITY, PREDICTIONS, MASTERY, HISTORY, REVIEWS,
        LESSONS,
    ]  # fmt: skip


def test_an_unchanged_response_is_not_sent_again(app: Client, session: str):
    """contract 0.12a: a GET has an ETag, and answers 304 to If-None-Match."""
    with time_machine.travel(timezone.now(), tick=False):
        for url in urls_of(session):
            tag = tag_of(app, url)
            for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
                response = revalidate(app, url, known)

                assert response.status_code == 304, url
                assert response.content == b""
                assert response.headers["ETag"] == tag
                assert "Content-Length" not in response.headers
                assert "Content-Type" not in response.headers
            assert revalidate(app, url, '"other"').status_code == 200
            assert revalidate(app, url, tag.strip('"')).status_code == 200


def enrolment_ends(school: School, _session: str) -> None:
    Enrolment.objects.filter(user=school.ada, classroom=school.class_7a).delete()


def attempt_arrives(school: School, session: str) -> None:
    client_for(school.ada).move(session, interactions=[answered("q3")])


def attempt_is_replaced(school: School, session: str) -> None:
    client_for(school.ada).move(session, interactions=[answered("q1", 1, replace=True)])


def earlier_event_arrives(school: School, session: str) -> None:
    at = (timezone.now() - timedelta(days=9)).isoformat()
    hint = answered("q1", 0, hinted=True, replace=True, timestamp=at)
    client_for(school.ada).move(session, interactions=[hint])


def learner_is_erased(school: School, _session: str) -> None:
    school.ada.delete()


CHANGES = [
    attempt_arrives, attempt_is_replaced, earlier_event_arrives, learner_is_erased, enrolment_ends,
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("query", LIST_FORMATS)
def test_every_change_of_attempts_changes_the_tag_of_their_list(
    school: School, session: str, change: Callable[[School, str], None], query: str
):
    """contract 0.12a, 1.7."""
    coach = client_for(school.coach)
    tag = tag_of(coach, f"{ATTEMPTS}{query}")

    change(school, session)

    assert revalidate(coach, f"{ATTEMPTS}{query}", tag).status_code in (200, 404)


def try_gets_time(school: School, session: str) -> None:
    client_for(school.ada).move(session, time_spent_delta=7)


def try_is_completed(school: School, session: str) -> None:
    client_for(school.ada).move(session, progress=1)


def try_is_repeated(school: School, session: str) -> None:
    try_is_completed(school, session)
    row = ContentSession.objects.get(pk=session)
    body = exercise(content_id=row.content_id.hex, repeat=True)
    client_for(school.ada).start(body)


@pytest.mark.parametrize("change", [*CHANGES, try_gets_time, try_is_completed, try_is_repeated])
def test_every_change_of_tries_changes_the_tag_of_their_list(
    school: School, session: str, change: Callable[[School, str], None]
):
    """contract 0.12a, 1.4."""
    coach, url = client_for(school.coach), tries_of(session)
    tag = tag_of(coach, url)

    change(school, session)

    assert revalidate(coach, url, tag).status_code == 200


@pytest.mark.parametrize("url", [VELOCITY, PREDICTIONS, MASTERY, HISTORY])
def test_an_answer_changes_the_tags_of_the_learner_model(app: Client, session: str, url: str):
    """contract 0.12a, 2.2 to 2.4."""
    tag = tag_of(app, url)

    track(app)

    assert revalidate(app, url, tag).status_code == 200


@pytest.mark.parametrize("url", [VELOCITY, REVIEWS])
def test_time_changes_the_tags_of_what_depends_on_it(app: Client, session: str, url: str):
    """contract 0.12a, 2.2, 3."""
    tag = tag_of(app, url)

    with time_machine.travel(timezone.now() + timedelta(days=60), tick=False):
        assert revalidate(app, url, tag).status_code == 200


def test_a_new_title_changes_the_tag(school: School):
    """contract 0.12a, 1.8."""
    make_lesson(school.class_7a)
    coach = client_for(school.coach)
    tag = tag_of(coach, LESSONS)

    Lesson.objects.update(title="renamed")

    assert revalidate(coach, LESSONS, tag).status_code == 200


def test_the_end_of_a_long_answer_counts(
    ada: Client, session: str, monkeypatch: pytest.MonkeyPatch
):
    """contract 0.12a: the list first reads only the beginning of long answers."""
    monkeypatch.setattr(byte_limits, "MAX_BYTES", 16_000)
    ada.move(session, interactions=[answered("long", answer={"text": "x" * 5000 + "a"})])
    tag = tag_of(ada, ATTEMPTS)
    assert revalidate(ada, ATTEMPTS, tag).status_code == 304

    AttemptLog.objects.filter(item="long").update(answer={"text": "x" * 5000 + "b"})

    assert revalidate(ada, ATTEMPTS, tag).status_code == 200


def test_rights_are_checked_before_the_tag(school: School, session: str):
    """contract 0.12a, 0.3, 0.7."""
    secret = school.key()
    app = client_for(secret)
    tag = tag_of(app, ATTEMPTS)

    services.revoke_key(keys.prefix_of(secret) or "", at=timezone.now())

    assert revalidate(app, ATTEMPTS, tag).status_code == 401
    assert revalidate(app, ATTEMPTS, "*").status_code == 401
    assert revalidate(client_for(school.ben), ATTEMPTS, tag).status_code == 200
    assert revalidate(client_for(school.ben), VELOCITY, "*").status_code == 404


def test_errors_and_writes_have_no_tag(ada: Client, session: str):
    """contract 0.12a: only a successful GET has one."""
    assert "ETag" not in ada.get(TRIES).headers
    assert "ETag" not in ada.put(f"/api/logger/contentsession/{session}", {}).headers


def test_equal_numbers_of_different_types_have_different_tags():
    """contract 0.12a: the body would differ."""
    assert len({tag_of_data(value) for value in (1, 1.0, True, "1", None, b"1")}) == 6
