"""Import of roster files, each in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.contrib.contenttypes.models import ContentType
from django.db import transaction

from roster import services
from roster.importing.assignments import import_assignables
from roster.importing.classrooms import import_classrooms
from roster.importing.existing import known_here
from roster.importing.facilities import import_facility
from roster.importing.oneroster import Report, Translation
from roster.importing.passwords import Passwords, Progress, prepare_passwords
from roster.importing.people import deactivate, import_people
from roster.importing.results import ImportedRoster, ImportedUser, check_unique
from roster.importing.roles import assign_facility_roles
from roster.importing.schema import RosterError, RosterFile
from roster.models import ApiKey, AuditAction, CourseSession, Facility, Lesson, Quiz, Scope

__all__ = [
    "ImportedRoster",
    "ImportedUser",
    "RosterError",
    "import_export",
    "import_roster",
    "known_here",
]


_COUNTED_FIELDS = (
    "users", "classrooms", "learner_groups", "lessons", "quizzes", "course_sessions", "api_keys",
)  # fmt: skip


def import_roster(
    roster: RosterFile, *, at: datetime, progress: Progress = lambda rows: rows
) -> ImportedRoster:
    """Create and update everything a roster file names; the rest stays unchanged.

    Raises
    ------
    RosterError : the file contradicts itself or existing data, or has a password that is easy to
        guess; nothing has changed then.
    """
    passwords = prepare_passwords(roster, progress)
    with transaction.atomic(durable=True):
        _lock_imports()
        result = ImportedRoster(facility=import_facility(roster.facility))
        return _import(roster, result, passwords, at=at)


def import_export(
    translations: Sequence[Translation],
    report: Report,
    *,
    at: datetime,
    progress: Progress = lambda rows: rows,
) -> list[ImportedRoster]:
    """Import the translated export of another system; report what is skipped.

    One transaction imports all schools. What is wrong with one school or person does not stop the
    others.
    """
    prepared = [prepare_passwords(translation.roster, progress) for translation in translations]
    imports = []
    with transaction.atomic(durable=True):
        _lock_imports()
        for translation, passwords in zip(translations, prepared, strict=True):
            try:
                facility = import_facility(translation.roster.facility)
            except RosterError as error:
                report.skip(translation.locate(error.path), error.message)
                continue
            # In all schools before anyone is added, who may have the username of a leaver.
            deactivate(translation.roster.leavers, facility)
            imports.append(
                (translation, ImportedRoster(facility=facility, lenient=True), passwords)
            )
        for translation, result, passwords in imports:
            _import(translation.roster, result, passwords, at=at)
            for skipped in result.skipped:
                report.skip(translation.locate(skipped.path), skipped.message)
    return [result for _translation, result, _passwords in imports]


def _lock_imports() -> None:
    """Lock out other imports until the transaction ends.

    Several facilities may share a name, so no constraint stops two imports from creating the same
    one, and a missing row cannot be locked. The content type of `Facility` is locked instead,
    before any facility, so that imports cannot deadlock.
    """
    table = ContentType.objects.get_for_model(Facility)
    ContentType.objects.select_for_update(no_key=True).get(pk=table.pk)


def _import(
    roster: RosterFile, result: ImportedRoster, passwords: Passwords, *, at: datetime
) -> ImportedRoster:
    people = import_people(roster, result, passwords, at=at)
    places = import_classrooms(roster, result, people)
    assign_facility_roles(roster, result.facility, people)
    import_assignables(Lesson, "lessons", roster.lessons, result.lessons, places, result.facility)
    import_assignables(Quiz, "quizzes", roster.quizzes, result.quizzes, places, result.facility)
    import_assignables(
        CourseSession, "course_sessions", roster.course_sessions, result.course_sessions, places,
        result.facility,
    )  # fmt: skip
    for place, entry in enumerate(roster.api_keys):
        check_unique(entry.name, result.api_keys, f"api_keys[{place}].name")
        result.api_keys[entry.name] = _create_key(result.facility, entry.name, entry.scopes, at=at)
    _record_import(result)
    return result


def _record_import(result: ImportedRoster) -> None:
    """Record the import in the audit log, with the number of rows of each section."""
    counts: dict[str, int] = {name: len(getattr(result, name)) for name in _COUNTED_FIELDS}
    changes = {name: count for name, count in counts.items() if count}
    facility = result.facility
    services.add_entry(AuditAction.IMPORTED, facility, changes, actor=None, facility_id=facility.pk)


def _create_key(facility: Facility, name: str, scopes: list[str], *, at: datetime) -> str | None:
    if ApiKey.objects.usable(at).filter(facility=facility, name=name).exists():
        return None
    _api_key, secret = services.create_api_key(
        facility, name=name, scopes={Scope(scope) for scope in scopes}, at=at
    )
    return secret
