"""Answer tracking in process: the operations of the endpoints as coroutines (contract 2.5).

    from analytics.engine import engine

    result = await engine.track_answer(
        user_id="student_123", skill_id="algebra_linear", is_correct=True
    )

It works after `django.setup()` in a script, a bot or a notebook, and in an ASGI application
without further setup. Ids are strings as over HTTP, and all values follow the same rules.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, NotRequired, TypedDict, TypeVar, Unpack

from asgiref.sync import sync_to_async
from django.db import close_old_connections, connection
from django.utils import timezone

from analytics import selectors, services
from analytics.commands import TrackedAnswer
from analytics.serializers.answers import change_body
from analytics.serializers.insights import predictions_body, velocity_body
from analytics.serializers.query_params import DEFAULT_DAYS, MAX_DAYS
from infra.api.bodies import parse
from roster.models import ApiKey, Facility, User
from roster.services import default_facility

T = TypeVar("T")
Row = dict[str, Any]


class NoFacility(LookupError):
    """There is no facility, or more than one: name it with `engine.of`, or DEFAULT_FACILITY."""


class AnswerFields(TypedDict):
    """The fields of an answer, as in the API."""

    user_id: str
    skill_id: str
    is_correct: bool
    time_spent_seconds: NotRequired[int | None]
    confidence_score: NotRequired[int | None]
    question_difficulty: NotRequired[float | None]
    item_id: NotRequired[str | None]
    event_id: NotRequired[str | None]
    timestamp: NotRequired[datetime | str | None]
    question: NotRequired[str | None]
    answer: NotRequired[str | None]


class Engine:
    """The learner model of one facility: the given one, or the default facility."""

    def __init__(self, facility: Facility | None = None) -> None:
        self._facility = facility

    def of(self, facility: Facility) -> Engine:
        """Return the engine of another facility."""
        return Engine(facility)

    async def track_answer(self, **fields: Unpack[AnswerFields]) -> Row:
        """Record one answer, and return the `data` of `POST /api/v1/track-answer`.

        Raises
        ------
        InvalidBody : a value is invalid; a subclass of `ValueError`.
        NoFacility, UnknownLearner, EventOwnedByAnother : as their docstrings say.
        """
        return await _run_in_thread(lambda: self._track(dict(fields)))

    async def get_velocity(
        self, user_id: str, *, skill_id: str | None = None, days: int = DEFAULT_DAYS
    ) -> Row:
        """Return the `data` of `GET /api/v1/velocity/{user_id}`.

        Raises
        ------
        ValueError : not 1 to 365 days.
        NoFacility, UnknownLearner, UnknownSkill : as their docstrings say.
        """
        _validate_days(days)

        def read() -> Row:
            summary = selectors.get_velocity_summary(
                self._learner(user_id), days=days, skill=skill_id, at=timezone.now()
            )
            return velocity_body(summary)

        return await _run_in_thread(read)

    async def get_predictions(
        self, user_id: str, *, days: int = DEFAULT_DAYS, target_score: float | None = None
    ) -> Row:
        """Return the `data` of `GET /api/v1/predictions/{user_id}`.

        Raises
        ------
        ValueError : not 1 to 365 days, or a target that is no total.
        NoFacility, UnknownLearner : as their docstrings say.
        """
        _validate_days(days)

        def read() -> Row:
            predictions = selectors.get_predictions(
                self._learner(user_id), days=days, target=target_score, at=timezone.now()
            )
            return predictions_body(predictions)

        return await _run_in_thread(read)

    def _track(self, fields: Row) -> Row:
        answer = parse(fields, TrackedAnswer)
        tracked = services.track_answer(answer, actor=self._actor(), at=timezone.now())
        return change_body(tracked.change)

    def _learner(self, name: str) -> User:
        return selectors.readable_learner(self._actor(), name)

    def _actor(self) -> ApiKey:
        """Return an unsaved key of the facility that nobody holds."""
        facility = self._facility or default_facility()
        if facility is None:
            raise NoFacility
        return ApiKey(facility=facility, name="in process", can_read=True, can_write=True)


def _validate_days(days: int) -> None:
    if not 1 <= days <= MAX_DAYS:
        raise ValueError(f"days: Must be a whole number from 1 to {MAX_DAYS}.")


async def _run_in_thread(call: Callable[[], T]) -> T:
    """Run a function that waits for the database without blocking the event loop."""

    def run() -> T:
        _close_stale_connections()
        try:
            return call()
        finally:
            _close_stale_connections()

    return await sync_to_async(run)()


def _close_stale_connections() -> None:
    """Close connections that died in the meantime: a script may sleep for hours between answers.

    A transaction that the caller has started in this thread stays open.
    """
    if not connection.in_atomic_block:
        close_old_connections()


engine = Engine()
