"""Errors of `manage.py import_roster` for malformed or hostile OneRoster CSV: contract 1.8."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError

from roster.models import Classroom, Facility, User
from tests.factories import make_facility, make_user
from tests.roster.oneroster import (
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
    zipped,
)

pytestmark = pytest.mark.django_db


# Errors.


@pytest.mark.parametrize(
    ("files", "line"),
    [
        (export(manifest=manifest(users="full")), "manifest.csv:4: “full” is not one of bulk"),
        (
            {n: rows for n, rows in export().items() if n != "users.csv"},
            "users.csv: this file is missing.",
        ),
        (
            {**export(manifest=manifest(classes="bulk", users="bulk")), "classes.csv": None},
            "classes.csv: this file is missing, but the manifest declares it as bulk.",
        ),
        (
            export(manifest=manifest(enrollments="bulk"), enrollments=[]),
            "enrollments.csv: there are no enrolments",
        ),
        (
            export(orgs=[org("d1", "County", "district")]),
            "orgs.csv: no school in this export has users or classes.",
        ),
        (
            export(
                orgs=[org("s" * 101)],
                users=[],
                roles=[],
                enrollments=[],
                classes=[school_class("c1", "7A", at="s" * 101)],
            ),
            "orgs.csv: no school in this export has users or classes.",
        ),
    ],
)
def test_an_export_that_cannot_be_read_is_refused_and_nothing_changes(
    import_files: Any, files: dict[str, Any], line: str
):
    """contract 1.8."""
    before = everything()

    with pytest.raises(CommandError) as refused:
        import_files({name: rows for name, rows in files.items() if rows is not None})

    assert str(refused.value).splitlines()[0].startswith(line)
    assert everything() == before


@pytest.mark.parametrize(
    ("files", "line"),
    [
        (
            with_row("enrollments", enrolment("c1", "u9")),
            "enrollments.csv:5: userSourcedId “u9” is not a user in users.csv.",
        ),
        (
            with_row("enrollments", enrolment("c9", "u3")),
            "enrollments.csv:5: classSourcedId “c9” is not a class in classes.csv.",
        ),
        (
            with_row("enrollments", {**enrolment("c1", "u3"), "sourcedId": ""}),
            "enrollments.csv:5: sourcedId is empty.",
        ),
        (
            with_row("roles", role("u9", "student")),
            "roles.csv:6: userSourcedId “u9” is not in users.csv.",
        ),
        (
            with_row("roles", {**role("u4", "student", at="s9"), "sourcedId": "r9"}),
            "roles.csv:6: orgSourcedId “s9” is not in orgs.csv.",
        ),
        (
            with_row("classes", school_class("c2", "7B", at="s9")),
            "classes.csv:3: schoolSourcedId “s9” is not in orgs.csv.",
        ),
        (
            with_row("users", person("u9", "eve", primaryOrgSourcedId="s9")),
            "users.csv:6: primaryOrgSourcedId “s9” is not in orgs.csv.",
        ),
        (with_row("users", person("u3", "")), "users.csv:4: A username is required."),
        (with_row("users", person("u3", "a\u202eda")), "users.csv:4: A username may not contain"),
        (with_row("users", person("u3", "x" * 151)), "users.csv:4: This username is too long."),
        (
            with_row("users", person("u3", "BEN")),
            "users.csv:5: “ben” is also the username of u3.",
        ),
        (
            with_row("users", {**person("u9", "eve"), "sourcedId": "u4 "}),
            "users.csv:6: sourcedId “u4” is also used in users.csv:5.",
        ),
        (with_row("users", {**person("", "x")}), "users.csv:6: sourcedId is empty."),
        (
            with_row("users", person("u9", "eve", enabledUser="yes")),
            "users.csv:6: enabledUser “yes” is neither true nor false.",
        ),
        (
            with_row("users", person("u9", "eve", givenName="", familyName="")),
            "users.csv:6: givenName and familyName are empty.",
        ),
        (with_row("users", person("u9", "eve", familyName="a\0b")), "users.csv:6: there is a NUL"),
        (
            with_row("classes", school_class("c2", "7B", status="deleted")),
            "classes.csv:3: status “deleted” is neither active nor tobedeleted.",
        ),
        (with_row("classes", school_class("c2", "")), "classes.csv:3: title is empty."),
        (
            with_row("enrollments", {**enrolment("c1", "u3", endDate="1/05/23"), "sourcedId": "x"}),
            "enrollments.csv:5: endDate “1/05/23” is not a date such as 2026-08-31.",
        ),
        (
            export(orgs=[org(), org("s" * 101)], classes=[
                school_class("c1", "7A"), school_class("c2", "7B", at="s" * 101)
            ]),
            "orgs.csv:3: sourcedId is longer than 100",
        ),
    ],
)  # fmt: skip
def test_a_record_with_an_error_is_skipped_and_the_rest_is_imported(
    import_files: Any, capsys: pytest.CaptureFixture[str], files: dict[str, Any], line: str
):
    """The exit code, the JSON and standard error say what was skipped."""
    result = import_files(files, in_part=True)

    [skipped] = result["skipped"]
    assert f"{skipped['where']}: {skipped['message']}".startswith(line)
    assert line in capsys.readouterr().err
    assert {person.external_id for person in User.objects.all()} == {"u1", "u2", "u3", "u4"}
    assert result["classrooms"].keys() == {"7A"}
    assert learners_of() == {"u3", "u4"}


@pytest.mark.parametrize(
    "files",
    [
        with_row("users", person("u3", "ada", enabledUser="yes")),
        with_row("users", person("u3", "ada", primaryOrgSourcedId="s9")),
        with_row("users", person("u2", "kim", givenName="", familyName="")),
        with_row("roles", role("u1", "principal", at="s9")),
        with_row("roles", role("u1", "principal", endDate="tomorrow")),
        with_row("classes", school_class("c1", "7A", status="deleted")),
        with_row("enrollments", enrolment("c1", "u2", "teacher", beginDate="today")),
        with_row("enrollments", enrolment("c1", "u3", endDate="1/05/2023")),
        with_row("enrollments", {**enrolment("", "u3"), "sourcedId": "c1-u3-student"}),
    ],
)
def test_a_skipped_record_ends_nothing(import_files: Any, files: dict[str, Any]):
    """Not even in an export that is complete otherwise: what it leaves out has an unclear state."""
    import_files(export())
    before = everything()

    import_files({**files, "manifest.csv": manifest(enrollments="bulk")}, in_part=True)

    assert everything() == before


def test_others_leave_a_class_in_spite_of_a_skipped_record(import_files: Any):
    import_files(export(classes=[school_class("c1", "7A"), school_class("c2", "7B")], enrollments=[
        enrolment("c1", "u3"), enrolment("c1", "u4"), enrolment("c2", "u3"), enrolment("c2", "u4"),
    ]))  # fmt: skip

    import_files(
        export(
            manifest=manifest(enrollments="bulk"),
            users=[person("u3", "ada", enabledUser="yes"), person("u4", "ben")],
            roles=[role("u4", "student")],
            classes=[school_class("c1", "7A"), school_class("c2", "7B")],
            enrollments=[
                enrolment("c1", "u3"), enrolment("c2", "u4"), enrolment("c2", "u3", endDate="?")
            ],
        ),
        in_part=True,
    )  # fmt: skip

    assert learners_of("7A") == {"u3"}
    assert learners_of("7B") == {"u3", "u4"}


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("users.csv", b"", "users.csv:1: a column is missing: sourcedId, enabledUser, username"),
        ("orgs.csv", b"sourcedId,name\r\n", "orgs.csv:1: a column is missing: type."),
        (
            "orgs.csv",
            b"sourcedId,name,NAME,type\r\n",
            "orgs.csv:1: the column name appears more than once.",
        ),
        (
            "orgs.csv",
            b"sourcedId,name,type\r\ns1,R\xe9,school\r\n",
            "orgs.csv:2: this is not UTF-8",
        ),
        ("orgs.csv", "sourcedId,name,type\r\n".encode("utf-16"), "orgs.csv:1: this is not UTF-8"),
        (
            "orgs.csv",
            b"\xef\xbb\xbfsourcedId,name,type\r\n\xe9,R,school\r\n",
            "orgs.csv:2: this is not UTF-8",
        ),
        (
            "orgs.csv",
            b"sourcedId,name,type\rs1,R,school\rs2,R\xe9,school\r",
            "orgs.csv:3: this is not UTF-8",
        ),
        ("orgs.csv", b"sourcedId,name,type\ns1,a\0,school\n", "orgs.csv: no school"),
        ("orgs.csv", b"sourcedId,name,type\ns1,school\n", "orgs.csv: no school"),
        ("orgs.csv", b'sourcedId,name,type\n"s1,R,school\n', "orgs.csv:2: this is not CSV"),
        (
            "orgs.csv",
            b'sourcedId,name,type\n\ns1,"R\nS",school\ns2,' + b"x" * 140_000 + b",school\n",
            "orgs.csv:5: this is not CSV",
        ),
        ("orgs.csv", b"sourcedId,name,type\ns1,R,planet\n", "roles.csv"),
    ],
)
def test_a_malformed_file_is_refused(import_texts: Any, name: str, text: bytes, line: str):
    files: dict[str, str | bytes] = {n: text_of(n, rows) for n, rows in export().items()}
    if line == "roles.csv":
        line = "orgs.csv: no school in this export"
    csv.field_size_limit(10_000_000)  # as after the import of a catalogue of contents

    with pytest.raises(CommandError) as refused:
        import_texts({**files, name: text})

    assert line in str(refused.value)
    assert not Facility.objects.exists()


def test_unusual_but_valid_bytes_are_read(import_texts: Any):
    """Byte order marks, newlines in quotes, spaces around fields, columns in any order and case."""
    files: dict[str, str | bytes] = {n: text_of(n, rows) for n, rows in export().items()}
    orgs = b'\xef\xbb\xbftype,Name,note,SOURCEDID\n\nschool ,"River\nside ""\xc3\xa9""",,s1\n,,,\n'

    import_texts({**files, "orgs.csv": orgs})

    assert Facility.objects.get().name == 'River\nside "é"'


