"""A whole export: its files, read in the modes that the manifest gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from roster.importing.oneroster.files import COLUMNS, Row, parse, read_files
from roster.importing.oneroster.issues import Report
from roster.importing.oneroster.records import (
    ClassRole,
    Org,
    OrgRole,
    Person,
    R,
    SchoolClass,
    read_all,
    read_class,
    read_class_role,
    read_org,
    read_org_role,
    read_person,
)

REQUIRED_FILES = ("orgs.csv", "users.csv", "classes.csv", "enrollments.csv")
MODES = ("bulk", "delta", "absent")


@dataclass(frozen=True, kw_only=True)
class Export:
    """All records of an export that are read.

    `partial` lists the files that are absent or contain only changes, so their other records may
    be known from earlier exports. With `complete` enrolments, members without a row have left.
    `skipped` has the malformed rows of each file.
    """

    orgs: dict[str, Org]
    people: dict[str, Person]
    org_roles: list[OrgRole]
    classes: dict[str, SchoolClass]
    class_roles: list[ClassRole]
    partial: frozenset[str]
    complete: bool
    skipped: Mapping[str, list[Row]]

    def skipped_values(self, name: str, column: str) -> set[str]:
        """Return the values of a column in the skipped rows of a file."""
        return {row[column] for row in self.skipped.get(name, ())}


def read_export(path: Path, report: Report) -> Export:
    """Read a folder or zip of OneRoster CSV files; add problems to the report.

    Raises
    ------
    BadExport : the export cannot be opened, or files are missing.
    """
    files = read_files(path)
    modes = _read_modes(files, report)
    _check_presence(files, modes, report)
    report.refuse_if_bad()

    skipped: dict[str, list[Row]] = {}

    def records(name: str, read: Callable[[Row, Report], R]) -> dict[str, R]:
        if name not in files:
            return {}
        found, skipped[name] = read_all(parse(name, files[name], report), read, report)
        return found

    people = records("users.csv", read_person)
    class_roles = list(records("enrollments.csv", read_class_role).values())
    complete = modes.get("enrollments.csv") == "bulk"
    if complete and not class_roles:
        # More likely a failed export than a school without any members of classes.
        report.problem(
            "enrollments.csv",
            "there are no enrolments, but the manifest declares this file as bulk.",
        )
    org_roles = list(records("roles.csv", read_org_role).values())
    return Export(
        orgs=records("orgs.csv", read_org),
        people=people,
        org_roles=org_roles or [role for person in people.values() for role in _roles_of(person)],
        classes=records("classes.csv", read_class),
        class_roles=class_roles,
        partial=frozenset(name for name, mode in modes.items() if mode in ("delta", "absent")),
        complete=complete,
        skipped=skipped,
    )


def _read_modes(files: dict[str, bytes], report: Report) -> dict[str, str]:
    """Return the mode of each known file from the manifest: bulk, delta or absent."""
    modes = {}
    for row in parse("manifest.csv", files.pop("manifest.csv", b"propertyName,value"), report):
        name = f"{row['propertyName'].casefold().removeprefix('file.')}.csv"
        mode = row["value"].casefold()
        if name not in COLUMNS or not mode:
            continue
        if mode not in MODES:
            report.problem(row.where, f"“{row['value']}” is not one of {', '.join(MODES)}.")
        modes[name] = mode
    return modes


def _check_presence(files: dict[str, bytes], modes: dict[str, str], report: Report) -> None:
    for name in REQUIRED_FILES:
        if name not in files and name not in modes:
            report.problem(name, "this file is missing.")
    for name, mode in modes.items():
        if mode != "absent" and name not in files:
            report.problem(name, f"this file is missing, but the manifest declares it as {mode}.")
        elif mode == "absent" and files.pop(name, None) is not None:
            report.notice(name, "the manifest declares this file as absent; it is not read.")


def _roles_of(person: Person) -> list[OrgRole]:
    """Return the roles of a OneRoster 1.1 user in the form of 1.2."""
    return [
        OrgRole(where=person.where, person=person.id, role=person.role, org=org, gone=person.gone)
        for org in person.orgs
        if person.role
    ]
