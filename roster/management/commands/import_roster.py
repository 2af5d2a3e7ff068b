"""`manage.py import_roster FILE`: a facility with its people, classes, assignments and keys."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from roster.import_serializers import RosterFileSerializer, problems, unknown
from roster.roster_file import RosterError, RosterFile
from roster.roster_import import ImportedRoster, import_roster


class Command(BaseCommand):
    help = (
        "Import a roster file (JSON; - reads standard input). Idempotent, all or nothing. "
        "Standard output is JSON with the ids of everything named."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="path of the roster file, or - for standard input")

    def handle(self, *_args: Any, file: str, **_options: Any) -> None:
        roster, ignored = _read(file)
        for path in ignored:
            self.stderr.write(f"{path}: nobody knows this field; ignored.")
        try:
            done = import_roster(roster, at=timezone.now(), progress=_progress)
        except RosterError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(orjson.dumps(_body(done), option=orjson.OPT_INDENT_2).decode())


def _read(file: str) -> tuple[RosterFile, list[str]]:
    try:
        raw = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        data = orjson.loads(raw)
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror}") from None
    except ValueError as error:
        raise CommandError(f"{file}: this is not JSON: {error}") from None
    serializer = RosterFileSerializer(data=data)
    if not serializer.is_valid():
        raise CommandError("\n".join(problems(serializer.errors)))
    return serializer.command(), list(unknown(data, serializer))


def _progress(rows: Any) -> Any:
    return tqdm(rows, desc="users", unit="", file=sys.stderr, disable=len(rows) < 50)


def _hexed(ids: dict[str, Any]) -> dict[str, str]:
    return {name: key.hex for name, key in ids.items()}


def _body(done: ImportedRoster) -> dict[str, Any]:
    users = {}
    for name, user in done.users.items():
        users[name] = {"id": user.id.hex, "username": user.username}
        if user.password is not None:
            users[name]["password"] = user.password
    return {
        "facility": {"id": done.facility.pk.hex, "name": done.facility.name},
        "users": users,
        "classrooms": _hexed(done.classrooms),
        "learner_groups": _hexed(done.learner_groups),
        "lessons": _hexed(done.lessons),
        "quizzes": _hexed(done.quizzes),
        "course_sessions": _hexed(done.course_sessions),
        "api_keys": done.api_keys,
    }
