"""Sets, items, learners and the profile under `/v3` (contract 3)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from analytics.core.difficulty import KNOWN_SD
from analytics.models import Item, Skill
from roster.models import Facility, Scope, User
from study.models import LearningItem, StudySet
from tests.conftest import Client, client_for
from tests.factories import NOW, School, make_key
from tests.study.study_client import (
    GUID,
    create_resource,
    errors,
    events,
    guid,
    post,
    refused,
    resource_of,
    study,
)

SETS = "/v3/sets"
CAPITALS = {"name": "Capitals", "partner_id": "779"}
FIELDS = {
    "created-at", "question", "answer", "learning-engine-guid", "item-id", "readiness",
    "see-next-at", "difficulty", "difficulty-sd",
}  # fmt: skip


@pytest.fixture
def items(app: Client) -> str:
    """Return the path of a set's items."""
    return create_resource(app, SETS, **CAPITALS)["links"]["self"] + "/learning_items"


def count_rows() -> tuple[int, ...]:
    models: list[Any] = [StudySet, LearningItem, Item, Skill, User]
    return tuple(model.objects.count() for model in models)


# Sets.


@pytest.mark.parametrize("partner_id", ["779", 779, "uuid"])
def test_a_set_is_created_and_can_be_read(clock: Any, school: School, app: Client, partner_id: Any):
    """contract 3: 201, with its path in the document and in Location; it has a skill."""
    named = str(school.facility.pk) if partner_id == "uuid" else partner_id

    resource = create_resource(app, SETS, name="Capitals", partner_id=named)

    row = StudySet.objects.get()
    assert resource == {
        "type": "sets",
        "id": str(row.pk),
        "attributes": {
            "name": "Capitals",
            "items-count": 0,
            "created-at": "2026-03-02T09:30:00.000000Z",
        },
        "links": {"self": f"/v3/sets/{row.pk}"},
    }
    assert (row.facility, row.skill.facility) == (school.facility, school.facility)
    assert (row.skill.code, row.skill.title) == (str(row.pk), "Capitals")
    assert resource_of(app.get(resource["links"]["self"])) == resource


def test_a_set_counts_its_items(app: Client, items: str):
    """contract 3."""
    for _ in range(3):
        create_resource(app, items)

    resource = resource_of(app.get(items.removesuffix("/learning_items")))

    assert resource["attributes"]["items-count"] == 3


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"name": ""}, "/name"),
        ({"name": None}, "/name"),
        ({"name": 7}, "/name"),
        ({"name": "x" * 201}, "/name"),
        ({"partner_id": None}, "/partner_id"),
        ({"partner_id": True}, "/partner_id"),
    ],
)
def test_a_bad_set_is_refused(app: Client, body: dict[str, Any], pointer: str):
    """contract 0.12, 3."""
    before = count_rows()

    refused(post(app, SETS, {**CAPITALS, **body}), 400, pointer)

    assert count_rows() == before


# Items.


def test_an_item_is_added_and_can_be_read(clock: Any, school: School, app: Client, items: str):
    """contract 3: it has no estimates yet; its skill is that of the set."""
    resource = create_resource(app, items, question="The capital of France?", answer="Paris")

    row = LearningItem.objects.get()
    assert resource == {
        "type": "learning-items",
        "id": str(row.item.guid),
        "attributes": {
            "created-at": "2026-03-02T09:30:00.000000Z",
            "question": "The capital of France?",
            "answer": "Paris",
            "learning-engine-guid": str(row.item.guid),
            "item-id": None,
            "readiness": None,
            "see-next-at": None,
            "difficulty": None,
            "difficulty-sd": None,
        },
        "links": {"self": f"/v3/learning_items/{row.item.guid}"},
    }
    assert (row.position, row.item.skill) == (0, row.study_set.skill)
    assert row.item.facility == school.facility
    assert resource_of(app.get(resource["links"]["self"])) == resource


@pytest.mark.parametrize("text", [None, "", "x" * 10_000, "😀\n", "\\u0000 is not NUL"])
def test_questions_and_answers_are_stored_unchanged(app: Client, items: str, text: str | None):
    """contract 3: texts up to 10,000 characters, or none."""
    resource = create_resource(app, items, question=text, answer=text)

    attributes = resource_of(app.get(resource["links"]["self"]))["attributes"]
    assert (attributes["question"], attributes["answer"]) == (text, text)


