"""`POST /v3/study`: the effect of one result (contract 3)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.utils import timezone

from analytics.models import Item, ItemMemory, LearnerAbility, LearningEvent, SkillState
from roster.models import Scope, User
from tests.conftest import Client, client_for
from tests.factories import NOW, School, make_key
from tests.study.study_client import (
    GUID,
    STUDY,
    create_resource,
    errors,
    events,
    guid,
    memory,
    post,
    refused,
    result_body,
    study,
)


def test_the_documents_request_gets_a_204_without_a_body(school: School):
    """The exact body of the third document creates the learner and the item."""
    body = (
        b'{"user_id":"1185304", "partner_id": "779", "study_time_millis":4930, '
        b'"learning_engine_guid":"4ec0d7e2-a986-487d-9682-9ba6bbcb4cea", "quiz_result":"Correct"}'
    )
    client = Client()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {school.key(Scope.WRITE)}")

    response = client.post(STUDY, body, content_type="application/json")

    assert (response.status_code, response.content) == (204, b"")
    assert "Content-Type" not in response.headers
    learner = User.objects.get(external_id="1185304")
    [event] = events()
    assert learner.facility == school.facility
    assert event.item == Item.objects.get(facility=school.facility, guid=UUID(GUID))
    assert (event.learner, event.score, event.seconds, event.skill) == (learner, 1.0, 4.93, None)
    assert (memory().learner, memory().reviews, memory().seconds) == (learner, 1, 4.93)


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize(
    "kind",
    [
        "application/json",
        "application/vnd.api+json",
        "application/json; charset=utf-8",
        'application/vnd.api+json; ext="https://example.org/x"',
    ],
)
def test_both_content_types_are_accepted(app: Client, kind: str, slash: str):
    """contract 3: with any parameters; contract 0.1: slashes are optional."""
    response = app.post(STUDY + slash, json.dumps(result_body()), content_type=kind)

    assert response.status_code == 204


@pytest.mark.parametrize("kind", ["application/xml", "text/plain", "multipart/form-data"])
def test_other_content_types_are_refused(app: Client, kind: str):
    """contract 3, 0.12."""
    response = app.post(STUDY, json.dumps(result_body()), content_type=kind)

    refused(response, 415)
    assert not LearningEvent.objects.exists()


def test_ids_may_be_numbers(school: School, app: Client):
    """contract 3: strings or integers; an integer equals the string of its digits."""
    study(app, user_id=1185304, partner_id=779)
    study(app, user_id="1185304", partner_id=str(school.facility.pk))
    study(app, user_id=-(2**63), partner_id=school.facility.pk.hex.upper())

    assert set(LearningEvent.objects.values_list("learner__external_id", flat=True)) == {
        "1185304",
        str(-(2**63)),
    }


@pytest.mark.parametrize("spelling", [GUID, GUID.upper(), UUID(GUID).hex])
def test_a_guid_is_the_same_in_any_spelling(app: Client, spelling: str):
    """contract 0.2."""
    study(app)
    study(app, learning_engine_guid=spelling)

    assert memory().reviews == 2


def test_an_item_has_two_ids(app: Client):
    """contract 3: an item known by its id also has a GUID, which identifies the same item."""
    study(app, item_id="q1")
    known = Item.objects.get(code="q1")

    study(app, learning_engine_guid=str(known.guid), item_id=None)

    assert memory(item=known).reviews == 2
    assert Item.objects.count() == 1


def test_guids_and_ids_are_unique_within_a_facility(school: School, app: Client):
    """contract 3: another partner's item is unknown here, and so it is created."""
    school.elsewhere.partner_id = "780"
    school.elsewhere.save()
    other = client_for(make_key(school.elsewhere))
    study(other, partner_id="780")
    study(other, partner_id="780", item_id="q1")

    study(app)
    study(app, item_id="q1")

    for facility in (school.facility, school.elsewhere):
        assert Item.objects.filter(facility=facility).count() == 2
        assert LearningEvent.objects.filter(facility=facility).count() == 2
    assert ItemMemory.objects.filter(reviews=1).count() == 4


@pytest.mark.parametrize(
    ("result", "score"), [("Correct", 1.0), ("Incorrect", 0.0), ("AlmostCorrect", 0.5)]
)
def test_a_result_moves_mastery_and_memory(app: Client, result: str, score: float):
    """contract 3: AlmostCorrect is soft evidence, half of each."""
    group = create_resource(app, "/v3/sets", name="Capitals", partner_id="779")
    item = create_resource(app, group["links"]["self"] + "/learning_items", question="France?")

    study(app, learning_engine_guid=str(guid(item)), quiz_result=result)

    [event] = events()
    assert event.score == score
    assert event.skill is not None
    assert event.skill.study_set.name == "Capitals"
    assert memory().score == score
    state = SkillState.objects.get()
    assert state.attempts == 1
    assert (state.mastery > 0.25) == (score > 0.4)  # half an answer rises only by P(T)


