"""POST contentsession: contract 1.1."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from logger.models import ContentSession, ContentSummary, MasteryLog
from roster.models import Classroom, CourseSession, CourseSessionAssignment
from tests.conftest import Client, client_for
from tests.factories import (
    M_OF_N,
    School,
    answered,
    exercise,
    is_hex_uuid,
    make_lesson,
    make_quiz,
    video,
)

PATH = "/api/logger/contentsession"


def errors(response: Any) -> set[tuple[str, str | None]]:
    return {(error["id"], error["metadata"]["field"]) for error in response.json()}


def test_a_first_session_begins_at_zero(ada: Client):
    """contract 1.1, 0.2."""
    body = video()

    started = ada.start(body)

    assert is_hex_uuid(started.pop("session_id"))
    assert started == {
        "context": {"node_id": body["node_id"]},
        "progress": 0.0,
        "time_spent": 0.0,
        "extra_fields": {},
        "complete": False,
    }


def test_a_later_session_begins_with_the_progress_of_the_learner(ada: Client):
    """contract 1.1."""
    body = video()
    first = ada.start(body)
    ada.move(first["session_id"], progress=0.4, time_spent_delta=30, extra_fields={"page": 3})

    second = ada.start(body)

    assert second["session_id"] != first["session_id"]
    assert (second["progress"], second["time_spent"]) == (0.4, 30)
    assert second["extra_fields"] == {"page": 3}


def test_one_summary_per_learner_and_content_follows_the_channel(ada: Client, school: School):
    """contract 1.1: get or create the one summary, move its end and its channel."""
    body = video()
    ada.start(body)
    before = ContentSummary.objects.get()

    ada.start({**body, "channel_id": uuid7().hex})

    after = ContentSummary.objects.get()
    assert after.user == school.ada
    assert after.channel_id != before.channel_id
    assert after.end_timestamp > before.end_timestamp
    assert after.start_timestamp == before.start_timestamp


@pytest.mark.parametrize("spell", [str, lambda key: str(key).upper(), lambda key: key.hex])
def test_ids_are_accepted_in_every_notation_and_returned_plain(ada: Client, spell: Any):
    """contract 0.2."""
    node = uuid7()

    started = ada.start(video(node_id=spell(node)))

    assert started["context"]["node_id"] == node.hex


@pytest.mark.parametrize(
    "malformed", ["", "xyz", f"{{{UUID(int=1)}}}", UUID(int=1).hex + "0", 5, None, ["a"], {"a": 1}]
)
@pytest.mark.parametrize(
    "field", ["node_id", "content_id", "channel_id", "lesson_id", "quiz_id", "course_session_id"]
)
def test_a_malformed_id_is_refused(ada: Client, field: str, malformed: Any):
    """contract 1.1, 0.12."""
    response = ada.post(PATH, video(**{field: malformed}), format="json")

    assert response.status_code == 400
    assert ("INVALID", field) in errors(response)
    assert not ContentSession.objects.exists()


def test_a_body_with_neither_node_nor_quiz_is_refused(ada: Client):
    """contract 1.1."""
    response = ada.post(PATH, {}, format="json")

    assert response.status_code == 400
    assert ("REQUIRED", "node_id") in errors(response)


def test_all_missing_fields_are_reported_at_once(ada: Client):
    """contract 1.1."""
    response = ada.post(PATH, {"node_id": uuid7().hex}, format="json")

    assert response.status_code == 400
    assert errors(response) == {
        ("REQUIRED", "content_id"),
        ("REQUIRED", "channel_id"),
        ("REQUIRED", "kind"),
    }


def test_missing_fields_are_reported_together_with_malformed_ones(ada: Client):
    """contract 1.1."""
    body = {"node_id": "x", "kind": "exercise", "repeat": "perhaps"}

    response = ada.post(PATH, body, format="json")

    assert errors(response) == {
        ("INVALID", "node_id"),
        ("INVALID", "repeat"),
        ("REQUIRED", "content_id"),
        ("REQUIRED", "channel_id"),
        ("REQUIRED", "mastery_model"),
    }


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"quiz_id": uuid7().hex, "node_id": uuid7().hex}, "node_id"),
        ({"quiz_id": uuid7().hex, "lesson_id": uuid7().hex}, "lesson_id"),
        (
            video(lesson_id=uuid7().hex, course_session_id=uuid7().hex),
            "course_session_id",
        ),
        (video(kind="game"), "kind"),
        (video(kind="exercise"), "mastery_model"),
        (video(mastery_model=M_OF_N), "mastery_model"),
        (exercise(mastery_model={"type": "luck"}), "mastery_model.type"),
        (exercise(mastery_model={"m": 1, "n": 2}), "mastery_model.type"),
        (exercise(mastery_model={"type": "m_of_n"}), "mastery_model.m"),
        (exercise(mastery_model={"type": "m_of_n", "m": 2}), "mastery_model.n"),
        (exercise(mastery_model={"type": "m_of_n", "m": 3, "n": 2}), "mastery_model.m"),
        (exercise(mastery_model={"type": "m_of_n", "m": 0, "n": 2}), "mastery_model.m"),
        (exercise(mastery_model={"type": "m_of_n", "m": 1, "n": 1001}), "mastery_model.n"),
        (exercise(mastery_model={"type": "m_of_n", "m": "a", "n": 2}), "mastery_model.m"),
        (exercise(mastery_model={"type": "do_all", "m": "-" + "9" * 500}), "mastery_model.m"),
        (exercise(mastery_model="m_of_n"), "mastery_model"),
        (video(repeat="maybe"), "repeat"),
        (video(user_id=""), "user_id"),
        (video(user_id="x" * 256), "user_id"),
    ],
)
def test_a_contradictory_body_is_refused(ada: Client, body: dict[str, Any], field: str):
    """contract 1.1."""
    response = ada.post(PATH, body, format="json")

    assert response.status_code == 400
    assert field in {name for _code, name in errors(response)}
    assert not ContentSession.objects.exists()


@pytest.mark.parametrize(
    "kind",
    ["video", "audio", "document", "html5", "topic", "slideshow", "h5p", "zim", "quiz"],
)
def test_every_kind_of_resource_is_tracked_without_a_try(ada: Client, kind: str):
    """contract 1.1."""
    started = ada.start(video(kind=kind))

    assert "mastery_criterion" not in started
    assert not MasteryLog.objects.exists()


def test_an_exercise_opens_its_first_try(ada: Client):
    """contract 1.1."""
    body = exercise()

    started = ada.start(body)

    assert started["context"] == {"node_id": body["node_id"], "mastery_level": 1}
    assert started["mastery_criterion"] == M_OF_N
    assert (started["pastattempts"], started["totalattempts"]) == ([], 0)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({"type": "m_of_n", "m": "2", "n": "3"}, {"type": "m_of_n", "m": 2, "n": 3}),
        ({"type": "m_of_n", "m": 2.0, "n": 3}, {"type": "m_of_n", "m": 2, "n": 3}),
        ({"type": "do_all", "colour": "red"}, {"type": "do_all"}),
        ({"type": "quiz", "coach_assigned": True}, {"type": "quiz"}),
        ({"type": "do_all", "m": 0, "n": 0}, {"type": "do_all", "m": 0, "n": 0}),
        ({"type": "num_correct_in_a_row_5", "m": 1}, {"type": "num_correct_in_a_row_5", "m": 1}),
    ],
)
def test_a_criterion_keeps_only_type_m_and_n(
    ada: Client, sent: dict[str, Any], kept: dict[str, Any]
):
    """contract 1.1: coach_assigned from a client is ignored; values are converted."""
    started = ada.start(exercise(mastery_model=sent))

    assert started["mastery_criterion"] == kept


def test_an_open_try_keeps_its_first_criterion(ada: Client):
    """contract 1.1: the criterion is frozen on the try."""
    body = exercise()
    ada.work(body, answered("q1", 0))

    again = ada.start({**body, "mastery_model": {"type": "do_all"}, "repeat": True})

    assert again["mastery_criterion"] == M_OF_N
    assert again["context"]["mastery_level"] == 1
    assert again["totalattempts"] == 1


def test_a_finished_try_is_shown_until_it_is_repeated(ada: Client):
    """contract 1.1."""
    body = exercise()
    ada.work(body, answered("q1"), answered("q2"))

    seen = ada.start(body)
    repeated = ada.start({**body, "repeat": True})
    third = ada.start({**body, "repeat": True})

    assert (seen["complete"], seen["context"]["mastery_level"]) == (True, 1)
    assert (repeated["complete"], repeated["context"]["mastery_level"]) == (False, 2)
    assert (repeated["totalattempts"], repeated["time_spent"]) == (0, 0)
    assert third["context"]["mastery_level"] == 2


def test_repeat_resets_progress_and_keeps_time_and_fields(ada: Client):
    """contract 1.1."""
    body = video()
    session = ada.start(body)
    ada.move(session["session_id"], progress=1, time_spent_delta=5, extra_fields={"a": 1})

    repeated = ada.start({**body, "repeat": True})

    assert (repeated["progress"], repeated["time_spent"]) == (0, 5)
    assert repeated["extra_fields"] == {"a": 1}
    assert repeated["complete"] is False


def test_the_time_of_an_assessment_is_the_time_of_its_try(ada: Client):
    """contract 1.1: for assessments complete and time_spent are the try's."""
    body = exercise()
    session = ada.start(body)
    ada.move(session["session_id"], progress=1, time_spent_delta=5)

    repeated = ada.start({**body, "repeat": True})

    assert (repeated["time_spent"], repeated["complete"], repeated["progress"]) == (0, False, 0)
    assert ContentSummary.objects.get().time_spent == 5