def test_items_keep_the_order_in_which_they_were_added(app: Client, items: str):
    for n in range(4):
        create_resource(app, items, question=str(n))

    rows = LearningItem.objects.order_by("position").values_list("position", "question")
    assert list(rows) == [(n, str(n)) for n in range(4)]


@pytest.mark.parametrize("named", [{"item_id": "q1"}, {"learning_engine_guid": GUID}])
def test_an_item_may_be_added_with_an_id(app: Client, items: str, named: dict[str, str]):
    """ours: with the app's own id or a GUID; results may then use it."""
    resource = create_resource(app, items, **named)

    study(app, **named)

    assert resource["attributes"]["item-id"] == named.get("item_id")
    assert named.get("learning_engine_guid") in (None, resource["id"])
    [event] = events()
    assert event.item == Item.objects.get()
    assert event.skill == StudySet.objects.get().skill


def test_an_item_that_was_studied_before_joins_the_set(app: Client, items: str):
    """ours: by either id or both; it gets the skill of the set and keeps its memory."""
    study(app, item_id="q1")
    known = Item.objects.get()

    resource = create_resource(
        app, items, item_id="q1", learning_engine_guid=str(known.guid), question="?"
    )

    known.refresh_from_db()
    assert resource["id"] == str(known.guid)
    assert known.skill == StudySet.objects.get().skill
    assert known.memories.get().reviews == 1
    assert Item.objects.count() == 1


def test_an_item_known_by_its_guid_is_given_an_id(app: Client, items: str):
    study(app)

    resource = create_resource(app, items, learning_engine_guid=GUID, item_id="q1")

    assert (resource["id"], resource["attributes"]["item-id"]) == (GUID, "q1")


def test_an_item_keeps_the_skill_it_was_given(school: School, app: Client, items: str):
    """A mapping made by hand has priority over the set."""
    skill = Skill.objects.create(facility=school.facility, code="europe")
    Item.objects.create(facility=school.facility, code="q1", skill=skill)

    create_resource(app, items, item_id="q1")

    assert Item.objects.get().skill == skill


@pytest.mark.parametrize("named", [{"item_id": "q1"}, {"learning_engine_guid": GUID}])
def test_an_item_is_in_one_set_at_most(app: Client, items: str, named: dict[str, str]):
    """ours: 400, in the same set and in another."""
    create_resource(app, items, **named)
    other = create_resource(app, SETS, **CAPITALS)["links"]["self"] + "/learning_items"

    for path in (items, other):
        refused(post(app, path, named), 400, "/" + next(iter(named)))

    assert LearningItem.objects.count() == 1


def test_ids_of_two_different_items_are_refused(app: Client, items: str):
    study(app)
    study(app, item_id="q1")
    study(app, item_id="q2")
    numbered = str(Item.objects.get(code="q2").guid)
    before = count_rows()

    for taken in (GUID, numbered, str(UUID(int=7))):
        body = {"item_id": "q1", "learning_engine_guid": taken}
        refused(post(app, items, body), 400, "/item_id")

    assert count_rows() == before


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"question": 7}, "/question"),
        ({"question": "x" * 10_001}, "/question"),
        ({"answer": ["Paris"]}, "/answer"),
        ({"answer": True}, "/answer"),
        ({"item_id": ""}, "/item_id"),
        ({"item_id": 7}, "/item_id"),
        ({"learning_engine_guid": "x"}, "/learning_engine_guid"),
        ({"learning_engine_guid": 7}, "/learning_engine_guid"),
        ({"data": {"type": "learning-items", "attributes": {"question": "x"}}}, "/data"),
    ],
)
def test_a_bad_item_is_refused(app: Client, items: str, body: dict[str, Any], pointer: str):
    """contract 0.12, 3."""
    before = count_rows()

    refused(post(app, items, body), 400, pointer)

    assert count_rows() == before


def test_a_set_holds_at_most_two_hundred_items(school: School, app: Client, items: str):
    """contract 3: the 201st is refused; the error has no source, as no field is wrong."""
    rows = Item.objects.bulk_create(Item(facility=school.facility) for _ in range(199))
    LearningItem.objects.bulk_create(
        LearningItem(item=item, study_set=StudySet.objects.get(), position=n, created_at=NOW)
        for n, item in enumerate(rows)
    )
    create_resource(app, items, question="the last")
    before = count_rows()

    error = refused(post(app, items, {"question": "one more"}), 400)

    assert error["detail"] == "A set holds at most 200 items."
    assert "source" not in error
    assert count_rows() == before


