"""Translation of the records of an export into one roster file per school."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from roster.importing.oneroster.classes import Attendance, Members, name_classes, select_classes
from roster.importing.oneroster.export import Export
from roster.importing.oneroster.issues import Report
from roster.importing.oneroster.org_roles import Known, Placement, PlacementFinder, Schools
from roster.importing.oneroster.records import Person, SchoolClass
from roster.importing.schema import ClassroomEntry, FacilityEntry, RosterFile, UserEntry

MAX_SCHOOL_ID = 100


@dataclass(frozen=True, kw_only=True)
class Translation:
    """Roster file of one school, with the source line of each part of it."""

    roster: RosterFile
    origins: dict[str, str]

    def locate(self, path: str) -> str:
        """Return the source file and line of a path like ``users[3].username``."""
        while path and path not in self.origins:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return self.origins.get(path, "orgs.csv")


@dataclass(kw_only=True)
class _School:
    """People, classes and leavers of one school."""

    people: list[tuple[Person, Placement]] = field(default_factory=list)
    classes: list[SchoolClass] = field(default_factory=list)
    leavers: list[str] = field(default_factory=list)


def translate(
    export: Export, *, today: date, only: str | None, known: Known, report: Report
) -> list[Translation]:
    """Return a roster file for each school that is referred to, or for the school `only`.

    Raises
    ------
    BadExport : the export contradicts itself, or has no such school.
    """
    schools = Schools(export, known)
    finder = PlacementFinder(export, schools, known, today=today, report=report)
    placed = finder.find_all()
    classes = select_classes(export, schools, known, report)
    attendance = Attendance(export, classes, placed, known, finder.skipped, report)
    members = attendance.group_by_class(today=today)
    by_school = _group_by_school(export, placed, classes)
    _add_leavers(by_school, finder)
    wanted = _select_schools(by_school, schools, only, report)
    report.refuse_if_bad()
    return [
        _translate_school(schools, key, by_school.get(key, _School()), members, export, known)
        for key in wanted
    ]


def _group_by_school(
    export: Export, placed: dict[str, Placement], classes: dict[str, tuple[SchoolClass, str]]
) -> dict[str, _School]:
    by_school: dict[str, _School] = {}
    for key, place in placed.items():
        by_school.setdefault(place.school, _School()).people.append((export.people[key], place))
    for found, school in classes.values():
        by_school.setdefault(school, _School()).classes.append(found)
    return by_school


def _add_leavers(by_school: dict[str, _School], finder: PlacementFinder) -> None:
    for person, school in finder.find_leavers():
        if school is not None:
            by_school.setdefault(school, _School()).leavers.append(person)
        else:
            for found in by_school.values():
                found.leavers.append(person)


def _select_schools(
    by_school: dict[str, _School], schools: Schools, only: str | None, report: Report
) -> list[str]:
    """Return the ids of the schools to import; skip those whose ids are too long."""
    if only is not None and schools.school_of(only) != only:
        report.problem("--org", f"“{only}” is not a school of this export.")
        return []
    wanted = []
    for key in sorted(by_school) if only is None else [only]:
        if len(key) > MAX_SCHOOL_ID:
            where = schools.orgs[key].where
            report.skip(where, f"sourcedId is longer than {MAX_SCHOOL_ID} characters.")
        else:
            wanted.append(key)
    if not wanted:
        report.problem("orgs.csv", "no school in this export has users or classes.")
    return wanted


def _translate_school(
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
    # An enrolment that cannot be read may be of anyone in its class, or of any class.
    unclear = export.skipped_values("enrollments.csv", "classSourcedId")
    classrooms = []
    for place, found in enumerate(school.classes):
        enrolled = members.get(found.id, Members())
        complete = export.complete and not unclear & {"", found.id}
        classrooms.append(_classroom(found, names[found.id], enrolled, complete=complete))
        origins |= _origins(f"classrooms[{place}]", found, enrolled)
    roster = RosterFile(
        facility=FacilityEntry(name=org.name, partner_id=org.id),
        users=[_user(person, placed) for person, placed in school.people],
        by_external_id=True,
        leavers=school.leavers,
        sister_schools={
            school: school in export.orgs
            for school, org in schools.orgs.items()
            if org.type == "school" and school != key
        },
        classrooms=classrooms,
    )
    return Translation(roster=roster, origins=origins)


def _user(person: Person, placed: Placement) -> UserEntry:
    return UserEntry(
        username=person.username or None,
        password=person.password,
        passwordless=True,
        full_name=person.full_name,
        external_id=person.id,
        role=placed.role,
        active=person.enabled,
    )


def _classroom(
    found: SchoolClass, name: str, enrolled: Members, *, complete: bool
) -> ClassroomEntry:
    return ClassroomEntry(
        name=name,
        external_id=found.id,
        coaches=list(enrolled.coaches),
        learners=list(enrolled.learners),
        former_learners=sorted(enrolled.former_learners),
        former_coaches=sorted(enrolled.former_coaches),
        unclear=enrolled.unclear,
        complete=complete,
    )


def _origins(path: str, found: SchoolClass, enrolled: Members) -> dict[str, str]:
    return {
        path: found.where,
        **{f"{path}.coaches[{n}]": line for n, line in enumerate(enrolled.coaches.values())},
        **{f"{path}.learners[{n}]": line for n, line in enumerate(enrolled.learners.values())},
    }
