"""Predictions by boosted trees through the service: learning-science 2."""

from __future__ import annotations

import sys
from datetime import timedelta
from io import StringIO
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from django.core.management import call_command

from analytics.core.learner_model import LearnerModel
from analytics.events import Answer
from analytics.models import LearningEvent, PredictionTrees, SkillParameters, SkillState
from analytics.selectors import get_skill_estimates, states_of_learner
from analytics.services import record_for_all
from roster.models import User
from tests.analytics.test_recording import record, tracked
from tests.factories import NOW, School, make_user

pytestmark = pytest.mark.django_db
CLOSE = 1e-9
LEARNERS, ANSWERS = 24, 44
Past = list[tuple[Any, str, str, float, Any]]


def call(command: str, *options: str) -> str:
    out = StringIO()
    call_command(command, *options, stdout=out, stderr=StringIO())
    return out.getvalue()


def practised(school: School) -> Past:
    """Let learners be right and wrong by turns, which the blend cannot predict."""
    random = np.random.default_rng(5)
    learners = [make_user(school.facility) for _ in range(LEARNERS)]
    # The order in which a fit reads them.
    learners.sort(key=lambda learner: learner.pk)
    past: Past = [
        (learner, f"skill{n // 3 % 4}", f"item{random.integers(20)}", float(is_right), at)
        for number, learner in enumerate(learners)
        for n in range(ANSWERS)
        for at in [NOW - timedelta(hours=3 * (ANSWERS - n))]
        for is_right in [(n % 2 == number % 2) ^ (random.random() < 0.1)]
    ]
    answers: dict[User, list[Answer]] = {}
    for learner, skill, item, score, at in past:
        answers.setdefault(learner, []).append(tracked(score, skill, item=item, happened_at=at))
    record_for_all(answers, at=NOW)
    return past


def followed(count: int, *, day: int = 0) -> list[Answer]:
    """Return answers at skills and items that nobody has answered."""
    return [
        tracked(
            [1.0, 0.0, 1.0, 0.5][n % 4], f"new{n % 3}", item=[None, "a", "b"][n % 3],
            happened_at=NOW + timedelta(days=day, hours=7 * n),
        )
        for n in range(count)
    ]  # fmt: skip


def fit() -> list[UUID | None]:
    call("fit_skills", "--min-answers", "1")
    return [row.trees_id for row in SkillParameters.objects.order_by("version")]


def test_the_service_and_the_model_predict_the_same_by_trees(school: School):
    """Equal to 1e-9, one answer at a time and in bulk, before and after a fold."""
    past = practised(school)
    model = LearnerModel()
    model.fit(past)
    assert all(fit())
    ben, late = make_user(school.facility), NOW + timedelta(days=30)

    for day in (0, 10):
        answers = followed(18, day=day)
        one_by_one = [record(school.ada, answer, at=late)[0].p_correct for answer in answers]
        in_bulk = record_for_all({ben: answers}, at=late)[ben.pk].changes
        expected = []
        for answer in answers:
            question = (answer.skill, answer.item)
            expected.append(model.predict("ada", *question, at=answer.happened_at))
            for name in ("ada", "ben"):  # in the order of the fold
                model.observe(name, *question, answer.score, at=answer.happened_at)
        assert one_by_one == pytest.approx(expected, abs=CLOSE)
        assert [change.p_correct for change in in_bulk if change] == pytest.approx(
            expected, abs=CLOSE
        )
        stored = LearningEvent.objects.filter(learner=school.ada, happened_at__gte=NOW).in_order()
        assert [event.p_correct for event in stored][-18:] == one_by_one
        call("fold_items")
        model.fold()

    assert np.ptp(one_by_one) > 0.3
    states, waited = states_of_learner(school.ada), []
    for days in (16, 17, 90):
        at = NOW + timedelta(days=days)
        for estimate in get_skill_estimates(states, at=at):
            offline = model.predict("ada", estimate.state.skill.code, at=at)
            assert offline == pytest.approx(estimate.p_correct_next, abs=CLOSE)
            waited.append(offline)
    assert waited[:3] != pytest.approx(waited[-3:], abs=0.001)
    assert "No difference." in call("rebuild_state", "--check")


def test_late_answers_give_the_same_state_and_keep_stored_predictions(school: School):
    practised(school)
    fit()
    answers = followed(18)
    record(school.ada, *answers[:9], *answers[10:], at=NOW + timedelta(days=30))
    before = list(LearningEvent.objects.filter(learner=school.ada).values_list("pk", "p_correct"))

    [change] = record(school.ada, answers[9], at=NOW + timedelta(days=30))

    assert 0.0 < change.p_correct < 1.0
    assert set(before) < set(
        LearningEvent.objects.filter(learner=school.ada).values_list("pk", "p_correct")
    )
    assert "No difference." in call("rebuild_state", "--check")
    ben = make_user(school.facility)
    record(ben, *answers, at=NOW + timedelta(days=30))
    states, others = (
        SkillState.objects.filter(learner=learner).order_by("skill__code").values_list("recent")
        for learner in (school.ada, ben)
    )
    assert [*map(_bytes, states)] == [*map(_bytes, others)]


def _bytes(row: tuple[Any]) -> bytes:
    return bytes(row[0])


def test_each_fit_has_its_own_trees(school: School):
    """The states are rebuilt with the newest."""
    practised(school)
    first = set(fit())
    second = set(fit()) - first

    assert len(first) == len(second) == 1
    assert PredictionTrees.objects.count() == 2
    used = SkillState.objects.values_list("parameters__trees", flat=True)
    assert set(used) == second
    assert "No difference." in call("rebuild_state", "--check")


def test_without_the_package_a_fit_keeps_the_blend(school: School, monkeypatch: Any):
    practised(school)
    monkeypatch.setitem(sys.modules, "lightgbm", None)

    assert set(fit()) == {None}

    [change] = record(school.ada, tracked(skill="skill0", item="item1"))
    assert 0.0 < change.p_correct < 1.0
    assert not PredictionTrees.objects.exists()
