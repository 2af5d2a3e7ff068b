"""A school of learners with a history of work, so that lists have rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import orjson
from django.db import transaction
from uuid_utils.compat import uuid7

from logger.commands import StartSession
from logger.models import AttemptLog, ContentSession, ContentSummary, MasteryLog
from logger.services import start_session
from roster.models import ApiKey, Facility, Scope, User
from roster.services import create_api_key, find_key

CONTENTS, TRIES, ATTEMPTS = 4, 5, 15
# Every second answer is wrong, so nobody masters the exercise and each PUT does the same work.
CRITERION = {"type": "m_of_n", "m": 8, "n": 10}
ITEMS = 20
SECONDS = 12.5


@dataclass(frozen=True, kw_only=True)
class SchoolLearner:
    """A learner, a content they tried, and a session they can continue."""

    name: str
    content_id: UUID
    session_id: str


@dataclass(frozen=True, kw_only=True)
class School:
    """The learners of a school, and the secret of its API key."""

    secret: str
    learners: list[SchoolLearner]


def build_school(learners: int, *, at: datetime) -> School:
    """Create a facility, its key, and some learners with a history of 300 attempts each."""
    facility = Facility.objects.create(name="Benchmark School")
    scopes = {Scope.READ, Scope.WRITE}
    _key, secret = create_api_key(facility, name="benchmark", scopes=scopes, at=at)
    key = find_key(secret, at=at)
    return School(
        secret=secret,
        learners=[_create_learner(f"student_{number}", key, at=at) for number in range(learners)],
    )


def answer_bodies() -> list[bytes]:
    """Return the bodies of PUTs with one new answer each, alternately wrong and right."""
    return [
        orjson.dumps({"time_spent_delta": SECONDS, "interactions": [_interaction(number)]})
        for number in range(ITEMS)
    ]


def _interaction(number: int) -> dict[str, object]:
    return {
        "item": f"question {number}",
        "correct": number % 2,
        "time_spent": SECONDS,
        "complete": True,
        "answer": {"choice": number % 4, "text": "three quarters"},
        "simple_answer": "3/4",
    }


def _create_learner(name: str, key: ApiKey, *, at: datetime) -> SchoolLearner:
    learner = User(facility=key.facility, external_id=name, created_at=at)
    learner.set_unusable_password()
    learner.save(force_insert=True)
    content_id = _create_history(learner, at=at)
    start = StartSession(
        kind="exercise",
        content_id=uuid7(),
        node_id=uuid7(),
        channel_id=uuid7(),
        mastery_model=CRITERION,
        user_id=name,
    )
    session = start_session(start, actor=key, at=at).session
    return SchoolLearner(name=name, content_id=content_id, session_id=session.pk.hex)


@transaction.atomic
def _create_history(learner: User, *, at: datetime) -> UUID:
    """Create a learner's history, a day per content, and return the last content's id."""
    for day in range(CONTENTS, 0, -1):
        summary = _create_summary(learner, at=at - timedelta(days=day))
        for level in range(1, TRIES + 1):
            _create_try(summary, level)
    return summary.content_id


def _create_summary(learner: User, *, at: datetime) -> ContentSummary:
    return ContentSummary.objects.create(
        user=learner, content_id=uuid7(), kind="exercise", start_timestamp=at, end_timestamp=at
    )


def _create_try(summary: ContentSummary, level: int) -> None:
    """Create one finished try, its session and its attempts."""
    started = summary.start_timestamp + timedelta(hours=level)
    ended = started + timedelta(seconds=ATTEMPTS * SECONDS)
    common = {"user_id": summary.user_id, "content_id": summary.content_id}
    mastery_log = MasteryLog.objects.create(
        **common, summary=summary, mastery_level=level, mastery_criterion=CRITERION,
        start_timestamp=started, end_timestamp=ended, completion_timestamp=ended, complete=True,
        attempt_count=ATTEMPTS, time_spent=ATTEMPTS * SECONDS,
    )  # fmt: skip
    session = ContentSession.objects.create(
        **common, summary=summary, mastery_log=mastery_log, kind="exercise",
        start_timestamp=started, end_timestamp=ended, time_spent=ATTEMPTS * SECONDS,
    )  # fmt: skip
    AttemptLog.objects.bulk_create(_build_attempts(session, started=started))


def _build_attempts(session: ContentSession, *, started: datetime) -> Iterator[AttemptLog]:
    for position in range(ATTEMPTS):
        start = started + timedelta(seconds=position * SECONDS)
        answer = {"choice": position % 4, "text": "three quarters"}
        yield AttemptLog(
            user_id=session.user_id, session=session, mastery_log_id=session.mastery_log_id,
            content_id=session.content_id, item=f"question {position}", position=position,
            start_timestamp=start, end_timestamp=start + timedelta(seconds=SECONDS),
            completion_timestamp=start + timedelta(seconds=SECONDS), time_spent=SECONDS,
            complete=True, correct=position % 2, judged=True, answer=answer, simple_answer="3/4",
            interaction_history=[{"type": "answer", "answer": answer, "correct": position % 2}],
        )  # fmt: skip
