"""`LearnerModel` and the service give the same numbers for the same answers."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from analytics.core.learner_model import LearnerModel
from analytics.models import LearningEvent, SkillState
from roster.models import User
from tests.analytics.test_recording import record, tracked
from tests.factories import NOW, School, make_user

pytestmark = pytest.mark.django_db
CLOSE = 1e-9


def work(learners: list[User], model: LearnerModel | None, *, day: int) -> list[float]:
    """Let every learner answer on a day, by service or model; return predictions and estimates."""
    numbers = []
    for number, learner in enumerate(learners):
        for n in range(9):
            skill, item = ["easy", "hard"][n % 2], [None, f"q{n}", f"q{n + number}"][n % 3]
            score = [1.0, 0.0, 1.0, 0.5][(n * n + number + day) % 4]
            seconds, claim = [None, 4.0, 90.0][n % 3], [None, 1.5][(n + number) % 2]
            at = NOW + timedelta(days=day, minutes=100 * number + n)
            if model is None:
                answer = tracked(
                    score, skill, item=item, seconds=seconds, question_difficulty=claim,
                    happened_at=at,
                )  # fmt: skip
                [change] = record(learner, answer, at=at)
                numbers += [change.p_correct, change.before, change.after]
            else:
                numbers.append(model.predict(learner.pk, skill, item) if claim is None else -1.0)
                seen = model.observe(
                    learner.pk, skill, item, score, at=at, difficulty=claim, seconds=seconds
                )
                numbers += [seen.mastery_before, seen.mastery_after]
    return numbers


def same(service: list[float], offline: list[float]) -> bool:
    """Compare, except where a difficulty was sent: `predict` does not accept one."""
    pairs = zip(service, offline, strict=True)
    return all(other == -1.0 or abs(one - other) < CLOSE for one, other in pairs)


def test_the_service_and_the_model_give_the_same_numbers(school: School):
    """Equal to 1e-9 when both fold at the same points."""
    learners = [make_user(school.facility) for _ in range(6)]
    model = LearnerModel()

    assert same(work(learners, None, day=0), work(learners, model, day=0))
    call_command("fold_items", stdout=StringIO(), stderr=StringIO())
    model.fold()
    assert same(work(learners, None, day=1), work(learners, model, day=1))

    assert LearningEvent.objects.count() == 108
    for state in SkillState.objects.select_related("learner", "skill"):
        seen = model.observe(state.learner_id, state.skill.code, None, 1.0)
        assert seen.mastery_before == pytest.approx(state.mastery, abs=CLOSE)


def test_the_service_and_the_model_fit_the_same_parameters(school: School):
    """`LearnerModel.fit` learns everything that `fit_skills` learns."""
    learners = [make_user(school.facility) for _ in range(12)]
    past = []
    for learner in learners:
        for n in range(10):
            score = float((n + learner.pk.int) % 3 > 0)
            record(learner, tracked(score, "algebra", item=f"q{n % 4}"))
            call_command("fold_items", stdout=StringIO(), stderr=StringIO())
            past.append((learner.pk, "algebra", f"q{n % 4}", score))
    model = LearnerModel()
    model.fit(past)
    call_command("fit_skills", "--min-answers", "1", stdout=StringIO(), stderr=StringIO())

    [change] = record(school.ada, tracked(skill="algebra", item="q1"))

    assert model.predict("ada", "algebra", "q1") == pytest.approx(change.p_correct, abs=CLOSE)
    assert model.observe("ada", "algebra", "q1", 1.0).mastery_after == pytest.approx(change.after)
