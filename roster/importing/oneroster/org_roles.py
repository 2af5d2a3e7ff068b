"""Where people of an export belong, and what they may do there."""

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
NOT_OF_SCHOOL = "families, and people of roles unknown here, are not imported."
NOT_THEIR_SCHOOL = "administrators have rights in the one school they belong to only."
KNOWN_ROLES = ADMINS | STAFF | FAMILY | {"student"}


@dataclass(frozen=True, kw_only=True)
class Known:
    """What earlier exports brought here, for one that only tells changes.

    Schools by id; the names of classes by the ids of school and class; the schools of
    people.
    """

    schools: dict[str, str] = field(default_factory=dict)
    classes: dict[tuple[str, str], str] = field(default_factory=dict)
    people: dict[str, set[str]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Placed:
    """The school somebody belongs to, and their role there; None: what they are stays.

    `learner`: they are a student and nothing else.
    """

    school: str
    role: str | None
    learner: bool


class Schools:
    """The schools of an export, and which of them any org belongs to."""

    def __init__(self, export: Export, known: Known) -> None:
        before = {
            key: Org(where="orgs.csv", id=key, name=name, type="school", parent="", gone=False)
            for key, name in known.schools.items()
            if "orgs.csv" in export.partial
        }
        self.orgs = before | export.orgs
        self._where = "orgs.csv or here" if "orgs.csv" in export.partial else "orgs.csv"

    def of(self, org_id: str) -> str | None:
        """Return the school an org is or is a part of; None for what schools are parts of."""
        seen: set[str] = set()
        while (org := self.orgs.get(org_id)) and org_id not in seen:
            if org.type == "school":
                return None if org.gone else org.id
            seen.add(org_id)
            org_id = org.parent
        return None

    def refuse_unknown(self, where: str, column: str, org_id: str, report: Report) -> None:
        """Report an org that nobody has described."""
        if org_id and org_id not in self.orgs:
            report.problem(where, f"{column} “{org_id}” is nothing in {self._where}.")


class Placing:
    """Finds everybody's one school: primary org, then roles, then where they have classes."""

    def __init__(
        self, export: Export, schools: Schools, known: Known, *, today: date, report: Report
    ) -> None:
        self.export, self.schools, self.known = export, schools, known
        self.today, self.report = today, report
        self.roles: dict[str, list[OrgRole]] = defaultdict(list)
        for role in export.org_roles:
            if self._is_told_of_somebody(role):
                self.roles[role.person].append(role)
        self.class_schools: dict[str, list[str]] = defaultdict(list)
        for member in export.class_roles:
            if (found := export.classes.get(member.school_class)) and not member.gone:
                self.class_schools[member.person].append(found.school)

    def of_everybody(self) -> dict[str, Placed]:
        """Return where everybody belongs who is imported; the report says who is not."""
        placed = {}
        for person in self.export.people.values():
            if not person.gone and (place := self._place(person)):
                placed[person.id] = place
        return placed

    def of_leavers(self) -> Iterator[tuple[str, str | None]]:
        """Yield who is to be deleted, with their school where the export says it."""
        for person in self.export.people.values():
            if person.gone:
                yield person.id, self._school(person)

    def _place(self, person: Person) -> Placed | None:
        for column, org in self._orgs_of(person):
            self.schools.refuse_unknown(person.where, column, org, self.report)
        current = [role for role in self.roles[person.id] if self._holds(role)]
        kinds = {role.role for role in current}
        if kinds and not kinds & (KNOWN_ROLES - FAMILY):
            self.report.notice(person.where, NOT_OF_SCHOOL)
            return None
        school = self._school(person)
        if school is None:
            self.report.notice(person.where, "people of no school are not imported.")
            return None
        for role in current:
            self._tell_ignored(role, school)
        kinds = {role.role for role in current if self.schools.of(role.org) == school}
        return Placed(
            school=school,
            role=self._role(kinds, self.roles[person.id]),
            learner="student" in kinds and not kinds & (ADMINS | STAFF),
        )

    def _tell_ignored(self, role: OrgRole, school: str) -> None:
        if role.role not in KNOWN_ROLES:
            self.report.notice(role.where, f"the role “{role.role}” means nothing here.")
        elif role.role in ADMINS and self.schools.of(role.org) != school:
            self.report.notice(role.where, NOT_THEIR_SCHOOL)

    def _role(self, kinds: set[str], told: list[OrgRole]) -> str | None:
        """Return what somebody is at their school: the most that their roles there make them.

        An export of changes takes only what it says has ended.
        """
        if kinds & ADMINS:
            return "admin"
        changes_only = "roles.csv" in self.export.partial
        if not told or (changes_only and not {role.role for role in told} & ADMINS):
            return None
        return "learner" if "student" in kinds and not kinds & STAFF else "staff"

    def _school(self, person: Person) -> str | None:
        roles = sorted(
            self.roles[person.id], key=lambda role: (not self._holds(role), not role.primary)
        )
        orgs = [
            person.primary_org,
            *(role.org for role in roles),
            *person.orgs,
            *self.class_schools[person.id],
        ]
        found = next(filter(None, map(self.schools.of, orgs)), None)
        return found or self._known_school(person)

    def _known_school(self, person: Person) -> str | None:
        before = self.known.people.get(person.id, set()) & self.schools.orgs.keys()
        return min(before, default=None) if self.export.partial else None

    def _orgs_of(self, person: Person) -> list[tuple[str, str]]:
        return [
            ("primaryOrgSourcedId", person.primary_org),
            *(("orgSourcedIds", org) for org in person.orgs),
        ]

    def _holds(self, role: OrgRole) -> bool:
        period = role.period
        return not role.gone and period.has_begun(self.today) and not period.has_ended(self.today)

    def _is_told_of_somebody(self, role: OrgRole) -> bool:
        if role.gone:
            return True
        self.schools.refuse_unknown(role.where, "orgSourcedId", role.org, self.report)
        if role.person in self.export.people:
            return True
        if "users.csv" in self.export.partial:
            self.report.notice(role.where, "roles of people who are not in users.csv stay.")
        else:
            self.report.problem(
                role.where, f"userSourcedId “{role.person}” is nobody in users.csv."
            )
        return False
