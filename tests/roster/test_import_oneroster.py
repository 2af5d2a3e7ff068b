"""What OneRoster CSV becomes by `manage.py import_roster`: contract 1.8."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError
from django.test.utils import CaptureQueriesContext

from roster import services
from roster.models import (
    Classroom,
    Facility,
    GroupMembership,
    LearnerGroup,
    Role,
    RoleKind,
    User,
)
from tests.factories import NOW, PASSWORD, make_facility, make_user
from tests.roster.oneroster import (
    USERS_1_1,
    Files,
    day,
    enrolment,
    everything,
    export,
    imported,
    learners_of,
    manifest,
    org,
    person,
    role,
    school_class,
    text_of,
    user,
    with_row,
)

pytestmark = pytest.mark.django_db


# What becomes of it.


def test_a_school_comes_with_its_people_classes_and_enrolments(import_files: Any):
    """contract 1.8: the printed JSON is that of a roster file."""
    told = import_files(export())

    facility = Facility.objects.get()
    assert (facility.name, facility.partner_id) == ("Riverside", "s1")
    assert told["facility"] == {"id": facility.pk.hex, "name": "Riverside"}
    assert set(told) == {
        "facility", "users", "classrooms", "learner_groups", "lessons", "quizzes",
        "course_sessions", "api_keys",
    }  # fmt: skip
    ada = user("u3")
    assert (ada.username, ada.full_name, ada.facility) == ("ada", "Ada Moreno", facility)
    assert told["users"]["ada"] == {"id": ada.pk.hex, "username": "ada"}
    room = Classroom.objects.get()
    assert (room.name, room.external_id) == ("7A", "c1")
    assert told["classrooms"] == {"7A": room.pk.hex}
    assert learners_of() == {"u3", "u4"}
    assert sorted(str(role) for role in Role.objects.all()) == [
        "Head Moreno: Admin of Riverside",
        "Kim Moreno: Coach of 7A",
    ]
    assert {u.external_id for u in User.objects.visible_to(user("u2"))} == {"u2", "u3", "u4"}
    assert [user(key).is_staff for key in ("u1", "u2", "u3")] == [True, True, False]
    assert not User.objects.filter(is_superuser=True).exists()


def test_importing_again_changes_nothing(import_files: Any):
    """contract 1.8: idempotent."""
    first = import_files(export())
    before = everything()

    assert import_files(export()) == first
    assert everything() == before


def test_a_zip_is_as_good_as_a_folder(tmp_path: Path):
    """Also one whose files lie in a folder of their own, among others."""
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in export().items():
            archive.writestr(f"nightly/{name}", text_of(name, rows))
        archive.writestr("__MACOSX/nightly/users.csv", b"\0\0")
        archive.writestr("../../demographics.csv", "anything")

    assert set(imported(path)["users"]) == {"head", "kim", "ada", "ben"}


def test_what_is_renamed_in_the_source_is_renamed_here(import_files: Any):
    """contract 1.8: the ids of the source decide, not the names."""
    import_files(export())
    pks = [Facility.objects.get().pk, user("u3").pk, Classroom.objects.get().pk]

    import_files(
        export(
            orgs=[org(name="Riverside School")],
            users=[
                person("u1", "head"),
                person("u2", "kim"),
                person("u3", "ada.new", preferredGivenName="Adi"),
                person("u4", "ben"),
            ],
            classes=[school_class("c1", "8A")],
        )
    )

    assert [Facility.objects.get().pk, user("u3").pk, Classroom.objects.get().pk] == pks
    assert Facility.objects.get().name == "Riverside School"
    assert (user("u3").username, user("u3").full_name) == ("ada.new", "Adi Moreno")
    assert User.objects.get_by_natural_key("ADA.NEW") == user("u3")
    assert Classroom.objects.get().name == "8A"


def test_two_people_may_swap_their_usernames(import_files: Any):
    import_files(export())

    users = [
        person("u1", "head"), person("u2", "kim"), person("u3", "ben"), person("u4", "ada")
    ]  # fmt: skip
    import_files(export(users=users))

    assert (user("u3").username, user("u4").username) == ("ben", "ada")
    assert (user("u3").username_key, user("u4").username_key) == ("ben", "ada")


def test_who_and_what_was_here_before_the_source_is_taken_up(import_files: Any):
    """A facility and class of the name, a person of the username, a learner an app introduced."""
    facility = make_facility(name="Riverside")
    room = Classroom.objects.create(facility=facility, name="7A")
    ada = make_user(facility, username="ADA", external_id=None)
    ben = services.lock_learner_by_identifier("u4", facility=facility, at=NOW)

    import_files(export())

    assert (Facility.objects.get(), Classroom.objects.get()) == (facility, room)
    assert (user("u3"), user("u4")) == (ada, ben)
    assert user("u4").username == "ben"
    assert user("u3").check_password(PASSWORD)


def test_people_have_the_password_of_the_file_or_none(import_files: Any):
    """Who has none logs in by other means, or an admin sets one."""
    told = import_files(with_row("users", person("u3", "ada", password="given by them")))

    assert user("u3").check_password("given by them")
    assert not user("u4").has_usable_password()
    assert all("password" not in entry for entry in told["users"].values())


def test_classes_of_one_title_are_told_apart(import_files: Any):
    """By their codes; where those are no help, by their ids."""
    classes = [
        school_class("c1", "Algebra", classCode="P1"),
        school_class("c2", "Algebra", classCode="P2"),
        school_class("c3", "Biology"),
        school_class("c4", "Biology"),
    ]

    told = import_files(export(classes=classes))

    assert set(told["classrooms"]) == {
        "Algebra (P1)", "Algebra (P2)", "Biology (c3)", "Biology (c4)"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "facility_role", "coaches"),
    [
        ("administrator", ["admin"], True),
        ("siteAdministrator", ["admin"], True),
        ("principal", ["admin"], True),
        ("districtAdministrator", ["admin"], True),
        ("systemAdministrator", ["admin"], True),
        ("teacher", [], True),
        ("aide", [], True),
        ("counselor", [], True),
        ("proctor", [], True),
        ("student", [], False),
    ],
)
def test_a_role_at_the_school_gives_what_it_means_here(
    import_files: Any, kind: str, facility_role: list[str], coaches: bool
):
    """Nobody becomes a superuser; only somebody who is no mere student coaches a class."""
    roles = [
        role("u1", "principal"),
        role("u2", kind),
        role("u3", "student"),
        role("u4", "student"),
    ]

    import_files(export(roles=roles))

    kim = user("u2")
    assert list(kim.roles.exclude(facility=None).values_list("kind", flat=True)) == facility_role
    assert kim.roles.filter(classroom__name="7A").exists() == coaches
    assert (kim.is_superuser, kim.is_staff) == (False, coaches)


@pytest.mark.parametrize(
    ("kind", "coaches"),
    [("teacher", True), ("aide", True), ("proctor", False), ("administrator", False)],
)
def test_only_teachers_and_aides_of_a_class_coach_it(
    import_files: Any, capsys: pytest.CaptureFixture[str], kind: str, coaches: bool
):
    enrolments = [enrolment("c1", "u2", kind), enrolment("c1", "u3")]

    import_files(export(enrollments=enrolments))

    assert user("u2").roles.exists() == coaches
    assert ("enrollments.csv:2: “" in capsys.readouterr().err) != coaches


@pytest.mark.parametrize("kind", ["parent", "guardian", "relative", "ext:busDriver"])
def test_families_are_passed_over_with_a_notice(
    import_files: Any, capsys: pytest.CaptureFixture[str], kind: str
):
    files = with_row("users", person("u9", "mum"))
    files["roles.csv"].append(role("u9", kind))

    import_files(files)

    assert not User.objects.filter(external_id="u9").exists()
    assert "users.csv:6: families" in capsys.readouterr().err


def test_people_of_a_district_are_passed_over_with_a_notice(
    import_files: Any, capsys: pytest.CaptureFixture[str]
):
    files = with_row("users", person("u9", "boss", primaryOrgSourcedId="d1"))
    files["roles.csv"].append(role("u9", "districtAdministrator", at="d1"))

    import_files(files)

    assert not User.objects.filter(external_id="u9").exists()
    assert Facility.objects.count() == 1
    assert "users.csv:6: people of no school" in capsys.readouterr().err


def test_a_department_is_part_of_its_school(import_files: Any):
    orgs = [org(), org("m1", "Mathematics", "department", parentSourcedId="s1")]
    roles = [role("u1", "principal"), role("u2", "teacher", at="m1")]

    import_files(export(orgs=orgs, roles=roles, classes=[school_class("c1", "7A", at="m1")]))

    assert Facility.objects.get().name == "Riverside"
    assert user("u2").roles.get().classroom == Classroom.objects.get()


def test_oneroster_1_1_says_roles_and_orgs_with_the_users(import_texts: Any):
    """The columns orgSourcedIds, several in quotes, and role."""
    rows = [
        {**person("u1", "head"), "orgSourcedIds": "d1, s1", "role": "administrator"},
        {**person("u2", "kim"), "orgSourcedIds": "s1", "role": "teacher"},
        {**person("u3", "ada"), "orgSourcedIds": "s1", "role": "student"},
        {**person("u4", "ben"), "orgSourcedIds": "s1", "role": "student"},
        {**person("u9", "mum"), "orgSourcedIds": "s1", "role": "guardian"},
    ]
    files = {name: text_of(name, rows) for name, rows in export().items() if name != "roles.csv"}

    import_texts({**files, "users.csv": text_of("users.csv", rows, USERS_1_1)})

    assert {str(role) for role in Role.objects.all()} == {
        "Head Moreno: Admin of Riverside", "Kim Moreno: Coach of 7A"
    }  # fmt: skip
    assert User.objects.count() == 4


# What ends.


@pytest.mark.parametrize(
    "ending", [{"status": "tobedeleted"}, {"status": "inactive"}, {"endDate": day(0)}]
)
def test_an_ended_enrolment_ends_here(import_files: Any, ending: dict[str, str]):
    """The learner leaves the class and its groups, the coach's role goes; endDate is exclusive."""
    import_files(export())
    group = LearnerGroup.objects.create(classroom=Classroom.objects.get(), name="fractions")
    services.join_group(user("u3"), group)
    services.join_group(user("u4"), group)

    import_files(
        export(
            enrollments=[
                enrolment("c1", "u2", "teacher", **ending),
                enrolment("c1", "u3", **ending),
                enrolment("c1", "u4", endDate=day(1)),
            ]
        )
    )

    assert learners_of() == {"u4"}
    assert GroupMembership.objects.get().enrolment.user == user("u4")
    assert not user("u2").roles.exists()
    assert not user("u2").is_staff