def test_a_free_position_is_used_again(school: School, app: Client, items: str):
    """A set that lost an item accepts another, although its last position is taken."""
    rows = Item.objects.bulk_create(Item(facility=school.facility) for _ in range(200))
    LearningItem.objects.bulk_create(
        LearningItem(item=item, study_set=StudySet.objects.get(), position=n, created_at=NOW)
        for n, item in enumerate(rows)
    )
    LearningItem.objects.get(position=7).delete()

    resource = create_resource(app, items)

    assert LearningItem.objects.get(item__guid=resource["id"]).position == 7


def test_an_item_in_no_set_can_be_read(app: Client):
    """contract 3: every item that was studied has a path."""
    study(app, item_id="q1")
    item = Item.objects.get()

    resource = resource_of(app.get(f"/v3/learning_items/{item.guid.hex.upper()}"))

    assert resource["id"] == str(item.guid)
    assert resource["attributes"].keys() == FIELDS
    assert (resource["attributes"]["question"], resource["attributes"]["item-id"]) == (None, "q1")
    assert resource["attributes"]["created-at"].endswith("Z")


def test_a_difficulty_is_returned_once_it_is_known(app: Client, items: str):
    """contract 3: in log odds, including that of the set."""
    path = create_resource(app, items)["links"]["self"]
    Skill.objects.update(difficulty_mean=0.5)
    Item.objects.update(difficulty_mean=0.25, difficulty_variance=(KNOWN_SD + 0.01) ** 2)
    unknown = resource_of(app.get(path))["attributes"]
    Item.objects.update(difficulty_variance=0.04)

    known = resource_of(app.get(path))["attributes"]

    assert (unknown["difficulty"], unknown["difficulty-sd"]) == (None, None)
    assert (known["difficulty"], known["difficulty-sd"]) == (0.75, 0.2)


# Learners and the profile.


def test_a_learner_is_registered_and_can_be_read(clock: Any, school: School, app: Client):
    """contract 3: identified by our UUID; the account has no login."""
    resource = create_resource(app, "/v3/partners/779/users", name="Dina", email="dina@example.org")

    row = User.objects.get(full_name="Dina")
    assert resource == {
        "type": "users",
        "id": str(row.pk),
        "attributes": {
            "name": "Dina",
            "email": "dina@example.org",
            "external-id": None,
            "created-at": "2026-03-02T09:30:00.000000Z",
        },
        "links": {"self": f"/v3/users/{row.pk}"},
    }
    assert (row.facility, row.username) == (school.facility, None)
    assert not row.has_usable_password()
    assert resource_of(app.get(resource["links"]["self"])) == resource
    study(app, user_id=resource["id"])
    assert events()[0].learner == row


@pytest.mark.parametrize("body", [{}, {"name": None, "email": None}, {"name": "", "email": ""}])
def test_a_learner_needs_no_name(app: Client, body: dict[str, Any]):
    """contract 3: both are optional."""
    resource = create_resource(app, "/v3/partners/779/users", **body)

    assert (resource["attributes"]["name"], resource["attributes"]["email"]) == ("", "")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"name": 7}, "/name"),
        ({"name": "x" * 201}, "/name"),
        ({"email": "dina"}, "/email"),
        ({"email": 7}, "/email"),
        ({"email": "x" * 250 + "@example.org"}, "/email"),
        ({"data": {"type": "users", "attributes": {"name": "x"}}}, "/data"),
    ],
)
def test_a_bad_learner_is_refused(app: Client, body: dict[str, Any], pointer: str):
    """contract 0.12, 3."""
    before = count_rows()

    refused(post(app, "/v3/partners/779/users", body), 400, pointer)

    assert count_rows() == before


@pytest.mark.parametrize("name", ["student_ada", "uuid"])
def test_learners_are_read_by_either_id(school: School, app: Client, name: str):
    """contract 0.6: also in the path; the document has our UUID."""
    word = str(school.ada.pk) if name == "uuid" else name

    resource = resource_of(app.get(f"/v3/users/{word}"))

    assert resource["id"] == str(school.ada.pk)
    assert resource["attributes"]["external-id"] == "student_ada"
    assert resource["links"]["self"] == f"/v3/users/{school.ada.pk}"