def test_exercise_and_practice_quiz_of_one_content_are_separate_series(ada: Client):
    """contract 1.1."""
    body = exercise()
    ada.work(body, answered("q1"))

    quiz = ada.start({**body, "mastery_model": {"type": "quiz"}})
    back = ada.start(body)

    assert -(2**31) <= quiz["context"]["mastery_level"] < 0
    assert quiz["totalattempts"] == 0
    assert (back["context"]["mastery_level"], back["totalattempts"]) == (1, 1)


@pytest.mark.parametrize(
    ("model", "shown"),
    [
        ({"type": "m_of_n", "m": 12, "n": 12}, 12),
        ({"type": "num_correct_in_a_row_3"}, 3),
        ({"type": "num_correct_in_a_row_10"}, 10),
        ({"type": "do_all"}, 10),
        ({"type": "quiz"}, 13),
    ],
)
def test_past_attempts_are_ordered_newest_first(ada: Client, model: dict[str, Any], shown: int):
    """contract 1.1: n for m_of_n, N for in-a-row, all for quiz, else 10."""
    body = exercise(mastery_model=model)
    session = ada.start(body)
    ada.move(session["session_id"], interactions=[answered(f"q{n}", 0) for n in range(13)])

    again = ada.start(body)

    assert [attempt["item"] for attempt in again["pastattempts"]] == [
        f"q{n}" for n in reversed(range(13))
    ][:shown]
    assert again["totalattempts"] == 13
    assert set(again["pastattempts"][0]) == {
        "id", "correct", "complete", "hinted", "error", "item", "answer", "time_spent",
    }  # fmt: skip