def test_almost_correct_lies_between_correct_and_incorrect(school: School):
    """contract 3: AlmostCorrect, for mastery and for memory."""
    app = client_for(school.key())
    group = create_resource(app, "/v3/sets", name="Capitals", partner_id="779")
    item = create_resource(app, group["links"]["self"] + "/learning_items")
    found = {}
    for result in ("Incorrect", "AlmostCorrect", "Correct"):
        study(app, user_id=result, learning_engine_guid=str(guid(item)), quiz_result=result)
        state = SkillState.objects.get(learner__external_id=result)
        found[result] = (state.mastery, memory(learner__external_id=result).stability)

    assert [*found.values()] == sorted(found.values())
    assert len({mastery for mastery, _ in found.values()}) == 3


def test_an_item_of_no_set_moves_memory_only(app: Client):
    """contract 3: an item of no set has no skill."""
    study(app, item_id="q1")

    assert not SkillState.objects.exists()
    assert memory().reviews == 1
    assert LearnerAbility.objects.get().answers == 1


def test_a_repeated_event_counts_once(school: School, app: Client):
    """contract 0.9: the repeat gets the response of a success."""
    study(app, event_id="e1")
    study(app, event_id="e1", quiz_result="Incorrect")
    study(app, event_id="e2")

    assert memory().reviews == 2
    assert [event.score for event in events()] == [1.0, 1.0]


def test_a_repeated_event_of_another_learner_is_refused(app: Client):
    """contract 0.9: 422, with a pointer to the event_id."""
    study(app, event_id="e1")

    response = post(app, STUDY, result_body(event_id="e1", user_id="student_ben"))

    refused(response, 422, "/event_id")
    assert memory().learner.external_id == "student_ada"


def test_a_request_sent_again_gets_the_same_response(school: School, app: Client):
    """contract 0.9: an empty 204 without a content type; with another body it is a 422."""
    retry = {"HTTP_IDEMPOTENCY_KEY": "r1"}

    first, second = (post(app, STUDY, result_body(), **retry) for _ in range(2))

    for response in (first, second):
        assert (response.status_code, response.content) == (204, b"")
        assert "Content-Type" not in response.headers
    assert "Idempotent-Replayed" not in first.headers
    assert second.headers["Idempotent-Replayed"] == "true"
    assert memory().reviews == 1
    refused(post(app, STUDY, result_body(quiz_result="Incorrect"), **retry), 422)
    assert memory().reviews == 1


def test_an_invalid_idempotency_key_is_reported_as_a_header(app: Client):
    """contract 0.9, 0.12."""
    response = post(app, STUDY, result_body(), HTTP_IDEMPOTENCY_KEY="x" * 256)

    [error] = errors(response, 400)
    assert error["source"] == {"header": "Idempotency-Key"}


def test_late_results_are_put_in_order(school: School):
    """contract 0.10: the state equals that of arrival in order."""
    days = [
        (0, "Correct"),
        (1, "Incorrect"),
        (4, "AlmostCorrect"),
        (4.1, "Correct"),
        (9, "Correct"),
    ]

    def state_after(user: str, order: list[int]) -> tuple[Any, ...]:
        app = client_for(school.key())
        for place in order:
            day, result = days[place]
            moment = (NOW + timedelta(days=day)).isoformat()
            study(app, user_id=user, quiz_result=result, timestamp=moment)
        row = memory(learner__external_id=user)
        ability = LearnerAbility.objects.get(learner__external_id=user)
        return (
            row.stability, row.difficulty, row.last_review, row.due, row.reviews, row.score,
            row.seconds, ability.mean, bytes(ability.recall_model or b""),
        )  # fmt: skip

    with time_machine.travel(NOW + timedelta(days=10), tick=False):
        in_order = state_after("one", [0, 1, 2, 3, 4])
        late = state_after("two", [4, 2, 0, 3, 1])

    assert late == in_order


def test_a_time_far_ahead_and_a_missing_time_are_now(app: Client):
    """contract 0.10: a time more than five minutes ahead is replaced."""
    with time_machine.travel(NOW, tick=False):
        study(app)
        study(app, timestamp=(NOW + timedelta(minutes=6)).isoformat())
        study(app, timestamp=(NOW + timedelta(minutes=4)).isoformat())

    times = [event.happened_at - NOW for event in events()]
    assert times == [timedelta(), timedelta(), timedelta(minutes=4)]