def test_the_profile_of_a_key_has_its_facility_and_scopes(school: School):
    """contract 3."""
    resource = resource_of(client_for(school.key(Scope.READ, Scope.WRITE)).get("/v3/my/profile"))

    assert resource["type"] == "profiles"
    assert resource["attributes"] == {
        "name": "app",
        "scopes": ["read", "write"],
        "roles": [],
        "facility-id": str(school.facility.pk),
        "facility-name": "Riverside",
        "partner-id": "779",
    }
    assert resource["links"]["self"] == "/v3/my/profile"


@pytest.mark.parametrize(
    ("who", "roles"), [("ada", ["learner"]), ("coach", ["coach"]), ("admin", ["admin"])]
)
def test_the_profile_of_a_person_has_their_facility_and_roles(school: School, who: str, roles: Any):
    """ours: people have a profile, too."""
    person: User = getattr(school, who)

    resource = resource_of(client_for(person).get("/v3/my/profile"))

    assert resource["id"] == str(person.pk)
    assert resource["attributes"]["roles"] == roles
    assert resource["attributes"]["partner-id"] == "779"
    assert resource["attributes"]["scopes"] == []


def test_staff_of_the_installation_have_no_facility(school: School):
    resource = resource_of(client_for(school.superuser).get("/v3/my/profile"))

    assert resource["attributes"]["facility-id"] is None
    assert resource["attributes"]["roles"] == ["superuser"]


# Permissions.


@pytest.mark.parametrize(
    ("who", "makes", "registers"),
    [
        ("write", 201, 201),
        ("admin key", 201, 201),
        ("read", 403, 403),
        ("ada", 403, 403),
        ("coach", 403, 403),
        ("facility_coach", 201, 403),
        ("admin", 201, 201),
        ("superuser", 201, 201),
        ("stranger", 403, 403),
        ("foreign_coach", 403, 403),
        ("foreign key", 403, 403),
        ("guest", 401, 401),
    ],
)
def test_permissions_to_create_sets_items_and_learners(
    school: School, items: str, who: str, makes: int, registers: int
):
    """contract 0.3: keys that may write, and people who manage the whole facility."""
    client = caller(school, who)
    before = count_rows()

    responses = [
        post(client, SETS, CAPITALS),
        post(client, items, {"question": "?"}),
        post(client, "/v3/partners/779/users", {"name": "Dina"}),
    ]

    is_foreign = who in ("stranger", "foreign_coach", "foreign key")
    wanted = [makes, 404 if is_foreign else makes, registers]
    assert [response.status_code for response in responses] == wanted
    for response in responses:
        if response.status_code >= 400:
            errors(response, response.status_code)
    if registers != 201 and makes != 201:
        assert count_rows() == before


def caller(school: School, who: str) -> Client:
    keys = {"write": Scope.WRITE, "read": Scope.READ, "admin key": Scope.ADMIN}
    if who in keys:
        return client_for(school.key(keys[who]))
    if who == "foreign key":
        return client_for(make_key(school.elsewhere, Scope.ADMIN))
    return client_for(None if who == "guest" else getattr(school, who))


@pytest.mark.parametrize(("scope", "status"), [(Scope.WRITE, 403), (Scope.ADMIN, 201)])
def test_only_admins_register_learners_of_a_closed_facility(
    school: School, scope: Scope, status: int
):
    """contract 0.6: with auto_provision on, a key may create learners anyway."""
    school.facility.auto_provision = False
    school.facility.save()

    response = post(client_for(school.key(scope)), "/v3/partners/779/users", {"name": "Dina"})

    assert response.status_code == status
    assert User.objects.filter(full_name="Dina").exists() == (status == 201)


