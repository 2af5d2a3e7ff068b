"""Errors of `manage.py import_roster` for malformed or hostile OneRoster CSV: contract 1.8."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError

from roster.models import Facility
from tests.factories import make_facility, make_user
from tests.roster.oneroster import (
    enrolment,
    everything,
    export,
    imported,
    manifest,
    org,
    person,
    role,
    school_class,
    text_of,
    with_row,
    zipped,
)

pytestmark = pytest.mark.django_db


# Errors.


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
            with_row("users", person("u3", "ada", primaryOrgSourcedId="s9")),
            "users.csv:4: primaryOrgSourcedId “s9” is not in orgs.csv.",
        ),
        (with_row("users", person("u3", "")), "users.csv:4: username is empty."),
        (
            with_row("users", person("u3", "BEN")),
            "users.csv:5: username “ben” is also used in users.csv:4.",
        ),
        (
            export(users=[person("u1", "head"), person("u1", "again")]),
            "users.csv:3: sourcedId “u1” is also used in users.csv:2.",
        ),
        (with_row("users", {**person("", "x")}), "users.csv:6: sourcedId is empty."),
        (with_row("users", person("u3", "x" * 151)), "users.csv:4: username is longer than 150"),
        (
            with_row("users", person("u3", "ada", enabledUser="yes")),
            "users.csv:4: enabledUser “yes” is neither true nor false.",
        ),
        (
            with_row("users", person("u3", "ada", givenName="", familyName="")),
            "users.csv:4: givenName and familyName are empty.",
        ),
        (
            with_row("classes", school_class("c1", "7A", status="deleted")),
            "classes.csv:2: status “deleted” is neither active nor tobedeleted.",
        ),
        (with_row("classes", school_class("c1", "")), "classes.csv:2: title is empty."),
        (
            with_row("enrollments", enrolment("c1", "u3", endDate="1/05/2023")),
            "enrollments.csv:3: endDate “1/05/2023” is not a date such as 2026-08-31.",
        ),
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
        (export(orgs=[org("d1", "County", "district")]), "roles.csv:2: orgSourcedId “s1”"),
        (export(orgs=[org("s" * 101)], users=[], roles=[], enrollments=[],
                classes=[school_class("c1", "7A", at="s" * 101)]),
         "orgs.csv:2: sourcedId is longer than 100"),
    ],
)  # fmt: skip
def test_an_error_names_its_file_and_line_and_nothing_changes(
    import_files: Any, files: dict[str, Any], line: str
):
    """contract 1.8: all or nothing."""
    before = everything()

    with pytest.raises(CommandError) as refused:
        import_files({name: rows for name, rows in files.items() if rows is not None})

    assert str(refused.value).splitlines()[0].startswith(line)
    assert everything() == before


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
        ("orgs.csv", b"sourcedId,name,type\ns1,a\0,school\n", "orgs.csv:2: there is a NUL"),
        ("orgs.csv", b"sourcedId,name,type\ns1,school\n", "orgs.csv:2: 2 fields, but the header"),
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


def test_all_problems_are_reported_at_once_up_to_a_limit(import_files: Any):
    enrolments = [enrolment("c1", f"nobody{n}") for n in range(80)]

    with pytest.raises(CommandError) as refused:
        import_files(export(enrollments=enrolments, classes=[school_class("c1", "7A", at="s9")]))

    lines = str(refused.value).splitlines()
    assert len(lines) == 51
    assert lines[0].startswith("classes.csv:2: ")
    assert lines[-1] == "… and 31 more."


def test_a_username_of_a_person_with_another_external_id_is_refused(import_files: Any):
    """The username of another person of the same facility is not taken over."""
    facility = make_facility(name="Riverside", partner_id="s1")
    make_user(facility, username="ada", external_id="other", full_name="Ada Other")

    with pytest.raises(CommandError) as refused:
        import_files(export())

    assert str(refused.value) == "users.csv:4: “ada” is already the username of Ada Other (other)."


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
