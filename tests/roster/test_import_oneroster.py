"""Import of OneRoster CSV by `manage.py import_roster`: contract 1.8."""

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


# Results of an import.


def test_a_school_is_imported_with_people_classes_and_enrolments(import_files: Any):
    """contract 1.8: the printed JSON is that of a roster file."""
    result = import_files(export())

    facility = Facility.objects.get()
    assert (facility.name, facility.partner_id) == ("Riverside", "s1")
    assert result["facility"] == {"id": facility.pk.hex, "name": "Riverside"}
    assert set(result) == {
        "facility", "users", "classrooms", "learner_groups", "lessons", "quizzes",
        "course_sessions", "api_keys",
    }  # fmt: skip
    ada = user("u3")
    assert (ada.username, ada.full_name, ada.facility) == ("ada", "Ada Moreno", facility)
    assert result["users"]["ada"] == {"id": ada.pk.hex, "username": "ada"}
    room = Classroom.objects.get()
    assert (room.name, room.external_id) == ("7A", "c1")
    assert result["classrooms"] == {"7A": room.pk.hex}
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


def test_a_zip_is_imported_like_a_folder(tmp_path: Path):
    """Also a zip with the files in a folder, next to other files."""
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in export().items():
            archive.writestr(f"nightly/{name}", text_of(name, rows))
        archive.writestr("__MACOSX/nightly/users.csv", b"\0\0")
        archive.writestr("../../demographics.csv", "anything")

    assert set(imported(path)["users"]) == {"head", "kim", "ada", "ben"}


def test_rows_renamed_in_the_source_are_renamed(import_files: Any):
    """contract 1.8: rows are matched by the ids of the source, not by names."""
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


def test_two_people_can_swap_their_usernames(import_files: Any):
    import_files(export())

    users = [
        person("u1", "head"), person("u2", "kim"), person("u3", "ben"), person("u4", "ada")
    ]  # fmt: skip
    import_files(export(users=users))

    assert (user("u3").username, user("u4").username) == ("ben", "ada")
    assert (user("u3").username_key, user("u4").username_key) == ("ben", "ada")


def test_rows_from_before_the_first_import_are_matched(import_files: Any):
    """By name: facility and class; by username: a person; by id: a learner created by an app."""
    facility = make_facility(name="Riverside")
    room = Classroom.objects.create(facility=facility, name="7A")
    ada = make_user(facility, username="ADA", external_id=None)
    ben = services.lock_learner_by_identifier("u4", facility=facility, at=NOW)

    import_files(export())

    assert (Facility.objects.get(), Classroom.objects.get()) == (facility, room)
    assert (user("u3"), user("u4")) == (ada, ben)
    assert user("u4").username == "ben"
    assert user("u3").check_password(PASSWORD)


def test_people_get_the_password_of_the_file_or_none(import_files: Any):
    """A user without a password logs in by other means, or an admin sets one."""
    result = import_files(with_row("users", person("u3", "ada", password="given by them")))

    assert user("u3").check_password("given by them")
    assert not user("u4").has_usable_password()
    assert all("password" not in entry for entry in result["users"].values())