def test_a_lesson_must_be_assigned_to_the_learner(ada: Client, school: School):
    """contract 1.1: assigned to one of their classrooms or groups, active or not; else 400."""
    of_class, of_group = make_lesson(school.class_7a), make_lesson(school.group, active=False)
    of_others = make_lesson(school.class_7b)

    assert ada.start(video(lesson_id=of_class.pk.hex))["context"]["lesson_id"] == of_class.pk.hex
    assert ada.start(video(lesson_id=str(of_group.pk)))["context"]["lesson_id"] == of_group.pk.hex
    for foreign in (of_others.pk, uuid7()):
        response = ada.post(PATH, video(lesson_id=foreign.hex), format="json")
        assert response.status_code == 400
        assert errors(response) == {("INVALID", "lesson_id")}


def test_a_course_session_must_be_assigned_to_the_learner(ada: Client):
    """contract 1.1."""
    response = ada.post(PATH, video(course_session_id=uuid7().hex), format="json")

    assert response.status_code == 400
    assert errors(response) == {("INVALID", "course_session_id")}


def test_a_quiz_is_its_own_content_under_the_coachs_criterion(ada: Client, school: School):
    """contract 1.1: other body fields are validated, then ignored."""
    quiz = make_quiz(school.group)

    started = ada.start(
        {
            "quiz_id": quiz.pk.hex,
            "content_id": uuid7().hex,
            "kind": "video",
            "mastery_model": M_OF_N,
        }
    )

    session = ContentSession.objects.get()
    assert started["mastery_criterion"] == {"type": "quiz", "coach_assigned": True}
    assert set(started["context"]) == {"quiz_id", "mastery_level"}
    assert started["context"]["mastery_level"] < 0
    assert (session.content_id, session.channel_id, session.kind) == (quiz.pk, None, "quiz")


@pytest.mark.parametrize("bad", [{"kind": "game"}, {"content_id": "x"}, {"mastery_model": {}}])
def test_a_quizs_other_fields_are_still_validated(ada: Client, school: School, bad: dict[str, Any]):
    """contract 1.1."""
    quiz = make_quiz(school.class_7a)

    response = ada.post(PATH, {"quiz_id": quiz.pk.hex, **bad}, format="json")

    assert response.status_code == 400


