"""The file with everything stored about one learner: a zip of JSON and CSV, one each per table.

`TABLES` names every table with rows of a learner, `LEFT_OUT` what is not exported, with reasons.
"""

from __future__ import annotations

import csv
import io
import shutil
import tempfile
from base64 import b64encode
from collections.abc import Iterator
from datetime import date, datetime
from typing import IO, Any
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZipFile
from zoneinfo import ZoneInfo

import orjson
from django.apps import apps
from django.db.models import CharField, Model, Q, QuerySet
from django.db.models.functions import Cast

from infra.datetime_format import format_time
from infra.exports import storage
from infra.exports.columns import cell, csv_text
from infra.exports.writers import UTF8_MARK
from roster import services
from roster.models import Actor, AuditAction, AuditEntry, User
from roster.models.time_zones import zone_of

ROWS_BATCH_SIZE = 200
#: The columns of each table that refer to the learner; a row of any of them is exported.
TABLES = {
    "roster.User": ["pk"],
    "roster.Enrolment": ["user"],
    "roster.GroupMembership": ["enrolment__user"],
    "roster.Role": ["user"],
    "roster.LearnerToken": ["user"],
    "roster.FamilyLink": ["learner"],
    "roster.LessonAssignment": ["learner"],
    "roster.QuizAssignment": ["learner"],
    "roster.CourseSessionAssignment": ["learner"],
    "roster.Export": ["user"],
    "roster.AuditEntry": [],
    "roster.LoginSession": ["user"],
    "analytics.LearningEvent": ["learner"],
    "analytics.AnswerText": ["event__learner"],
    "analytics.SkillState": ["learner"],
    "analytics.ItemMemory": ["learner"],
    "analytics.LearnerAbility": ["learner"],
    "analytics.DailyActivity": ["learner"],
    "analytics.Alert": ["learner"],
    "analytics.AlertCheck": ["learner"],
    "analytics.LearnerNote": ["learner"],
    "analytics.AlertVisit": ["coach"],
    "analytics.WeeklyDigest": ["coach"],
    "logger.ContentSummary": ["user"],
    "logger.ContentSession": ["user"],
    "logger.MasteryLog": ["user"],
    "logger.AttemptLog": ["user"],
}
#: Tables, and columns of them, that are not exported.
LEFT_OUT = {
    "roster.User.password": "a hash, with which passwords could be guessed",
    "roster.User.username_key": "the username in lower case",
    "roster.LearnerToken.digest": "a digest of a secret",
    "roster.FamilyLink.digest": "a digest of a secret",
    "roster.LoginSession.session_key": "a secret of the browser that is logged in",
    "otp_totp.TOTPDevice": "secrets of the second factor of staff",
    "otp_static.StaticDevice": "secrets of the second factor of staff",
    "otp_static.StaticToken": "secrets of the second factor of staff",
    "roster.Export.claim": "internal to the export in progress",
    "roster.Export.rights": "a digest of permissions",
    "roster.User_groups": "unused: permissions come from roles",
    "roster.User_user_permissions": "unused: permissions come from roles",
    "roster.Membership": "a view of enrolments and group memberships",
    "roster.IdempotencyRecord": "copies of responses about exported rows, deleted after a day",
    "analytics.LearnerNote.author": "notes that staff wrote are about other learners",
    "analytics.LearnerSnapshot": "copies of earlier estimates, computed from the learning events",
    "admin.LogEntry": "actions of staff in the admin, about other rows; the audit log has them",
}
#: The readable name of rows that others refer to.
_NAMES = {
    "roster.Facility": "name",
    "roster.Classroom": "name",
    "roster.LearnerGroup": "name",
    "roster.Lesson": "title",
    "roster.Quiz": "title",
    "roster.CourseSession": "title",
    "analytics.Skill": "code",
    "analytics.Item": "code",
}
_README = """\
Everything stored about the learner {key} (external id: {external_id}).

Each table is in json/ and, with the same rows and columns, in csv/. Times are in UTC in JSON, and
in the time zone of the facility in CSV. Durations are in seconds, shares from 0 to 1. Binary
columns are in Base64. Texts in CSV are cut at 32,767 characters, and an apostrophe precedes what a
spreadsheet would read as a formula; the JSON is complete and unchanged.
"""


