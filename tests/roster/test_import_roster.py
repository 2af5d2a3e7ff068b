"""`manage.py import_roster`, `create_key`, `revoke_key`: contract 1.8, 0.3."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import ANY

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from roster import services
from roster.models import (
    ApiKey,
    Classroom,
    Enrolment,
    Facility,
    GroupMembership,
    LearnerGroup,
    Lesson,
    Quiz,
    Role,
    User,
)
from tests.config.test_server import database_url
from tests.conftest import client_for
from tests.factories import NOW, PASSWORD, make_facility, make_user, video

ROSTER: dict[str, Any] = {
    "facility": {"name": "Riverside", "partner_id": "779"},
    "users": [
        {"username": "root", "role": "superuser"},
        {"username": "head", "role": "admin"},
        {"username": "kim", "role": "coach"},
        {"username": "lee", "role": "coach"},
        {"username": "ada", "password": "given-by-us", "full_name": "Ada", "external_id": "s1"},
        {"username": "ben", "role": "learner"},
    ],
    "classrooms": [
        {
            "name": "7A",
            "coaches": ["kim"],
            "learners": ["ada"],
            "groups": [{"name": "fractions", "learners": ["BEN"]}],
        }
    ],
    "lessons": [{"title": "Week 1", "active": False, "assigned_to": ["7A"]}],
    "quizzes": [
        {
            "title": "Quiz 1",
            "assigned_to": ["fractions", "7A"],
            "draft": True,
            "due_at": "2026-12-01T15:00:00Z",
            "contents": ["0000000000000000000000000000000a"],
        }
    ],
    "course_sessions": [{"title": "Autumn", "assigned_to": ["7A/fractions"]}],
    "api_keys": [{"name": "LMS", "scopes": ["read", "write"]}],
}

pytestmark = pytest.mark.django_db


@pytest.fixture
def import_file(tmp_path: Path) -> Any:
    def run(roster: Any) -> dict[str, Any]:
        path = tmp_path / "roster.json"
        path.write_text(roster if isinstance(roster, str) else json.dumps(roster))
        out = io.StringIO()
        call_command("import_roster", str(path), stdout=out)
        result: dict[str, Any] = json.loads(out.getvalue())
        return result

    return run


def counts() -> list[int]:
    models = (
        Facility, User, Role, Classroom, LearnerGroup, Enrolment, GroupMembership, Lesson, Quiz,
        ApiKey,
    )  # fmt: skip
    return [model._default_manager.count() for model in models]


def changed(**sections: Any) -> dict[str, Any]:
    return {**ROSTER, **sections}


def test_all_named_rows_exist_and_their_ids_are_printed(import_file: Any):
    """contract 1.8."""
    result = import_file(ROSTER)

    facility = Facility.objects.get()
    assert result["facility"] == {"id": facility.pk.hex, "name": "Riverside"}
    assert facility.partner_id == "779"
    assert set(result) == {
        "facility", "users", "classrooms", "learner_groups", "lessons", "quizzes",
        "course_sessions", "api_keys",
    }  # fmt: skip
    ada = User.objects.get(username="ada")
    assert result["users"]["ada"] == {"id": ada.pk.hex, "username": "ada"}
    assert (ada.full_name, ada.external_id) == ("Ada", "s1")
    assert result["classrooms"] == {"7A": Classroom.objects.get().pk.hex}
    assert result["learner_groups"] == {"fractions": LearnerGroup.objects.get().pk.hex}
    assert result["lessons"] == {"Week 1": Lesson.objects.get(active=False).pk.hex}
    assert result["quizzes"] == {"Quiz 1": Quiz.objects.get(active=True).pk.hex}
    quiz = Quiz.objects.get()
    assert quiz.assignments.count() == 2
    assert quiz.due_at == datetime(2026, 12, 1, 15, tzinfo=UTC)
    assert (quiz.draft, quiz.archived) == (True, False)
    assert quiz.contents == ["0000000000000000000000000000000a"]


def test_people_get_logins_roles_and_classes(import_file: Any):
    """contract 1.8: a coach who is in no class's list of coaches is a coach of the facility."""
    result = import_file(ROSTER)

    kinds = {
        name: client_for(None)
        .post(
            "/api/auth/session",
            {"username": name, "password": user.get("password", "given-by-us")},
            format="json",
        )
        .json()["kind"]
        for name, user in result["users"].items()
    }
    assert kinds == {
        "root": ["superuser"], "head": ["admin"], "kim": ["coach"], "lee": ["coach"],
        "ada": ["learner"], "ben": ["learner"],
    }  # fmt: skip
    kim, lee = User.objects.get(username="kim"), User.objects.get(username="lee")
    assert {u.username for u in User.objects.visible_to(kim)} == {"kim", "ada", "ben"}
    assert User.objects.visible_to(lee).count() == 6
    assert kim.is_staff
    assert not User.objects.get(username="ada").is_staff