def test_all_errors_are_reported_at_once(import_files: Any):
    enrolments = [enrolment("c1", f"nobody{n}") for n in range(80)]

    result = import_files(export(enrollments=enrolments), in_part=True)

    assert [skipped["where"] for skipped in result["skipped"]] == [
        f"enrollments.csv:{line}" for line in range(2, 82)
    ]


def test_a_person_whose_username_is_taken_is_imported_without_one(import_files: Any):
    """Another person's username is not taken over, and the classes have all of their learners."""
    facility = make_facility(name="Riverside", partner_id="s1")
    make_user(facility, username="ada", external_id="other", full_name="Ada Other")

    result = import_files(export(), in_part=True)

    assert result["skipped"] == [
        {
            "where": "users.csv:4",
            "message": "“ada” is already the username of Ada Other (other).",
        }
    ]
    assert result["users"]["u3"] == {"id": user("u3").pk.hex, "username": None}
    assert user("u3").full_name == "Ada Moreno"
    assert learners_of() == {"u3", "u4"}


def test_a_person_keeps_their_username_when_the_new_one_is_taken(import_files: Any):
    """And so does a person who should get the username that the first one keeps."""
    import_files(export())
    make_user(Facility.objects.get(), username="taken", external_id=None)
    users = [
        person("u1", "head"), person("u2", "kim"), person("u3", "TAKEN"), person("u4", "ada")
    ]  # fmt: skip

    result = import_files(export(users=users), in_part=True)

    assert [skipped["where"] for skipped in result["skipped"]] == ["users.csv:4", "users.csv:5"]
    assert (user("u3").username, user("u4").username) == ("ada", "ben")
    assert result["users"]["ada"]["id"] == user("u3").pk.hex