def test_classes_with_the_same_title_get_distinct_names(import_files: Any):
    """By their codes; if the codes are missing, by their ids."""
    classes = [
        school_class("c1", "Algebra", classCode="P1"),
        school_class("c2", "Algebra", classCode="P2"),
        school_class("c3", "Biology"),
        school_class("c4", "Biology"),
    ]

    result = import_files(export(classes=classes))

    assert set(result["classrooms"]) == {
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
def test_roles_of_a_school_are_mapped_to_roles_here(
    import_files: Any, kind: str, facility_role: list[str], coaches: bool
):
    """No one becomes a superuser; a person who is only a student does not coach a class."""
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
    assert ("enrollments.csv:2: the role “" in capsys.readouterr().err) != coaches


@pytest.mark.parametrize("kind", ["parent", "guardian", "relative", "ext:busDriver"])
def test_families_are_skipped_with_a_notice(
    import_files: Any, capsys: pytest.CaptureFixture[str], kind: str
):
    files = with_row("users", person("u9", "mum"))
    files["roles.csv"].append(role("u9", kind))

    import_files(files)

    assert not User.objects.filter(external_id="u9").exists()
    assert "users.csv:6: relatives" in capsys.readouterr().err


def test_people_of_a_district_are_skipped_with_a_notice(
    import_files: Any, capsys: pytest.CaptureFixture[str]
):
    files = with_row("users", person("u9", "boss", primaryOrgSourcedId="d1"))
    files["roles.csv"].append(role("u9", "districtAdministrator", at="d1"))

    import_files(files)

    assert not User.objects.filter(external_id="u9").exists()
    assert Facility.objects.count() == 1
    assert "users.csv:6: users without a school" in capsys.readouterr().err


def test_a_department_is_part_of_its_school(import_files: Any):
    orgs = [org(), org("m1", "Mathematics", "department", parentSourcedId="s1")]
    roles = [role("u1", "principal"), role("u2", "teacher", at="m1")]

    import_files(export(orgs=orgs, roles=roles, classes=[school_class("c1", "7A", at="m1")]))

    assert Facility.objects.get().name == "Riverside"
    assert user("u2").roles.get().classroom == Classroom.objects.get()


def test_oneroster_1_1_has_roles_and_orgs_in_the_users_file(import_texts: Any):
    """In OneRoster 1.1 users have the columns role and orgSourcedIds (several ids in quotes)."""
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


# Endings.


@pytest.mark.parametrize(
    "ending", [{"status": "tobedeleted"}, {"status": "inactive"}, {"endDate": day(0)}]
)
def test_an_ended_enrolment_is_removed(import_files: Any, ending: dict[str, str]):
    """The learner leaves the class and its groups, the coach the role; endDate is exclusive."""
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


def test_a_learner_who_returns_to_a_class_is_enrolled(import_files: Any):
    """An old, ended record of the same person and class does not override the new one."""
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
def test_deleted_or_disabled_users_are_deactivated_but_not_erased(
    import_files: Any, row: dict[str, str]
):
    """And active again when the source says so."""
    import_files(export())
    ada = user("u3")

    import_files(with_row("users", row))
    assert not user("u3").is_active
    assert user("u3").full_name == "Ada Moreno"

    import_files(export())
    assert user("u3") == ada
    assert user("u3").is_active
    assert learners_of() == {"u3", "u4"}


def test_enrolments_of_deleted_users_are_removed(import_files: Any):
    import_files(export())

    import_files(with_row("users", person("u3", "ada", status="tobedeleted")))

    assert learners_of() == {"u4"}


def test_a_username_given_up_can_be_used_by_another_person(import_files: Any):
    import_files(export())

    files = with_row("users", person("u3", "ada2"))
    files["users.csv"].append(person("u9", "ada", primaryOrgSourcedId="s1"))
    import_files(files)

    assert (user("u3").username, user("u9").username) == ("ada2", "ada")


def test_a_class_to_be_deleted_is_left_unchanged_with_a_notice(
    import_files: Any, capsys: pytest.CaptureFixture[str]
):
    import_files(export())

    result = import_files(with_row("classes", school_class("c1", "7A", status="tobedeleted")))

    assert result["classrooms"] == {}
    assert learners_of() == {"u3", "u4"}
    assert "classes.csv:2: classes marked for deletion" in capsys.readouterr().err


def test_a_school_to_be_deleted_is_left_unchanged_with_an_error(
    import_files: Any, capsys: pytest.CaptureFixture[str]
):
    import_files(export())
    before = everything()

    with pytest.raises(CommandError, match="no school in this export"):
        import_files(export(orgs=[org("d1", "County", "district"), org(status="tobedeleted")]))

    assert everything() == before


def test_an_admin_role_that_ended_in_the_source_is_removed(import_files: Any):
    """Roles assigned here that OneRoster does not know, like coach of a facility, stay."""
    import_files(export())
    services.assign_role(user("u2"), RoleKind.COACH, Facility.objects.get())

    import_files(with_row("roles", role("u1", "principal", endDate=day(-1))))

    assert not user("u1").roles.exists()
    assert user("u2").roles.filter(facility__isnull=False, kind=RoleKind.COACH).exists()


def test_superusers_are_not_changed_by_imports(
    import_files: Any, capsys: pytest.CaptureFixture[str]
):
    facility = make_facility(name="Riverside", partner_id="s1")
    make_user(facility, username="ada", external_id="u3", is_superuser=True, is_staff=True)
    root = user("u3")

    import_files(with_row("users", person("u3", "renamed", enabledUser="false", password="theirs")))
    assert "“renamed” is a superuser and is left unchanged" in capsys.readouterr().err
    import_files(with_row("users", person("u3", "ada", status="tobedeleted")))

    after = user("u3")
    assert (after.username, after.is_active, after.is_superuser) == ("ada", True, True)
    assert after.password == root.password
    assert not after.roles.exists()


# The manifest.


def test_rows_missing_from_files_stay_without_a_manifest(import_files: Any):
    import_files(export())

    import_files(export(enrollments=[enrolment("c1", "u3")]))

    assert learners_of() == {"u3", "u4"}
    assert user("u2").roles.exists()


def test_bulk_enrolments_replace_all_others(import_files: Any):
    """Only people who came from the source are removed."""
    import_files(export())
    room = Classroom.objects.get()
    guest = make_user(room.facility, external_id=None)
    services.enrol(guest, room)
    services.assign_role(make_user(room.facility, external_id=None), RoleKind.COACH, room)

    import_files(export(manifest=manifest(enrollments="bulk"), enrollments=[enrolment("c1", "u3")]))

    assert learners_of() == {"u3", None}
    assert [role.user.external_id for role in room.roles.all()] == [None]


def test_a_delta_can_refer_to_rows_imported_before(import_files: Any):
    """A delta that names a class, a person and a school imported before; other files are absent."""
    import_files(export())
    others = {"orgs": "absent", "roles": "absent", "classes": "absent", "users": "delta"}

    result = import_files(
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
    assert set(result["users"]) == {"new"}
    assert user("u1").roles.exists()


def test_a_delta_of_one_class_keeps_its_longer_name(import_files: Any):
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
    assert "roles.csv: the manifest declares this file as absent" in capsys.readouterr().err


# Queries.


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
    """The import needs a few statements for each batch of 500."""
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