@pytest.mark.parametrize("named", [{"learning_engine_guid": GUID}, {"item_id": "q1"}])
def test_a_closed_facility_accepts_only_known_learners_and_items(
    school: School, app: Client, named: Any
):
    """contract 0.6, 3: with auto_provision off, unknown learners and items are a 404."""
    study(app, **named)
    school.facility.auto_provision = False
    school.facility.save()
    Item.objects.create(facility=school.elsewhere, code="q2", guid=school.ada.pk)

    study(app, **named)
    refused(post(app, STUDY, result_body(user_id="nobody", **named)), 404)
    for unknown in ({"learning_engine_guid": str(school.ada.pk)}, {"item_id": "q2"}):
        refused(post(app, STUDY, result_body(**unknown)), 404)

    assert memory().reviews == 2
    assert Item.objects.filter(facility=school.facility).count() == 1
    assert not User.objects.filter(external_id="nobody").exists()


BAD = [
    ({"quiz_result": "correct"}, "/quiz_result"),
    ({"quiz_result": "Right"}, "/quiz_result"),
    ({"quiz_result": True}, "/quiz_result"),
    ({"quiz_result": None}, "/quiz_result"),
    ({"quiz_result": []}, "/quiz_result"),
    ({"study_time_millis": -1}, "/study_time_millis"),
    ({"study_time_millis": 3.0}, "/study_time_millis"),
    ({"study_time_millis": 3.5}, "/study_time_millis"),
    ({"study_time_millis": True}, "/study_time_millis"),
    ({"study_time_millis": "3"}, "/study_time_millis"),
    ({"study_time_millis": None}, "/study_time_millis"),
    ({"study_time_millis": 10**10 + 1}, "/study_time_millis"),
    ({"study_time_millis": 2**63 - 1}, "/study_time_millis"),
    ({"study_time_millis": 2**63}, "/study_time_millis"),
    ({"study_time_millis": -(10**400)}, "/study_time_millis"),
    ({"user_id": 2**64}, "/user_id"),
    ({"learning_engine_guid": "x"}, "/learning_engine_guid"),
    ({"learning_engine_guid": GUID + "0"}, "/learning_engine_guid"),
    ({"learning_engine_guid": 7}, "/learning_engine_guid"),
    ({"learning_engine_guid": ""}, "/learning_engine_guid"),
    ({"learning_engine_guid": None}, "/learning_engine_guid"),
    ({"learning_engine_guid": GUID, "item_id": "q1"}, "/item_id"),
    ({"item_id": ""}, "/item_id"),
    ({"item_id": 7}, "/item_id"),
    ({"item_id": None}, "/learning_engine_guid"),
    ({"user_id": ""}, "/user_id"),
    ({"user_id": True}, "/user_id"),
    ({"user_id": 1.5}, "/user_id"),
    ({"user_id": None}, "/user_id"),
    ({"user_id": "x" * 256}, "/user_id"),
    ({"user_id": "x\0"}, None),
    ({"partner_id": True}, "/partner_id"),
    ({"partner_id": None}, "/partner_id"),
    ({"partner_id": ""}, "/partner_id"),
    ({"event_id": ""}, "/event_id"),
    ({"event_id": "x" * 256}, "/event_id"),
    ({"timestamp": "2026-03-02T09:30:00"}, "/timestamp"),
    ({"timestamp": "yesterday"}, "/timestamp"),
    ({"timestamp": 7}, "/timestamp"),
]


@pytest.mark.parametrize(("fields", "pointer"), BAD)
def test_invalid_input_gets_a_pointer_and_nothing_is_stored(
    school: School, app: Client, fields: dict[str, Any], pointer: str | None
):
    """contract 3: 400, before anything is looked up."""
    people = User.objects.count()

    response = post(app, STUDY, result_body(**{"user_id": "nobody", **fields}))

    refused(response, 400, pointer)
    assert User.objects.count() == people
    assert not Item.objects.exists()
    assert not LearningEvent.objects.exists()


def test_all_missing_fields_are_reported_together(app: Client):
    """contract 3: all are required, and one id of the item."""
    codes = {
        error["source"]["pointer"]: error["code"] for error in errors(post(app, STUDY, {}), 400)
    }

    assert codes == {
        "/user_id": "REQUIRED",
        "/partner_id": "REQUIRED",
        "/quiz_result": "REQUIRED",
        "/study_time_millis": "REQUIRED",
    }
    body = result_body()
    del body["learning_engine_guid"]
    assert refused(post(app, STUDY, body), 400, "/learning_engine_guid")["code"] == "REQUIRED"