def test_the_key_works_and_is_shown_once(import_file: Any):
    """contract 1.8: secret, null if the key existed."""
    first, second = import_file(ROSTER), import_file(ROSTER)

    client_for(first["api_keys"]["LMS"]).start(video(user_id="s1"))
    assert second["api_keys"] == {"LMS": None}


def test_importing_again_changes_nothing(import_file: Any):
    """contract 1.8: idempotent; password only if it was generated in this run."""
    first = import_file(ROSTER)
    before = counts()

    second = import_file(ROSTER)

    assert counts() == before
    assert all("password" not in user for user in second["users"].values())
    for section in ("facility", "classrooms", "learner_groups", "lessons", "quizzes"):
        assert second[section] == first[section]
    assert "password" not in first["users"]["ada"]
    assert len(first["users"]["ben"]["password"]) >= 12


def test_a_time_zone_is_set_and_stays_without_one_in_the_file(import_file: Any):
    """contract 1.8."""
    facility = {"name": "Riverside", "partner_id": "779"}
    import_file({"facility": {**facility, "time_zone": "Africa/Cairo"}})

    import_file({"facility": facility})

    assert Facility.objects.get().time_zone == "Africa/Cairo"
    with pytest.raises(CommandError, match="time_zone"):
        import_file({"facility": {**facility, "time_zone": "Mars/Olympus"}})


def test_changes_in_the_file_are_applied(import_file: Any):
    """contract 1.8; rows that the file leaves out stay."""
    import_file(ROSTER)
    ada = {"username": "ADA", "full_name": "Ada M.", "password": "another one", "external_id": "s9"}

    import_file(
        changed(
            facility={"name": "Riverside School", "partner_id": "779"},
            users=[
                ada,
                {"username": "kim"},
                {"username": "lee", "role": "coach"},
                {"username": "head", "role": "learner"},
                {"username": "root", "role": "learner"},
                {"username": "ben"},
            ],
            classrooms=[{"name": "7A", "coaches": ["lee"]}],
            lessons=[{"title": "Week 1", "active": True}],
        )
    )

    user = User.objects.get(external_id="s9")
    assert (user.full_name, user.check_password("another one")) == ("Ada M.", True)
    assert Facility.objects.get().name == "Riverside School"
    assert Lesson.objects.get().active
    lee, head = User.objects.get(username="lee"), User.objects.get(username="head")
    assert [role.facility for role in lee.roles.all()] == [None]
    assert (head.roles.count(), head.is_staff) == (0, False)
    assert not User.objects.get(username="root").is_superuser
    assert User.objects.get(username="kim").roles.count() == 1
    assert Enrolment.objects.count() == 2


@pytest.mark.parametrize(
    ("sections", "path"),
    [
        ({"facility": {}}, "facility.name"),
        ({"facility": None}, "facility"),
        ({"users": {}}, "users"),
        ({"users": [{"username": ""}]}, "users[0].username"),
        ({"users": [{"username": "a"}, {"username": "b", "role": "boss"}]}, "users[1].role"),
        ({"users": [{"username": "a\0"}]}, "users[0].username"),
        ({"users": [{"username": "ﷺ" * 150}]}, "users[0].username"),
        ({"users": [{"username": "a\u200bda"}]}, "users[0].username"),
        ({"users": [*ROSTER["users"], {"username": "ADA"}]}, "users[6].username"),
        ({"classrooms": [{"name": "7A", "coaches": ["nobody"]}]}, "classrooms[0].coaches[0]"),
        ({"classrooms": [{"name": "7A", "learners": ["ada", 5]}]}, "classrooms[0].learners[1]"),
        (
            {"classrooms": [{"name": "7A", "groups": [{"name": "g", "learners": ["x"]}]}]},
            "classrooms[0].groups[0].learners[0]",
        ),
        ({"classrooms": [{"name": "7A", "groups": [{}]}]}, "classrooms[0].groups[0].name"),
        ({"lessons": [{"title": "L", "assigned_to": ["7A", "9Z"]}]}, "lessons[0].assigned_to[1]"),
        ({"quizzes": [{"title": "Q"}, {"title": "Q"}]}, "quizzes[1].title"),
        ({"api_keys": [{"name": "k", "scopes": ["all"]}]}, "api_keys[0].scopes[0]"),
        ({"api_keys": [{"name": "k", "scopes": []}]}, "api_keys[0].scopes"),
    ],
)
def test_an_error_names_its_field_and_nothing_changes(
    import_file: Any, sections: dict[str, Any], path: str
):
    """contract 1.8: all or nothing, errors with the path of the field."""
    before = counts()

    with pytest.raises(CommandError) as refused:
        import_file(changed(**sections))

    assert str(refused.value).splitlines()[0].startswith(f"{path}: ")
    assert counts() == before


