"""Event ids are those of a facility's keys, or of one person (contract 0.9)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from analytics.models import LearningEvent
from tests.analytics.event_builders import TRACK, answer
from tests.conftest import Client, client_for
from tests.factories import School

pytestmark = pytest.mark.django_db
Post = Callable[[Client, str], Any]


@pytest.fixture
def app(school: School) -> Client:
    return client_for(school.key())


@pytest.fixture(params=["one", "many", "study", "studies"])
def post(request: pytest.FixtureRequest, school: School) -> Post:
    """Post an answer of a learner with the event_id `e1`, through one of the endpoints."""
    name: str = request.param

    def body(user: str) -> dict[str, Any]:
        if not name.startswith("stud"):
            return answer(user, event_id="e1")
        return {
            "user_id": user, "partner_id": school.facility.pk.hex, "item_id": "q1",
            "quiz_result": "Correct", "study_time_millis": 10, "event_id": "e1",
        }  # fmt: skip

    def send(client: Client, user: str) -> Any:
        path = {"one": TRACK, "many": f"{TRACK}s"}.get(name, f"/v3/{name}")
        is_bulk = name in ("many", "studies")
        response = client.post(path, [body(user)] if is_bulk else body(user), format="json")
        assert response.status_code in (200, 204), response.content
        assert not is_bulk or b'"rejected":0' in response.content.replace(b" ", b"")
        return response

    return send


def recorded() -> list[tuple[str | None, str | None]]:
    events = LearningEvent.objects.order_by("learner__external_id", "position")
    return list(events.values_list("learner__external_id", "source_id"))


def test_no_learner_can_use_an_id_up_that_an_app_needs(ada: Client, app: Client, post: Post):
    post(ada, "student_ada")

    post(app, "student_ben")
    post(app, "student_ben")

    assert recorded() == [("student_ada", "e1"), ("student_ben", "e1")]


def test_an_app_counts_its_answer_beside_one_with_an_id_of_the_learner(
    ada: Client, app: Client, post: Post
):
    post(ada, "student_ada")

    post(app, "student_ada")

    assert recorded() == [("student_ada", "e1")] * 2


def test_learners_use_ids_beside_each_other(school: School, ada: Client, post: Post):
    ben = client_for(school.ben)

    for _again in range(2):
        post(ada, "student_ada")
        post(ben, "student_ben")

    assert recorded() == [("student_ada", "e1"), ("student_ben", "e1")]


def test_a_token_and_a_login_are_the_same_person(ada: Client, app: Client, post: Post):
    made = app.post("/api/auth/token", {"user_id": "student_ada"}, format="json").json()
    token = Client()
    token.credentials(HTTP_AUTHORIZATION=f"Bearer {made['token']}")

    post(token, "student_ada")
    post(ada, "student_ada")

    assert recorded() == [("student_ada", "e1")]


def test_what_an_app_recorded_for_a_learner_is_a_repeat_of_theirs(
    ada: Client, app: Client, post: Post
):
    """So is what was recorded before ids were personal."""
    post(app, "student_ada")

    post(ada, "student_ada")

    assert recorded() == [("student_ada", "e1")]


def test_the_history_has_the_id_that_was_sent(ada: Client):
    ada.post(TRACK, answer(event_id="e1"), format="json")

    history = ada.get("/api/v1/mastery/student_ada/algebra/history").json()

    assert [point["event_id"] for point in history["data"]] == ["e1"]
