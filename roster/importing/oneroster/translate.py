"""From the records of an export to one roster file for each school."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from infra.identifiers import fold_username
from roster.importing.oneroster.classes import Attendance, Members, describe_classes, name_classes
from roster.importing.oneroster.export import Export
from roster.importing.oneroster.issues import Report
from roster.importing.oneroster.org_roles import Known, Placed, Placing, Schools
from roster.importing.oneroster.records import Person, SchoolClass
from roster.importing.schema import ClassroomEntry, FacilityEntry, RosterFile, UserEntry

MAX_SCHOOL_ID = 100


@dataclass(frozen=True, kw_only=True)
class Translation:
    """One school's roster, and the line of the export that each part of it comes from."""

    roster: RosterFile
    origins: dict[str, str]

    def locate(self, path: str) -> str:
        """Return the file and line behind a path like ``users[3].username``."""
        while path and path not in self.origins:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return self.origins.get(path, "orgs.csv")


@dataclass(kw_only=True)
class _School:
    """What is gathered of one school."""

    people: list[tuple[Person, Placed]] = field(default_factory=list)
    classes: list[SchoolClass] = field(default_factory=list)
    leavers: list[str] = field(default_factory=list)


def translate(
    export: Export, *, today: date, only: str | None, known: Known, report: Report
) -> list[Translation]:
    """Return a roster for each school that anything refers to, or for `only` one.

    Raises
    ------
    BadExport : the export contradicts itself, or has no such school.
    """
    schools = Schools(export, known)
    placing = Placing(export, schools, known, today=today, report=report)
    placed = placing.of_everybody()
    classes = describe_classes(export, schools, known, report)
    attendance = Attendance(export, classes, placed, known, report)
    members = attendance.sort(today=today)
    _refuse_shared_usernames(export, placed, report)
    gathered = _gather(export, placed, classes)
    _add_leavers(gathered, placing)
    _check_schools(gathered, schools, only, report)
    report.refuse_if_bad()
    wanted = sorted(gathered) if only is None else [only]
    return [
        _translation(schools, key, gathered.get(key, _School()), members, export, known)
        for key in wanted
    ]


def _gather(
    export: Export, placed: dict[str, Placed], classes: dict[str, tuple[SchoolClass, str]]
) -> dict[str, _School]:
    gathered: dict[str, _School] = {}
    for key, place in placed.items():
        gathered.setdefault(place.school, _School()).people.append((export.people[key], place))
    for found, school in classes.values():
        gathered.setdefault(school, _School()).classes.append(found)
    return gathered


def _add_leavers(gathered: dict[str, _School], placing: Placing) -> None:
    for person, school in placing.of_leavers():
        if school is not None:
            gathered.setdefault(school, _School()).leavers.append(person)
        else:
            for place in gathered.values():
                place.leavers.append(person)


def _refuse_shared_usernames(export: Export, placed: dict[str, Placed], report: Report) -> None:
    first: dict[str, Person] = {}
    for key in placed:
        person = export.people[key]
        if not person.username:
            report.problem(person.where, "username is empty.")
            continue
        other = first.setdefault(fold_username(person.username), person)
        if other is not person:
            report.problem(
                person.where, f"username “{person.username}” is that of {other.where} too."
            )


def _check_schools(
    gathered: dict[str, _School], schools: Schools, only: str | None, report: Report
) -> None:
    for key in gathered if only is None else [only]:
        org = schools.orgs.get(key)
        if org is None or schools.of(key) != key:
            report.problem("--org", f"“{key}” is no school of this export.")
        elif len(key) > MAX_SCHOOL_ID:
            report.problem(org.where, f"sourcedId is longer than {MAX_SCHOOL_ID} characters.")
    if not gathered and only is None:
        report.problem("orgs.csv", "there is no school here that anybody or any class is of.")


def _translation(
    schools: Schools,
    key: str,
    school: _School,
    members: dict[str, Members],
    export: Export,
    known: Known,
) -> Translation:
    org = schools.orgs[key]
    origins = {"facility": org.where}
    for place, (person, _placed) in enumerate(school.people):
        origins[f"users[{place}]"] = person.where
    before = {
        found.id: known.classes.get((key, found.id), "")
        for found in school.classes
        if "classes.csv" in export.partial
    }
    names = name_classes(school.classes, before)
    classrooms = []
    for place, found in enumerate(school.classes):
        there = members.get(found.id, Members())
        classrooms.append(_classroom(found, names[found.id], there, complete=export.complete))
        origins |= _origins(f"classrooms[{place}]", found, there)
    roster = RosterFile(
        facility=FacilityEntry(name=org.name, partner_id=org.id),
        users=[_user(person, placed) for person, placed in school.people],
        by_external_id=True,
        leavers=school.leavers,
        classrooms=classrooms,
    )
    return Translation(roster=roster, origins=origins)


def _user(person: Person, placed: Placed) -> UserEntry:
    return UserEntry(
        username=person.username,
        password=person.password,
        passwordless=True,
        full_name=person.full_name,
        external_id=person.id,
        role=placed.role,
        active=person.enabled,
    )


def _classroom(found: SchoolClass, name: str, there: Members, *, complete: bool) -> ClassroomEntry:
    return ClassroomEntry(
        name=name,
        external_id=found.id,
        coaches=list(there.coaches),
        learners=list(there.learners),
        former_learners=sorted(there.former_learners),
        former_coaches=sorted(there.former_coaches),
        complete=complete,
    )


def _origins(path: str, found: SchoolClass, there: Members) -> dict[str, str]:
    return {
        path: found.where,
        **{f"{path}.coaches[{n}]": line for n, line in enumerate(there.coaches.values())},
        **{f"{path}.learners[{n}]": line for n, line in enumerate(there.learners.values())},
    }
