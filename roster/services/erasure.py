"""Erasure of people: their rows, and their names wherever they are stored besides.

The entries of the audit log about them, and by them, stay under a pseudonym. What is redacted are
the names that a person has, or had according to the audit log: username, full name, e-mail
address and external id. Texts that other people wrote about other things are not searched.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus, urlencode
from uuid import UUID

from axes.models import AccessAttempt
from django.contrib.admin.models import LogEntry
from django.db import connection, transaction
from django.db.models import CASCADE, BinaryField, CharField, F, IntegerField, Model, Q, Value
from django.db.models.expressions import Func
from django.db.models.functions import Cast

from infra.api.idempotency.models import IdempotencyRecord
from infra.db.session_flags import session_flag
from infra.exports import storage
from infra.exports.models import Export
from infra.identifiers import MAX_USERNAME_KEY_LENGTH, fold_username
from roster.models import (
    Actor,
    ApiKey,
    AuditAction,
    AuditEntry,
    Classroom,
    FamilyLink,
    LearnerGroup,
    LoginSession,
    PasswordReset,
    User,
)
from roster.services import auditing
from roster.services.login_sessions import end_sessions

PERSONAL_FIELDS = ("username", "full_name", "email", "external_id")
#: The audit log cuts names at 255 characters; of longer names these are searched.
SEARCHED_LENGTH = 150
MIN_WORD_LENGTH = 3
BATCH_SIZE = 500
#: Kinds of rows whose names in the audit log are never those of people.
IMPERSONAL_KINDS = {
    "facility", "classroom", "learnergroup", "apikey", "lesson", "quiz", "coursesession", "skill",
    "item", "content", "studyset", "learningitem", "skillprerequisite",
}  # fmt: skip

_PLACES: dict[type[Model], str] = {
    User: "facility", Classroom: "facility", LearnerGroup: "classroom__facility",
}  # fmt: skip

Forget = Callable[[UUID, str], None]
_forgetting: list[Forget] = []


def on_erase(forget: Forget) -> None:
    """Register a function that replaces the name of a person in an app's rows."""
    _forgetting.append(forget)


def pseudonym(key: UUID) -> str:
    """Return the name of an erased person in the audit log, always the same one."""
    return f"erased person {key.hex[-8:]}"


@dataclass(frozen=True)
class Redaction:
    """Replaces all names of a person in texts by the pseudonym."""

    key: UUID
    names: frozenset[str]

    @classmethod
    def of(cls, person: User) -> Redaction:
        """Return the redaction of the present and former names of a person."""
        names = {str(person), *(getattr(person, field) for field in PERSONAL_FIELDS)}
        about = AuditEntry.objects.filter(object_id=person.pk)
        for name, changes in about.values_list("object_name", "changes"):
            names.add(name)
            for field in PERSONAL_FIELDS:
                value = changes.get(field)
                names.update(value if isinstance(value, list) else ())
        by_them = AuditEntry.objects.filter(actor_id=person.pk)
        names.update(by_them.values_list("actor_name", flat=True).distinct())
        return cls(person.pk, frozenset(name for name in names if name))

    @property
    def spellings(self) -> dict[str, bool]:
        """The names as they may be in a text, also within JSON or a URL; True if they are cut."""
        return {
            spell(name[:SEARCHED_LENGTH]): len(name) > SEARCHED_LENGTH
            for name in self.names
            for spell in (str, _in_json, _in_utf8_json, quote, quote_plus)
        }

    def pattern(self) -> re.Pattern[str]:
        """Return the pattern of all names as whole words; of cut names, with the text after."""
        longest_first = sorted(self.spellings.items(), key=lambda item: -len(item[0]))
        return re.compile("|".join(_piece(*item) for item in longest_first), re.DOTALL)

    def condition(self, *fields: str) -> Q:
        """Return the condition that one of some fields may have a name in it."""
        found = Q()
        for field in fields:
            for text in self.spellings:
                found |= Q(**{f"{field}__contains": text})
        return found


def _piece(text: str, is_cut: bool) -> str:  # noqa: FBT001
    """Return the pattern of a name; numbers and very short names must stand apart."""
    name = re.escape(text)
    if is_cut:
        return rf"(?<!\w){name}.*"
    if len(text) < MIN_WORD_LENGTH or text.isdecimal():
        return rf"""(?<![^\s"']){name}(?=[\s:"']|\Z)"""
    return rf"(?<!\w){name}(?!\w)"


def erase_person(person: User, *, actor: Actor | None) -> None:
    """Delete a person with all records; the caller holds the person's lock.

    The exports of all who can read the person's facility are deleted, since they may have rows of
    the person: each is stored for a day at most, and can be requested again.
    """
    redaction = Redaction.of(person)
    auditing.record_removed(person, actor=actor, facility_id=person.facility_id)
    _overwrite_deleted_rows()
    redact_audit_log(redaction, person)
    _forget_elsewhere(redaction, person)
    _remove_exports(Q(pk=person.pk) | _readers([person.facility_id]))
    sessions = LoginSession.objects.filter(user=person)
    end_sessions(sessions.values_list("session_key", flat=True))
    person.delete()


