"""Answer tracking in process: contract 2.5."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import textwrap
from datetime import UTC, datetime
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db import connection

from analytics.engine import NoFacility, engine
from analytics.models import LearningEvent, SkillState
from analytics.selectors import UnknownSkill
from analytics.services import EventOwnedByAnother
from infra.api.bodies import InvalidBody
from roster.models import Facility
from roster.services import UnknownLearner
from tests.analytics.event_builders import answer, data_of, tracked
from tests.conftest import Client
from tests.factories import School, make_facility, make_school

FIELDS = {
    "mastery_before", "mastery_after", "velocity", "plateau_detected", "total_attempts",
    "correct_attempts", "recommendation", "plateau_confidence", "p_correct",
    "indicators", "cause", "confidence", "too_few_answers",
}  # fmt: skip


@pytest.fixture
def facility(db: None) -> Facility:
    return make_facility()


async def documented() -> dict[str, Any]:
    """Make the document's own call, verbatim."""
    return await engine.track_answer(
        user_id="student_123",
        skill_id="algebra_linear",
        is_correct=True,
        time_spent_seconds=45,
        confidence_score=4
    )  # fmt: skip


def test_the_documents_example(facility: Facility):
    """contract 2.5"""
    result = async_to_sync(documented)()

    assert result.keys() == FIELDS
    assert (result["mastery_before"], result["mastery_after"]) == (0.25, 0.5909)
    state = SkillState.objects.select_related("learner", "skill").get()
    assert (state.learner.external_id, state.skill.code) == ("student_123", "algebra_linear")
    assert state.learner.facility == facility


def test_the_engine_and_the_endpoints_share_one_state(school: School, app: Client):
    """contract 2.5: both call the same services."""
    ours = engine.of(school.facility)
    tracked(app, answer(is_correct=False))

    async_to_sync(ours.track_answer)(**answer())
    over_http = tracked(app, answer())

    assert over_http["total_attempts"] == 3
    velocity = async_to_sync(ours.get_velocity)("student_ada", days=7)
    predictions = async_to_sync(ours.get_predictions)("student_ada", days=7)
    assert velocity == data_of(app.get("/api/v1/velocity/student_ada?days=7"))
    assert predictions == data_of(app.get("/api/v1/predictions/student_ada?days=7"))


def test_another_facility_has_its_own_engine(school: School):
    """contract 2.5: engine.of(facility)"""
    for facility in (school.facility, school.elsewhere):
        result = async_to_sync(engine.of(facility).track_answer)(**answer())
        assert result["total_attempts"] == 1


def test_a_missing_facility_is_an_error(school: School, settings: Any):
    """contract 2.5: DEFAULT_FACILITY or the only one."""
    with pytest.raises(NoFacility):
        async_to_sync(documented)()

    settings.DEFAULT_FACILITY = school.facility.pk.hex
    assert async_to_sync(documented)().keys() == FIELDS


@pytest.mark.parametrize(
    "wrong",
    [
        {"is_correct": 1},
        {"is_correct": None},
        {"user_id": ""},
        {"user_id": "a\0"},
        {"user_id": "\ud800"},
        {"skill_id": 7},
        {"confidence_score": 6},
        {"confidence_score": True},
        {"question_difficulty": float("nan")},
        {"timestamp": datetime(2026, 3, 2, tzinfo=UTC).replace(tzinfo=None)},
    ],
)
def test_arguments_are_validated_like_request_bodies(facility: Facility, wrong: dict[str, Any]):
    """contract 2.1, 2.5: a 400 over HTTP is a ValueError here; it names the field."""
    [name] = wrong

    with pytest.raises(InvalidBody, match=name):
        async_to_sync(engine.track_answer)(**{**answer(), **wrong})

    assert not LearningEvent.objects.exists()


def test_a_time_may_be_a_datetime(facility: Facility):
    """contract 0.10"""
    at = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)

    async_to_sync(engine.track_answer)(**answer(timestamp=at))

    assert LearningEvent.objects.get().happened_at == at


def test_unknown_objects_have_errors_of_their_own(facility: Facility):
    """contract 2.2, 2.5"""
    async_to_sync(engine.track_answer)(**answer(event_id="e1"))

    with pytest.raises(UnknownLearner):
        async_to_sync(engine.get_velocity)("nobody")
    with pytest.raises(UnknownLearner):
        async_to_sync(engine.get_predictions)("nobody")
    with pytest.raises(UnknownSkill):
        async_to_sync(engine.get_velocity)("student_ada", skill_id="nothing")
    with pytest.raises(EventOwnedByAnother):
        async_to_sync(engine.track_answer)(**answer("student_ben", event_id="e1"))


@pytest.mark.parametrize("days", [0, 366, -1])
def test_days_are_1_to_365(facility: Facility, days: int):
    """contract 2.2"""
    for ask in (engine.get_velocity, engine.get_predictions):
        with pytest.raises(ValueError, match="365"):
            async_to_sync(ask)("student_ada", days=days)


def test_a_target_score_must_be_in_range(facility: Facility):
    """contract 2.3"""
    async_to_sync(engine.track_answer)(**answer())

    with pytest.raises(ValueError, match="not a valid target total"):
        async_to_sync(engine.get_predictions)("student_ada", target_score=400)


@pytest.mark.django_db(transaction=True)
def test_answers_awaited_concurrently_all_count(transactional_db: None):
    """contract 2.5: two concurrent calls in one event loop."""
    make_school().elsewhere.delete()

    async def together() -> list[dict[str, Any]]:
        return [*await asyncio.gather(documented(), documented())]

    results = asyncio.run(together())

    assert sorted(result["total_attempts"] for result in results) == [1, 2]
    assert SkillState.objects.get().attempts == 2


SCRIPT = """
    import asyncio
    import django

    django.setup()

    from analytics.engine import engine

    async def main():
        results = await asyncio.gather(*(
            engine.track_answer(user_id="student_123", skill_id="algebra", is_correct=True)
            for _n in range(2)
        ))
        velocity = await engine.get_velocity("student_123")
        print(sorted(result["total_attempts"] for result in results), velocity["velocity_trend"])

    asyncio.run(main())
"""


@pytest.mark.django_db(transaction=True)
def test_a_plain_script_needs_only_django_setup(transactional_db: None):
    """contract 2.5"""
    make_facility()
    test_database = connection.settings_dict
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "TEST_DATABASE_URL": _database_url(test_database),
    }

    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(SCRIPT)],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert done.stdout == "[1, 2] stable\n"
    assert SkillState.objects.get().attempts == 2


def _database_url(database: dict[str, Any]) -> str:
    """Return the URL of this test's own database."""
    if connection.vendor == "sqlite":
        return f"sqlite:///{database['NAME']}"
    address, _, query = os.environ["TEST_DATABASE_URL"].partition("?")
    own = f"{address.rpartition('/')[0]}/{database['NAME']}"
    return f"{own}?{query}" if query else own
