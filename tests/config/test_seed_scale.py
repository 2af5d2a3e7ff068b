"""`manage.py seed_demo --attempts N`: a simulated school and its copies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import F, ForeignKey, Model, Sum

from analytics.models import Item, ItemMemory, LearnerAbility, LearningEvent, Skill, SkillState
from analytics.services.rebuild import rebuild
from config.cloning.ownership import find_owned_models
from config.demo.large_installation import Installation, seed_installation
from config.demo.personas import CLASS_A, LEARNERS
from infra.datetime_format import format_time
from logger.models import AttemptLog, ContentSession, ContentSummary, MasteryLog
from roster.models import (
    Classroom,
    Enrolment,
    Facility,
    GroupMembership,
    LearnerGroup,
    QuizAssignment,
    Role,
    RoleKind,
    User,
)
from study.models import LearningItem, StudySet
from tests.conftest import client_for
from tests.factories import NOW, make_facility

# One learner of each class.
FEW = LEARNERS[3:5]
N, SEED = 1000, 7
ATTEMPTS = "/api/logger/attemptlog"
PER_COPY: list[Any] = [
    User, Enrolment, GroupMembership, Classroom, LearnerGroup, QuizAssignment, ContentSummary,
    ContentSession, MasteryLog, AttemptLog, LearningEvent, LearnerAbility, SkillState, ItemMemory,
]  # fmt: skip
PER_FACILITY: list[Any] = [Skill, Item, StudySet, LearningItem]


@pytest.fixture(scope="module")
def seeded(kept: Callable[[], Any]) -> Installation:
    with kept():
        return seed_installation(N, seed=SEED, at=NOW, personas=FEW, quiet=True)


@pytest.fixture
def installation(seeded: Installation, db: None) -> Installation:
    return seeded


@pytest.fixture
def original(installation: Installation) -> Facility:
    """Return the school that was simulated."""
    return installation.facilities[0]


@pytest.fixture
def copies(original: Facility) -> int:
    return Classroom.objects.filter(name__startswith=CLASS_A).count() - 1


def owned_by(facility: Facility, model: type[Model]) -> Any:
    return model._default_manager.filter(**{find_owned_models()[model]: facility.pk})


def test_every_table_is_copied_whole(installation: Installation, original: Facility, copies: int):
    """Staff with roles in a whole facility are no part of the copies."""
    User.objects.filter(roles__facility__isnull=False).delete()
    others = len(installation.facilities) - 1

    assert copies >= others == 2
    assert AttemptLog.objects.count() >= N
    for tables, count in ((PER_COPY, copies), (PER_FACILITY, others)):
        for model in tables:
            found = owned_by(original, model).count()
            assert found > 0, model
            assert model.objects.count() == found * (1 + count), model


def test_rows_of_a_copy_refer_to_its_own_rows(installation: Installation):
    """No row refers to a row of another facility or of another learner."""
    owned = find_owned_models()
    compared = 0
    for model, lookup in owned.items():
        for field in model._meta.concrete_fields:
            target = field.related_model
            if not isinstance(field, ForeignKey) or target not in owned or target is Facility:
                continue
            pairs = [(lookup, owned[target])]
            if learner_key(model) and learner_key(target):
                pairs.append((learner_key(model), learner_key(target)))
            rows = model._default_manager.exclude(**{field.name: None})
            for here, there in pairs:
                compared += rows.count()
                assert not rows.exclude(**{f"{field.name}__{there}": F(here)}).exists(), field
    assert compared > 10 * N
    connection.check_constraints()


def learner_key(model: type[Model]) -> str:
    names = {field.name for field in model._meta.concrete_fields}
    return next((name for name in ("user", "learner") if name in names), "")


def test_keys_are_in_the_order_of_the_original(original: Facility):
    order = [attempt.pk.hex[:28] for attempt in owned_by(original, AttemptLog).order_by("id")]
    learner = AttemptLog.objects.exclude(facility=original)[0].user
    assert learner is not None

    copied = learner.attempts.order_by("id").values_list("pk", flat=True)

    assert {key.version for key in copied} == {7}
    beginnings = [key.hex[:28] for key in copied]
    assert beginnings == [each for each in order if each in {*beginnings}]


def test_people_have_names_of_their_own(installation: Installation, copies: int):
    learners = User.objects.filter(is_staff=False)

    assert learners.count() == len({*learners.values_list("external_id", flat=True)})
    assert all(each.username == each.username_key for each in learners)
    assert len({*Classroom.objects.values_list("name", flat=True)}) == 2 * (1 + copies)
    assert not any(learner.has_usable_password() for learner in learners)


def test_a_rebuild_of_the_learner_model_finds_no_difference(installation: Installation):
    """contract 0.10; learning-science 1: the events, and the states computed from them."""
    tallies = list(rebuild(User.objects.all(), check=True))

    assert sum(tally.answers for tally in tallies) == LearningEvent.objects.count() > N
    assert not any(tally.differences for tally in tallies)


def test_statistics_count_the_answers_of_all_copies(installation: Installation):
    assert not LearningEvent.objects.unfolded().exists()
    for facility in installation.facilities:
        events = LearningEvent.objects.filter(facility=facility)
        for rows, key in ((facility.skills, "skill"), (facility.items, "item")):
            counted = events.exclude(**{key: None})
            totals = rows.aggregate(answers=Sum("answers"), correct=Sum("correct"))
            assert totals["answers"] == counted.count()
            scores = counted.aggregate(total=Sum("score"))["total"]
            assert totals["correct"] == pytest.approx(scores)


def test_an_event_of_a_session_names_an_attempt_of_its_learner(installation: Installation):
    """contract 2.3: the source of an event."""
    events = LearningEvent.objects.filter(source="session")
    owners = dict(AttemptLog.objects.values_list("pk", "user"))

    for source_id, learner in events.values_list("source_id", "learner"):
        assert owners[UUID(source_id)] == learner


def test_the_content_of_a_quiz_is_the_quiz(installation: Installation, copies: int):
    """contract 1.1."""
    sessions = ContentSession.objects.filter(quiz__isnull=False)

    assert len({*sessions.values_list("quiz", flat=True)}) == 1 + copies
    assert not sessions.exclude(content_id=F("quiz"), quiz__facility=F("facility")).exists()
    for model, field in (
        (AttemptLog, "session"), (AttemptLog, "mastery_log"), (MasteryLog, "summary"),
        (ContentSession, "summary"),
    ):  # fmt: skip
        assert not model.objects.exclude(**{f"{field}__content_id": F("content_id")}).exists()


def test_all_times_of_a_copy_are_shifted_by_the_same_weeks(original: Facility):
    """The history, which is JSON, agrees with the columns."""
    before = {a.pk.hex[:28]: a for a in owned_by(original, AttemptLog)}
    shifts: dict[Any, timedelta] = {}
    for attempt in AttemptLog.objects.exclude(facility=original):
        one = before[attempt.pk.hex[:28]]
        shift = attempt.end_timestamp - one.end_timestamp
        assert shifts.setdefault(attempt.user_id, shift) == shift
        assert attempt.start_timestamp - one.start_timestamp == shift
        for entry, other in zip(attempt.interaction_history, one.interaction_history, strict=True):
            moved = format_time(datetime.fromisoformat(other["timestamp"]) + shift)
            assert entry == {**other, "timestamp": moved}
    assert any(shifts.values())
    assert all(shift % timedelta(weeks=1) == timedelta(0) >= shift for shift in shifts.values())


def test_a_coach_of_a_class_sees_only_this_class(installation: Installation):
    """contract 0.7, 1.7: the filter by class."""
    room, other = Classroom.objects.filter(name__startswith=CLASS_A).order_by("pk")[1:3]
    coach = Role.objects.get(classroom=room, kind=RoleKind.COACH).user
    learners = {*Enrolment.objects.filter(classroom=room).values_list("user", flat=True)}
    client = client_for(coach)
    query: dict[str, Any] = {"cursor": "", "page_size": 500}

    for asked in (query, {**query, "classroom": room.pk.hex}):
        rows = client.get(ATTEMPTS, asked).json()["results"]
        assert rows
        assert {UUID(row["user"]) for row in rows} <= learners
    assert client.get(ATTEMPTS, {**query, "classroom": other.pk.hex}).json()["results"] == []


def test_the_same_seed_gives_the_same_answers(installation: Installation):
    first = read_answers()
    Facility.objects.all().delete()

    seed_installation(N, seed=SEED, at=NOW, personas=FEW, quiet=True)

    assert read_answers() == first


def read_answers() -> Counter[Any]:
    rows = LearningEvent.objects.values_list(
        "learner__external_id", "facility__name", "happened_at", "score", "mastery_after"
    )
    return Counter(rows)


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


def test_another_run_adds_schools_whose_staff_can_log_in(
    installation: Installation, riverside: Facility, tmp_path: Path, settings: Any
):
    output = seed(tmp_path, settings, attempts=50)

    assert "Added 1 schools, 24 learners" in output
    added = Facility.objects.get(partner_id="demo-2-school")
    assert Facility.objects.count() == len(installation.facilities) + 2
    logins = [line.split()[:2] for line in output.splitlines() if f" at {added}" in line]
    assert len(logins) == 2
    for username, password in logins:
        body = {"username": username, "password": password}
        assert client_for(None).post("/api/auth/session", body, format="json").status_code == 200
    kinds = Role.objects.filter(facility=added).values_list("kind", flat=True)
    assert sorted(kinds) == [RoleKind.ADMIN, RoleKind.COACH]


@pytest.mark.parametrize("attempts", [0, -1])
def test_a_number_of_attempts_below_one_is_refused(
    installation: Installation, tmp_path: Path, settings: Any, attempts: int
):
    before = AttemptLog.objects.count(), User.objects.count()

    with pytest.raises(CommandError):
        seed(tmp_path, settings, attempts=attempts)

    assert (AttemptLog.objects.count(), User.objects.count()) == before
