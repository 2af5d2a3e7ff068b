"""Columns of exported files other than ids, and the order of rows."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from analytics.events import Answer, Source
from analytics.models import Content, LearningEvent
from analytics.services import record_answers
from infra.exports import query
from logger.models import AttemptLog, ContentSession
from roster.models import Quiz
from tests.conftest import client_for
from tests.factories import NOW, School, answered, exercise, make_quiz
from tests.infra.export_client import body, browser, export, exportable_lists, read_csv

WORK = ["contentsession", "contentsummary", "masterylog", "attemptlog"]
TENS = UUID(int=1, version=4)


def about(content: UUID) -> dict[str, Any]:
    return exercise(content_id=str(content), node_id=str(content))


@pytest.mark.parametrize("table", WORK)
def test_a_file_has_the_title_of_each_content(
    school: School, table: str, statements: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
):
    """Titles are those of the list; a quiz has the title of its own facility."""
    quiz = make_quiz(school.class_7a)
    Quiz.objects.update(title="Exam of our own")
    Content.objects.create(pk=TENS, title="Counting tens")
    for content in (TENS, quiz.pk, UUID(int=2, version=4)):
        client_for(school.ada).work(about(content), answered("q"))
    client_for(school.stranger).work(about(quiz.pk), answered("q"))

    def list_titles(who: Any) -> list[tuple[str, str]]:
        lines = read_csv(body(export(who, f"logger/{table}")))
        return sorted({(line["content id"], line["content title"]) for line in lines})

    unknown = (UUID(int=2, version=4).hex, "")
    assert list_titles(school.coach) == sorted(
        [(TENS.hex, "Counting tens"), (quiz.pk.hex, "Exam of our own"), unknown]
    )
    assert list_titles(school.foreign_coach) == [(quiz.pk.hex, "")]

    def count_queries(batch_size: int) -> int:
        monkeypatch.setattr(query, "READ_BATCH_SIZE", batch_size)
        coach = browser(school.coach)
        with statements() as asked:
            body(coach.post(f"/admin/logger/{table}/export/", {"format": "csv"}))
        return len(asked)

    assert count_queries(3) == count_queries(100)
    assert count_queries(1) == count_queries(3) + 2 * 2


@pytest.mark.parametrize("table", exportable_lists())
def test_headings_are_different_and_the_same_in_every_language(school: School, table: str):
    """Readers find a column by its heading, whatever the language of the person who exports."""
    english, arabic = (
        body(
            browser(school.superuser).post(
                f"/admin/{table}/export/", {"format": "csv"}, headers={"Accept-Language": language}
            )
        )
        for language in ("en", "ar")
    )

    headings = next(csv.reader([english.decode("utf-8-sig").splitlines()[0]]))
    assert len(set(headings)) == len(headings) > 1
    assert all(headings)
    assert arabic.splitlines()[0] == english.splitlines()[0]


def test_an_event_has_the_title_of_its_skill_and_the_guid_of_its_item(school: School):
    client_for(school.ada).work(about(TENS), answered("q"))
    event = LearningEvent.objects.select_related("item", "skill").get()
    assert event.item
    assert event.skill
    event.skill.title = "Counting tens"
    event.skill.save()

    [line] = read_csv(body(export(school.coach, "analytics/learningevent")))

    assert (line["item guid"], line["skill title"]) == (event.item.guid.hex, "Counting tens")


def _shift(*, days: int) -> None:
    """Move the latest attempt and session back in time, like work recorded late."""
    newest = AttemptLog.objects.order_by("-id")[0]
    at = newest.end_timestamp - timedelta(days=days)
    AttemptLog.objects.filter(pk=newest.pk).update(start_timestamp=at, end_timestamp=at)
    session = ContentSession.objects.order_by("-id")[0]
    ContentSession.objects.filter(pk=session.pk).update(start_timestamp=at)


@pytest.mark.parametrize("at_once", [1, 2, 3, 2000])
@pytest.mark.parametrize("kind", ["logger/contentsession", "logger/attemptlog"])
def test_a_file_is_in_the_order_of_its_list(
    school: School, kind: str, at_once: int, monkeypatch: pytest.MonkeyPatch
):
    for content in range(1, 4):
        client_for(school.ada).work(about(UUID(int=content, version=4)), answered("q"))
    _shift(days=3)
    monkeypatch.setattr(query, "READ_BATCH_SIZE", at_once)

    lines = read_csv(body(export(school.coach, kind)))

    page = browser(school.coach).get(f"/admin/{kind}/").content.decode()
    contents = re.findall(r'class="id" title="([0-9a-f]{32})"', page)
    assert [line["content id"] for line in lines] == contents
    assert [UUID(key).int & 7 for key in contents] == [2, 1, 3]


def test_late_events_are_in_the_order_of_their_list(school: School):
    events = [NOW - timedelta(days=days) for days in (1, 3, 2)]
    for number, at in enumerate(events):
        answer = Answer(source=Source.TRACK, score=1.0, skill=str(number))
        record_answers(school.ada, [answer], at=NOW)
        LearningEvent.objects.filter(skill__code=str(number)).update(happened_at=at)

    lines = read_csv(body(export(school.coach, "analytics/learningevent")))

    happened = [line["happened"] for line in lines]
    assert len(happened) == 3
    assert happened == sorted(happened, reverse=True)
