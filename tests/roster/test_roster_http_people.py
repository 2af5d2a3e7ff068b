"""`/api/auth/facilityuser`: contract 1.8."""

from __future__ import annotations

from typing import Any

import pytest

from infra.identifiers import normalize_id
from logger.models import AttemptLog, ContentSession
from roster import services
from roster.models import LearnerGroup, RoleKind, Scope, User
from tests.conftest import client_for
from tests.factories import (
    LOOKALIKES,
    PASSWORD,
    School,
    answered,
    exercise,
    is_hex_uuid,
    make_user,
    video,
)
from tests.roster.callers import Call, as_caller, calling, logs_in, problem, role_of

PATH = "auth/facilityuser"


@pytest.fixture
def admin(school: School) -> Call:
    return as_caller(school, "admin")


@pytest.fixture
def root(school: School) -> Call:
    return as_caller(school, "super")


def names(response: Any) -> set[str]:
    assert response.status_code == 200, response.content
    return {row["username"] for row in response.json()}


def test_a_person_has_the_shape_of_kolibri(school: School, admin: Call):
    """contract 1.8, 0.2."""
    body = admin("GET", f"{PATH}/{school.coach.pk}").json()

    role = role_of(school, "coach")
    assert body == {
        "id": school.coach.pk.hex,
        "username": "coach",
        "full_name": "",
        "facility": school.facility.pk.hex,
        "roles": [{"id": role.pk.hex, "kind": "coach", "collection": school.class_7a.pk.hex}],
        "id_number": "",
        "is_superuser": False,
    }


def list_places(call: Call, person: User) -> set[str]:
    """Return the places of a person's roles, which two lists show alike to this caller."""
    beside = call("GET", f"{PATH}/{person.pk.hex}").json()["roles"]
    listed = call("GET", f"auth/role?user={person.pk.hex}").json()
    assert {role["id"] for role in beside} == {role["id"] for role in listed}
    return {role["collection"] for role in beside}


@pytest.mark.parametrize("abroad", ["elsewhere", "foreign_class"])
def test_roles_elsewhere_are_shown_only_to_callers_who_see_the_place(school: School, abroad: str):
    """contract 0.7: the API gives no hint of a foreign place."""
    at_home, away = school.class_7a.pk.hex, getattr(school, abroad)
    services.assign_role(school.coach, RoleKind.COACH, away)

    by_caller = {
        name: list_places(as_caller(school, name), school.coach)
        for name in ("admin", "f-coach", "k:read", "k:admin", "super", "coach")
    }

    # Superusers see every place, and coaches see the places of their own roles.
    knowing = {name for name, places in by_caller.items() if places == {at_home, away.pk.hex}}
    assert knowing == {"super", "coach"}
    assert all(by_caller[name] == {at_home} for name in by_caller.keys() - knowing)


def test_roles_in_both_facilities_of_a_viewer_are_shown(school: School):
    """contract 0.7: a viewer with roles in both facilities sees both."""
    services.assign_role(school.coach, RoleKind.COACH, school.foreign_class)
    services.assign_role(school.admin, RoleKind.COACH, school.elsewhere)

    places = list_places(as_caller(school, "admin"), school.coach)

    assert places == {school.class_7a.pk.hex, school.foreign_class.pk.hex}


def test_a_role_in_another_facility_cannot_be_deleted(school: School, admin: Call):
    """contract 0.7: the role does not exist for the admin of the person's own facility."""
    role = services.assign_role(school.coach, RoleKind.COACH, school.foreign_class)

    assert admin("DELETE", f"auth/role/{role.pk.hex}").status_code == 404
    assert school.coach.roles.count() == 2


def test_a_registered_person_can_log_in(school: School, admin: Call):
    """contract 1.8: 201, and the password is not in the response."""
    response = admin(
        "POST", PATH,
        {
            "username": "Zoë", "password": PASSWORD, "full_name": "Zoë Ek", "id_number": " 7 ",
            "facility": str(school.facility.pk).upper(),
        },
    )  # fmt: skip

    body = response.json()
    assert response.status_code == 201
    assert is_hex_uuid(body["id"])
    assert (body["username"], body["full_name"], body["id_number"]) == ("Zoë", "Zoë Ek", " 7 ")
    assert "password" not in body
    assert admin("GET", f"{PATH}/{body['id']}").json() == body
    assert logs_in("ZOË", PASSWORD)
    user = User.objects.get(pk=body["id"])
    assert (user.is_staff, user.is_superuser) == (False, False)
    assert user.created_at


