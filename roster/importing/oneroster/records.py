"""Records of an export, validated one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeVar

from infra.password_length import MAX_PASSWORD_LENGTH
from roster.importing.oneroster.files import Row
from roster.importing.oneroster.issues import Report

MAX_ID = 255
MAX_NAME = 200


class Record(Protocol):
    """A record with its file and line, which may be deleted."""

    @property
    def where(self) -> str:
        """File and line."""

    @property
    def gone(self) -> bool:
        """Whether the source has deleted it."""


R = TypeVar("R", bound=Record)


@dataclass(frozen=True, kw_only=True, slots=True)
class Org:
    """A school, or an org above or below schools."""

    where: str
    id: str
    name: str
    type: str
    parent: str
    gone: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """A user; `orgs` and `role` are OneRoster 1.1, replaced by roles.csv in 1.2."""

    where: str
    id: str
    username: str  # validated by the import, which also knows the names of other people
    full_name: str
    password: str | None
    enabled: bool
    primary_org: str
    orgs: tuple[str, ...]
    role: str
    gone: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Period:
    """Validity period, start included and end excluded; None is open."""

    start: date | None = None
    end: date | None = None

    def has_ended(self, today: date) -> bool:
        """Return whether the period is over."""
        return self.end is not None and self.end <= today

    def has_started(self, today: date) -> bool:
        """Return whether the period has started; it may be over."""
        return self.start is None or self.start <= today


@dataclass(frozen=True, kw_only=True, slots=True)
class OrgRole:
    """Role of a person at an org."""

    where: str
    person: str
    role: str
    org: str
    primary: bool = False
    period: Period = Period()
    gone: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class SchoolClass:
    """A class of a school."""

    where: str
    id: str
    title: str
    code: str
    school: str
    gone: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ClassRole:
    """Role of a person in a class."""

    where: str
    school_class: str
    school: str
    person: str
    role: str
    period: Period
    gone: bool


def read_org(row: Row, report: Report) -> Org:
    """Read a row of orgs.csv."""
    gone = is_gone(row, report)
    return Org(
        where=row.where,
        id=row["sourcedId"],
        name=_text(row, "name", MAX_NAME, report, required=not gone),
        type=row["type"].casefold(),
        parent=row["parentSourcedId"],
        gone=gone,
    )


def read_person(row: Row, report: Report) -> Person:
    """Read a row of users.csv; a user to delete needs only an id."""
    gone = is_gone(row, report)
    given = row["preferredGivenName"] or row["givenName"]
    full_name = f"{given} {row['preferredFamilyName'] or row['familyName']}".strip()
    if not gone and not full_name:
        report.skip(row.where, "givenName and familyName are empty.")
    if len(full_name) > MAX_NAME:
        report.skip(row.where, f"the name is longer than {MAX_NAME} characters.")
    return Person(
        where=row.where,
        id=row["sourcedId"],
        username=row["username"],
        full_name=full_name,
        password=_text(row, "password", MAX_PASSWORD_LENGTH, report, required=False) or None,
        enabled=_is_enabled(row, report),
        primary_org=row["primaryOrgSourcedId"],
        orgs=tuple(filter(None, (org.strip() for org in row["orgSourcedIds"].split(",")))),
        role=row["role"].casefold(),
        gone=gone,
    )


def read_org_role(row: Row, report: Report) -> OrgRole:
    """Read a row of roles.csv."""
    gone = is_gone(row, report)
    return OrgRole(
        where=row.where,
        person=_text(row, "userSourcedId", MAX_ID, report, required=not gone),
        role=_text(row, "role", MAX_ID, report, required=not gone).casefold(),
        org=_text(row, "orgSourcedId", MAX_ID, report, required=not gone),
        primary=row["roleType"].casefold() == "primary",
        period=_period(row, report),
        gone=gone,
    )


def read_class(row: Row, report: Report) -> SchoolClass:
    """Read a row of classes.csv."""
    gone = is_gone(row, report)
    return SchoolClass(
        where=row.where,
        id=row["sourcedId"],
        title=_text(row, "title", MAX_NAME, report, required=not gone),
        code=row["classCode"],
        school=_text(row, "schoolSourcedId", MAX_ID, report, required=not gone),
        gone=gone,
    )


def read_class_role(row: Row, report: Report) -> ClassRole:
    """Read a row of enrollments.csv; one to delete still needs its class and user."""
    return ClassRole(
        where=row.where,
        school_class=_text(row, "classSourcedId", MAX_ID, report),
        school=row["schoolSourcedId"],
        person=_text(row, "userSourcedId", MAX_ID, report),
        role=_text(row, "role", MAX_ID, report).casefold(),
        period=_period(row, report),
        gone=is_gone(row, report),
    )


def read_all(
    rows: Iterable[Row], read: Callable[[Row, Report], R], report: Report
) -> tuple[dict[str, R], list[Row]]:
    """Read the rows of a file; return the records by id, and the rows that are skipped.

    If an id is repeated, the first record counts that is not to be deleted.
    """
    records: dict[str, R] = {}
    skipped: list[Row] = []
    for row in rows:
        reported = len(report.skipped)
        key = _text(row, "sourcedId", MAX_ID, report) if row.cells else ""
        record = read(row, report) if key else None
        if record is None or len(report.skipped) > reported:
            skipped.append(row)
            continue
        first = records.setdefault(key, record)
        if first is not record:
            report.skip(row.where, f"sourcedId “{key}” is also used in {first.where}.")
            if first.gone:
                records[key] = record
    return records, skipped


def is_gone(row: Row, report: Report) -> bool:
    """Return whether a record is deleted; "inactive" is from OneRoster 1.0."""
    status = row["status"].casefold()
    if status not in ("", "active", "inactive", "tobedeleted"):
        report.skip(row.where, f"status “{row['status']}” is neither active nor tobedeleted.")
    return status in ("inactive", "tobedeleted")


def _is_enabled(row: Row, report: Report) -> bool:
    value = row["enabledUser"].casefold()
    if value not in ("", "true", "false"):
        report.skip(row.where, f"enabledUser “{row['enabledUser']}” is neither true nor false.")
    return value != "false"


def _text(row: Row, column: str, max_length: int, report: Report, *, required: bool = True) -> str:
    text = row[column]
    if required and not text:
        report.skip(row.where, f"{column} is empty.")
    if len(text) > max_length:
        report.skip(row.where, f"{column} is longer than {max_length} characters.")
    return text


def _period(row: Row, report: Report) -> Period:
    return Period(start=_date(row, "beginDate", report), end=_date(row, "endDate", report))


def _date(row: Row, column: str, report: Report) -> date | None:
    if not row[column]:
        return None
    try:
        # Some systems append a time to the date.
        return date.fromisoformat(row[column].partition("T")[0])
    except ValueError:
        report.skip(row.where, f"{column} “{row[column]}” is not a date such as 2026-08-31.")
        return None