def test_who_comes_back_to_a_class_is_in_it(import_files: Any):
    """An old, ended record of the same person and class does not count against the new one."""
    import_files(export())
    ended = {**enrolment("c1", "u3", endDate=day(-9)), "sourcedId": "old"}
    again = [ended, enrolment("c1", "u3"), {**ended, "sourcedId": "older"}]

    import_files(export(enrollments=again))

    assert learners_of() == {"u3", "u4"}


def test_an_enrolment_begins_on_its_day(import_files: Any):
    enrolments = [
        enrolment("c1", "u3", beginDate=day(0)), enrolment("c1", "u4", beginDate=day(1))
    ]  # fmt: skip

    import_files(export(enrollments=enrolments))

    assert learners_of() == {"u3"}


@pytest.mark.parametrize(
    "row",
    [
        person("u3", "ada", enabledUser="FALSE"),
        person("u3", "ada", status="tobedeleted"),
        {"sourcedId": "u3", "status": "tobedeleted"},
    ],
)
def test_who_is_deleted_or_disabled_is_deactivated_never_erased(
    import_files: Any, row: dict[str, str]
):
    """And active again as soon as the source says so."""
    import_files(export())
    ada = user("u3")

    import_files(with_row("users", row))
    assert not user("u3").is_active
    assert user("u3").full_name == "Ada Moreno"

    import_files(export())
    assert user("u3") == ada
    assert user("u3").is_active
    assert learners_of() == {"u3", "u4"}