@pytest.mark.parametrize(
    "username",
    [
        "o'neil+7@x.org",
        "Ada Lovelace",
        "Юлий2",
        "Ζωή",
        "محمد",
        "สมชาย",
        "सीता",
        "李雷",
        "e\u0301mile",
    ],
)
def test_usernames_of_all_scripts_are_allowed(school: School, admin: Call, username: str):
    """contract 1.8."""
    response = admin("POST", PATH, {"username": f" {username} ", "password": PASSWORD})

    assert response.json()["username"] == normalize_id(username)
    assert logs_in(username, PASSWORD)


def test_a_person_with_an_older_username_can_be_changed(school: School, admin: Call):
    """Earlier versions allowed all characters; such a name works until somebody changes it."""
    person = make_user(school.facility, username="a\u200bda")

    assert logs_in("a\u200bda", PASSWORD)
    assert admin("PATCH", f"{PATH}/{person.pk}", {"full_name": "Ada"}).status_code == 200
    changed = admin("PATCH", f"{PATH}/{person.pk}", {"username": "a\u200bdA"})
    assert problem(changed) == (400, "username")


def test_the_default_facility_is_that_of_the_caller(school: School):
    """An app has one facility: that of its key."""
    body = as_caller(school, "k:admin")("POST", PATH, {"username": "", "id_number": "s1"}).json()

    person = User.objects.get(pk=body["id"])
    assert (person.facility, person.username, person.external_id) == (school.facility, None, "s1")
    assert body["username"] == ""
    assert not person.has_usable_password()


def test_put_replaces_and_patch_changes_what_is_sent(school: School, admin: Call):
    """contract 1.8."""
    path = f"{PATH}/{school.ben.pk}"
    before = admin("GET", path).json()

    assert admin("PUT", path, before).json() == before
    body = admin("PATCH", path, {"full_name": "Ben B."}).json()
    assert body == {**before, "full_name": "Ben B."}
    assert problem(admin("PUT", path, {"full_name": "Ben"})) == (400, "username")
    body = admin("PUT", path, {"username": "benny", "id_number": None}).json()
    assert (body["username"], body["id_number"], body["full_name"]) == ("benny", "", "Ben B.")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "username"),
        ({"username": ""}, "username"),
        ({"username": None, "id_number": ""}, "username"),
        ({"username": "x" * 151}, "username"),
        ({"username": "ﷺ" * 15}, "username"),  # 18 letters each after folding
        *(({"username": name}, "username") for name in LOOKALIKES),
        ({"username": ["x"]}, "username"),
        ({"username": "BEN"}, "username"),
        ({"username": "x", "id_number": "student_ben"}, "id_number"),
        ({"username": "x", "id_number": "x" * 256}, "id_number"),
        ({"username": "x", "full_name": "x" * 201}, "full_name"),
        ({"username": "x", "full_name": None}, "full_name"),
        ({"username": "x", "password": "short"}, "password"),
        ({"username": "x", "password": "password"}, "password"),
        ({"username": "x", "password": "8461038273"}, "password"),
        ({"username": "robespierre", "password": "robespierre1"}, "password"),
        ({"username": "x", "password": ""}, "password"),
        ({"username": "x", "facility": "here"}, "facility"),
        ({"username": "x", "is_superuser": "perhaps"}, "is_superuser"),
    ],
)
def test_an_invalid_person_is_refused(admin: Call, body: dict[str, Any], field: str):
    """contract 0.1, 1.8: names are unique in any case, passwords hard to guess."""
    count = User.objects.count()

    assert problem(admin("POST", PATH, body)) == (400, field)
    assert User.objects.count() == count


