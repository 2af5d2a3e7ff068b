"""Classes of an export: names, learners and coaches."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date

from roster.importing.oneroster.export import Export
from roster.importing.oneroster.issues import Report
from roster.importing.oneroster.org_roles import Known, Placement, Schools
from roster.importing.oneroster.records import MAX_NAME, ClassRole, SchoolClass

LEARNER_ROLE = "student"
COACH_ROLES = {"teacher", "aide"}


@dataclass(frozen=True, kw_only=True)
class Members:
    """Current members of one class with their source lines, and former members.

    `unclear` members, whose records are skipped, neither join the class nor leave it.
    """

    learners: dict[str, str] = field(default_factory=dict)
    coaches: dict[str, str] = field(default_factory=dict)
    former_learners: set[str] = field(default_factory=set)
    former_coaches: set[str] = field(default_factory=set)
    unclear: set[str] = field(default_factory=set)


def select_classes(
    export: Export, schools: Schools, known: Known, report: Report
) -> dict[str, tuple[SchoolClass, str]]:
    """Return the classes to import, each with its school; report the skipped ones."""
    selected = {}
    for found in (*_known_classes(export, schools, known), *export.classes.values()):
        if found.gone:
            report.notice(found.where, "classes marked for deletion are left unchanged.")
            continue
        if not schools.exists(found.where, "schoolSourcedId", found.school, report):
            continue
        school = schools.school_of(found.school)
        if school is None:
            report.notice(found.where, "classes without a school are not imported.")
        else:
            selected[found.id] = (found, school)
    return selected


def _known_classes(export: Export, schools: Schools, known: Known) -> Iterable[SchoolClass]:
    """Yield the classes of earlier exports that a delta export refers to."""
    if "classes.csv" not in export.partial:
        return
    for member in export.class_roles:
        school = schools.school_of(member.school) or ""
        name = known.classes.get((school, member.school_class))
        if name is not None and member.school_class not in export.classes:
            yield SchoolClass(
                where=member.where, id=member.school_class, title=name, code="", school=school,
                gone=False,
            )  # fmt: skip


def name_classes(classes: list[SchoolClass], before: dict[str, str]) -> dict[str, str]:
    """Return the name of each class: its title, with code or id added if titles repeat.

    A delta export may hold only one of several classes with the same title; that class keeps the
    longer name it had before.
    """
    titles = Counter(found.title for found in classes)
    codes = Counter((found.title, found.code) for found in classes)
    names = {}
    for found in classes:
        unique = found.code and codes[found.title, found.code] == 1
        full = _qualify_title(found.title, found.code if unique else found.id)
        alone = titles[found.title] == 1 and before.get(found.id) != full
        names[found.id] = found.title if alone else full
    taken = Counter(names.values())
    return {
        found.id: names[found.id]
        if taken[names[found.id]] == 1
        else _qualify_title(found.title, found.id)
        for found in classes
    }


def _qualify_title(title: str, mark: str) -> str:
    shown = mark[: MAX_NAME - 3]
    return f"{title[: MAX_NAME - len(shown) - 3]} ({shown})"


class Attendance:
    """Grouping of the enrolments of an export by class."""

    def __init__(
        self,
        export: Export,
        classes: dict[str, tuple[SchoolClass, str]],
        placements: dict[str, Placement],
        known: Known,
        skipped: AbstractSet[str],
        report: Report,
    ) -> None:
        self.export, self.classes, self.placements = export, classes, placements
        self.known, self.skipped, self.report = known, skipped, report
        self.members: dict[str, Members] = defaultdict(Members)

    def group_by_class(self, *, today: date) -> dict[str, Members]:
        """Return the members of every class that has enrolments."""
        for member in self.export.class_roles:
            if not self._has_known_references(member) or member.school_class not in self.classes:
                continue
            person = self.export.people.get(member.person)
            if member.gone or member.period.has_ended(today) or (person and person.gone):
                self._end(member)
            elif member.period.has_started(today) and self._is_possible(member):
                self._add(member)
        return self.members

    def _end(self, member: ClassRole) -> None:
        members = self.members[member.school_class]
        if member.role == LEARNER_ROLE:
            members.former_learners.add(member.person)
        elif member.role in COACH_ROLES:
            members.former_coaches.add(member.person)

    def _add(self, member: ClassRole) -> None:
        members = self.members[member.school_class]
        if member.role == LEARNER_ROLE:
            members.learners.setdefault(member.person, member.where)
        else:
            members.coaches.setdefault(member.person, member.where)

    def _is_possible(self, member: ClassRole) -> bool:
        """Return whether the person can have this role in the class; report if not."""
        _found, school = self.classes[member.school_class]
        placement = self.placements.get(member.person)
        if member.role != LEARNER_ROLE and member.role not in COACH_ROLES:
            return self._leave_out(
                member,
                f"the role “{member.role}” in a class grants no permissions; only teachers and"
                " aides become coaches.",
            )
        if member.person in self.skipped:
            self.members[member.school_class].unclear.add(member.person)
            return self._leave_out(
                member, "enrolments of users who are skipped are left unchanged."
            )
        if placement is None:
            return school in self.known.people.get(member.person, ()) or self._leave_out(
                member, "enrolments of users who are not imported are skipped."
            )
        if placement.school != school:
            return self._leave_out(member, "users can only be in classes of their own school.")
        if placement.learner and member.role in COACH_ROLES:
            return self._leave_out(member, "a user who is only a student cannot coach a class.")
        return True

    def _leave_out(self, member: ClassRole, why: str) -> bool:
        self.report.notice(member.where, why)
        return False

    def _has_known_references(self, member: ClassRole) -> bool:
        """Return whether the class and the person of an enrolment exist; report if not."""
        if not (
            member.gone
            or member.school_class in self.export.classes
            or member.school_class in self.classes
            or member.school_class in self.export.skipped_values("classes.csv", "sourcedId")
        ):
            self._skip(member, "classSourcedId", member.school_class, "not a class", "classes.csv")
            return False
        person_exists = (
            member.person in self.export.people
            or member.person in self.skipped
            or ("users.csv" in self.export.partial and member.person in self.known.people)
        )
        if not (member.gone or person_exists):
            self._skip(member, "userSourcedId", member.person, "not a user", "users.csv")
            self.members[member.school_class].unclear.add(member.person)
            return False
        return True

    def _skip(self, member: ClassRole, column: str, key: str, what: str, name: str) -> None:
        where = f"{name} or the database" if name in self.export.partial else name
        self.report.skip(member.where, f"{column} “{key}” is {what} in {where}.")
