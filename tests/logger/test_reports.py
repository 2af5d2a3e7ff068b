"""Reports of lessons and quizzes (contract 4.5)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from uuid_utils.compat import uuid7

from analytics.models import Alert, Content, Skill
from roster.models import Enrolment, Lesson, Scope, User
from tests.conftest import Client, client_for
from tests.factories import NOW, School, answered, exercise, make_lesson, make_quiz, video

pytestmark = pytest.mark.django_db


def report(client: Client, kind: str, row: Any) -> dict[str, Any]:
    response = client.get(f"/api/assignments/{kind}/{row.pk}/report")
    assert response.status_code == 200, response.content
    body: dict[str, Any] = response.json()
    return body


def statuses(body: dict[str, Any], learner: User) -> list[tuple[str, int]]:
    cells = [cell for cell in body["cells"] if cell["user_id"] == learner.pk.hex]
    return [(cell["status"], cell["tries"]) for cell in cells]


def test_a_lesson_has_a_cell_for_each_learner_and_content(school: School):
    film, hard, easy, other = (uuid7() for _ in range(4))
    Content.objects.create(pk=hard, title="Halves")
    lesson = make_lesson(school.class_7a, school.class_7b)
    Lesson.objects.filter(pk=lesson.pk).update(contents=[each.hex for each in (film, hard, easy)])
    ada, ben, coach = client_for(school.ada), client_for(school.ben), client_for(school.coach)
    session = ada.start(video(content_id=film.hex))["session_id"]
    ada.move(session, progress_delta=0.5, time_spent_delta=60)
    ada.work(exercise(content_id=easy.hex), answered("q1"), answered("q2"))
    wrong = [answered("q1"), *(answered(item, correct=0) for item in ("q2", "q3"))]
    ada.work(exercise(content_id=hard.hex), *wrong)
    ben.work(exercise(content_id=other.hex), answered())

    body = report(coach, "lesson", lesson)

    assert body["learners"] == [
        {"id": each.pk.hex, "username": each.username, "full_name": each.full_name}
        for each in (school.ada, school.ben)
    ]
    assert body["contents"] == [
        {"id": film.hex, "title": None}, {"id": hard.hex, "title": "Halves"},
        {"id": easy.hex, "title": None},
    ]  # fmt: skip
    assert statuses(body, school.ada) == [("started", 0), ("started", 1), ("completed", 1)]
    assert statuses(body, school.ben) == [("not_started", 0)] * 3
    first = next(cell for cell in body["cells"] if cell["user_id"] == school.ada.pk.hex)
    assert first["content_id"] == film.hex
    assert first["time_spent"] == 60
    assert first["last_activity"].endswith("Z")
    assert body["cells"][-1]["last_activity"] is None

    # A third wrong answer in a row; an alert about the exercise; and a repeat of a completed one.
    ada.work(exercise(content_id=hard.hex), answered("q4", correct=0))
    assert statuses(report(coach, "lesson", lesson), school.ada)[1] == ("needs_help", 1)
    ada.work(exercise(content_id=hard.hex), answered("q5"))
    assert statuses(report(coach, "lesson", lesson), school.ada)[1] == ("started", 1)
    ada.work(exercise(content_id=hard.hex), answered("q6"))
    again = exercise(content_id=easy.hex, repeat=True)
    ada.work(again, *(answered(item, correct=0) for item in ("q1", "q2", "q3")))
    ben.work(exercise(content_id=hard.hex), answered("q1", correct=0))
    skill = Skill.objects.get(facility=school.facility, code=hard.hex)
    for learner in (school.ada, school.ben):
        Alert.objects.create(
            learner=learner, kind="plateau", skill=skill, opened_at=NOW, changed_at=NOW, figures={}
        )
    body = report(coach, "lesson", lesson)
    assert statuses(body, school.ada)[1:] == [("completed", 1), ("completed", 2)]
    assert statuses(body, school.ben)[1] == ("needs_help", 1)


def test_a_quiz_is_completed_when_it_is_submitted(school: School):
    quiz = make_quiz(school.group)
    ada, coach = client_for(school.ada), client_for(school.facility_coach)
    assert statuses(report(coach, "quiz", quiz), school.ada) == [("not_started", 0)]

    practice = video(content_id=quiz.pk.hex, kind="quiz")
    ada.start(practice)
    assert statuses(report(coach, "quiz", quiz), school.ada) == [("not_started", 0)]
    session = ada.start({"quiz_id": quiz.pk.hex})["session_id"]
    ada.move(session, interactions=[answered(f"q{n}", correct=0) for n in range(3)])
    assert statuses(report(coach, "quiz", quiz), school.ada) == [("started", 1)]
    ada.move(session, progress=1)
    body = report(coach, "quiz", quiz)

    assert statuses(body, school.ada) == [("completed", 1)]
    assert [each["id"] for each in body["learners"]] == [school.ada.pk.hex]
    assert body["contents"] == [{"id": quiz.pk.hex, "title": "quiz"}]


def test_a_report_is_for_those_who_manage_its_learners(school: School):
    """contract 0.7: of the facility's lesson, a class coach sees the learners of their class."""
    lesson = make_lesson(school.class_7a, school.class_7b)
    path = f"/api/assignments/lesson/{lesson.pk}/report"
    callers: dict[str, Any] = {
        "guest": None, "ada": school.ada, "foreign": school.foreign_coach, "coach": school.coach,
        "admin": school.admin, "root": school.superuser, "read": school.key(Scope.READ),
        "write": school.key(Scope.WRITE),
    }  # fmt: skip
    responses = {name: client_for(caller).get(path) for name, caller in callers.items()}

    assert {name: answer.status_code for name, answer in responses.items()} == {
        "guest": 401, "ada": 404, "foreign": 404, "coach": 200, "admin": 200, "root": 200,
        "read": 200, "write": 403,
    }  # fmt: skip
    assert len(responses["coach"].json()["learners"]) == 2
    assert len(responses["read"].json()["learners"]) == 3
    coach = client_for(school.coach)
    for wrong in (f"quiz/{lesson.pk}", "lesson/x", f"lesson/{uuid7()}"):
        assert coach.get(f"/api/assignments/{wrong}/report").status_code == 404
    assert coach.get(f"{path}?after=x").status_code == 400


def test_statements_of_a_report_do_not_grow_with_the_class(school: School):
    """More learners than one response has are linked to."""
    lesson = make_lesson(school.class_7a)
    Lesson.objects.filter(pk=lesson.pk).update(contents=[uuid7().hex])
    client, counts = client_for(school.key()), []
    path = f"/api/assignments/lesson/{lesson.pk}/report"
    client.get(path)
    for number in (0, 1000):
        learners = User.objects.bulk_create(
            User(facility=school.facility, external_id=f"e{place}") for place in range(number)
        )
        Enrolment.objects.bulk_create(
            Enrolment(user=learner, classroom=school.class_7a) for learner in learners
        )
        with CaptureQueriesContext(connection) as captured:
            response = client.get(path)
        counts.append(len(captured))
    rest = client.get(response.headers["Link"].partition(">")[0][1:]).json()

    assert counts[0] == counts[1] == 7
    assert (len(response.json()["cells"]), len(rest["cells"])) == (1000, 2)
