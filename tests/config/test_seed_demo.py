"""`manage.py seed_demo`: a school of simulated learners with every kind of problem for a coach."""

from __future__ import annotations

import subprocess
from collections import Counter
from datetime import date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import orjson
import pytest
import time_machine
from django.core.management import call_command
from django.http import QueryDict

from analytics.core.alerts import Reason
from analytics.core.plateau import MIN_ANSWERS
from analytics.models import (
    Alert,
    AlertState,
    Item,
    ItemMemory,
    LearnerNote,
    LearningEvent,
    LearningEventQuerySet,
    Skill,
    SkillState,
)
from analytics.services.rebuild import rebuild
from config.demo.facility import create_demo_facility
from config.demo.personas import LEARNERS
from config.demo.roster import demo_roster
from config.demo.simulated_learner import Rhythm
from dashboard.scope import DashboardScope
from dashboard.selectors.overview import get_class_data, get_overview
from logger.models import AttemptLog, ContentSession, MasteryLog
from roster.importing import import_roster
from roster.models import Classroom, Facility, User
from study.models import LearningItem
from tests.conftest import client_for
from tests.factories import NOW

SEED = 20261121
FEW = LEARNERS[:3]
SOURCES = ["session", "study", "track"]


@pytest.fixture
def facility(db: None) -> Facility:
    return import_roster(demo_roster(), at=NOW).facility


def test_a_coach_finds_every_kind_of_learner(facility: Facility):
    """One test of the whole school: it has data for every chart and every alert."""
    create_demo_facility(facility, seed=SEED, at=NOW, quiet=True)

    problems: dict[str, set[Reason]] = {}
    for room in Classroom.objects.all():
        learner_problems = list_problems(room)
        problems |= learner_problems
        assert 4 <= len(learner_problems) <= 5, learner_problems
        found = set().union(*learner_problems.values())
        assert {*Reason} - {Reason.NOT_STARTED} == found, learner_problems
        alerts = Alert.objects.filter(learner__enrolments__classroom=room)
        assert {*alerts.values_list("state", flat=True)} == {*AlertState}
        assert LearnerNote.objects.filter(alert__in=alerts).exists()
    states = SkillState.objects.filter(attempts__gte=MIN_ANSWERS)
    stuck = set(states.filter(plateau=True).values_list("learner__username", "skill__title"))
    assert {("lena", "Percentages"), ("emil", "Linear functions")} <= stuck  # low
    assert ("chen", "Adding fractions") in stuck  # after progress
    assert ("sami", "Punctuation") in stuck  # declining
    assert all(Reason.WHEEL_SPINNING in problems[name] for name in ("uma", "noor"))
    assert events_of(NOW.date()).count() > 50
    assert states.filter(mastery__gte=0.95).count() > 30
    by_class = Counter(
        User.objects.filter(is_staff=False).values_list("enrolments__classroom__name")
    )
    assert {*by_class.values()} == {12}

    events = LearningEvent.objects.all()
    assert sorted(events.order_by().values_list("source", flat=True).distinct()) == SOURCES
    assert events.filter(happened_at__lt=NOW - timedelta(days=50)).exists()
    assert not events.filter(happened_at__gt=NOW).exists()
    unsure = events.filter(learner__username="lena", source="track")
    assert {*unsure.values_list("confidence", flat=True)} == {1, 2}
    names = events.order_by("happened_at").values_list("learner__username", "happened_at")
    newest = dict(names)
    stopped = {each.username for each in LEARNERS if each.rhythm is Rhythm.STOPPED}
    assert all(newest[name] < NOW - timedelta(days=15) for name in stopped)

    assert not events.filter(folded_at=None).exists()
    assert Item.objects.filter(answers__gte=50, difficulty_variance__lt=0.35**2).count() > 20
    assert not Skill.objects.filter(title="").exists()
    assert not Skill.objects.filter(parameters=None).exists()
    assert ItemMemory.objects.filter(item__learning_item__isnull=False, due__gt=NOW).exists()
    assert ItemMemory.objects.filter(item__learning_item__isnull=False, due__lt=NOW).exists()
    quizzes = MasteryLog.objects.filter(is_coach_assigned=True)
    assert {*quizzes.values_list("complete", flat=True)} == {True, False}
    assert ContentSession.objects.filter(lesson__isnull=False).exists()


def list_problems(room: Classroom) -> dict[str, set[Reason]]:
    """Return the learners of a class in the alerts of the coach's overview, with the reasons."""
    coach = User.objects.with_role_flags().get(roles__classroom=room)
    scope = DashboardScope.parse(QueryDict(), coach, at=NOW)
    data = get_class_data(scope, at=NOW)
    shown = get_overview(scope, data, at=NOW, by_name=False).problems
    return {
        found.learner.username or "": {detected.problem.reason for detected in found.problems}
        for found in shown
    }


def events_of(day: date) -> LearningEventQuerySet:
    return LearningEvent.objects.filter(happened_at__date=day)


def test_the_states_equal_a_rebuild_from_the_events(facility: Facility):
    create_demo_facility(facility, seed=SEED, at=NOW, characters=FEW, quiet=True)

    tallies = list(rebuild(User.objects.in_facility(facility.pk), check=True))

    assert sum(tally.answers for tally in tallies) == LearningEvent.objects.count() > 500
    assert not any(tally.differences for tally in tallies)