@pytest.mark.parametrize("text", ["", "{", "[]", '"x"', "null"])
def test_a_text_that_is_no_roster_is_refused(import_file: Any, text: str):
    with pytest.raises(CommandError):
        import_file(text)


def test_a_byte_order_mark_is_read(import_file: Any):
    """Editors of Windows add one to files in UTF-8."""
    assert import_file("\ufeff" + json.dumps(ROSTER)) == import_file(ROSTER) | {
        "api_keys": ANY,
        "users": ANY,
    }


def test_a_misspelt_field_is_reported_and_ignored(
    import_file: Any, capsys: pytest.CaptureFixture[str]
):
    """contract 1.8: messages go to standard error."""
    room = {"name": "7A", "coachs": ["kim"], "groups": [{"name": "g", "learner": []}]}

    import_file({"facility": {"name": "R", "colour": "red"}, "classrooms": [room]})

    errors = capsys.readouterr().err
    for path in ("facility.colour", "classrooms[0].coachs", "classrooms[0].groups[0].learner"):
        assert f"{path}: " in errors


def test_a_missing_file_is_reported():
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_roster", "/nowhere/roster.json")


def test_a_username_of_another_facility_may_repeat(import_file: Any):
    """contract 1.8: usernames are unique within their facility."""
    namesake = make_user(make_facility(name="Elsewhere"), username="Ada", full_name="Ada E.")

    body = import_file(ROSTER)

    namesake.refresh_from_db()
    assert namesake.full_name == "Ada E."
    assert User.objects.by_username("ada").count() == 2
    assert body["users"]["ada"]["id"] != namesake.pk.hex


def test_the_username_of_a_superuser_elsewhere_is_refused_for_superusers(import_file: Any):
    """contract 1.8: usernames of superusers are unique across the installation."""
    make_user(make_facility(name="Elsewhere"), username="Chief", is_superuser=True)

    with pytest.raises(CommandError, match=r"users\[0\].username: “chief” belongs to a user of"):
        import_file(
            {
                "facility": {"name": "R"},
                "users": [{"username": "chief", "role": "superuser", "password": PASSWORD}],
            }
        )
    import_file(
        {
            "facility": {"name": "R"},
            "users": [{"username": "chief", "role": "coach", "password": PASSWORD}],
        }
    )

    assert User.objects.by_username("chief").count() == 2


def test_an_external_id_taken_by_another_person_is_refused(import_file: Any):
    """contract 0.6: unique within the facility."""
    import_file(ROSTER)

    with pytest.raises(CommandError, match=r"users\[0\].external_id"):
        import_file(changed(users=[{"username": "new", "external_id": "s1"}], classrooms=[]))


def test_two_people_can_swap_their_external_ids(import_file: Any):
    users = [{"username": "a", "external_id": "1"}, {"username": "b", "external_id": "2"}]
    import_file({"facility": {"name": "R"}, "users": users})
    swapped = [{"username": "a", "external_id": "2"}, {"username": "b", "external_id": "1"}]

    import_file({"facility": {"name": "R"}, "users": swapped})

    assert sorted(User.objects.values_list("username", "external_id")) == [("a", "2"), ("b", "1")]


def test_a_class_coach_gets_no_new_role_from_a_file_without_the_class(import_file: Any):
    """contract 1.8: rows left out of the file stay, and the import grants no additional access."""
    import_file(ROSTER)

    import_file(changed(classrooms=[], quizzes=[], lessons=[], course_sessions=[]))

    assert [str(role) for role in User.objects.get(username="kim").roles.all()] == [
        "kim: Coach of 7A"
    ]


def test_a_quiz_closed_by_a_coach_stays_closed_unless_the_file_reopens_it(import_file: Any):
    import_file(ROSTER)
    Quiz.objects.update(active=False)

    import_file(ROSTER)
    assert not Quiz.objects.get().active
    import_file(changed(quizzes=[{"title": "Quiz 1", "active": True}]))
    assert Quiz.objects.get().active


def test_a_learner_created_by_an_app_is_not_matched_by_name(import_file: Any):
    """An external id in use by a learner without a username is reported, not merged silently."""
    facility = make_facility(name="Riverside", partner_id="779")
    services.lock_learner_by_identifier("s1", facility=facility, at=NOW)

    with pytest.raises(CommandError, match=r"users\[4\].external_id"):
        import_file(ROSTER)


