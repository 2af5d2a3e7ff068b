"""`manage.py fit_skills`: fit parameters to answers and rebuild states (learning-science 1)."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from threading import Event
from typing import Any

import orjson
import pytest
from django.core.management import CommandError, call_command

from analytics.core.bkt import DEFAULTS
from analytics.models import LearningEvent, Skill, SkillParameters, SkillState
from analytics.services.replay_events import replay_events
from roster.models import User
from tests.analytics.test_rebuild_state import rebuild
from tests.analytics.test_recording import record, tracked
from tests.factories import NOW, School, make_facility, make_school, make_user
from tests.threads import together


def fit(*options: str) -> str:
    out = StringIO()
    call_command("fit_skills", "--min-answers", "10", *options, stdout=out, stderr=StringIO())
    return out.getvalue()


FITTED: dict[str, Any] = {
    "prior": 0.3, "learn": 0.1, "guess": 0.2, "slip": 0.1, "fading_prior": 0.3,
    "fading_learn": 0.1, "fading_guess": 0.2, "fading_slip": 0.1, "fading_forget": 0.01,
    "blend": [0, 1, 0, 0, 0, 0, 0], "fitted_at": NOW, "answers": 1, "learners": 1,
    "log_likelihood_before": 0, "log_likelihood_after": 0,
}  # fmt: skip


def practise(school: School) -> list[User]:
    """Record a class that learns an easy skill at once and a hard skill gradually."""
    learners = [make_user(school.facility) for _ in range(12)]
    for number, learner in enumerate(learners):
        record(
            learner,
            *(
                answer
                for n in range(8)
                for answer in (
                    tracked(1.0, "easy", item=f"e{n}"),
                    tracked(float(n > number % 8), "hard", item=f"h{n}"),
                )
            ),
            at=NOW - timedelta(days=1),
        )
    return learners


@pytest.mark.django_db
def test_fitted_parameters_are_saved_as_a_version_and_used(school: School):
    practise(school)
    before = dict(SkillState.objects.values_list("pk", "mastery"))

    printed = fit()

    easy, hard = Skill.objects.select_related("parameters").order_by("code")
    assert easy.parameters is not None
    assert hard.parameters is not None
    assert easy.parameters.prior > hard.parameters.prior
    assert easy.parameters.log_likelihood_after > easy.parameters.log_likelihood_before
    assert (easy.parameters.version, easy.parameters.answers, easy.parameters.learners) == (
        1,
        96,
        12,
    )
    assert "easy" in printed
    assert "hard" in printed
    now = dict(SkillState.objects.values_list("pk", "mastery"))
    assert now != before
    assert set(SkillState.objects.values_list("parameters__version", flat=True)) == {1}
    assert set(LearningEvent.objects.values_list("parameter_version", flat=True)) == {1}
    assert "No difference." in rebuild("--check")


@pytest.mark.django_db
def test_later_answers_are_evaluated_and_predicted_by_the_new_version(school: School):
    learner, *_ = practise(school)
    [before] = record(learner, tracked(skill="hard", item="h0"))
    LearningEvent.objects.filter(learner=learner, happened_at=NOW).delete()
    rebuild()

    fit()
    [after] = record(learner, tracked(skill="hard", item="h0"))
    [newcomer] = record(school.ada, tracked(skill="hard", item="h0"))

    fitted = Skill.objects.get(code="hard").parameters
    assert fitted is not None
    assert newcomer.before == fitted.prior
    assert after.p_correct != before.p_correct
    assert "No difference." in rebuild("--check")


@pytest.mark.django_db
def test_a_second_fit_saves_another_version(school: School):
    practise(school)

    fit()
    fit("--skill", "easy")

    versions = SkillParameters.objects.exclude(skill=None).order_by("skill__code", "version")
    assert list(versions.values_list("skill__code", "version")) == [
        ("easy", 1),
        ("easy", 2),
        ("hard", 1),
    ]
    assert "No difference." in rebuild("--check")


@pytest.mark.django_db
def test_a_dry_run_saves_nothing(school: School):
    practise(school)

    assert "easy" in fit("--dry-run")

    assert not SkillParameters.objects.exists()
    assert set(SkillState.objects.values_list("parameters", flat=True)) == {None}


@pytest.mark.django_db
def test_skills_with_few_answers_are_not_fitted(school: School):
    practise(school)
    record(school.ada, tracked(skill="rare"))

    fit()

    pooled = Skill.objects.get(code="rare").parameters
    assert pooled is not None
    assert (pooled.skill, pooled.facility, pooled.answers) == (None, school.facility, 193)


@pytest.mark.django_db
def test_skills_that_the_fit_does_not_know_start_from_the_pooled_parameters(school: School):
    """learning-science 2: skills with few answers, and those that are created later."""
    practise(school)
    record(school.ada, tracked(skill="rare"))
    fit()
    pooled = SkillParameters.objects.get(skill=None, facility=school.facility)

    [rare] = record(school.ben, tracked(1.0, "rare"))
    [new, _] = record(school.ben, tracked(1.0, "new"), tracked(0.0, "new"))

    assert rare is not None
    assert new is not None
    assert rare.before == new.before == pooled.prior != DEFAULTS.prior
    assert LearningEvent.objects.filter(parameter_version=0).count() == 0
    assert "No difference." in rebuild("--check")

    fit("--min-answers", "2")

    own = Skill.objects.get(code="new").parameters
    assert own is not None
    assert (own.version, own.skill and own.skill.code) == (2, "new")
    assert "No difference." in rebuild("--check")


@pytest.mark.django_db
def test_an_implausible_fit_keeps_the_parameters_and_is_reported(school: School):
    """learning-science 2: questions that get harder would make wrong answers mean mastery."""
    practise(school)
    for number in range(24):
        shares = enumerate((95, 84, 74, 63, 52, 41, 31, 20))
        scores = [float((number * 37 + n * 31) % 100 < share) for n, share in shares]
        record(make_user(school.facility), *(tracked(score, "odd") for score in scores))
    odd = Skill.objects.get(code="odd")
    odd.parameters = SkillParameters.objects.create(skill=odd, version=1, **FITTED)
    odd.save()

    printed = fit()
    [facility] = orjson.loads(fit("--json", "--facility", str(school.facility.pk)))

    assert "1 fits rejected" in printed
    assert "2 skills fitted" in printed
    rejected = [skill for skill in facility["skills"] if skill["rejected"]]
    assert [(skill["skill"], skill["parameters"]["version"]) for skill in rejected] == [("odd", 1)]
    kept = Skill.objects.get(code="odd").parameters
    assert kept is not None
    assert (kept.version, kept.prior) == (1, FITTED["prior"])
    for _ in range(6):
        [change] = record(school.ada, tracked(0.0, "odd"))
        assert change is not None
        assert change.after < 0.5
    assert "No difference." in rebuild("--check")


@pytest.mark.django_db
def test_a_facility_is_fitted_to_its_own_answers(school: School):
    practise(school)
    elsewhere = make_user(make_facility(partner_id="p9"))
    record(elsewhere, *(tracked(0.0, "easy") for _ in range(20)))

    assert "1 skills fitted" in fit("--facility", "p9")

    fitted = SkillParameters.objects.exclude(skill=None).get()
    assert fitted.skill is not None
    assert fitted.skill.facility == elsewhere.facility
    with pytest.raises(CommandError, match="no facility"):
        fit("--facility", "nowhere")


@pytest.mark.django_db
@pytest.mark.parametrize("option", ["--check", "--facility", "--newest"])
def test_a_fit_during_a_rebuild_is_no_difference(
    school: School, monkeypatch: pytest.MonkeyPatch, option: str
):
    """Parameters are checked again under the locks, as answers are."""
    practise(school)
    fit()
    is_fitted = False

    def fit_after_reading(*args: Any, **options: Any) -> Any:
        """Let another process fit the skills between the reading and the comparison."""
        nonlocal is_fitted
        result = replay_events(*args, **options)
        if not is_fitted:
            is_fitted = True
            fit()
        return result

    monkeypatch.setattr("analytics.services.rebuild.replay_events", fit_after_reading)
    value = [str(school.facility.pk)] if option == "--facility" else []

    assert "No difference." in rebuild(option, *value)

    assert set(SkillState.objects.values_list("parameters__version", flat=True)) == {2}
    assert set(LearningEvent.objects.values_list("parameter_version", flat=True)) == {2}
    monkeypatch.undo()
    assert "No difference." in rebuild("--check")


@pytest.mark.django_db(transaction=True)
def test_answers_recorded_during_a_fit_are_not_lost(monkeypatch: pytest.MonkeyPatch):
    """States are rebuilt with the new version without losing answers."""
    school = make_school()
    learners = practise(school)
    read, answered = Event(), Event()

    def after_reading(*args: Any, **options: Any) -> Any:
        """Let every learner answer between the reading and the writing."""
        result = replay_events(*args, **options)
        if not read.is_set():
            read.set()
            assert answered.wait(30)
        return result

    monkeypatch.setattr("analytics.services.rebuild.replay_events", after_reading)

    def answer(_number: int) -> None:
        assert read.wait(30)
        for learner in learners:
            record(learner, tracked(skill="hard", item="late"))
        answered.set()

    together(lambda number: (lambda _n: fit(), answer)[number](number), 2)
    monkeypatch.undo()

    hard = SkillState.objects.filter(skill__code="hard")
    assert set(hard.values_list("attempts", "parameters__version")) == {(9, 1)}
    assert "No difference." in rebuild("--check")
