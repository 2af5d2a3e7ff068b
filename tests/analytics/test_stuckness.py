"""The probability of being stuck, calibrated with a facility's own answers (learning-science 3)."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import numpy as np
import pytest
from django.core.management import call_command

from analytics.core.trajectory import Trajectory
from analytics.models import SkillParameters, SkillState
from tests.analytics.event_builders import answer, data_of
from tests.analytics.event_builders import tracked as post
from tests.analytics.test_fit_skills import fit
from tests.analytics.test_rebuild_state import rebuild
from tests.analytics.test_recording import record, tracked
from tests.conftest import Client
from tests.factories import NOW, School, make_user

pytestmark = pytest.mark.django_db
LEARNERS, ANSWERS = 48, 45


@pytest.fixture
def practised(school: School) -> School:
    """A class in which some improve and others do not."""
    rng = np.random.default_rng(5)
    for number in range(LEARNERS):
        learner = make_user(school.facility)
        start, rate = rng.uniform(0.1, 0.6), [0.0, 0.0, 0.03, 0.05][number % 4]
        level = np.minimum(start + rate * np.arange(ANSWERS), 0.95)
        scores = (rng.random(ANSWERS) < level).astype(float).tolist()
        record(
            learner,
            *(
                tracked(score, item=f"q{n % 7}", happened_at=NOW - timedelta(days=60, hours=-n))
                for n, score in enumerate(scores)
            ),
        )
    return school


def trajectories() -> list[Trajectory]:
    return [Trajectory.from_bytes(bytes(state.course)) for state in SkillState.objects.all()]


def test_a_fit_calibrates_the_states_that_are_rebuilt_with_it(practised: School):
    assert not any(each.is_calibrated for each in trajectories())

    fit()

    fits = SkillParameters.objects.all()
    assert {row.calibration.is_local for row in fits} == {True}
    [climb] = {row.climb for row in fits}
    assert 0.03 <= climb <= 0.6
    for each in trajectories():
        assert each.is_calibrated
        assert each.climb == climb
    record(practised.ada, *(tracked(float(n % 3 == 0)) for n in range(12)))
    assert SkillState.objects.get(learner=practised.ada).p_stuck > 0
    assert "No difference." in rebuild("--check")


def test_an_installation_with_few_answers_keeps_the_shipped_calibration(school: School):
    record(school.ada, *(tracked(float(n % 2), item=f"q{n}") for n in range(30)))

    fit()

    assert [row.stuck for row in SkillParameters.objects.all()] == [[], []]


def test_a_guesser_is_named_in_all_answers(school: School, app: Client):
    """learning-science 3: much faster than the others at the skill, and mostly wrong."""
    for _n in range(6):
        post(app, answer(user_id="student_ben", time_spent_seconds=40))
    call_command("fold_items", stdout=StringIO(), stderr=StringIO())

    for _n in range(24):
        data = post(app, answer(is_correct=False, time_spent_seconds=7))

    assert (data["plateau_detected"], data["cause"]) == (True, "too_fast")
    assert "guessing" in data["recommendation"]
    assert data["indicators"] == {
        "velocity_declining": False, "mastery_stagnant": True, "efficiency_dropping": False,
    }  # fmt: skip
    velocity = data_of(app.get("/api/v1/velocity/student_ada"))
    [mastery] = data_of(app.get("/api/v1/mastery/student_ada"))
    for each in (velocity, mastery):
        assert each["cause"] == "too_fast"
        assert each["indicators"] == data["indicators"]
        assert each["recommendation"] == data["recommendation"]
    assert "No difference." in rebuild("--check")


def test_causes_without_signs_are_not_guessed(app: Client):
    for _n in range(24):
        data = post(app, answer(is_correct=False, time_spent_seconds=7))

    assert data["plateau_detected"] is True
    assert data["cause"] is None


def test_a_learner_without_answers_has_no_signs(school: School, app: Client):
    velocity = data_of(app.get("/api/v1/velocity/student_ada"))

    assert velocity["cause"] is velocity["recommendation"] is None
    assert not any(velocity["indicators"].values())


def test_hints_are_kept_when_states_are_rebuilt(school: School, app: Client):
    record(school.ada, *(tracked(0.0, hinted=n % 9 > 0) for n in range(24)))
    record(school.ada, tracked(0.0, hinted=True, happened_at=NOW - timedelta(days=3)))

    [mastery] = data_of(app.get("/api/v1/mastery/student_ada"))

    assert mastery["cause"] == "hints"
    assert "No difference." in rebuild("--check")
