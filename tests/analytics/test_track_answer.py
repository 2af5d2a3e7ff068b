"""`POST /api/v1/track-answer`: contract 2.1 (and 0.1, 0.3 to 0.6, 0.9 to 0.12)."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
import time_machine
from django.test import Client as DjangoClient
from django.utils import timezone

from analytics.models import Item, LearningEvent, Skill, SkillState
from infra.api.idempotency.models import IdempotencyRecord
from roster.models import Facility, Scope, User
from tests.analytics.event_builders import TRACK, answer, refused, track, tracked
from tests.conftest import Client, client_for
from tests.factories import NOW, School, make_key
from tests.threads import together

# The document's own request.
DOCUMENTED: dict[str, Any] = {
    "user_id": "student_123",
    "skill_id": "algebra_linear",
    "is_correct": True,
    "time_spent_seconds": 45,
    "confidence_score": 4,
}
FIELDS = {
    "mastery_before", "mastery_after", "velocity", "plateau_detected", "total_attempts",
    "correct_attempts", "recommendation", "plateau_confidence", "p_correct", "confidence",
    "too_few_answers", "indicators", "cause",
}  # fmt: skip


def test_the_documents_request_gets_a_response_of_the_documented_shape(app: Client):
    """contract 2.1"""
    data = tracked(app, DOCUMENTED)

    assert data.keys() == FIELDS
    assert data["mastery_before"] == 0.25
    assert data["mastery_after"] == 0.5909  # .25 right: .5455, and then a tenth is learned
    assert data["velocity"] == 0.3409
    assert (data["total_attempts"], data["correct_attempts"]) == (1, 1)
    assert data["plateau_detected"] is False
    assert data["recommendation"] is data["plateau_confidence"] is None
    assert 0 < data["p_correct"] < 1


def test_the_fields_of_an_answer_are_saved_as_an_event(app: Client):
    """contract 2.1"""
    tracked(app, {**DOCUMENTED, "question_difficulty": 1, "item_id": "q7", "event_id": "e7"})

    event = LearningEvent.objects.select_related("learner", "skill", "item").get()
    assert event.learner.external_id == "student_123"
    assert event.skill is not None
    assert event.item is not None
    assert (event.skill.code, event.item.code, event.source_id) == ("algebra_linear", "q7", "e7")
    assert (event.score, event.seconds, event.confidence) == (1, 45, 4)
    assert (event.source, event.question_difficulty) == ("track", 1)


def test_answers_add_up(app: Client):
    """contract 2.1: each answer starts from the state after the previous one."""
    results = [tracked(app, answer(is_correct=right)) for right in (True, False, True, True)]

    assert [data["total_attempts"] for data in results] == [1, 2, 3, 4]
    assert [data["correct_attempts"] for data in results] == [1, 1, 2, 3]
    for before, after in pairwise(results):
        assert after["mastery_before"] == before["mastery_after"]
    for data in results:
        assert data["velocity"] == round(data["mastery_after"] - data["mastery_before"], 4)
    assert results[1]["velocity"] < 0 < results[2]["velocity"]


def test_numbers_have_four_decimals(app: Client):
    """contract 2.1"""
    for right in (True, True, False, True):
        data = tracked(app, answer(is_correct=right))
        for name in ("mastery_before", "mastery_after", "velocity", "p_correct"):
            assert data[name] == round(data[name], 4)


def test_a_plateau_is_reported_with_a_recommendation(app: Client):
    """contract 2.1, learning-science 3"""
    data = [tracked(app, answer(is_correct=False)) for _n in range(30)][-1]

    assert data["plateau_detected"] is True
    assert data["plateau_confidence"] == "high"
    assert data["recommendation"].endswith(".")


def test_only_the_required_fields_are_required(app: Client):
    """contract 2.1: the others may be missing or null; unknown fields are ignored."""
    absent = tracked(app, answer("one"))
    optional = (
        "time_spent_seconds", "confidence_score", "question_difficulty", "item_id", "event_id",
        "timestamp",
    )  # fmt: skip

    nulls = tracked(app, answer("two", **dict.fromkeys(optional), unheard_of={"of": 1}))

    assert nulls == absent
    assert set(LearningEvent.objects.values_list("confidence", "seconds")) == {(3, None)}


def test_all_invalid_fields_are_reported_together(app: Client):
    """contract 0.12: the envelope names each field."""
    response = track(app, {"user_id": 7, "is_correct": "yes", "confidence_score": 9})

    errors = refused(response, 400)
    assert errors.keys() == {"user_id", "skill_id", "is_correct", "confidence_score"}
    assert errors["skill_id"] == ["This field is required."]
    assert not LearningEvent.objects.exists()


@pytest.mark.parametrize("value", ["true", "false", 1, 0, 1.0, "1", [], None])
def test_is_correct_is_a_json_boolean(app: Client, value: Any):
    """contract 2.1: strings and numbers are a 400."""
    assert refused(track(app, answer(is_correct=value)), 400).keys() == {"is_correct"}


def test_nothing_is_looked_up_before_the_request_is_valid(app: Client, statements: Any):
    """contract 0.1: validation runs before look-ups."""
    track(app, answer())  # the key has been used
    with statements() as captured:
        track(app, answer("nobody", is_correct="yes"))

    assert len(captured) == 1, captured.captured_queries  # the key's own
    assert not User.objects.filter(external_id="nobody").exists()


def test_an_unknown_learner_and_an_unknown_skill_are_created(school: School, app: Client):
    """contract 0.6, 2.1"""
    tracked(app, answer("newcomer", skill_id="geometry"))

    newcomer = User.objects.get(external_id="newcomer")
    assert newcomer.facility == school.facility
    assert Skill.objects.get().facility == school.facility
    assert SkillState.objects.get().learner == newcomer


def test_a_learner_may_be_named_by_uuid(school: School, app: Client):
    """contract 0.6: external id first, then our UUID."""
    tracked(app, answer(school.ada.pk.hex.upper()))

    assert LearningEvent.objects.get().learner == school.ada


def test_without_auto_provision_an_unknown_learner_is_a_404(school: School, app: Client):
    """contract 0.6"""
    Facility.objects.update(auto_provision=False)

    assert refused(track(app, answer("nobody")), 404) == {}
    assert not Skill.objects.exists()


def test_the_same_external_id_in_another_facility_is_another_learner(school: School, app: Client):
    """contract 0.6: resolved in the key's facility only."""
    elsewhere = client_for(make_key(school.elsewhere))
    tracked(app, answer())

    data = tracked(elsewhere, answer())

    assert data["total_attempts"] == 1
    assert set(LearningEvent.objects.values_list("learner", flat=True)) == {
        school.ada.pk,
        school.stranger.pk,
    }
    assert Skill.objects.count() == 2