def test_the_same_seed_gives_the_same_answers(db: None):
    first, later = answered(at=NOW), answered(at=NOW + timedelta(days=1))

    assert len(first) > 100
    assert [rest for _at, *rest in later] == [rest for _at, *rest in first]
    pairs = zip(later, first, strict=True)
    assert {new - old for (new, *_), (old, *_) in pairs} == {timedelta(days=1)}


def answered(*, at: datetime) -> list[tuple[Any, ...]]:
    """Return the events of one learner in a new school, and delete the school."""
    facility = import_roster(demo_roster(), at=at).facility
    create_demo_facility(facility, seed=SEED, at=at, characters=FEW[:1], quiet=True)
    events = LearningEvent.objects.order_by("happened_at", "position")
    found = list(events.values_list("happened_at", "score", "seconds", "source", "skill__title"))
    facility.delete()
    User.objects.all().delete()
    return found


def test_answers_are_readable(facility: Facility):
    guessing = [each for each in LEARNERS if each.username == "lena"]
    create_demo_facility(facility, seed=SEED, at=NOW, characters=guessing, quiet=True)

    attempts = AttemptLog.objects.filter(mastery_log__is_quiz=False)
    assert {*attempts.filter(simple_answer="").values_list("judged", flat=True)} <= {True}
    wrong = Counter(
        attempts.filter(item="question 3", correct=0).values_list("simple_answer", flat=True)
    )
    assert "2/6" in wrong
    kinds = {entry["type"] for each in attempts for entry in each.interaction_history}
    assert kinds == {"answer", "hint", "error"}
    assert attempts.exclude(answer__has_key="choice").exclude(answer__has_key="hint").count() == 0
    assert not LearningItem.objects.filter(question=None).exists()


def seed(tmp_path: Path, settings: Any, **options: Any) -> str:
    settings.BASE_DIR = tmp_path
    out = StringIO()
    with time_machine.travel(NOW, tick=False):
        call_command("seed_demo", stdout=out, verbosity=0, **options)
    return out.getvalue()


def mark_as_seeded(facility: Facility) -> None:
    ContentSession.objects.create(
        facility=facility, content_id=facility.pk, kind="video",
        start_timestamp=NOW, end_timestamp=NOW,
    )  # fmt: skip


def test_staff_of_the_school_can_log_in(facility: Facility, tmp_path: Path, settings: Any):
    facility.people.all().delete()
    facility.api_keys.all().delete()
    mark_as_seeded(facility)

    output = seed(tmp_path, settings)

    assert "simulated" in output
    assert "simulated" in Facility.objects.get(partner_id="779").name
    lines = [line.split() for line in output.splitlines() if " / " in line]
    logins = {username: password for username, _slash, password, *_rest in lines}
    assert {*logins} == {"coach", "coach7b", "head", "admin"}
    for username, password in logins.items():
        body = {"username": username, "password": password}
        assert client_for(None).post("/api/auth/session", body, format="json").status_code == 200
    seen = User.objects.visible_to(User.objects.with_role_flags().get(username="coach7b"))
    assert set(
        seen.filter(is_staff=False).values_list("enrolments__classroom__name", flat=True)
    ) == {"Class 7B"}


def test_a_second_run_changes_nothing(facility: Facility, tmp_path: Path, settings: Any):
    mark_as_seeded(facility)

    seed(tmp_path, settings)
    output = seed(tmp_path, settings, if_empty=True)

    assert ContentSession.objects.count() == 1
    assert not LearningEvent.objects.exists()
    assert "LearnTrace" in output


def test_an_interrupted_run_is_completed(facility: Facility, tmp_path: Path, settings: Any):
    """One learner is left, to keep the test fast."""
    facility.people.filter(is_staff=False).exclude(username="petra").delete()

    seed(tmp_path, settings, if_empty=True)

    learners = LearningEvent.objects.order_by().values_list("learner__username", flat=True)
    assert {*learners.distinct()} == {"petra"}


def test_notes_of_an_older_demo_still_give_its_logins(
    facility: Facility, tmp_path: Path, settings: Any
):
    mark_as_seeded(facility)
    notes = {"passwords": {"coach": "c-word", "admin": "a-word"}, "key": "lt_1"}
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "demo.json").write_bytes(orjson.dumps(notes))

    output = seed(tmp_path, settings, if_empty=True)

    assert "coach    / c-word" in output
    assert "coach7b" not in output


@pytest.mark.parametrize("hour", [0, 3, 23])
def test_sessions_are_in_order_and_none_is_in_the_future(facility: Facility, hour: int):
    at = NOW.replace(hour=hour)

    create_demo_facility(facility, seed=SEED, at=at, characters=FEW[:1], quiet=True)

    start_times = ContentSession.objects.order_by("id").values_list("start_timestamp", flat=True)
    assert list(start_times) == sorted(start_times)
    assert not LearningEvent.objects.filter(happened_at__gt=at).exists()


def test_the_printed_commands_work(
    facility: Facility, tmp_path: Path, settings: Any, live_server: Any
):
    """The commands of the README, and the responses to expect."""
    create_demo_facility(facility, seed=SEED, at=NOW, characters=FEW[:1], quiet=True)
    facility.api_keys.all().delete()
    output = seed(tmp_path, settings, url=live_server.url)
    lines = output.split("Try it (Ctrl-C stops the server):")[1]

    shown = subprocess.run(
        ["bash", "-euc", lines.replace("curl ", "curl -sS --fail-with-body ")],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert shown.returncode == 0, shown
    assert all(each in shown.stdout for each in ("mastery_after", "204 No Content", "readiness")), (
        shown.stdout
    )