def test_a_null_character_is_refused(admin: Call):
    """contract 0.11."""
    assert admin("POST", PATH, {"username": "x\0"}).status_code == 400
    assert admin("GET", f"{PATH}?search=%00").status_code == 400


def test_an_update_is_validated_like_a_creation(school: School, admin: Call):
    """contract 1.8."""
    path = f"{PATH}/{school.ben.pk}"

    assert problem(admin("PATCH", path, {"username": "Ada"})) == (400, "username")
    assert problem(admin("PATCH", path, {"id_number": "student_ada"})) == (400, "id_number")
    assert problem(admin("PATCH", path, {"password": "ben"})) == (400, "password")
    assert problem(admin("PATCH", path, {"username": "", "id_number": ""})) == (400, "username")
    assert admin("PATCH", path, {"username": "BEN"}).json()["username"] == "BEN"


def test_external_ids_are_unique_within_a_facility_only(school: School, root: Call):
    """contract 0.6."""
    fields = {"username": "x", "id_number": "student_chen", "facility": school.elsewhere.pk.hex}

    assert root("POST", PATH, fields).status_code == 201


def test_a_new_password_ends_the_login(school: School, admin: Call):
    """contract 1.8."""
    bens = client_for(school.ben)
    assert bens.get("/api/logger/attemptlog").status_code == 200

    response = admin("PATCH", f"{PATH}/{school.ben.pk}", {"password": "a brand new phrase"})

    assert response.status_code == 200
    assert bens.get("/api/logger/attemptlog").status_code == 401
    assert logs_in("ben", "a brand new phrase")


def test_a_person_cannot_move_to_another_facility(school: School, admin: Call, root: Call):
    """contract 1.8, 0.7: 403 for a foreign facility, 400 for callers who can see it."""
    path, moved = f"{PATH}/{school.ben.pk}", {"facility": school.elsewhere.pk.hex}

    assert problem(admin("PATCH", path, moved)) == (403, None)
    assert problem(admin("PATCH", path, {"facility": "0" * 32})) == (403, None)
    assert problem(root("PATCH", path, moved)) == (400, "facility")
    assert problem(root("PATCH", path, {"facility": None})) == (400, "facility")
    assert problem(root("PATCH", path, {"facility": "0" * 32})) == (400, "facility")
    assert root("PATCH", path, {"facility": school.facility.pk.hex}).status_code == 200


def test_deleting_a_person_erases_their_records(school: School, admin: Call):
    """contract 1.8."""
    client_for(school.ben).work(exercise(), answered())
    client_for(school.ada).start(video())

    assert admin("DELETE", f"{PATH}/{school.ben.pk}").status_code == 204

    assert not User.objects.filter(pk=school.ben.pk).exists()
    assert set(ContentSession.objects.values_list("user", flat=True)) == {school.ada.pk}
    assert not AttemptLog.objects.exists()
    assert admin("DELETE", f"{PATH}/{school.ben.pk}").status_code == 404


def test_users_cannot_delete_themselves(school: School, admin: Call, root: Call):
    """contract 1.8: at least one superuser must remain."""
    assert problem(admin("DELETE", f"{PATH}/{school.admin.pk}")) == (400, None)
    assert problem(root("DELETE", f"{PATH}/{school.superuser.pk}")) == (400, None)


# Users cannot raise their own rights.


@pytest.mark.parametrize("name", ["admin", "k:admin"])
@pytest.mark.parametrize(
    "wish",
    [
        {"is_superuser": True},
        {"is_staff": True, "is_active": False, "user_permissions": [1], "groups": [1]},
        {"roles": [{"kind": "admin", "collection": "x"}], "id": "0" * 32, "pk": "0" * 32},
    ],
)
def test_rights_cannot_be_set_with_a_person(school: School, name: str, wish: dict[str, Any]):
    """contract 1.8: ignored like any unknown field (contract 0.1)."""
    call = as_caller(school, name)

    made = call("POST", PATH, {"username": "x", **wish}).json()
    changed = call("PATCH", f"{PATH}/{school.ben.pk}", wish).json()
    call("PATCH", f"{PATH}/{school.admin.pk}", wish)

    assert (made["roles"], made["is_superuser"]) == ([], False)
    assert (changed["roles"], changed["is_superuser"]) == ([], False)
    assert set(User.objects.filter(is_superuser=True)) == {school.superuser}
    for person in User.objects.filter(username__in=["x", "ben"]):
        assert (person.is_staff, person.is_active, person.roles.exists()) == (False, True, False)
        assert not person.user_permissions.exists()


