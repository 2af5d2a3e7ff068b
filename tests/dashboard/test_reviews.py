"""Coaches assign reviews, see whether they helped, and learners see what is due (contract 1.8)."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from uuid_utils.compat import uuid7

from analytics.models import Alert, Content, LearnerNote
from roster import services
from roster.models import AuditEntry, Lesson, LessonAssignment, Role, RoleKind, User
from tests.analytics.alert_jobs import run_alert_jobs
from tests.conftest import client_for
from tests.dashboard.practice import browser, item, look, now, practise, skill
from tests.dashboard.test_overview import STUCK, section
from tests.dashboard.test_report import section as report_section
from tests.factories import School, answered, exercise, make_lesson, make_quiz, make_user
from tests.roster.callers import calling

pytestmark = pytest.mark.django_db
FORM = reverse("admin:coach_review")


@pytest.fixture
def alerts(school: School) -> list[Alert]:
    """Let ada be stuck at algebra and geometry, and ben at algebra."""
    for learner in (school.ada, school.ben):
        practise(learner, STUCK, days_ago=2)
    practise(school.ada, STUCK, "geometry", days_ago=2, item="q9")
    run_alert_jobs()
    return list(Alert.objects.order_by("learner", "skill__code"))


def url_of(*alerts: Alert) -> str:
    return f"{FORM}?" + "&".join(f"alert={alert.pk}" for alert in alerts)


def assign(viewer: User, url: str, *learners: User, **form: Any) -> Any:
    body = {"title": "Again", "learner": [each.pk.hex for each in learners], **form}
    return browser(viewer).post(url, body)


def test_a_coach_assigns_a_review_for_several_alerts(school: School, alerts: list[Alert]):
    """The app of each learner reads it; the alerts get a note, and all is in the audit log."""
    school.facility.time_zone = "Africa/Cairo"
    school.facility.save()
    coach, url = browser(school.coach), url_of(*alerts)
    due = now().date() + timedelta(days=9)

    page = coach.get(url).content.decode()
    made = assign(school.coach, url, school.ada, school.ben, due=f"{due}", item=["q9", "unknown"])

    assert 'value="Review: ' in page
    assert (
        page.count('name="learner"') == len(re.findall(r'name="learner"[^>]* checked', page)) == 2
    )
    lesson = Lesson.objects.get()
    assert (made.status_code, made["Location"]) == (
        303,
        reverse("admin:coach_lesson", args=[lesson.pk]),
    )
    shown = calling(school.ada)("GET", f"assignments/lesson/{lesson.pk.hex}").json()
    assert (shown["title"], shown["contents"], shown["items"]) == ("Again", [], ["q9"])
    assert sorted(shown["skills"]) == ["algebra", "geometry"]
    assert shown["due_at"] in (f"{due}T20:59:00.000000Z", f"{due}T21:59:00.000000Z")
    assert shown["assignments"] == [school.ada.pk.hex]
    notes = LearnerNote.objects.values_list("learner__username", "alert__state", "text")
    day = f"{due:%-d %b %Y}"
    assert sorted(notes) == sorted(
        (name, "seen", f"Assigned: Again, due {day}") for name in ("ada", "ada", "ben")
    )
    kinds = AuditEntry.objects.filter(actor_id=school.coach.pk).values_list(
        "object_kind", flat=True
    )
    assert sorted(kinds) == ["alert"] * 3 + ["learnernote"] * 3 + ["lesson"] * 2


@pytest.mark.parametrize(("to", "reached"), [("class", 2), ("group", 1)])
def test_a_review_of_a_skill_for_a_class_or_a_group(
    school: School, alerts: list[Alert], to: str, reached: int
):
    """From the pages of the skill and of the item; contents are those of its questions."""
    content = Content.objects.create(pk=uuid7(), title="Halves")
    client_for(school.ada).work(exercise(content_id=content.pk.hex), answered("q1", correct=0))
    known = skill(school.ada, content.pk.hex)
    question = item(school.ada, f"{content.pk.hex}:q1")
    page, key = (("coach_skill", known.pk), ("coach_item", question.pk))[to == "group"]
    source = "item" if to == "group" else "skill"
    assert f"{FORM}?{source}={key}" in look(school.coach, page, key)
    place = school.class_7a if to == "class" else school.group
    form = {"to": "class" if to == "class" else str(place.pk), "content": content.pk.hex}

    shown = browser(school.coach).get(FORM, {source: str(key)}).content.decode()
    answer = assign(school.coach, f"{FORM}?{source}={key}", **form)

    assert "Halves" in shown
    assert answer.status_code == 303
    lesson = Lesson.objects.get()
    assert (lesson.contents, lesson.skills, lesson.items) == ([content.pk.hex], [known.code], [])
    assert lesson.due_at is None
    assert LessonAssignment.objects.get().place_id == place.pk
    assert lesson.__class__.objects.all().learners().count() == reached


def test_others_get_a_404(school: School, alerts: list[Alert]):
    """contract 0.7: also for one alert among others, a foreign class, and other facilities."""
    other = make_user(school.facility, username="coach_of_7b", is_staff=True, external_id=None)
    Role.objects.create(user=other, kind=RoleKind.COACH, classroom=school.class_7b)
    known, question = skill(school.ada), item(school.ada)
    in_7a = f"&class={school.class_7a.pk}"
    urls = [url_of(*alerts), url_of(alerts[0]), f"{FORM}?skill={known.pk}{in_7a}"]
    own = Alert.objects.create(
        learner=school.chen, kind="plateau", skill=known, opened_at=now(), changed_at=now(),
        figures={"value": 1, "threshold": 1},
    )  # fmt: skip
    tries = [
        (other, urls), (other, [url_of(alerts[0], own), f"{FORM}?item={question.pk}{in_7a}"]),
        (school.foreign_coach, [*urls, f"{FORM}?skill={known.pk}", f"{FORM}?item={question.pk}"]),
        (school.coach, [f"{FORM}?alert=x", f"{FORM}?skill={uuid7()}", f"{FORM}?item="]),
    ]  # fmt: skip
    for viewer, addresses in tries:
        for url in addresses:
            assert browser(viewer).get(url).status_code == 404, url
            assert assign(viewer, url, school.ada).status_code == 404, url
    assert assign(school.ada, url_of(alerts[0]), school.ada).status_code == 302
    assert browser(school.coach).get(FORM).status_code == 302
    assert not Lesson.objects.exists()


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({"title": " "}, "Enter a title"), ({"title": "x" * 201}, "Enter a title"),
        ({"due": "soon"}, "Choose a day"), ({"due": "2020-01-01"}, "before today"),
        ({"due": "9999-12-31"}, "Choose a day"), ({"learner": []}, "at least one learner"),
        ({"to": "x"}, "at least one learner"), ({"to": str(uuid7())}, "at least one learner"),
    ],
)  # fmt: skip
def test_a_form_with_an_error_is_shown_again(
    school: School, alerts: list[Alert], form: dict[str, Any], message: str
):
    answer = assign(school.coach, url_of(alerts[0]), **{"learner": [school.ada.pk.hex], **form})

    assert answer.status_code == 200
    assert message in answer.content.decode()
    assert not Lesson.objects.exists()


def effects(viewer: User, lesson: Lesson) -> str:
    page = look(viewer, "coach_lesson", lesson.pk)
    return " ".join(re.sub(r"<[^>]*>", " ", section(page, "effects")).split())


def test_the_report_says_whether_it_helped(school: School, alerts: list[Alert]):
    """The mastery before is that after the newest answer that had arrived when it was assigned."""
    before = [
        float(event.mastery_after or 0)
        for event in [alerts[0].learner.learning_events.filter(skill__code="algebra").last()]
        if event
    ]
    lesson = make_lesson(school.class_7a)
    Lesson.objects.update(skills=["algebra"])
    assert "too few answers since 0" in effects(school.coach, lesson)
    with time_machine.travel(now() + timedelta(days=1)):
        practise(school.ada, "1" * 4, days_ago=0)
        assert "too few answers since 4" in effects(school.coach, lesson)
        practise(school.ada, "1" * 16, days_ago=0)
        shown = effects(school.coach, lesson)
    assert re.search(
        rf"Ada algebra {before[0]:.0%}".replace("%", " %") + r" .*? 9\d % 20", shown
    ), shown
    assert "ben algebra" in shown
    assert len(before) == 1


def test_due_assignments_are_listed_until_they_are_completed(school: School):
    """On the learner's own page, the coach's page of the learner, and the report; soonest first."""
    halves, at = uuid7(), now()
    lesson, review = make_lesson(school.class_7a), make_lesson(school.group)
    quiz = make_quiz(school.class_7a)
    hidden = [make_lesson(school.class_7a) for _number in range(3)]
    for number, row in enumerate([quiz, lesson, review, *hidden]):
        row.title, row.due_at = f"work {number}", at + timedelta(days=number - 1, hours=1)
        row.save()
    Lesson.objects.filter(pk=lesson.pk).update(contents=[halves.hex])
    Lesson.objects.filter(pk=review.pk).update(skills=["algebra"])
    for row, change in zip(hidden, ("draft", "archived", "active"), strict=True):
        Lesson.objects.filter(pk=row.pk).update(**{change: change != "active"})
    addresses = {
        "/me": school.ada,
        reverse("admin:coach_learner", args=[school.ada.pk]): school.coach,
        reverse("admin:coach_report", args=[school.ada.pk]): school.coach,
    }

    def listed() -> list[list[str]]:
        pages = [browser(who).get(url).content.decode() for url, who in addresses.items()]
        parts = [page.split('id="assigned-title"')[1:] for page in pages]
        return [
            re.findall(r"work \d", part[0].split("</section>")[0]) if part else [] for part in parts
        ]

    assert listed() == [["work 0", "work 1", "work 2"]] * 3
    assert "work 0 was due on" in report_section(
        browser(school.ada).get("/me").content.decode().replace('<h2 id="assigned-title">', "<h2>"),
        "Assigned",
    )
    client = client_for(school.ada)
    client.work(exercise(content_id=halves.hex), answered("q1"), answered("q2"))
    with time_machine.travel(at + timedelta(minutes=5)):
        practise(school.ada, "01010", days_ago=0)
        assert listed() == [["work 0"]] * 3
        Lesson.objects.filter(pk=review.pk).update(items=["q7"])
        assert listed() == [["work 0", "work 2"]] * 3
        practise(school.ada, "0", item="q7", days_ago=0)
        assert listed() == [["work 0"]] * 3
        session = client.start({"quiz_id": quiz.pk.hex})["session_id"]
        client.move(session, progress_delta=1)
        assert listed() == [[]] * 3


def statements(viewer: User, url: str) -> int:
    client = browser(viewer)
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_the_number_of_statements_does_not_grow(school: School, alerts: list[Alert]):
    lesson = make_lesson(school.class_7a, school.group)
    Lesson.objects.update(skills=["algebra"], due_at=now())
    urls = [url_of(*alerts), reverse("admin:coach_lesson", args=[lesson.pk]), "/me"]
    viewers = [school.coach, school.coach, school.ada]
    few = [statements(viewer, url) for viewer, url in zip(viewers, urls, strict=True)]
    for number in range(5):
        learner = make_user(school.facility)
        services.enrol(learner, school.class_7a)
        practise(learner, STUCK, item=f"of {number}")
        make_lesson(school.class_7a, school.group)
    run_alert_jobs()
    Lesson.objects.update(skills=["algebra", "geometry"], due_at=now())
    urls[0] = url_of(*Alert.objects.filter(skill__isnull=False))

    assert [statements(viewer, url) for viewer, url in zip(viewers, urls, strict=True)] == few
    assert few == [9, 9, 15]
