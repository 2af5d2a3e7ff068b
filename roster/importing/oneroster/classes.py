"""The classes of an export: their names, and who is in them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from roster.importing.oneroster.export import Export
from roster.importing.oneroster.issues import Report
from roster.importing.oneroster.org_roles import Known, Placed, Schools
from roster.importing.oneroster.records import MAX_NAME, ClassRole, SchoolClass

LEARNING = "student"
TEACHING = {"teacher", "aide"}


@dataclass(frozen=True, kw_only=True)
class Members:
    """Who is in one class, with the line that says so, and who no longer is."""

    learners: dict[str, str] = field(default_factory=dict)
    coaches: dict[str, str] = field(default_factory=dict)
    former_learners: set[str] = field(default_factory=set)
    former_coaches: set[str] = field(default_factory=set)


def describe_classes(
    export: Export, schools: Schools, known: Known, report: Report
) -> dict[str, tuple[SchoolClass, str]]:
    """Return the classes that are imported, each with its school; the report says which are not."""
    described = {}
    for found in (*_known_classes(export, schools, known), *export.classes.values()):
        if found.gone:
            report.notice(found.where, "classes to be deleted are left as they are.")
            continue
        schools.refuse_unknown(found.where, "schoolSourcedId", found.school, report)
        school = schools.of(found.school)
        if school is None:
            report.notice(found.where, "classes of no school are not imported.")
        else:
            described[found.id] = (found, school)
    return described


def _known_classes(export: Export, schools: Schools, known: Known) -> Iterable[SchoolClass]:
    """Yield the classes of earlier exports that an export of changes speaks of."""
    if "classes.csv" not in export.partial:
        return
    for member in export.class_roles:
        school = schools.of(member.school) or ""
        name = known.classes.get((school, member.school_class))
        if name is not None and member.school_class not in export.classes:
            yield SchoolClass(
                where=member.where, id=member.school_class, title=name, code="", school=school,
                gone=False,
            )  # fmt: skip


def name_classes(classes: list[SchoolClass], before: dict[str, str]) -> dict[str, str]:
    """Return each class's name: its title, and where several share that, its code or id too.

    Of a class that is not alone with its title here but is in an export of changes, the
    longer name of before stays.
    """
    titles = Counter(found.title for found in classes)
    codes = Counter((found.title, found.code) for found in classes)
    names = {}
    for found in classes:
        unique = found.code and codes[found.title, found.code] == 1
        full = _qualified(found.title, found.code if unique else found.id)
        alone = titles[found.title] == 1 and before.get(found.id) != full
        names[found.id] = found.title if alone else full
    taken = Counter(names.values())
    return {
        found.id: names[found.id]
        if taken[names[found.id]] == 1
        else _qualified(found.title, found.id)
        for found in classes
    }


def _qualified(title: str, mark: str) -> str:
    shown = mark[: MAX_NAME - 3]
    return f"{title[: MAX_NAME - len(shown) - 3]} ({shown})"


class Attendance:
    """Sorts the enrolments of an export by class."""

    def __init__(
        self,
        export: Export,
        classes: dict[str, tuple[SchoolClass, str]],
        placed: dict[str, Placed],
        known: Known,
        report: Report,
    ) -> None:
        self.export, self.classes, self.placed = export, classes, placed
        self.known, self.report = known, report
        self.members: dict[str, Members] = defaultdict(Members)

    def sort(self, *, today: date) -> dict[str, Members]:
        """Return the members of every class with enrolments."""
        for member in self.export.class_roles:
            if not self._is_told_of_something(member) or member.school_class not in self.classes:
                continue
            person = self.export.people.get(member.person)
            if member.gone or member.period.has_ended(today) or (person and person.gone):
                self._end(member)
            elif member.period.has_begun(today) and self._is_possible(member):
                self._add(member)
        return self.members

    def _end(self, member: ClassRole) -> None:
        members = self.members[member.school_class]
        if member.role == LEARNING:
            members.former_learners.add(member.person)
        elif member.role in TEACHING:
            members.former_coaches.add(member.person)

    def _add(self, member: ClassRole) -> None:
        members = self.members[member.school_class]
        if member.role == LEARNING:
            members.learners.setdefault(member.person, member.where)
        else:
            members.coaches.setdefault(member.person, member.where)

    def _is_possible(self, member: ClassRole) -> bool:
        """Tell whether somebody can be in a class as what they are said to be."""
        _found, school = self.classes[member.school_class]
        placed = self.placed.get(member.person)
        if member.role != LEARNING and member.role not in TEACHING:
            return self._pass_over(
                member,
                f"“{member.role}” in a class gives no rights; only teachers and aides coach.",
            )
        if placed is None:
            return school in self.known.people.get(member.person, ()) or self._pass_over(
                member, "enrolments of people who are not imported are passed over."
            )
        if placed.school != school:
            return self._pass_over(member, "people are in classes of their own school only.")
        if placed.learner and member.role in TEACHING:
            return self._pass_over(member, "somebody who is only a student coaches no class.")
        return True

    def _pass_over(self, member: ClassRole, why: str) -> bool:
        self.report.notice(member.where, why)
        return False

    def _is_told_of_something(self, member: ClassRole) -> bool:
        """Tell whether an enrolment speaks of a class and a person that exist."""
        found = member.school_class in self.export.classes or member.school_class in self.classes
        if not found and not member.gone:
            self._refuse(member, "classSourcedId", member.school_class, "no class", "classes.csv")
        somebody = member.person in self.export.people or (
            "users.csv" in self.export.partial and member.person in self.known.people
        )
        if not somebody and not member.gone:
            self._refuse(member, "userSourcedId", member.person, "nobody", "users.csv")
        return found and (somebody or member.gone)

    def _refuse(self, member: ClassRole, column: str, key: str, what: str, name: str) -> None:
        if key:
            where = f"{name} or here" if name in self.export.partial else name
            self.report.problem(member.where, f"{column} “{key}” is {what} in {where}.")
