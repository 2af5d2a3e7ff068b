"""Random schools for property tests: their learners and what the learners do through the APIs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

import time_machine
from django.db import transaction
from hypothesis import strategies as st

from roster import services
from roster.models import RoleKind, Scope, User
from tests.conftest import client_for
from tests.factories import NOW, School, answered, exercise, make_school, make_user, video

CONTENTS = (UUID(int=1), UUID(int=2))
ITEMS = ("q1", "q2", "=1+1", "@x", "سؤال", 'é,"f"\n', "a\x01_x0041_\uffff")
SKILLS = ("algebra", "-sets", "جبر")
VIEWERS = ("coach", "facility_coach", "admin", "superuser", "foreign_coach", "both")
LEARNERS = ("ada", "ben", "chen", "dora", "stranger")

_nasty = st.sampled_from(
    ["=SUM(A1)", "+1", "-1", "@x", "\t=1", "\r\n=1", "\n", "\uff1d1", "'=1", " a ", "<r>&</r>",
     "50%_", "عائشة \u202b", "陳大文", "👩‍🎓", 'a,"b"\nc;d', "_x0041_", "\x01\x1f",
     "\ufffe\uffff", "Æ"]
)  # fmt: skip
names = _nasty | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12
)


@dataclass(frozen=True, kw_only=True)
class Action:
    """An action of a learner, so many hours after the action before."""

    kind: str
    learner: str
    after: int
    content: UUID
    item: str
    skill: str
    score: float
    seconds: float
    hinted: bool
    error: bool
    complete: bool
    answers: int


action_strategy = st.builds(
    Action,
    kind=st.sampled_from(["exercise", "video", "track", "study"]),
    learner=st.sampled_from(LEARNERS),
    after=st.integers(0, 40),
    content=st.sampled_from(CONTENTS),
    item=st.sampled_from(ITEMS),
    skill=st.sampled_from(SKILLS),
    score=st.sampled_from([0, 1 / 3, 0.5, 1]),
    seconds=st.floats(0, 100_000),
    hinted=st.booleans(),
    error=st.booleans(),
    complete=st.booleans(),
    answers=st.integers(1, 3),
)


def random_actions(seed: int, count: int = 40) -> list[Action]:
    """Return random actions of all kinds, the same for the same seed."""
    rng = Random(seed)
    return [
        Action(
            kind=rng.choice(["exercise", "video", "track", "study"]),
            learner=rng.choice(LEARNERS),
            after=rng.randrange(30),
            content=rng.choice(CONTENTS),
            item=rng.choice(ITEMS),
            skill=rng.choice(SKILLS),
            score=rng.choice([0, 0.5, 1]),
            seconds=rng.uniform(0, 5000),
            hinted=rng.random() < 0.3,
            error=rng.random() < 0.3,
            complete=rng.random() < 0.5,
            answers=rng.randint(1, 3),
        )
        for _action in range(count)
    ]


@contextmanager
def simulated_school(full_names: list[str], actions: list[Action]) -> Iterator[School]:
    """Create a school with these names of learners, simulate the actions; roll back at the end."""
    rollback: Any = transaction.atomic()
    rollback._from_testcase = True  # requests open their own transactions in it
    with rollback:
        school = _school(full_names)
        moment = NOW
        for action in actions:
            moment += timedelta(hours=action.after)
            with time_machine.travel(moment, tick=False):
                _simulate(school, action)
        yield school
        transaction.set_rollback(True)


def find_person(school: School, name: str) -> User:
    """Return a person of the school, also one that `_school` added."""
    return getattr(school, name, None) or User.objects.get(username=name)


def _school(full_names: list[str]) -> School:
    """Create the school. Dora attends two classes of one coach and must not count twice."""
    school = make_school()
    for facility, name in ((school.facility, "779"), (school.elsewhere, "780")):
        type(facility).objects.filter(pk=facility.pk).update(partner_id=name)
    dora = make_user(school.facility, username="dora", external_id="student_dora")
    both = make_user(school.facility, username="both", external_id=None)
    for classroom in (school.class_7a, school.class_7b):
        services.enrol(dora, classroom)
        services.assign_role(both, RoleKind.COACH, classroom)
    for username, name in zip(LEARNERS, full_names, strict=True):
        User.objects.filter(username=username).update(full_name=name)
    return school


def _simulate(school: School, action: Action) -> None:
    learner = find_person(school, action.learner)
    if action.kind == "exercise":
        fields: dict[str, Any] = {
            "hinted": action.hinted,
            "error": action.error,
            "complete": action.complete,
        }
        fields |= {"time_spent": action.seconds, "correct": action.score}
        answers = [answered(action.item, **fields) for _answer in range(action.answers)]
        client_for(learner).work(exercise(content_id=action.content.hex), *answers)
    elif action.kind == "video":
        client = client_for(learner)
        session = client.start(video(content_id=UUID(int=action.content.int + 9).hex))
        progress = 1 if action.complete else action.score
        client.move(session["session_id"], progress=progress, time_spent_delta=action.seconds)
    else:
        _send_answer(school, learner, action)


def _send_answer(school: School, learner: User, action: Action) -> None:
    """Send an answer as the app of the learner does."""
    is_own = learner.facility_id == school.facility.pk
    app = client_for(services.create_api_key(
        school.facility if is_own else school.elsewhere,
        name="app", scopes={Scope.READ, Scope.WRITE}, at=NOW,
    )[1])  # fmt: skip
    if action.kind == "track":
        path, body = "/api/v1/track-answer", {
            "user_id": learner.external_id, "skill_id": action.skill,
            "is_correct": action.score == 1, "time_spent_seconds": int(action.seconds) % 3600 + 1,
        }  # fmt: skip
    else:
        path, body = "/v3/study", {
            "user_id": learner.external_id, "partner_id": "779" if is_own else "780",
            "quiz_result": "Correct" if action.score == 1 else "Incorrect",
            "study_time_millis": int(action.seconds * 1000) % 3_600_000, "item_id": "card",
        }  # fmt: skip
    response = app.post(path, body, format="json")
    assert response.status_code in (200, 204), response.content