def test_the_enrolments_of_who_is_deleted_end(import_files: Any):
    import_files(export())

    import_files(with_row("users", person("u3", "ada", status="tobedeleted")))

    assert learners_of() == {"u4"}


def test_somebody_else_may_have_the_username_of_a_leaver_who_gave_it_up(import_files: Any):
    import_files(export())

    files = with_row("users", person("u3", "ada2"))
    files["users.csv"].append(person("u9", "ada", primaryOrgSourcedId="s1"))
    import_files(files)

    assert (user("u3").username, user("u9").username) == ("ada2", "ada")


def test_a_class_to_be_deleted_is_left_as_it_is_and_told(
    import_files: Any, capsys: pytest.CaptureFixture[str]
):
    import_files(export())

    told = import_files(with_row("classes", school_class("c1", "7A", status="tobedeleted")))

    assert told["classrooms"] == {}
    assert learners_of() == {"u3", "u4"}
    assert "classes.csv:2: classes to be deleted" in capsys.readouterr().err


def test_a_school_to_be_deleted_is_left_as_it_is_and_told(
    import_files: Any, capsys: pytest.CaptureFixture[str]
):
    import_files(export())
    before = everything()

    with pytest.raises(CommandError, match="there is no school"):
        import_files(export(orgs=[org("d1", "County", "district"), org(status="tobedeleted")]))

    assert everything() == before