@pytest.mark.parametrize("name", ["admin", "k:admin", "f-coach"])
def test_only_superusers_change_superusers(school: School, name: str):
    """contract 1.8: a caller who sets a superuser's password could log in as them."""
    boss = make_user(school.facility, username="boss", is_superuser=True, is_staff=True)
    call, path = as_caller(school, name), f"{PATH}/{boss.pk}"
    given = {"user": boss.pk.hex, "collection": school.class_7a.pk.hex}

    assert call("GET", path).status_code == 200
    for refused in (
        call("PATCH", path, {"password": "a brand new phrase"}),
        call("PATCH", path, {"username": "mine"}),
        call("PUT", path, {"username": "mine"}),
        call("DELETE", path),
        call("POST", "auth/role", {**given, "kind": "coach"}),
        call("POST", "auth/membership", given),
    ):
        assert problem(refused) == (403, None)
    boss.refresh_from_db()
    assert (boss.username, boss.check_password(PASSWORD)) == ("boss", True)


def test_only_superusers_change_staff_of_another_facility(school: School, admin: Call):
    """A caller who sets their password could act in the other facility."""
    services.assign_role(school.ben, RoleKind.ADMIN, school.elsewhere)
    path = f"{PATH}/{school.ben.pk}"

    assert problem(admin("PATCH", path, {"password": "a brand new phrase"})) == (403, None)
    assert problem(admin("DELETE", path)) == (403, None)


def test_superusers_can_create_superusers(school: School, root: Call):
    """contract 1.8."""
    token = as_caller(school, "k:write")("POST", "auth/token", {"user_id": "student_ben"})
    path = f"{PATH}/{school.ben.pk}"

    assert root("PATCH", path, {"is_superuser": True}).json()["is_superuser"] is True
    school.ben.refresh_from_db()
    assert (school.ben.is_staff, school.ben.tokens.count()) == (True, 0)
    assert token.status_code == 200
    assert root("PATCH", path, {"is_superuser": False}).json()["is_superuser"] is False
    school.ben.refresh_from_db()
    assert not school.ben.is_staff


def test_superusers_can_belong_to_no_facility(school: School, root: Call):
    """contract 1.8."""
    body = root("POST", PATH, {"username": "x", "is_superuser": True}).json()

    assert body["facility"] is None
    path = f"{PATH}/{body['id']}"
    assert root("PUT", path, body).json() == body
    assert problem(root("PATCH", path, {"is_superuser": False})) == (400, "facility")
    assert problem(root("POST", PATH, {"username": "y"})) == (400, "facility")
    assert problem(root("POST", PATH, {"username": "y", "facility": "0" * 32})) == (400, "facility")


def test_a_superuser_cannot_revoke_their_own_rights(school: School, root: Call):
    """contract 1.8: at least one superuser must remain."""
    path = f"{PATH}/{school.superuser.pk}"

    assert problem(root("PATCH", path, {"is_superuser": False})) == (400, "is_superuser")


def test_a_login_needs_its_csrf_token(school: School):
    """contract 0.4."""
    client = client_for(school.admin)
    client.handler.enforce_csrf_checks = True

    response = client.post(f"/api/{PATH}", {"username": "x"}, format="json")

    assert response.status_code == 403
    assert not User.objects.filter(username="x").exists()


def test_a_learners_token_writes_nothing(school: School):
    """contract 0.8: also if its key may change the roster."""
    issued = as_caller(school, "k:admin")("POST", "auth/token", {"user_id": "student_ada"})
    client = client_for(None)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {issued.json()['token']}")

    call = calling(client)

    assert problem(call("PATCH", f"{PATH}/{school.ada.pk}", {"full_name": "x"})) == (403, None)
    assert names(call("GET", PATH)) == {"ada"}