def test_a_quiz_that_is_not_open_to_the_learner_is_refused(ada: Client, school: School):
    """contract 1.1: active and assigned, else 403 (unknown quizzes too)."""
    closed, foreign = make_quiz(school.class_7a, active=False), make_quiz(school.class_7b)

    for quiz_id in (closed.pk, foreign.pk, uuid7()):
        response = ada.post(PATH, {"quiz_id": quiz_id.hex}, format="json")
        assert response.status_code == 403
        assert errors(response) == {("PERMISSION_DENIED", None)}
    assert not ContentSummary.objects.exists()


def test_a_finished_coach_quiz_is_closed_until_repeated(ada: Client, school: School):
    """contract 1.1: a finished coach quiz without repeat: 403; repeat opens a new level."""
    body = {"quiz_id": make_quiz(school.class_7a).pk.hex}
    first = ada.start(body)
    ada.move(first["session_id"], progress=1, interactions=[answered("q1")])

    refused = ada.post(PATH, body, format="json")
    second = ada.start({**body, "repeat": True})

    assert refused.status_code == 403
    assert second["context"]["mastery_level"] != first["context"]["mastery_level"]
    assert second["context"]["mastery_level"] < 0
    assert second["totalattempts"] == 0


@pytest.mark.parametrize("assigned", ["lesson_id", "quiz_id", "course_session_id"])
def test_guests_have_no_assignments(guest: Client, assigned: str):
    """contract 1.1: anonymous: 403."""
    body = {assigned: uuid7().hex} if assigned == "quiz_id" else video(**{assigned: uuid7().hex})

    response = guest.post(PATH, body, format="json")

    assert response.status_code == 403


def test_a_session_of_a_guest_always_begins_at_zero(guest: Client, school: School):
    """contract 1.1: no state is shared between sessions."""
    body = exercise()
    first = guest.start(body)
    guest.move(first["session_id"], progress=1, time_spent_delta=9, extra_fields={"a": 1})

    second = guest.start(body)

    session = ContentSession.objects.get(pk=UUID(second["session_id"]))
    assert (session.user, session.facility) == (None, school.facility)
    assert second.pop("session_id") != first["session_id"]
    assert second == {
        "context": {"node_id": body["node_id"]},
        "progress": 0.0,
        "time_spent": 0.0,
        "extra_fields": {},
        "complete": False,
        "mastery_criterion": M_OF_N,
        "pastattempts": [],
        "totalattempts": 0,
    }
    assert not ContentSummary.objects.exists()


def test_guests_can_be_refused(guest: Client, school: School):
    """contract 1.1: guest_access off: 401."""
    school.facility.guest_access = False
    school.facility.save()

    response = guest.post(PATH, video(), format="json")

    assert response.status_code == 401
    assert "WWW-Authenticate" in response.headers
    assert not ContentSession.objects.exists()


def test_guests_need_an_unambiguous_facility(school: School, settings: Any):
    """contract 1.1: the facility is DEFAULT_FACILITY or the only one, else 401."""
    visitor = client_for(None)

    assert visitor.post(PATH, video(), format="json").status_code == 401
    settings.DEFAULT_FACILITY = str(school.elsewhere.pk)
    visitor.start(video())
    assert ContentSession.objects.get().facility == school.elsewhere


def course_session_for(classroom: Classroom) -> CourseSession:
    course = CourseSession.objects.create(facility=classroom.facility, title="Autumn")
    CourseSessionAssignment.objects.create(course_session=course, classroom=classroom)
    return course


def test_an_assigned_course_session_is_stored_and_returned(ada: Client, school: School):
    """contract 1.1."""
    course = course_session_for(school.class_7a)

    started = ada.start(video(course_session_id=course.pk.hex))

    assert started["context"]["course_session_id"] == course.pk.hex


def test_a_quiz_can_be_part_of_a_course_session(ada: Client, school: School):
    """contract 1.1: the course session must be assigned to the learner, too."""
    quiz, course = make_quiz(school.class_7a), course_session_for(school.class_7a)
    foreign = course_session_for(school.class_7b)
    body = {"quiz_id": quiz.pk.hex, "course_session_id": course.pk.hex}

    context = ada.start(body)["context"]
    refused = ada.post(
        "/api/logger/contentsession", {**body, "course_session_id": foreign.pk.hex}, format="json"
    )

    assert context["course_session_id"] == course.pk.hex
    assert refused.status_code == 400