def export_learner(learner: User, file: IO[bytes], *, actor: Actor | None) -> None:
    """Write the file, and record in the audit log that it was made.

    Rows are read in batches, and none of them is locked: what is recorded meanwhile may be missing.
    """
    services.add_entry(
        AuditAction.EXPORTED,
        learner,
        {"format": "zip"},
        actor=actor,
        facility_id=learner.facility_id,
    )
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", _readme(learner))
        for label in TABLES:
            _write_table(archive, label, learner)


def columns_of(model: type[Model]) -> list[str]:
    """Return the exported columns of a table, with the names of what it refers to."""
    columns: list[str] = []
    for field in model._meta.concrete_fields:
        if f"{model._meta.label}.{field.name}" in LEFT_OUT:
            continue
        columns.append(field.attname)
        related = field.related_model
        if isinstance(related, type) and related._meta.label in _NAMES:
            columns.append(f"{field.name}__{_NAMES[related._meta.label]}")
    return columns


def _rows_of(model: type[Model], learner: User) -> QuerySet[Any]:
    if model is AuditEntry:
        return _audit_entries(learner)
    condition = Q()
    for path in TABLES[model._meta.label]:
        condition |= Q(**{path: learner.pk})
    return model._default_manager.filter(condition).order_by("pk")


def _audit_entries(learner: User) -> QuerySet[AuditEntry]:
    """Return the entries about the learner, and those whose changes name their id."""
    about = AuditEntry.objects.alias(text=Cast("changes", CharField()))
    mentioned = Q(facility=learner.facility_id, text__contains=learner.pk.hex)
    return about.filter(mentioned | Q(object_id=learner.pk)).order_by("pk")


def _write_table(archive: ZipFile, label: str, learner: User) -> None:
    """Write one table, reading it once: the CSV waits in a temporary file."""
    model = apps.get_model(label)
    columns = columns_of(model)
    name = label.lower().replace(".", "_")
    zone = ZoneInfo(zone_of(learner.facility))
    with tempfile.TemporaryFile(dir=storage.folder()) as table:
        table.write(UTF8_MARK)
        text = io.TextIOWrapper(table, "utf-8", newline="", write_through=True)
        writer = csv.writer(text)
        writer.writerow(columns)
        with archive.open(f"json/{name}.json", "w", force_zip64=True) as json_file:
            separator = b"[\n"
            for values in _values(_rows_of(model, learner), columns):
                row = [_plain(value) for value in values]
                json_file.write(separator + orjson.dumps(dict(zip(columns, row, strict=True))))
                separator = b",\n"
                cells = [
                    cell(value if isinstance(value, datetime) else plain, zone)
                    for value, plain in zip(values, row, strict=True)
                ]
                writer.writerow([csv_text(value) for value in cells])
            json_file.write(b"\n]\n" if separator == b",\n" else b"[]\n")
        text.detach()
        table.seek(0)
        with archive.open(f"csv/{name}.csv", "w", force_zip64=True) as csv_file:
            shutil.copyfileobj(table, csv_file)


def _values(rows: QuerySet[Any], columns: list[str]) -> Iterator[Any]:
    return rows.values_list(*columns).iterator(chunk_size=ROWS_BATCH_SIZE)


def _plain(value: Any) -> Any:
    """Return a value as in the APIs: ids in hex, times in UTC; bytes in Base64."""
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime):
        return format_time(value)
    if isinstance(value, date):
        return value.isoformat()
    return b64encode(value).decode() if isinstance(value, bytes | memoryview) else value


def _readme(learner: User) -> str:
    lines = [_README.format(key=learner.pk.hex, external_id=learner.external_id or "none")]
    for label in TABLES:
        description = (apps.get_model(label).__doc__ or "").strip().partition("\n")[0]
        lines.append(f"{label.lower().replace('.', '_')}: {description}")
    lines += ["", "Left out:", ""]
    lines += [f"{name}: {reason}." for name, reason in LEFT_OUT.items()]
    return "\n".join(lines) + "\n"
