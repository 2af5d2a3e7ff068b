"""Importing a roster file: everything it names exists afterwards, or nothing has changed."""

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
from roster.importing.oneroster import BadExport, Translation
from roster.importing.passwords import Passwords, Progress, prepare_passwords
from roster.importing.people import deactivate, import_people
from roster.importing.results import ImportedRoster, ImportedUser, refuse_repeat
from roster.importing.roles import give_facility_roles
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


_NAMED = (
    "users", "classrooms", "learner_groups", "lessons", "quizzes", "course_sessions", "api_keys",
)  # fmt: skip


def import_roster(
    roster: RosterFile, *, at: datetime, progress: Progress = lambda rows: rows
) -> ImportedRoster:
    """Make the installation match a roster file; what the file does not name stays.

    Raises
    ------
    RosterError : the file contradicts itself or the installation; nothing has changed then.
    """
    passwords = prepare_passwords(roster, progress)
    with transaction.atomic(durable=True):
        _take_turn()
        return _import(roster, passwords, at=at)


def import_export(
    translations: Sequence[Translation], *, at: datetime, progress: Progress = lambda rows: rows
) -> list[ImportedRoster]:
    """Make the installation match an export of another system: all of its schools, or nothing.

    Raises
    ------
    BadExport : it contradicts the installation.
    """
    prepared = [prepare_passwords(translation.roster, progress) for translation in translations]
    done = []
    with transaction.atomic(durable=True):
        _take_turn()
        for translation, passwords in zip(translations, prepared, strict=True):
            try:
                done.append(_import(translation.roster, passwords, at=at))
            except RosterError as error:
                raise BadExport(f"{translation.locate(error.path)}: {error.message}") from None
    return done


def _take_turn() -> None:
    """Wait for other imports to end.

    Several facilities may share a name, so no constraint keeps two imports from opening one each;
    nor can a row be locked that is not there yet. The row that stands for the table of facilities
    is, and is taken before any facility's own, so that imports never wait for each other crosswise.
    """
    table = ContentType.objects.get_for_model(Facility)
    ContentType.objects.select_for_update(no_key=True).get(pk=table.pk)


def _import(roster: RosterFile, passwords: Passwords, *, at: datetime) -> ImportedRoster:
    done = ImportedRoster(facility=import_facility(roster.facility))
    people = import_people(roster, done, passwords, at=at)
    places = import_classrooms(roster, done, people)
    give_facility_roles(roster, done.facility, people)
    deactivate(roster.leavers, done.facility)
    import_assignables(Lesson, "lessons", roster.lessons, done.lessons, places, done.facility)
    import_assignables(Quiz, "quizzes", roster.quizzes, done.quizzes, places, done.facility)
    import_assignables(
        CourseSession, "course_sessions", roster.course_sessions, done.course_sessions, places,
        done.facility,
    )  # fmt: skip
    for place, entry in enumerate(roster.api_keys):
        refuse_repeat(entry.name, done.api_keys, f"api_keys[{place}].name")
        done.api_keys[entry.name] = _key(done.facility, entry.name, entry.scopes, at=at)
    _note(done)
    return done


def _note(done: ImportedRoster) -> None:
    """Keep one entry of an import: how many of each it named."""
    named: dict[str, int] = {name: len(getattr(done, name)) for name in _NAMED}
    changes = {name: count for name, count in named.items() if count}
    facility = done.facility
    services.add_entry(AuditAction.IMPORTED, facility, changes, actor=None, facility_id=facility.pk)


def _key(facility: Facility, name: str, scopes: list[str], *, at: datetime) -> str | None:
    if ApiKey.objects.usable(at).filter(facility=facility, name=name).exists():
        return None
    _key_row, secret = services.create_api_key(
        facility, name=name, scopes={Scope(scope) for scope in scopes}, at=at
    )
    return secret