def test_groups_with_the_same_name_in_two_classes_are_distinct(import_file: Any):
    rooms = [
        {"name": "7A", "groups": [{"name": "red", "learners": ["ada"]}]},
        {"name": "7B", "groups": [{"name": "red", "learners": ["ben"]}]},
    ]

    result = import_file(
        changed(classrooms=rooms, lessons=[], quizzes=[{"title": "Q", "assigned_to": ["7B/red"]}],
                course_sessions=[])
    )  # fmt: skip

    assert set(result["learner_groups"]) == {"7A/red", "7B/red"}
    with pytest.raises(CommandError, match="ambiguous"):
        import_file(
            changed(classrooms=rooms, lessons=[], course_sessions=[],
                    quizzes=[{"title": "Q2", "assigned_to": ["red"]}])
        )  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_standard_output_is_the_json_and_nothing_else():
    """contract 1.8: messages go to standard error; - reads standard input."""
    users = [{"username": "ada", "password": PASSWORD, "colour": "red"}]
    roster = {"facility": {"name": "Big"}, "users": users}
    environment = {"PATH": "", "SECRET_KEY": "x" * 60, "DATABASE_URL": database_url()}

    def manage(*arguments: str, **kwargs: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            env=environment, capture_output=True, text=True, check=False, **kwargs,
        )  # fmt: skip

    good = manage("import_roster", "-", input=json.dumps(roster))
    bad = manage("import_roster", "-", input="{}")

    assert {*json.loads(good.stdout)["users"]} == {"ada"}
    assert "colour: unknown field" in good.stderr
    assert User.objects.get(username="ada").password.startswith("argon2$")
    assert (bad.stdout, bad.returncode) == ("", 1)
    assert bad.stderr.strip().endswith("facility: This field is required.")


def test_the_progress_of_large_imports_is_not_in_the_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    users = [{"username": f"u{n}", "password": PASSWORD} for n in range(60)]
    roster = tmp_path / "roster.json"
    roster.write_text(json.dumps({"facility": {"name": "Big"}, "users": users}))

    call_command("import_roster", str(roster))

    captured = capsys.readouterr()
    assert len(json.loads(captured.out)["users"]) == 60
    assert "users: 100%" in captured.err


def test_import_statements_grow_with_people_not_with_places_per_person(import_file: Any):
    """A class of a hundred learners is enrolled in a few statements."""
    from django.test.utils import CaptureQueriesContext

    names = [f"u{n}" for n in range(100)]
    users = [{"username": name, "password": PASSWORD} for name in names]
    import_file({"facility": {"name": "Big"}, "users": users})

    with CaptureQueriesContext(
        connection,
    ) as captured:
        import_file(
            {"facility": {"name": "Big"}, "users": [{"username": names[0]}],
             "classrooms": [{"name": "C", "learners": names,
                             "groups": [{"name": "G", "learners": names}]}]}
        )  # fmt: skip

    assert GroupMembership.objects.count() == 100
    assert len(captured) < 30


# Keys.


def test_a_key_is_created_and_revoked_by_command(capsys: pytest.CaptureFixture[str]):
    """contract 0.3: the secret is shown once, alone on standard output."""
    make_facility(name="Riverside", partner_id="779")
    out = io.StringIO()

    call_command("create_key", "LMS", "--scope", "read", "--scope", "write", stdout=out)

    secret = out.getvalue().strip()
    assert client_for(secret).get("/api/logger/attemptlog").status_code == 200
    call_command("revoke_key", secret.split("_")[1])
    assert client_for(secret).get("/api/logger/attemptlog").status_code == 401
    with pytest.raises(CommandError):
        call_command("revoke_key", secret)
    assert secret not in capsys.readouterr().err


def test_a_key_can_expire_and_belong_to_a_named_facility():
    riverside, hillside = make_facility(name="R", partner_id="779"), make_facility(name="H")
    out = io.StringIO()

    for name in ("779", "R", str(riverside.pk), hillside.pk.hex):
        call_command(
            "create_key", "k", "--facility", name, "--scope", "read", "--days", "7", stdout=out
        )

    keys = ApiKey.objects.order_by("created_at")
    assert [key.facility for key in keys] == [riverside, riverside, riverside, hillside]
    assert all(key.expires_at and (key.expires_at - key.created_at).days == 7 for key in keys)
    for wrong in ("nowhere", None):
        options = ["--facility", wrong] if wrong else []
        with pytest.raises(CommandError, match=r"--facility.*There are: “H”, “R”"):
            call_command("create_key", "k", "--scope", "read", *options)
    with pytest.raises(CommandError, match="--days"):
        call_command("create_key", "k", "--facility", "R", "--scope", "read", "--days", "0")