def test_of_two_people_with_one_username_the_active_one_has_it(import_files: Any):
    users = [person("u3", "ada", enabledUser="false"), person("u4", "Ada")]

    roles = [role("u3", "student"), role("u4", "student")]

    import_files(export(users=users, roles=roles, enrollments=[]), in_part=True)

    assert (user("u3").username, user("u4").username) == (None, "Ada")


@pytest.mark.parametrize("first", ["tobedeleted", "active"])
def test_of_two_records_with_one_id_the_first_one_counts_that_is_not_deleted(
    import_files: Any, first: str
):
    users = [person("u3", "ada", status=first), person("u3", "eve", status="active")]

    import_files(export(users=users, roles=[], enrollments=[enrolment("c1", "u3")]), in_part=True)

    assert user("u3").username == ("ada" if first == "active" else "eve")
    assert user("u3").is_active


@pytest.mark.parametrize(
    "leaver", [{"sourcedId": "u3", "status": "tobedeleted"}, person("u3", "ada", status="inactive")]
)
def test_a_leaver_releases_the_username(import_files: Any, leaver: dict[str, str]):
    """The next pupil may have it at once; a leaver who returns gets the one of the export."""
    import_files(export())
    files = with_row("users", leaver)
    files["users.csv"].append(person("u9", "ada", primaryOrgSourcedId="s1"))

    import_files(files)

    assert (user("u9").username, user("u3").username) == ("ada", None)
    assert (user("u9").is_active, user("u3").is_active) == (True, False)
    files = with_row("users", person("u3", "ada2"))
    files["users.csv"].append(person("u9", "ada", primaryOrgSourcedId="s1"))
    import_files(files)
    assert (user("u3").username, user("u3").is_active) == ("ada2", True)