def erase_people_of(facility_id: UUID) -> None:
    """Remove the names of all people of a facility that is deleted from what stays.

    The facility's entries of the audit log lose all names of people, searches and filters.
    """
    _overwrite_deleted_rows()
    people = set(User.objects.in_facility(facility_id).values_list("pk", flat=True))
    keys = list(AuditEntry.objects.filter(facility=facility_id).values_list("pk", flat=True))
    for start in range(0, len(keys), BATCH_SIZE):
        entries = AuditEntry.objects.filter(pk__in=keys[start : start + BATCH_SIZE])
        _save_entries(_without_people(entry, people) for entry in entries)
    names: set[str] = set()
    identities = User.objects.in_facility(facility_id).values_list("username_key", "external_id")
    for username, external_id in identities:
        names.update(name for name in (username, external_id) if name)
    _forget_login_failures(names)
    api_keys = ApiKey.objects.filter(facility=facility_id).values_list("pk", flat=True)
    IdempotencyRecord.objects.filter(owner__in=[f"key/{key.hex}" for key in api_keys]).delete()
    _remove_exports(_readers([facility_id]))
    elsewhere = (
        AuditEntry.objects.exclude(facility=facility_id).exclude(object_id=None).values("object_id")
    )
    known_elsewhere = Q(is_staff=True) | Q(pk__in=elsewhere)
    for person in User.objects.in_facility(facility_id).filter(known_elsewhere):
        redact_audit_log(Redaction.of(person), person)
        for forget in _forgetting:
            forget(person.pk, pseudonym(person.pk))
    for model, path in _PLACES.items():
        places = model._default_manager.filter(**{path: facility_id}).values_list("pk", flat=True)
        _delete_actions([str(key) for key in places])


def _delete_actions(object_ids: list[str]) -> None:
    """Delete the admin site's own records of changes of some rows."""
    for start in range(0, len(object_ids), BATCH_SIZE):
        LogEntry.objects.filter(object_id__in=object_ids[start : start + BATCH_SIZE]).delete()


def _without_people(entry: AuditEntry, people: set[UUID]) -> AuditEntry:
    """Return an entry without names of people, in memory."""
    if entry.actor_id in people:
        entry.actor_name = pseudonym(entry.actor_id)
    if entry.object_kind not in IMPERSONAL_KINDS and entry.action != AuditAction.EXPORTED:
        entry.object_name = pseudonym(entry.object_id) if entry.object_id else ""
    for field in PERSONAL_FIELDS:
        if isinstance(entry.changes.get(field), list):
            entry.changes[field] = [value and entry.object_name for value in entry.changes[field]]
    if entry.action == AuditAction.EXPORTED:
        entry.changes.pop("filters", None)
    return entry


def redact_audit_log(redaction: Redaction, person: User) -> None:
    """Replace a person's names in the audit log.

    Entries about other users, and about rows of others, are left as they are: their people may
    have the same name.
    """
    own = Q(object_id=person.pk) | Q(actor_id=person.pk)
    places = set(AuditEntry.objects.filter(own).values_list("facility", flat=True))
    here = Q(facility=None) | Q(facility__in=(places | {person.facility_id}) - {None})
    mentioned = here & (redaction.condition("object_name", "text") | Q(action=AuditAction.EXPORTED))
    entries = AuditEntry.objects.alias(text=Cast("changes", CharField())).filter(own | mentioned)
    pattern, words = redaction.pattern(), " ".join(redaction.names).casefold()
    _save_entries(
        _redacted(entry, redaction.key, pattern, words)
        for entry in entries.iterator(BATCH_SIZE)
        if not _is_about_another(entry, redaction.key)
    )


def _is_about_another(entry: AuditEntry, key: UUID) -> bool:
    """Return whether an entry is about another person, or a row of another person."""
    if key in (entry.actor_id, entry.object_id):
        return False
    if entry.object_kind == "user" and entry.object_id is not None:
        return True
    owners = entry.changes.get("user_id") or entry.changes.get("learner_id") or []
    return any(owners) and key.hex not in owners


def _redacted(entry: AuditEntry, key: UUID, pattern: re.Pattern[str], words: str) -> AuditEntry:
    """Return an entry with the pseudonym in place of the names, in memory."""
    name = pseudonym(key)
    if entry.actor_id == key:
        entry.actor_name = name
    if entry.object_id == key or entry.object_kind != "user" or entry.object_id is None:
        replaced = name if entry.object_id == key else pattern.sub(name, entry.object_name)
        entry.object_name = replaced[: auditing.MAX_NAME]
        entry.changes = _replace(entry.changes, pattern, name)
    if entry.action == AuditAction.EXPORTED and entry.changes.get("filters"):
        entry.changes["filters"] = _without_search(entry.changes["filters"], words, name)
    return entry


