"""`manage.py seed_demo --attempts N`: simulated rows equal to those that requests would store."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from analytics.models import Item, ItemMemory, LearningEvent, Skill, SkillState
from analytics.services.rebuild import rebuild
from config.seeding.installation import seed_installation
from config.seeding.schools import Schools
from logger.models import AttemptLog, ContentSession, ContentSummary, MasteryLog
from roster.models import Enrolment, Facility, QuizAssignment, Role, User
from tests.conftest import client_for
from tests.factories import NOW, make_facility

N = 2000
SEED = 7


@pytest.fixture(scope="module")
def seeded(kept: Callable[[], Any]) -> Schools:
    with kept():
        return seed_installation(N, seed=SEED, at=NOW, quiet=True)


@pytest.fixture
def schools(seeded: Schools, db: None) -> Schools:
    return seeded


@pytest.fixture
def tries_with_attempts(schools: Schools) -> list[tuple[MasteryLog, list[AttemptLog]]]:
    """Return every try with its attempts in the order of arrival."""
    attempts = defaultdict(list)
    for attempt in AttemptLog.objects.filter(mastery_log__isnull=False).order_by("position"):
        attempts[attempt.mastery_log_id].append(attempt)
    return [(tried, attempts[tried.pk]) for tried in MasteryLog.objects.all()]


def test_the_number_of_attempts_is_exact_with_tries_of_every_kind(schools: Schools):
    tries, sessions = MasteryLog.objects.all(), ContentSession.objects.all()

    assert AttemptLog.objects.count() == N
    assert AttemptLog.objects.filter(user=None).exists()
    assert AttemptLog.objects.filter(complete=False).exists()
    for sort in (
        {"is_quiz": False}, {"is_quiz": True, "is_coach_assigned": False},
        {"is_coach_assigned": True}, {"mastery_level": 2},
    ):  # fmt: skip
        assert tries.filter(**sort).exists(), sort
    assert {*tries.values_list("complete", flat=True)} == {True, False}
    assert {*sessions.values_list("kind", flat=True)} >= {"video", "exercise", "quiz"}
    assert sessions.filter(lesson__isnull=False).exists()
    kinds = {entry["type"] for a in AttemptLog.objects.all() for entry in a.interaction_history}
    assert kinds == {"answer", "hint", "error"}


def test_learners_and_contents_differ_in_activity(schools: Schools):
    by_learner = Counter(AttemptLog.objects.values_list("user", flat=True))
    by_content = Counter(AttemptLog.objects.values_list("content_id", flat=True))

    for counted in (by_learner, by_content):
        assert max(counted.values()) > 2 * sorted(counted.values())[len(counted) // 2]


def test_a_try_stores_the_totals_of_its_attempts(
    tries_with_attempts: list[tuple[MasteryLog, list[AttemptLog]]],
):
    """contract 1.2."""
    for tried, attempts in tries_with_attempts:
        assert [attempt.position for attempt in attempts] == list(range(tried.attempt_count))
        assert tried.time_spent == pytest.approx(sum(a.time_spent for a in attempts))
        ends = [attempt.end_timestamp for attempt in attempts]
        assert tried.end_timestamp >= max(ends, default=tried.start_timestamp)
        assert tried.start_timestamp <= tried.end_timestamp <= NOW
        assert all(attempt.user_id == tried.user_id for attempt in attempts)
        assert all(attempt.content_id == tried.content_id for attempt in attempts)


def test_a_try_is_complete_exactly_if_its_criterion_was_met(
    tries_with_attempts: list[tuple[MasteryLog, list[AttemptLog]]],
):
    """contract 1.6."""
    judged = 0
    for tried, attempts in tries_with_attempts:
        if not tried.criterion.required:
            continue
        scores = [attempt.score for attempt in attempts if attempt.judged]
        met = any(tried.criterion.met(scores[:count]) for count in range(1, len(scores) + 1))
        assert met == tried.complete, tried
        judged += 1
    assert judged


def test_only_the_last_try_of_a_series_is_open(schools: Schools):
    """contract 1.1: the next try begins when one is complete."""
    series = defaultdict(list)
    for tried in MasteryLog.objects.filter(is_quiz=False).order_by("mastery_level"):
        series[tried.summary_id].append(tried)
    for tries in series.values():
        assert [tried.mastery_level for tried in tries] == list(range(1, len(tries) + 1))
        assert all(tried.complete for tried in tries[:-1])


def test_summaries_are_the_sum_of_their_sessions(schools: Schools):
    """contract 1.2: time adds to session, summary and try."""
    sessions = defaultdict(list)
    for session in ContentSession.objects.filter(summary__isnull=False):
        sessions[session.summary_id].append(session)
    for summary in ContentSummary.objects.all():
        theirs = sessions[summary.pk]
        assert summary.time_spent == pytest.approx(sum(s.time_spent for s in theirs))
        assert summary.end_timestamp == max(s.end_timestamp for s in theirs)
        assert summary.complete == (summary.progress >= 1)
    for tried in MasteryLog.objects.select_related("summary"):
        of_try = [s for s in sessions[tried.summary_id] if s.mastery_log_id == tried.pk]
        assert tried.time_spent == pytest.approx(sum(s.time_spent for s in of_try))


def test_keys_contain_the_creation_time(schools: Schools):
    for session in ContentSession.objects.all():
        assert session.pk.version == 7
        assert session.pk.int >> 80 == int(session.start_timestamp.timestamp() * 1000)


def test_quizzes_are_taken_by_assigned_learners(schools: Schools):
    """contract 1.1."""
    rooms = defaultdict(set)
    for user, classroom in Enrolment.objects.values_list("user", "classroom"):
        rooms[user].add(classroom)
    taken = ContentSession.objects.filter(quiz__isnull=False).values_list("user", "quiz")

    for user, quiz in taken:
        assigned = QuizAssignment.objects.filter(quiz=quiz).values_list("classroom", flat=True)
        assert rooms[user] & {*assigned}


def test_the_api_counts_right_attempts(schools: Schools):
    """contract 1.4: correct."""
    tried = MasteryLog.objects.filter(attempt_count__gte=5).order_by("pk").first()
    assert tried is not None
    query = {"user": tried.user_id.hex, "content": tried.content_id.hex}

    rows = client_for(tried.user).get("/api/logger/masterylog", query).json()

    correct_counts = {row["id"]: row["correct"] for row in rows}
    assert correct_counts[tried.pk.hex] == tried.attempts.filter(correct=1).count()


def test_a_rebuild_of_the_learner_model_finds_no_difference(schools: Schools):
    """contract 0.10; learning-science 1: the events, and the states computed from them."""
    tallies = list(rebuild(User.objects.all(), check=True))

    exercises = AttemptLog.objects.filter(mastery_log__is_quiz=False)
    answered = [attempt for attempt in exercises if attempt.answered]
    assert sum(tally.answers for tally in tallies) == LearningEvent.objects.count()
    assert LearningEvent.objects.count() == len(answered) > N / 2
    assert not any(tally.differences for tally in tallies)
    # No learner takes a hint first: the first result is that of the attempt.
    scores = LearningEvent.objects.values_list("source_id", "score")
    assert dict(scores) == {attempt.pk.hex: attempt.correct for attempt in answered}


def test_events_were_received_when_they_happened(schools: Schools):
    for event in LearningEvent.objects.all():
        assert event.received_at == event.happened_at <= NOW
        assert event.pk.int >> 80 == int(event.happened_at.timestamp() * 1000)
        assert event.folded_at == NOW


def test_skills_have_titles_and_learners_have_states(schools: Schools):
    assert not Skill.objects.filter(title="").exists()
    assert {*Skill.objects.values_list("section", flat=True)} == {"math", "rw"}
    assert sum(Item.objects.values_list("answers", flat=True)) == LearningEvent.objects.count()
    assert {*SkillState.objects.values_list("plateau", flat=True)} == {True, False}
    assert ItemMemory.objects.exists()


def test_the_same_seed_gives_the_same_rows(schools: Schools):
    first = read_all_rows()
    Facility.objects.all().delete()

    seed_installation(N, seed=SEED, at=NOW, quiet=True)

    assert read_all_rows() == first


def test_another_seed_gives_other_rows(schools: Schools):
    first = read_all_rows()
    Facility.objects.all().delete()

    seed_installation(N, seed=SEED + 1, at=NOW, quiet=True)

    assert read_all_rows() != first


TABLES: list[Any] = [User, Role, Enrolment, ContentSummary, MasteryLog, ContentSession, AttemptLog]


def read_all_rows() -> list[Any]:
    rows: list[Any] = []
    for table in TABLES:
        names = [f.attname for f in table._meta.concrete_fields if f.name != "password"]
        rows += table.objects.order_by("pk").values_list(*names)
    return rows


def seed(tmp_path: Path, settings: Any, **options: Any) -> str:
    settings.BASE_DIR = tmp_path
    out = StringIO()
    call_command("seed_demo", stdout=out, verbosity=0, **options)
    return out.getvalue()


@pytest.fixture
def riverside(db: None) -> Facility:
    """Return the demo school, marked as created; other tests cover its creation."""
    riverside = make_facility(name="Riverside", partner_id="779")
    ContentSession.objects.create(
        facility=riverside, content_id=riverside.pk, kind="video",
        start_timestamp=NOW, end_timestamp=NOW,
    )  # fmt: skip
    return riverside


def test_another_run_adds_schools_to_existing_ones(
    schools: Schools, riverside: Facility, tmp_path: Path, settings: Any
):
    output = seed(tmp_path, settings, attempts=100)

    assert "Added 2 schools" in output
    sets = [
        str(f.partner_id).split("-")[1]
        for f in Facility.objects.filter(name__startswith="Demo school")
    ]
    assert Counter(sets) == {"1": 2, "2": 2}
    assert Facility.objects.filter(pk=riverside.pk).exists()


def test_logins_are_printed(riverside: Facility, tmp_path: Path, settings: Any):
    output = seed(tmp_path, settings, attempts=50)

    logins = [line.split()[:2] for line in output.splitlines() if " at Demo school" in line]
    assert len(logins) == 4
    for username, password in logins:
        body = {"username": username, "password": password}
        assert client_for(None).post("/api/auth/session", body, format="json").status_code == 200
    learners = User.objects.filter(is_staff=False, facility__name__startswith="Demo school")
    assert not any(learner.has_usable_password() for learner in learners)


@pytest.mark.parametrize("attempts", [0, -1])
def test_a_number_of_attempts_below_one_is_refused(
    schools: Schools, tmp_path: Path, settings: Any, attempts: int
):
    before = read_all_rows()

    with pytest.raises(CommandError):
        seed(tmp_path, settings, attempts=attempts)

    assert read_all_rows() == before
    assert Facility.objects.count() == len(schools.facilities)
