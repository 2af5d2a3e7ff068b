"""Builders of OneRoster exports, and helpers that read the result of an import."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from roster.models import (
    Classroom,
    Enrolment,
    Facility,
    GroupMembership,
    LearnerGroup,
    Role,
    User,
)

HEADERS = {
    "manifest.csv": "propertyName,value",
    "orgs.csv": "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId",
    "users.csv": (
        "sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName,"
        "middleName,identifier,email,sms,phone,agentSourcedIds,grades,password,"
        "userMasterIdentifier,resourceSourcedIds,preferredGivenName,preferredMiddleName,"
        "preferredFamilyName,primaryOrgSourcedId,pronouns"
    ),
    "roles.csv": (
        "sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,"
        "orgSourcedId,userProfileSourcedId"
    ),
    "classes.csv": (
        "sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,"
        "location,schoolSourcedId,termSourcedIds,subjects,subjectCodes,periods"
    ),
    "enrollments.csv": (
        "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,"
        "primary,beginDate,endDate"
    ),
}
USERS_1_1 = (
    "sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,givenName,"
    "familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password"
)
Files = dict[str, list[dict[str, str]]]


def org(key: str = "s1", name: str = "Riverside", kind: str = "school", **cells: str):
    return {"sourcedId": key, "name": name, "type": kind, **cells}


def person(key: str, username: str, **cells: str):
    named = {"givenName": username.title(), "familyName": "Moreno", "enabledUser": "true"}
    return {"sourcedId": key, "username": username, **named, **cells}


def role(key: str, kind: str, at: str = "s1", **cells: str):
    fields = {"userSourcedId": key, "role": kind, "orgSourcedId": at, "roleType": "primary"}
    return {"sourcedId": f"{key}-{kind}-{at}", **fields, **cells}


def school_class(key: str, title: str, at: str = "s1", **cells: str):
    return {"sourcedId": key, "title": title, "schoolSourcedId": at, **cells}


def enrolment(room: str, key: str, kind: str = "student", at: str = "s1", **cells: str):
    fields = {"classSourcedId": room, "userSourcedId": key, "schoolSourcedId": at, "role": kind}
    return {"sourcedId": f"{room}-{key}-{kind}", **fields, **cells}


def export(**changed: list[dict[str, str]]) -> Files:
    """Return files of a school with an admin, a teacher, two students and a class.

    The arguments replace whole files.
    """
    files = {
        "orgs": [org("d1", "County", "district"), org(parentSourcedId="d1")],
        "users": [
            person("u1", "head"),
            person("u2", "kim"),
            person("u3", "ada"),
            person("u4", "ben"),
        ],
        "roles": [
            role("u1", "principal"),
            role("u2", "teacher"),
            role("u3", "student"),
            role("u4", "student"),
        ],
        "classes": [school_class("c1", "7A")],
        "enrollments": [
            enrolment("c1", "u2", "teacher"),
            enrolment("c1", "u3"),
            enrolment("c1", "u4"),
        ],
    }
    return {f"{name}.csv": rows for name, rows in {**files, **changed}.items()}


def with_row(name: str, row: dict[str, str], **changed: list[dict[str, str]]) -> Files:
    """Return the default export with one more row, or with the row of this id replaced."""
    files = export(**changed)
    rows = files[f"{name}.csv"]
    places = [n for n, old in enumerate(rows) if old["sourcedId"] == row["sourcedId"]]
    for place in places:
        rows[place] = row
    return files if places else {**files, f"{name}.csv": [*rows, row]}


def manifest(**modes: str) -> list[dict[str, str]]:
    return [
        {"propertyName": "manifest.version", "value": "1.0"},
        {"propertyName": "oneroster.version", "value": "1.2"},
        *({"propertyName": f"file.{name}", "value": mode} for name, mode in modes.items()),
        {"propertyName": "file.demographics", "value": "absent"},
        {"propertyName": "source.systemName", "value": "SIS"},
    ]


def text_of(name: str, rows: list[dict[str, str]], header: str = "") -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, (header or HEADERS[name]).split(","), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def imported(path: Path, **options: Any) -> Any:
    out = io.StringIO()
    call_command("import_roster", str(path), stdout=out, **options)
    return json.loads(out.getvalue())


def imported_in_part(path: Path, **options: Any) -> Any:
    """Return the JSON of an import that skips records, as its exit code says."""
    out = io.StringIO()
    with pytest.raises(CommandError) as stopped:
        call_command("import_roster", str(path), stdout=out, **options)
    assert stopped.value.returncode == 3, stopped.value
    return json.loads(out.getvalue())


def everything() -> list[Any]:
    models = (Facility, User, Role, Classroom, LearnerGroup, Enrolment, GroupMembership)
    return [list(model._default_manager.order_by("pk").values()) for model in models]


def user(key: str) -> User:
    return User.objects.get(external_id=key)


def learners_of(name: str = "7A") -> set[str | None]:
    return set(
        Enrolment.objects.filter(classroom__name=name).values_list("user__external_id", flat=True)
    )


def day(distance: int) -> str:
    return (timezone.localdate() + timedelta(days=distance)).isoformat()


def zipped(path: Path, *files: tuple[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return path