def _without_search(query: str, words: str, name: str) -> str:
    """Return a query string without a search for a part of a person's names."""
    pairs = parse_qsl(query, keep_blank_values=True)
    if not any(key == "q" and value.casefold().split() for key, value in pairs):
        return query
    return urlencode(
        [
            (key, name if key == "q" and _is_among(value, words) else value)
            for key, value in pairs
        ]
    )  # fmt: skip


def _is_among(search: str, words: str) -> bool:
    return any(part in words for part in search.casefold().split())


def _replace(value: Any, pattern: re.Pattern[str], name: str) -> Any:
    if isinstance(value, str):
        return pattern.sub(name, value)
    if isinstance(value, list):
        return [_replace(part, pattern, name) for part in value]
    if isinstance(value, dict):
        return {key: _replace(part, pattern, name) for key, part in value.items()}
    return value


def _save_entries(entries: Iterable[AuditEntry]) -> None:
    with session_flag("pseudonymize_audit"):
        AuditEntry.objects.bulk_update(
            list(entries), ["actor_name", "object_name", "changes"], batch_size=BATCH_SIZE
        )


def _forget_elsewhere(redaction: Redaction, person: User) -> None:
    """Remove a person's names from rows that are not deleted with the person."""
    name = pseudonym(person.pk)
    for forget in _forgetting:
        forget(person.pk, name)
    links = FamilyLink.objects.filter(learner__facility=person.facility_id)
    links.filter(author_name__in=redaction.names).update(author_name=name)
    _forget_login_failures({fold_username(known) for known in redaction.names})
    pattern = redaction.pattern()
    actions = LogEntry.objects.filter(
        Q(object_id=str(person.pk)) | redaction.condition("object_repr", "change_message")
    )
    for action in actions.iterator(BATCH_SIZE):
        action.object_repr = pattern.sub(name, action.object_repr)[:200]
        action.change_message = pattern.sub(name, action.change_message)
        action.save(update_fields=["object_repr", "change_message"])
    _remove_responses(redaction)


def _forget_login_failures(names: Collection[str]) -> None:
    """Delete counts of failed logins, and requests for a new password, with these usernames."""
    keys = [name[:MAX_USERNAME_KEY_LENGTH] for name in names]
    for start in range(0, len(keys), BATCH_SIZE):
        batch = keys[start : start + BATCH_SIZE]
        AccessAttempt.objects.filter(username__in=batch).delete()
        PasswordReset.objects.filter(username_key__in=batch).delete()


def _remove_responses(redaction: Redaction) -> None:
    """Delete stored responses to requests about many learners that name the person."""
    shared = IdempotencyRecord.objects.filter(learner=None)
    for text in redaction.spellings:
        name, body = Value(text.encode(), output_field=BinaryField()), F("body")
        found: Func = Func(body, name, function="instr", output_field=IntegerField())
        if connection.vendor == "postgresql":
            found = Func(
                name, body, function="position", arg_joiner=" IN ", output_field=IntegerField()
            )
        shared.alias(found=found).filter(Q(found__gt=0) | Q(name__contains=text)).delete()


def _readers(facilities: Collection[UUID | None]) -> Q:
    """Return the condition that a user can read some facilities."""
    places = [place for place in facilities if place is not None]
    return (
        Q(is_superuser=True)
        | Q(facility__in=places)
        | Q(roles__facility__in=places)
        | Q(roles__classroom__facility__in=places)
    )


def _remove_exports(readers: Q) -> None:
    """Delete the exports of some users, and the files once the deletion is committed."""
    owners = User.objects.filter(readers).values("pk")
    exports = list(Export.objects.filter(user__in=owners))
    Export.objects.filter(pk__in=[export.pk for export in exports]).delete()
    for export in exports:
        transaction.on_commit(partial(storage.remove, export))


def _overwrite_deleted_rows() -> None:
    """Make SQLite overwrite deleted rows with zeros; PostgreSQL's VACUUM frees them."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete = ON")


def _in_json(text: str) -> str:
    return json.dumps(text)[1:-1]


def _in_utf8_json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def count_records(person: User) -> dict[str, int]:
    """Return how many rows that refer to a person are deleted with the person, without zeros."""
    counts: dict[str, int] = {}
    for relation in User._meta.related_objects:
        if relation.on_delete is CASCADE:
            rows: Any = relation.related_model._default_manager
            name = str(relation.related_model._meta.verbose_name_plural)
            number = rows.filter(**{relation.field.name: person.pk}).count()
            counts[name] = counts.get(name, 0) + number
    return {name: number for name, number in counts.items() if number}
