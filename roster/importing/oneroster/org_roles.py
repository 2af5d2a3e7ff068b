"""Schools and roles of the people of an export."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from roster.importing.oneroster.export import Export
from roster.importing.oneroster.issues import Report
from roster.importing.oneroster.records import Org, OrgRole, Person

ADMINS = {
    "administrator", "siteadministrator", "principal", "districtadministrator",
    "systemadministrator",
}  # fmt: skip
STAFF = {"teacher", "aide", "proctor", "counselor"}
FAMILY = {"parent", "guardian", "relative"}
NOT_OF_SCHOOL = "relatives, and users with unknown roles, are not imported."
NOT_THEIR_SCHOOL = "administrators get permissions only in the one school they belong to."
KNOWN_ROLES = ADMINS | STAFF | FAMILY | {"student"}


@dataclass(frozen=True, kw_only=True)
class Known:
    """Rows of earlier exports, needed by a delta export.

    Names of schools by id, names of classes by the ids of school and class, and ids of the
    schools of each person.
    """

    schools: dict[str, str] = field(default_factory=dict)
    classes: dict[tuple[str, str], str] = field(default_factory=dict)
    people: dict[str, set[str]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Placement:
    """School and role of one person; role None leaves the current role unchanged.

    `learner`: the person is a student and has no other role.
    """

    school: str
    role: str | None
    learner: bool


class Schools:
    """Orgs of an export, with a lookup of the school of each org."""

    def __init__(self, export: Export, known: Known) -> None:
        before = {
            key: Org(where="orgs.csv", id=key, name=name, type="school", parent="", gone=False)
            for key, name in known.schools.items()
            if "orgs.csv" in export.partial
        }
        self.orgs = before | export.orgs
        self._where = "orgs.csv or the database" if "orgs.csv" in export.partial else "orgs.csv"

    def school_of(self, org_id: str) -> str | None:
        """Return the id of the school an org is or belongs to; None for an org above schools."""
        seen: set[str] = set()
        while (org := self.orgs.get(org_id)) and org_id not in seen:
            if org.type == "school":
                return None if org.gone else org.id
            seen.add(org_id)
            org_id = org.parent
        return None

    def exists(self, where: str, column: str, org_id: str, report: Report) -> bool:
        """Return whether an org exists, or none is named; skip the record if not."""
        if not org_id or org_id in self.orgs:
            return True
        report.skip(where, f"{column} “{org_id}” is not in {self._where}.")
        return False


class PlacementFinder:
    """Finds the school of each person: primary org, then roles, then classes.

    `skipped` has the people who are left as they are, because of an error in their own row;
    `unclear` those whose roles are, because of an error in one of them.
    """

    def __init__(
        self, export: Export, schools: Schools, known: Known, *, today: date, report: Report
    ) -> None:
        self.export, self.schools, self.known = export, schools, known
        self.today, self.report = today, report
        self.skipped = export.skipped_values("users.csv", "sourcedId") - export.people.keys()
        self.unclear = export.skipped_values("roles.csv", "userSourcedId")
        self.roles: dict[str, list[OrgRole]] = defaultdict(list)
        for role in export.org_roles:
            if self._has_known_references(role):
                self.roles[role.person].append(role)
        self.class_schools: dict[str, list[str]] = defaultdict(list)
        for member in export.class_roles:
            if (found := export.classes.get(member.school_class)) and not member.gone:
                self.class_schools[member.person].append(found.school)

    def find_all(self) -> dict[str, Placement]:
        """Return the placement of each person to import; report the skipped ones."""
        placements = {}
        for person in self.export.people.values():
            if not person.gone and (place := self._place(person)):
                placements[person.id] = place
        return placements

    def find_leavers(self) -> Iterator[tuple[str, str | None]]:
        """Yield each person to delete, with their school or None if unknown."""
        for person in self.export.people.values():
            if person.gone:
                yield person.id, self._find_school(person)

    def _place(self, person: Person) -> Placement | None:
        if not all(
            self.schools.exists(person.where, column, org, self.report)
            for column, org in self._referenced_orgs(person)
        ):
            self.skipped.add(person.id)
            return None
        current = [role for role in self.roles[person.id] if self._is_current(role)]
        kinds = {role.role for role in current}
        if kinds and not kinds & (KNOWN_ROLES - FAMILY):
            self.report.notice(person.where, NOT_OF_SCHOOL)
            return None
        school = self._find_school(person)
        if school is None:
            self.report.notice(person.where, "users without a school are not imported.")
            return None
        for role in current:
            self._report_ignored(role, school)
        kinds = {role.role for role in current if self.schools.school_of(role.org) == school}
        return Placement(
            school=school,
            role=self._highest_role(kinds, self.roles[person.id], person.id),
            learner="student" in kinds and not kinds & (ADMINS | STAFF),
        )

    def _report_ignored(self, role: OrgRole, school: str) -> None:
        if role.role not in KNOWN_ROLES:
            self.report.notice(role.where, f"the role “{role.role}” is unknown and is ignored.")
        elif role.role in ADMINS and self.schools.school_of(role.org) != school:
            self.report.notice(role.where, NOT_THEIR_SCHOOL)

    def _highest_role(
        self, kinds: set[str], all_roles: list[OrgRole], person_id: str
    ) -> str | None:
        """Return the highest role of a person at their school.

        A delta export removes only those roles that it ends.
        """
        if kinds & ADMINS:
            return "admin"
        if person_id in self.unclear:
            return None
        changes_only = "roles.csv" in self.export.partial
        if not all_roles or (changes_only and not {role.role for role in all_roles} & ADMINS):
            return None
        return "learner" if "student" in kinds and not kinds & STAFF else "staff"

    def _find_school(self, person: Person) -> str | None:
        roles = sorted(
            self.roles[person.id], key=lambda role: (not self._is_current(role), not role.primary)
        )
        orgs = [
            person.primary_org,
            *(role.org for role in roles),
            *person.orgs,
            *self.class_schools[person.id],
        ]
        found = next(filter(None, map(self.schools.school_of, orgs)), None)
        return found or self._known_school(person)

    def _known_school(self, person: Person) -> str | None:
        before = self.known.people.get(person.id, set()) & self.schools.orgs.keys()
        return min(before, default=None) if self.export.partial else None

    def _referenced_orgs(self, person: Person) -> list[tuple[str, str]]:
        return [
            ("primaryOrgSourcedId", person.primary_org),
            *(("orgSourcedIds", org) for org in person.orgs),
        ]

    def _is_current(self, role: OrgRole) -> bool:
        period = role.period
        return not role.gone and period.has_started(self.today) and not period.has_ended(self.today)

    def _has_known_references(self, role: OrgRole) -> bool:
        if role.gone:
            return True
        if not self.schools.exists(role.where, "orgSourcedId", role.org, self.report):
            self.unclear.add(role.person)
            return False
        if role.person in self.export.people:
            return True
        if "users.csv" in self.export.partial or role.person in self.skipped:
            self.report.notice(
                role.where, "roles of users who are not in users.csv are left unchanged."
            )
        else:
            self.report.skip(role.where, f"userSourcedId “{role.person}” is not in users.csv.")
        return False