def test_a_leaver_of_an_earlier_import_releases_the_username(import_files: Any):
    """Earlier versions kept it."""
    facility = make_facility(name="Riverside", partner_id="s1")
    make_user(facility, username="ada", external_id="left", is_active=False)

    import_files(export())

    assert user("u3").username == "ada"
    assert user("left").username is None


def test_a_class_whose_name_several_classes_have_is_a_new_one(import_files: Any):
    facility = make_facility(name="Riverside", partner_id="s1")
    for _ in range(2):
        Classroom.objects.create(facility=facility, name="7A")

    result = import_files(export(), in_part=True)

    assert result["skipped"][0]["where"] == "classes.csv:2"
    assert result["classrooms"]["7A"] == Classroom.objects.get(external_id="c1").pk.hex
    assert import_files(export())["classrooms"] == result["classrooms"]


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04 and then nothing", b"\x00" * 100], ids=["empty", "cut", "zeros"]
)
def test_a_file_that_is_no_zip_is_refused(tmp_path: Path, content: bytes):
    path = tmp_path / "export.zip"
    path.write_bytes(content)

    with pytest.raises(CommandError, match="not a readable zip"):
        imported(path)
    with pytest.raises(CommandError, match="No such file"):
        imported(tmp_path / "nowhere.zip")


def test_a_zip_bomb_is_not_unpacked(tmp_path: Path):
    path = zipped(tmp_path / "bomb.zip", ("users.csv", b"0" * 20_000_000))

    with pytest.raises(
        CommandError, match=r"users\.csv: unpacks to 20,000,000 bytes, which is too large"
    ):
        imported(path)


def test_a_zip_with_false_sizes_is_refused(tmp_path: Path):
    path = zipped(tmp_path / "liar.zip", ("users.csv", b"0" * 20_000_000))
    honest = (20_000_000).to_bytes(4, "little")
    path.write_bytes(path.read_bytes().replace(honest, (500).to_bytes(4, "little")))

    with pytest.raises(CommandError, match="not a readable zip"):
        imported(path)


def test_two_files_with_the_same_name_in_a_zip_are_refused(tmp_path: Path):
    path = zipped(tmp_path / "two.zip", ("a/users.csv", b"x"), ("b/Users.csv", b"y"))

    with pytest.raises(CommandError, match=r"users\.csv: there are two files"):
        imported(path)