def test_an_admin_of_the_source_who_is_none_any_more_is_none_here(import_files: Any):
    """What was given here and OneRoster does not know, like coaching a facility, stays."""
    import_files(export())
    services.assign_role(user("u2"), RoleKind.COACH, Facility.objects.get())

    import_files(with_row("roles", role("u1", "principal", endDate=day(-1))))

    assert not user("u1").roles.exists()
    assert user("u2").roles.filter(facility__isnull=False, kind=RoleKind.COACH).exists()


def test_superusers_are_none_of_its_business(import_files: Any, capsys: pytest.CaptureFixture[str]):
    facility = make_facility(name="Riverside", partner_id="s1")
    make_user(facility, username="ada", external_id="u3", is_superuser=True, is_staff=True)
    root = user("u3")

    import_files(with_row("users", person("u3", "renamed", enabledUser="false", password="theirs")))
    assert "“renamed” is a superuser here" in capsys.readouterr().err
    import_files(with_row("users", person("u3", "ada", status="tobedeleted")))

    after = user("u3")
    assert (after.username, after.is_active, after.is_superuser) == ("ada", True, True)
    assert after.password == root.password
    assert not after.roles.exists()


# What the manifest says.


def test_without_a_manifest_what_is_not_named_stays(import_files: Any):
    import_files(export())

    import_files(export(enrollments=[enrolment("c1", "u3")]))

    assert learners_of() == {"u3", "u4"}
    assert user("u2").roles.exists()


def test_bulk_enrolments_are_all_there_are(import_files: Any):
    """Only who came from the source leaves with it."""
    import_files(export())
    room = Classroom.objects.get()
    guest = make_user(room.facility, external_id=None)
    services.enrol(guest, room)
    services.assign_role(make_user(room.facility, external_id=None), RoleKind.COACH, room)

    import_files(export(manifest=manifest(enrollments="bulk"), enrollments=[enrolment("c1", "u3")]))

    assert learners_of() == {"u3", None}
    assert [role.user.external_id for role in room.roles.all()] == [None]


def test_changes_may_speak_of_what_came_before(import_files: Any):
    """A delta, whose other files are absent, of a class, a person and a school known here."""
    import_files(export())
    others = {"orgs": "absent", "roles": "absent", "classes": "absent", "users": "delta"}

    told = import_files(
        {
            "manifest.csv": manifest(enrollments="delta", **others),
            "users.csv": [person("u9", "new", primaryOrgSourcedId="s1", status="active")],
            "enrollments.csv": [
                enrolment("c1", "u9", status="active"),
                enrolment("c1", "u3", status="tobedeleted"),
                enrolment("c1", "u4", status="active"),
            ],
        }
    )

    assert learners_of() == {"u4", "u9"}
    assert set(told["users"]) == {"new"}
    assert user("u1").roles.exists()


def test_changes_of_one_class_keep_its_longer_name(import_files: Any):
    classes = [
        school_class("c1", "Algebra", classCode="P1"),
        school_class("c2", "Algebra", classCode="P2"),
    ]
    import_files(export(classes=classes))

    import_files(export(manifest=manifest(classes="delta"), classes=classes[:1], enrollments=[]))

    assert set(Classroom.objects.values_list("name", flat=True)) == {
        "Algebra (P1)", "Algebra (P2)"
    }  # fmt: skip


def test_a_file_the_manifest_calls_absent_is_not_read(
    import_files: Any, capsys: pytest.CaptureFixture[str]
):
    import_files(export(manifest=manifest(roles="absent")))

    assert not Role.objects.filter(kind=RoleKind.ADMIN).exists()
    assert "roles.csv: the manifest calls this file absent" in capsys.readouterr().err


# How much it takes.


def large_export(learners: int) -> Files:
    keys = [f"p{n}" for n in range(learners)]
    classes = [f"k{n}" for n in range(learners // 5)]
    return export(
        users=[person("u2", "kim"), *(person(key, key) for key in keys)],
        roles=[role("u2", "teacher"), *(role(key, "student") for key in keys)],
        classes=[school_class(room, room) for room in classes],
        enrollments=[
            *(enrolment(room, "u2", "teacher") for room in classes),
            *(enrolment(classes[n % len(classes)], key) for n, key in enumerate(keys)),
        ],
    )


def test_statements_do_not_grow_with_people_classes_or_enrolments(
    import_files: Any, statements: Callable[[], AbstractContextManager[CaptureQueriesContext]]
):
    """A few for each batch of 500."""
    counts = []
    for learners in (20, 200):
        for _again in range(2):
            with statements() as captured:
                import_files(large_export(learners))
            counts.append(len(captured))

    first, again, larger, larger_again = counts
    assert larger <= first < 30
    assert larger_again == again < first
    assert User.objects.count() == 201
