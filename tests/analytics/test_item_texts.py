"""Texts of questions and answers: what apps send, who changes what a facility sees, and pages."""

from __future__ import annotations

import html
import logging
import re
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import reverse

from analytics.models import AnswerText, Item, ItemText
from config.models import JobRun
from roster.models import AuditEntry, User
from tests.analytics.event_builders import TRACK, answer, refused, track, tracked
from tests.conftest import Client, client_for
from tests.dashboard.practice import browser, look
from tests.factories import School
from tests.infra.export_client import body, export

QUESTION = "What is <b>1/2 + 4/6</b>?\nExplain."


def run_jobs() -> None:
    """Run the jobs now instead of when they are due."""
    JobRun.objects.all().delete()
    call_command("run_jobs", "--once", stdout=StringIO(), stderr=StringIO())


def item_page(viewer: User, code: str = "q1") -> str:
    page = look(viewer, "coach_item", Item.objects.get(code=code, facility=viewer.facility).pk)
    return re.sub(r"\s+", " ", html.unescape(re.sub("<[^>]*>", " ", page)))


def wrong(user: str, text: str, **fields: Any) -> dict[str, Any]:
    return answer(user, is_correct=False, item_id="q1", answer=text, **fields)


def test_wrong_answers_of_apps_are_grouped(school: School, app: Client):
    """contract 4.1: the viewer's learners only, most frequent first, escaped, in the exports."""
    for text in ("4/6", " 4/6\n", "X²", "x²", "x2", "=1+1", "<script>"):
        tracked(app, wrong("student_ada", text))
    bulk = [wrong("student_ben", "4/6")] * 3 + [answer("student_ben", item_id="q1", answer="7/6")]
    bulk += [wrong("student_chen", "another class's")] * 3
    assert app.post(f"{TRACK}s", bulk, format="json").json()["data"]["accepted"] == 7

    page, all_classes = item_page(school.coach), item_page(school.facility_coach)

    assert "10 of the newest 11 attempts are not right." in page
    assert page.index("4/6 5 of 11") < page.index("x² 2 of 11") < page.index("x2 1 of 11")
    assert "7/6" not in page
    assert "another" not in page
    assert "another class's 3 of 14" in all_classes
    key = Item.objects.get().pk
    assert "<script>" not in look(school.coach, "coach_item", key).replace('<script src="', "")
    csv = body(export(school.coach, "analytics/learningevent")).decode("utf-8-sig")
    assert "'=1+1" in csv
    assert "another" not in csv
    refused_page = browser(school.foreign_coach).get(reverse("admin:coach_item", args=[key]))
    assert refused_page.status_code == 404
    school.ada.delete()
    assert AnswerText.objects.filter(answer="4/6").count() == 3
    assert AnswerText.objects.filter(answer="=1+1").count() == 0


def test_a_question_becomes_the_text_of_its_item(
    school: School, app: Client, ada: Client, statements: Callable[[], Any]
):
    """Apps set it by a job, a learner never; staff's text stays."""
    first = answer(item_id="q1", question=QUESTION)
    with statements() as unknown:
        tracked(app, first)
    assert not ItemText.objects.exists()
    assert "1/2" not in item_page(school.coach)

    run_jobs()

    assert not AnswerText.objects.exists()
    assert ItemText.objects.get().text == QUESTION
    page = item_page(school.coach)
    assert "What is <b>1/2 + 4/6</b>? Explain." in page
    assert "<b>1/2" not in look(school.coach, "coach_item", Item.objects.get().pk)
    assert "What is" in look(school.coach, "analytics_learningevent_changelist")

    # A known question costs a look, and is not stored again.
    with statements() as known:
        tracked(app, first)
    with statements() as without:
        tracked(app, answer(item_id="q1"))
    assert len(unknown) > len(known)
    assert len(known) == len(without) + 1
    assert not AnswerText.objects.exists()

    tracked(ada, answer(item_id="q1", question="Nonsense", answer="mine"))
    run_jobs()
    assert ItemText.objects.get().text == QUESTION
    assert AnswerText.objects.get().answer == "mine"

    tracked(app, answer(item_id="q1", question="Corrected", event_id="e1"))
    tracked(app, answer(item_id="q1", question="Repeated", event_id="e1"))
    run_jobs()
    assert ItemText.objects.get().text == "Corrected"
    for question in ("Another", "Corrected"):
        tracked(app, answer(item_id="q1", question=question))
    run_jobs()
    assert ItemText.objects.get().text == "Corrected"


def test_staff_maintain_the_title_the_text_and_the_link(school: School, app: Client):
    tracked(app, answer(item_id="q1", question="Sent"))
    item = Item.objects.get()
    path = reverse("admin:coach_item_texts", args=[item.pk])
    form = {"title": "Sum 1", "text": "Cafe\u0301", "url": "https://app.example/q?1"}

    for person in (school.coach, school.facility_coach, school.foreign_coach):
        assert browser(person).get(path).status_code == 404
        assert browser(person).post(path, form).status_code == 404
    admin = browser(school.admin)
    assert admin.get(path).status_code == 200
    for url in (
        "javascript:alert(1)",
        "ftp://x.example/",
        "//x",
        "https://x.example/" + "a" * 2000,
    ):
        assert "errorlist" in admin.post(path, {**form, "url": url}).content.decode()
    assert "errorlist" in admin.post(path, {**form, "text": "\x07"}).content.decode()
    assert not ItemText.objects.exists()
    assert admin.post(path, form).status_code == 303
    run_jobs()

    texts = ItemText.objects.get()
    assert (texts.title, texts.text, texts.is_fixed) == ("Sum 1", "Café", True)
    page = look(school.coach, "coach_item", item.pk)
    assert "<h1><bdi>Sum 1</bdi>" in page
    assert 'href="https://app.example/q?1"' in page
    assert AuditEntry.objects.filter(object_kind="itemtext").count() == 1
    assert admin.post(path, {**form, "text": ""}).status_code == 303
    tracked(app, answer(item_id="q1", question="Sent"))
    run_jobs()
    assert ItemText.objects.get().text == "Sent"


@pytest.mark.parametrize("field", ["question", "answer"])
def test_a_text_that_is_not_allowed_is_refused(
    app: Client, field: str, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    refused_texts: list[Any] = [5, ["a"], "a\0", "a\x1b[31m", "\x85", "secret" * 400]
    for text in refused_texts:
        errors = refused(track(app, {**answer(item_id="q1"), field: text}), 400)
        assert set(errors) <= {field}
    for allowed in (None, "", "\tsecret\r\n", "e\u0301" * 1000):
        fields: dict[str, Any] = {field: allowed}
        tracked(app, answer(item_id="q1", **fields))
    # Without an item there is nothing a question could be about.
    tracked(app, answer(**{field: "secret"}))

    found = set(AnswerText.objects.values_list(field, flat=True))
    assert found == {"\tsecret\r\n", "é" * 1000} | ({"secret"} if field == "answer" else set())
    assert "secret" not in caplog.text
    assert client_for(None).get("/api/v1/mastery/student_ada").status_code in (401, 403)