@pytest.mark.parametrize("partner", ["780", "foreign", "%00", "x" * 300])
@pytest.mark.parametrize("who", ["write", "admin", "superuser"])
def test_another_partners_sets_and_learners_are_refused(
    school: School, app: Client, partner: str, who: str
):
    """contract 0.7: 403 if the request names another partner; for superusers, an unknown one."""
    if who == "superuser" and partner == "foreign":
        return
    client, before = caller(school, who), count_rows()
    named = str(school.elsewhere.pk) if partner == "foreign" else partner

    refused(post(client, f"/v3/partners/{named}/users", {}), 403, "/partner_id")
    if len(named) < 255:
        refused(post(client, SETS, {**CAPITALS, "partner_id": named}), 403, "/partner_id")

    assert count_rows() == before


@pytest.mark.parametrize("who", ["write", "read", "ada", "foreign key", "stranger", "guest"])
def test_sets_and_items_are_read_within_the_facility(school: School, app: Client, who: str):
    """contract 0.7: everyone of the facility may read them; foreign ones are unknown."""
    group = create_resource(app, SETS, **CAPITALS)["links"]["self"]
    item = create_resource(app, f"{group}/learning_items")["links"]["self"]
    client = caller(school, who)
    status = {"write": 403, "foreign key": 404, "stranger": 404, "guest": 401}.get(who, 200)

    for path in (group, item):
        assert client.get(path).status_code == status
        if status != 200:
            refused(client.get(path), status)


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("read", 200), ("ada", 200), ("coach", 200), ("admin", 200), ("superuser", 200),
        ("ben", 404), ("foreign key", 404), ("foreign_coach", 404), ("stranger", 404),
        ("write", 403), ("guest", 401),
    ],
)  # fmt: skip
def test_permissions_to_read_a_learner(school: School, who: str, status: int):
    """contract 0.7."""
    response = caller(school, who).get(f"/v3/users/{school.ada.pk}")

    if status == 200:
        assert resource_of(response)["id"] == str(school.ada.pk)
    else:
        refused(response, status)


@pytest.mark.parametrize("word", ["x", "0" * 31, str(UUID(int=7)), "%00", "a" * 2000, "😀"])
def test_unknown_ids_are_a_404(school: School, app: Client, word: str):
    """contract 0.7: in the shape of this API, never a 500."""
    for path in (f"/v3/sets/{word}", f"/v3/learning_items/{word}", f"/v3/users/{word}"):
        assert refused(app.get(path), 404)["code"] == "NOT_FOUND"
    refused(post(app, f"/v3/sets/{word}/learning_items", {}), 404)


# Retries.


def test_a_request_sent_twice_under_one_key_creates_once(school: School, app: Client, items: str):
    """contract 0.9: the response is repeated exactly, including Location."""
    for path, body in (
        (SETS, CAPITALS),
        (items, {"question": "?"}),
        ("/v3/partners/779/users", {"name": "Dina"}),
    ):
        retry = {"HTTP_IDEMPOTENCY_KEY": path}
        first = post(app, path, body, **retry)
        after = count_rows()

        second = post(app, path, body, **retry)

        assert resource_of(second, 201) == resource_of(first, 201)
        assert second.headers["Idempotent-Replayed"] == "true"
        assert count_rows() == after


def test_the_response_about_a_deleted_object_is_not_repeated(school: School, app: Client):
    """contract 0.9: permissions are checked again."""
    retry = {"HTTP_IDEMPOTENCY_KEY": "r1"}
    assert post(app, SETS, CAPITALS, **retry).status_code == 201
    StudySet.objects.all().delete()

    refused(post(app, SETS, CAPITALS, **retry), 404)


def test_a_response_is_not_repeated_after_the_role_was_revoked(school: School):
    """contract 0.9: permissions are checked again."""
    admin, retry = client_for(school.admin), {"HTTP_IDEMPOTENCY_KEY": "r1"}
    path = "/v3/partners/779/users"
    assert post(admin, path, {"name": "Dina"}, **retry).status_code == 201
    assert post(admin, path, {"name": "Dina"}, **retry).status_code == 201
    school.admin.roles.all().delete()

    refused(post(admin, path, {"name": "Dina"}, **retry), 404)


def test_sets_and_items_are_deleted_with_their_facility(school: School, app: Client, items: str):
    """The catalogue belongs to its facility."""
    create_resource(app, items)

    Facility.objects.get(pk=school.facility.pk).delete()

    assert not StudySet.objects.exists()
    assert not LearningItem.objects.exists()


def test_the_guid_is_the_id(app: Client, items: str):
    resource = create_resource(app, items)

    assert resource["id"] == str(guid(resource))
