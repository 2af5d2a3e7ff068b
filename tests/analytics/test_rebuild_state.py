"""`manage.py rebuild_state`: all states can be computed from the events."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from struct import pack, unpack
from typing import Any
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F
from uuid_utils.compat import uuid7

from analytics.core import recent_results
from analytics.core.learner_update import EDITION
from analytics.core.recall import INITIAL, RecallModel
from analytics.events import Answer, Source
from analytics.models import (
    Item,
    ItemMemory,
    LearnerAbility,
    LearningEvent,
    Skill,
    SkillParameters,
    SkillState,
)
from roster.models import User
from tests.analytics.test_recording import estimates_of, record, tracked
from tests.factories import NOW, School, make_school

pytestmark = pytest.mark.django_db


def rebuild(*options: str) -> str:
    out, err = StringIO(), StringIO()
    try:
        call_command("rebuild_state", *options, stdout=out, stderr=err)
    except CommandError as error:
        return f"{error}\n{err.getvalue()}"
    return out.getvalue()


@pytest.fixture(scope="module")
def practised_once(kept: Callable[[], Any]) -> School:
    with kept():
        school = make_school()
        practise(school)
    return school


@pytest.fixture
def practised(practised_once: School, db: None) -> School:
    """School with two learners whose answers are of all kinds, at many times, some late."""
    return deepcopy(practised_once)


def practise(school: School) -> None:
    for number, learner in enumerate((school.ada, school.ben)):
        record(learner, *(practice(number, n) for n in range(40)))
        record(learner, tracked(happened_at=NOW - timedelta(days=50), item="q0"))
        record(learner, *(studied(n) for n in range(12)))
        record(learner, replace(studied(40), happened_at=NOW - timedelta(days=45)))


def studied(number: int) -> Answer:
    """Return a study result at an item without a skill, which moves only its memory."""
    return Answer(
        source=Source.STUDY,
        guid=UUID(int=number % 2),
        score=[1.0, 0.5, 0.0][number % 3],
        seconds=4.0,
        happened_at=NOW - timedelta(hours=17 * (12 - number)) if number < 12 else None,
    )


def practice(learner: int, number: int) -> Answer:
    return tracked(
        [1.0, 0.0, 1.0, 0.5][(number * 7 + learner) % 4],
        ["algebra", "fractions", "geometry"][(number + learner) % 3],
        item=f"q{number % 5}",
        seconds=[None, 3.0, 200.0][number % 3],
        confidence=[None, 1, 5][number % 3],
        question_difficulty=[None, 2.5][number % 2],
        happened_at=NOW - timedelta(hours=31 * (40 - number)),
    )


def test_a_rebuild_finds_no_difference_from_states_recorded_online(practised: School):
    """States are compared to 1e-9."""
    assert "No difference." in rebuild("--check")


def test_all_states_can_be_rebuilt_from_the_events_alone(practised: School):
    before = estimates_of(practised.ada), estimates_of(practised.ben)
    SkillState.objects.all().delete()
    ItemMemory.objects.all().delete()
    LearnerAbility.objects.all().delete()
    LearningEvent.objects.update(mastery_before=0.5, mastery_after=0.5)

    assert "Differences corrected." in rebuild()

    assert "No difference." in rebuild("--check")
    for now, then in zip(
        (estimates_of(practised.ada), estimates_of(practised.ben)), before, strict=True
    ):
        assert_close(now, then)


def assert_close(now: dict[str, Any], then: dict[str, Any]) -> None:
    for name in ("ability", "states", "memories"):
        for row, was in zip(now[name], then[name], strict=True):
            for field, value in was.items():
                if field not in {"course", "recall_model", "recent"}:
                    is_number = isinstance(value, float)
                    assert row[field] == (pytest.approx(value, abs=1e-9) if is_number else value)


KINDS = [*SkillState.UPDATE_FIELDS, "groundless", "ability", "recall model", "event"]
# A job updates due times.
_COMPARED = [name for name in ItemMemory.UPDATE_FIELDS if name != "due"]
KINDS += [f"memory {name}" for name in (*_COMPARED, "groundless", "missing")]


@pytest.mark.parametrize("field", KINDS)
def test_any_difference_fails_the_check_and_is_corrected(practised: School, field: str):
    """Every column is compared."""
    before = estimates_of(practised.ada)
    spoil(field, practised.ada)
    spoilt = estimates_of(practised.ada)

    assert "stored states differ" in rebuild("--check")
    assert estimates_of(practised.ada) == spoilt
    assert "Differences corrected." in rebuild()

    assert "No difference." in rebuild("--check")
    assert_close(estimates_of(practised.ada), before)


def spoil(field: str, learner: User) -> None:
    if field.startswith("memory "):
        spoil_memory(field.removeprefix("memory "), learner)
        return
    state = SkillState.objects.filter(learner=learner, skill__code="algebra").get()
    if field == "groundless":
        never = Skill.objects.create(facility=state.skill.facility, code="never practised")
        SkillState.objects.create(
            learner=learner, skill=never, course=state.course, last_practised=NOW
        )
        return
    if field == "ability":
        LearnerAbility.objects.filter(learner=learner).update(mean=1.0)
        return
    if field == "recall model":
        another = RecallModel(INITIAL.mean + 0.1, INITIAL.covariance).to_bytes()
        LearnerAbility.objects.filter(learner=learner).update(recall_model=another)
        return
    if field == "event":
        LearningEvent.objects.filter(learner=learner, position=3).update(mastery_after=0.3)
        return
    wrong = {
        "parameters": parameters(state),
        "course": bytes(SkillState.objects.exclude(pk=state.pk)[0].course),
        "recent": recent_results.to_bytes_at_skill(recent_results.INITIAL_AT_SKILL),
        "plateau": not state.plateau,
        "last_practised": NOW + timedelta(days=9),
    }
    value = getattr(state, field)
    SkillState.objects.filter(pk=state.pk).update(
        **{field: wrong[field] if field in wrong else value * 0.9 + (value == 0)}
    )


def spoil_memory(field: str, learner: User) -> None:
    memories = ItemMemory.objects.filter(learner=learner)
    first = memories.order_by("pk")[0]
    if field == "groundless":
        first.item = Item.objects.create(facility=first.item.facility, code="never studied")
        first.pk = uuid7()
        first.save(force_insert=True)
    elif field == "missing":
        first.delete()
    elif field == "last_review":
        memories.filter(pk=first.pk).update(**{field: F(field) + timedelta(seconds=1)})
    elif field == "studied":
        memories.filter(pk=first.pk).update(studied=not first.studied)
    elif field == "timed":
        memories.filter(pk=first.pk).update(timed=F("timed") - 1)
    else:
        more = 1 if field == "reviews" else 1e-6
        memories.filter(pk=first.pk).update(**{field: F(field) + more})


def parameters(state: SkillState) -> SkillParameters:
    return SkillParameters.objects.create(
        skill=state.skill, version=1, prior=0.3, learn=0.2, guess=0.2, slip=0.1,
        fading_prior=0.3, fading_learn=0.2, fading_guess=0.2, fading_slip=0.1, fading_forget=0.01,
        blend=[0, 1, 0, 0, 0, 0, 0], fitted_at=NOW, answers=1, learners=1,
        log_likelihood_before=0, log_likelihood_after=0,
    )  # fmt: skip


@pytest.mark.parametrize("edition", [1, 2])
def test_states_of_an_earlier_edition_are_rebuilt(practised: School, edition: int):
    """Recording continues on states of an earlier edition, until they are rebuilt."""
    LearnerAbility.objects.update(edition=edition, mean=0.1)
    for state in SkillState.objects.all():
        numbers = unpack("<76d", state.course)[:58]
        days = [0.03, *[0.5] * 14] if edition == 1 else numbers[21:49]
        record_now = [float(edition), *numbers[1:21], *days, *numbers[49:]]
        state.course = pack(f"<{len(record_now)}d", *record_now)
        state.save()

    record(practised.ada, tracked(happened_at=NOW))

    assert f"edition {edition}" in rebuild("--check")
    assert "Differences corrected." in rebuild()
    assert "No difference." in rebuild("--check")
    assert set(LearnerAbility.objects.values_list("edition", flat=True)) == {EDITION}


def test_many_answers_in_seconds_are_rebuilt_as_they_were_recorded(practised: School):
    """Decayed sums amplify how a time in microseconds is rounded to days."""
    last = NOW - timedelta(microseconds=3)
    answers = [tracked(happened_at=last - timedelta(milliseconds=70 * n)) for n in range(400)]

    record(practised.ada, *reversed(answers))

    assert "No difference." in rebuild("--check")


def test_recording_continues_after_events_were_deleted_with_their_item(practised: School):
    """The position of the next event follows the last remaining event, not their number."""
    Item.objects.get(facility=practised.facility, code="q1").delete()

    assert "Differences corrected." in rebuild()
    record(practised.ada, tracked(happened_at=NOW))

    assert "No difference." in rebuild("--check")


def test_only_the_named_learners_are_rebuilt(practised: School):
    """The options are --facility and --learner."""
    SkillState.objects.update(velocity=9.0)

    rebuild("--learner", str(practised.ada.external_id))

    spoilt = SkillState.objects.filter(velocity=9.0).values_list("learner", flat=True)
    assert set(spoilt) == {practised.ben.pk}
    assert "no facility" in rebuild("--facility", "nowhere")
    assert "no learner" in rebuild("--learner", "nobody")


def test_the_number_of_statements_of_a_rebuild_does_not_grow_with_events(
    practised: School, django_assert_max_num_queries: Any
):
    with django_assert_max_num_queries(11):
        rebuild("--check")