@pytest.mark.parametrize("header", ["X-API-Key", "Authorization"])
@pytest.mark.parametrize("slash", ["", "/"])
def test_either_header_carries_a_key_with_and_without_a_slash(
    school: School, header: str, slash: str
):
    """contract 0.1, 0.3"""
    secret = school.key()
    carried = f"Bearer {secret}" if header == "Authorization" else secret

    response = Client().post(TRACK + slash, DOCUMENTED, format="json", headers={header: carried})

    assert response.status_code == 200


@pytest.mark.parametrize("secret", [None, "", "wrong", "lt_000000000000_nothing"])
def test_a_request_without_a_key_is_a_401(school: School, secret: str | None):
    """contract 0.3, 2.1: 401, never 403."""
    response = track(client_for(secret), DOCUMENTED)

    assert refused(response, 401) == {}
    assert response.headers["WWW-Authenticate"]
    assert not LearningEvent.objects.exists()


def test_a_key_that_may_only_read_is_a_403(school: School):
    """contract 0.3"""
    refused(track(client_for(school.key(Scope.READ)), DOCUMENTED), 403)


def test_a_login_records_for_itself_by_any_of_its_ids(school: School, ada: Client):
    """contract 0.5"""
    for name in ("student_ada", school.ada.pk.hex, str(school.ada.pk)):
        tracked(ada, answer(name))

    assert LearningEvent.objects.filter(learner=school.ada).count() == 3


@pytest.mark.parametrize("name", ["ada", "coach", "admin", "superuser"])
def test_a_login_records_for_nobody_else(school: School, name: str):
    """contract 0.5: coaches and superusers too."""
    refused(track(client_for(getattr(school, name)), answer("student_ben")), 403)

    assert not LearningEvent.objects.exists()


def test_a_person_without_a_facility_cannot_track_answers(school: School):
    """contract 0.5: this concerns the installation's own staff; the message says so."""
    root = school.superuser

    response = track(client_for(root), answer(root.pk.hex))

    refused(response, 403)
    assert "without a facility" in response.json()["message"]
    assert not Skill.objects.exists()


def test_a_token_acts_as_its_learner(school: School, app: Client):
    """contract 0.8"""
    token = app.post("/api/auth/token", {"user_id": "student_ada"}, format="json").json()["token"]
    browser = Client()
    browser.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")

    assert tracked(browser, answer())["total_attempts"] == 1
    refused(track(browser, answer("student_ben")), 403)


def test_a_cookie_alone_needs_a_csrf_token(school: School):
    """contract 0.4"""
    client = DjangoClient(enforce_csrf_checks=True)
    client.force_login(school.ada, backend="roster.authentication.RosterBackend")

    response = client.post(TRACK, answer(), content_type="application/json")

    refused(response, 403)


