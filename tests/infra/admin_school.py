"""Schools at random: who attends them, what they do through the APIs, and what is asked of it."""

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
    ["=SUM(A1)", "+1", "-1", "@x", "\t=1", "\r\n=1", "\n", "\uff1d1", "'=1", " a ", "50%_", "<b>&",
     "عائشة \u202b", "陳大文", "👩‍🎓", 'a,"b"\nc;d', "_x0041_", "\x01\x1f", "\ufffe\uffff", "Æ"]
)  # fmt: skip
names = _nasty | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12
)


@dataclass(frozen=True, kw_only=True)
class Deed:
    """One thing a learner does, so many hours after what was done before."""

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


deeds = st.builds(
    Deed,
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


def year(seed: int, count: int = 40) -> list[Deed]:
    """Return deeds of all kinds, the same for a seed."""
    chance = Random(seed)
    return [
        Deed(
            kind=chance.choice(["exercise", "video", "track", "study"]),
            learner=chance.choice(LEARNERS),
            after=chance.randrange(30),
            content=chance.choice(CONTENTS),
            item=chance.choice(ITEMS),
            skill=chance.choice(SKILLS),
            score=chance.choice([0, 0.5, 1]),
            seconds=chance.uniform(0, 5000),
            hinted=chance.random() < 0.3,
            error=chance.random() < 0.3,
            complete=chance.random() < 0.5,
            answers=chance.randint(1, 3),
        )
        for _deed in range(count)
    ]


@contextmanager
def attended(called: list[str], done: list[Deed]) -> Iterator[School]:
    """Make a school whose learners are called so and do this, and forget all of it afterwards."""
    forgotten: Any = transaction.atomic()
    forgotten._from_testcase = True  # requests have their own transactions in it
    with forgotten:
        school = _school(called)
        moment = NOW
        for deed in done:
            moment += timedelta(hours=deed.after)
            with time_machine.travel(moment, tick=False):
                _do(school, deed)
        yield school
        transaction.set_rollback(True)


def somebody(school: School, name: str) -> User:
    """Return a person of the school, or one of those who came later."""
    return getattr(school, name, None) or User.objects.get(username=name)


def _school(called: list[str]) -> School:
    """Dora attends two classes that one coach looks after: she must not count twice."""
    school = make_school()
    for facility, name in ((school.facility, "779"), (school.elsewhere, "780")):
        type(facility).objects.filter(pk=facility.pk).update(partner_id=name)
    dora = make_user(school.facility, username="dora", external_id="student_dora")
    both = make_user(school.facility, username="both", external_id=None)
    for classroom in (school.class_7a, school.class_7b):
        services.enrol(dora, classroom)
        services.assign_role(both, RoleKind.COACH, classroom)
    for username, name in zip(LEARNERS, called, strict=True):
        User.objects.filter(username=username).update(full_name=name)
    return school


def _do(school: School, deed: Deed) -> None:
    learner = somebody(school, deed.learner)
    if deed.kind == "exercise":
        told: dict[str, Any] = {
            "hinted": deed.hinted,
            "error": deed.error,
            "complete": deed.complete,
        }
        told |= {"time_spent": deed.seconds, "correct": deed.score}
        answers = [answered(deed.item, **told) for _answer in range(deed.answers)]
        client_for(learner).work(exercise(content_id=deed.content.hex), *answers)
    elif deed.kind == "video":
        client = client_for(learner)
        session = client.start(video(content_id=UUID(int=deed.content.int + 9).hex))
        progress = 1 if deed.complete else deed.score
        client.move(session["session_id"], progress=progress, time_spent_delta=deed.seconds)
    else:
        _send(school, learner, deed)


def _send(school: School, learner: User, deed: Deed) -> None:
    """Send an answer as the learner's app does."""
    is_own = learner.facility_id == school.facility.pk
    app = client_for(services.create_api_key(
        school.facility if is_own else school.elsewhere,
        name="app", scopes={Scope.READ, Scope.WRITE}, at=NOW,
    )[1])  # fmt: skip
    if deed.kind == "track":
        path, body = "/api/v1/track-answer", {
            "user_id": learner.external_id, "skill_id": deed.skill,
            "is_correct": deed.score == 1, "time_spent_seconds": int(deed.seconds) % 3600 + 1,
        }  # fmt: skip
    else:
        path, body = "/v3/study", {
            "user_id": learner.external_id, "partner_id": "779" if is_own else "780",
            "quiz_result": "Correct" if deed.score == 1 else "Incorrect",
            "study_time_millis": int(deed.seconds * 1000) % 3_600_000, "item_id": "card",
        }  # fmt: skip
    response = app.post(path, body, format="json")
    assert response.status_code in (200, 204), response.content
