"""GET totalcontentprogress: contract 1.3."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from uuid_utils.compat import uuid7

from roster.models import Scope, User
from tests.conftest import Caller, Client, client_for
from tests.factories import School, answered, exercise, make_key, video


def total(caller: Caller, learner: User | str) -> tuple[int, object]:
    name = learner.pk.hex if isinstance(learner, User) else learner
    response = client_for(caller).get(f"/api/logger/totalcontentprogress/{name}")
    return response.status_code, response.json()


def test_a_content_completed_several_times_counts_once(ada: Client, school: School):
    """contract 1.3: a try complete, or a non-assessment at progress 1."""
    watched, practised = video(), exercise()
    for body in (watched, watched):
        ada.move(ada.start(body)["session_id"], progress=1)
    ada.move(ada.start(video())["session_id"], progress=0.999)
    ada.work(practised, answered("q1"), answered("q2"))
    ada.work({**practised, "repeat": True}, answered("q1"), answered("q2"))
    ada.work(exercise(), answered("q1"))

    assert total(school.ada, school.ada) == (200, {"id": school.ada.pk.hex, "progress": 2})


def test_a_mastered_exercise_stays_completed_while_it_is_repeated(ada: Client, school: School):
    """contract 1.3."""
    body = exercise()
    ada.work(body, answered("q1"), answered("q2"))

    ada.start({**body, "repeat": True})

    assert total(school.ada, school.ada)[1] == {"id": school.ada.pk.hex, "progress": 1}


def test_starting_an_exercise_on_a_completed_content_keeps_the_completion(
    ada: Client, school: School
):
    """contract 1.3."""
    body = video()
    ada.move(ada.start(body)["session_id"], progress=1)

    ada.start(exercise(content_id=body["content_id"]))

    assert total(school.ada, school.ada)[1] == {"id": school.ada.pk.hex, "progress": 1}


@pytest.mark.parametrize("name", ["a/b", "a//b", " ", "ü?&#%"])
def test_a_key_can_use_any_external_id(app: Client, school: School, name: str):
    """contract 0.6, 1.3: any string."""
    app.start(video(user_id=name))

    path = f"/api/logger/totalcontentprogress/{quote(name, safe='')}"

    assert app.get(path).json()["progress"] == 0
    assert app.get(path + "%00").status_code == 404


def test_a_repeated_video_no_longer_counts(ada: Client, school: School):
    """contract 1.1, 1.3: repeat zeroes the summary's progress."""
    body = video()
    ada.move(ada.start(body)["session_id"], progress=1)

    ada.start({**body, "repeat": True})

    assert total(school.ada, school.ada)[1] == {"id": school.ada.pk.hex, "progress": 0}


def test_only_authorized_callers_read_the_total(school: School):
    """contract 1.3, 0.7: 403 for learners asking about others, 404 otherwise."""
    for reader in (
        school.ada, school.coach, school.facility_coach, school.admin, school.superuser,
        school.key(Scope.READ),
    ):  # fmt: skip
        assert total(reader, school.ada)[0] == 200
    assert total(school.key(), "student_ada")[0] == 200
    for other_learner in (school.ben, school.stranger):
        assert total(other_learner, school.ada)[0] == 403
        assert total(other_learner, uuid7().hex)[0] == 403
        assert total(other_learner, "x")[0] == 403
    for other in (school.foreign_coach, make_key(school.elsewhere)):
        assert total(other, school.ada)[0] == 404
    for staff in (school.coach, school.superuser, school.key()):
        assert total(staff, uuid7().hex)[0] == 404
        assert total(staff, "x")[0] == 404
    assert total(None, school.ada)[0] == 401
    assert total(school.key(Scope.WRITE), school.ada)[0] == 403