def test_an_event_counts_once(app: Client):
    """contract 0.9: a repeat of its event_id answers like a success."""
    first = tracked(app, answer(event_id="e1"))
    tracked(app, answer(event_id="e2"))

    again = tracked(app, answer(event_id="e1"))

    same = ("mastery_before", "mastery_after", "velocity", "p_correct")
    assert [again[name] for name in same] == [first[name] for name in same]
    assert again["total_attempts"] == 2
    assert LearningEvent.objects.count() == 2


def test_an_event_id_of_another_learner_is_refused(app: Client):
    """contract 0.9: event ids are unique per facility and API."""
    tracked(app, answer(event_id="e1"))

    errors = refused(track(app, answer("student_ben", event_id="e1")), 422)

    assert errors.keys() == {"event_id"}
    assert LearningEvent.objects.count() == 1


def test_a_request_sent_again_under_its_key_counts_once(app: Client):
    """contract 0.9"""
    first = track(app, answer(), HTTP_IDEMPOTENCY_KEY="once")

    again = track(app, answer(), HTTP_IDEMPOTENCY_KEY="once")
    other = track(app, answer(is_correct=False), HTTP_IDEMPOTENCY_KEY="once")

    assert again.json() == first.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    refused(other, 422)
    assert LearningEvent.objects.count() == 1
    assert IdempotencyRecord.objects.get().learner is not None


def test_a_late_answer_is_put_in_order(app: Client):
    """contract 0.10: the result equals arrival in order."""
    day = timedelta(days=1)
    times = [(timezone.now() - n * day).isoformat() for n in (3, 2, 1)]
    for user, order in (("in_order", (0, 1, 2)), ("late", (2, 0, 1))):
        for place in order:
            tracked(app, answer(user, is_correct=place == 1, timestamp=times[place]))

    states = SkillState.objects.order_by("learner__external_id")
    in_order, late = states.values("mastery", "attempts", "velocity", "last_practised")
    assert late == in_order


def test_a_time_far_ahead_is_now(app: Client):
    """contract 0.10"""
    with time_machine.travel(NOW, tick=False):
        tracked(app, answer(timestamp="9999-01-01T00:00:00Z"))

    assert LearningEvent.objects.get().happened_at == NOW


@pytest.mark.parametrize(
    ("method", "path", "body", "extra", "status"),
    [
        ("get", TRACK, "", {}, 405),
        ("put", TRACK, "{}", {}, 405),
        ("delete", TRACK, "", {}, 405),
        ("post", "/api/v1/nothing", "{}", {}, 404),
        ("post", "/api/v1", "{}", {}, 404),
        ("post", TRACK, "{", {}, 400),
        ("post", TRACK, "{}", {"content_type": "text/plain"}, 415),
        ("post", TRACK, '{"a": "%s"}' % ("x" * 1024 * 1024), {}, 413),
    ],
)
def test_every_error_comes_in_the_envelope(
    app: Client, method: str, path: str, body: str, extra: dict[str, Any], status: int
):
    """contract 0.12"""
    extra = {"content_type": "application/json", **extra}

    refused(app.generic(method.upper(), path, body, **extra), status)


def test_a_throttled_request_gets_the_envelope(app: Client, settings: Any):
    """contract 0.11, 0.12"""
    from infra.api.rate_limit import Rate

    settings.THROTTLES = {**settings.THROTTLES, "key": Rate.parse("1/minute")}
    track(app, answer())

    response = track(app, answer())

    refused(response, 429)
    assert int(response.headers["Retry-After"]) > 0


@pytest.mark.django_db(transaction=True)
def test_concurrent_first_requests_create_one_learner_and_one_skill(transactional_db: None):
    """contract 0.6: 16 concurrent first requests."""
    from tests.factories import make_school

    secret = make_school().key()
    body = answer("newcomer", skill_id="new", item_id="q1")

    answers = together(lambda _n: track(client_for(secret), body), clients=16)

    assert [response.status_code for response in answers] == [200] * 16
    counts = sorted(response.json()["data"]["total_attempts"] for response in answers)
    assert counts == list(range(1, 17))
    assert User.objects.filter(external_id="newcomer").count() == 1
    assert (Skill.objects.count(), Item.objects.count()) == (1, 1)
    assert SkillState.objects.get().attempts == 16


def test_a_claimed_difficulty_of_zero_is_average(school: School, app: Client):
    """learning-science 2, 3: it counts as no claim does, until the skill's difficulty is known."""
    for claim, user_id in ((0, "student_ada"), (None, "student_ben")):
        for number in range(10):
            body = answer(user_id=user_id, is_correct=number < 5)
            tracked(app, body | ({} if claim is None else {"question_difficulty": claim}))

    ada, ben = SkillState.objects.order_by("learner__external_id")
    assert ada.velocity == pytest.approx(ben.velocity)
    assert ada.p_stuck == pytest.approx(ben.p_stuck, abs=0.02)