def test_validation_runs_before_look_ups(school: School, app: Client):
    """contract 0.1: an invalid field together with a foreign partner is a 400."""
    response = post(app, STUDY, result_body(partner_id="other", quiz_result="correct"))

    refused(response, 400, "/quiz_result")


@pytest.mark.parametrize("partner", ["780", "elsewhere", "0779", "77", str(UUID(int=7)), "779 "])
def test_another_partner_is_refused(school: School, app: Client, partner: str):
    """contract 3: 403, and nothing is stored, whether it exists or not."""
    school.elsewhere.partner_id = "780"
    school.elsewhere.save()
    named = str(school.elsewhere.pk) if partner == "elsewhere" else partner

    response = post(app, STUDY, result_body(partner_id=named, user_id="nobody"))

    assert refused(response, 403, "/partner_id")["code"] == "PERMISSION_DENIED"
    assert not User.objects.filter(external_id="nobody").exists()
    assert not Item.objects.exists()


def test_another_facilitys_learner_is_unknown(school: School, app: Client):
    """contract 0.6, 0.7: here a foreign UUID is the external id of an unknown learner."""
    school.facility.auto_provision = False
    school.facility.save()

    refused(post(app, STUDY, result_body(user_id=str(school.stranger.pk))), 404)

    assert not LearningEvent.objects.exists()


@pytest.mark.parametrize("partner", ["779", "780"])
def test_a_key_of_another_facility_records_only_there(school: School, partner: str):
    """For this partner it is a 403; for its own partner it records for its own learners."""
    school.elsewhere.partner_id = "780"
    school.elsewhere.save()
    foreign = client_for(make_key(school.elsewhere))

    response = post(foreign, STUDY, result_body(partner_id=partner))

    if partner == "779":
        refused(response, 403, "/partner_id")
        assert not LearningEvent.objects.exists()
    else:
        assert response.status_code == 204
        assert memory().learner == school.stranger


def test_guests_and_invalid_keys_get_a_401(school: School):
    """contract 0.3: with a challenge, before anything else."""
    for client in (client_for(None), client_for("lt_nobody_nothing")):
        response = client.post(STUDY, b"{", content_type="application/json")

        assert refused(response, 401)["code"] == "NOT_AUTHENTICATED"
        assert response.headers["WWW-Authenticate"]


@pytest.mark.parametrize(
    ("scope", "status"), [(Scope.READ, 403), (Scope.WRITE, 204), (Scope.ADMIN, 204)]
)
def test_recording_needs_the_scope_to_write(school: School, scope: Scope, status: int):
    """contract 0.3."""
    response = post(client_for(school.key(scope)), STUDY, result_body())

    assert response.status_code == status
    if status == 403:
        assert refused(response, 403)["code"] == "PERMISSION_DENIED"


@pytest.mark.parametrize("who", ["ada", "coach", "facility_coach", "admin"])
def test_a_login_records_only_for_itself(school: School, who: str):
    """contract 0.5: by its UUID or its external id."""
    person: User = getattr(school, who)
    client = client_for(person)

    study(client, user_id=str(person.pk))
    refused(post(client, STUDY, result_body(user_id="student_ben")), 403)
    refused(post(client, STUDY, result_body(user_id=str(school.ben.pk))), 403)
    refused(
        post(client, STUDY, result_body(user_id=str(person.pk), partner_id="780")),
        403,
        "/partner_id",
    )

    assert memory().learner == person
    assert memory().reviews == 1


def test_a_learners_token_acts_as_the_learner(school: School, app: Client):
    """contract 0.8."""
    token = post(app, "/api/auth/token", {"user_id": "student_ada"}).json()["token"]
    client = Client()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")

    study(client)
    refused(post(client, STUDY, result_body(user_id="student_ben")), 403)

    assert memory().learner == school.ada


def test_staff_without_a_facility_cannot_record(school: School):
    """contract 0.5: a superuser may name any partner but is no learner."""
    client = client_for(school.superuser)

    refused(post(client, STUDY, result_body(user_id=str(school.superuser.pk))), 403)
    refused(post(client, STUDY, result_body(user_id="student_ada")), 403)
    refused(post(client, STUDY, result_body(partner_id="nothing")), 403, "/partner_id")

    assert not LearningEvent.objects.exists()


def test_the_default_time_is_that_of_the_server(app: Client):
    """contract 0.10."""
    before = timezone.now()

    study(app)

    assert before <= events()[0].happened_at <= timezone.now()