# Lists.


def test_callers_see_people_visible_to_them(school: School):
    """contract 0.7."""
    of_school = {"ada", "ben", "chen", "coach", "facility_coach", "admin"}

    assert names(as_caller(school, "learner")("GET", PATH)) == {"ada"}
    assert names(as_caller(school, "coach")("GET", PATH)) == {"coach", "ada", "ben"}
    assert names(as_caller(school, "f-coach")("GET", PATH)) == of_school
    assert names(as_caller(school, "k:read")("GET", PATH)) == of_school
    assert names(as_caller(school, "super")("GET", PATH)) == of_school | {
        "root", "stranger", "foreign_coach"
    }  # fmt: skip


def test_people_of_a_class_or_a_group(school: School, admin: Call):
    """contract 1.8: a person in both appears once."""
    services.join_group(
        school.ada, LearnerGroup.objects.create(classroom=school.class_7a, name="more")
    )

    def within(place: Any) -> list[str]:
        rows = admin("GET", f"{PATH}?member_of={place.pk}").json()
        return sorted(row["username"] for row in rows)

    assert within(school.class_7a) == ["ada", "ben"]
    assert within(school.group) == ["ada"]
    assert within(school.foreign_class) == []
    assert within(school.facility) == []
    assert problem(admin("GET", f"{PATH}?member_of=7A")) == (400, "member_of")


def test_a_class_hidden_from_the_caller_is_empty(school: School):
    """contract 0.7: ada is in 7A and 7B; the coach of 7A cannot find that out."""
    services.enrol(school.ada, school.class_7b)
    call = as_caller(school, "coach")

    assert names(call("GET", f"{PATH}?member_of={school.class_7b.pk}")) == set()


def test_people_of_a_facility(school: School, admin: Call, root: Call):
    """contract 1.8: only superusers may name a foreign one."""
    own, foreign = (f"{PATH}?facility={it.pk}" for it in (school.facility, school.elsewhere))

    assert "ada" in names(admin("GET", own))
    assert problem(admin("GET", foreign)) == (403, None)
    assert problem(admin("GET", f"{PATH}?facility={'0' * 32}")) == (403, None)
    assert names(root("GET", foreign)) == {"stranger", "foreign_coach"}
    assert problem(admin("GET", f"{PATH}?facility=x")) == (400, "facility")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("ADA", {"ada"}),
        ("student_", {"ada", "ben", "chen"}),
        ("student ben", {"ben"}),
        ("ben ada", set()),
        ("émile", {"chen"}),
        ("%", set()),
        ("_", {"ada", "ben", "chen", "facility_coach"}),
        ("  ", {"ada", "ben", "chen", "coach", "facility_coach", "admin"}),
    ],
)
def test_people_are_found_by_words(school: School, admin: Call, words: str, found: set[str]):
    """contract 1.8: each word is in the username, the full name or the id number."""
    admin("PATCH", f"{PATH}/{school.chen.pk}", {"full_name": "émile Chen"})

    assert names(admin("GET", f"{PATH}?search={words}")) == found


def test_a_search_has_a_maximum_length(admin: Call):
    assert problem(admin("GET", f"{PATH}?search={'x' * 201}")) == (400, "search")


def test_errors_have_the_shape_of_kolibri(school: School, admin: Call):
    """contract 0.12."""
    [error] = admin("POST", PATH, {}).json()
    [unknown] = admin("GET", f"{PATH}/not-an-id").json()

    assert error == {
        "id": "REQUIRED",
        "metadata": {"field": "username", "message": "This field is required."},
    }
    assert unknown["id"] == "NOT_FOUND"


def test_a_key_with_all_scopes_has_the_rights_of_an_admin(school: School):
    """contract 0.3."""
    call = calling(school.key(Scope.ADMIN))

    body = call("POST", PATH, {"username": "x", "password": PASSWORD}).json()

    assert call("PATCH", f"{PATH}/{body['id']}/", {"full_name": "X"}).status_code == 200
    assert call("DELETE", f"{PATH}/{body['id']}/").status_code == 204
