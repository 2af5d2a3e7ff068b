"""`manage.py import_roster FILE`: import a facility, its users, classes, assignments and keys."""

from __future__ import annotations

import sys
from codecs import BOM_UTF8
from pathlib import Path
from typing import Any
from zipfile import is_zipfile

import orjson
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import IntegrityError
from django.utils import timezone
from tqdm import tqdm

from roster.importing import ImportedRoster, import_export, import_roster, known_here
from roster.importing.oneroster import BadExport, Known, Report, read_export, translate
from roster.importing.schema import RosterError, RosterFile
from roster.importing.serializers import RosterFileSerializer, problems, unknown

# Unlike 1, something was imported; 2 is that of wrong arguments.
SKIPPED_EXIT_CODE = 3


class Command(BaseCommand):
    help = (
        "Import a roster file (JSON; - reads standard input) or a folder or zip file of OneRoster "
        "CSV files. The import is idempotent. A roster file is imported completely or not at all; "
        "of an export, records with errors are skipped, and the exit code is then 3. The ids of "
        "all records in the file are printed to standard output as JSON; for several schools, as a "
        "list."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="path of the roster, or - for JSON on standard input")
        parser.add_argument(
            "--org", metavar="SOURCEDID", help="only this school of a OneRoster export"
        )

    def handle(self, *_args: Any, file: str, org: str | None, **_options: Any) -> None:
        try:
            if _is_export(file):
                skipped, body = self._import_export(Path(file), org)
            elif org is not None:
                raise CommandError(
                    "--org selects a school of a OneRoster export, but this file is not one."
                )
            else:
                skipped, body = 0, self._import_json(file)
        except (BadExport, RosterError) as error:
            raise CommandError(str(error)) from None
        except IntegrityError:
            raise CommandError(
                "The roster was changed during the import. Run the import again."
            ) from None
        self.stdout.write(orjson.dumps(body, option=orjson.OPT_INDENT_2).decode())
        if skipped:
            raise CommandError(
                f"The roster was imported, except for errors in records: {skipped:,}.",
                returncode=SKIPPED_EXIT_CODE,
            )

    def _import_json(self, file: str) -> dict[str, Any]:
        roster, ignored = _read_json(file)
        for path in ignored:
            self.stderr.write(f"{path}: unknown field; ignored.")
        return _body(import_roster(roster, at=timezone.now(), progress=_progress))

    def _import_export(self, path: Path, org: str | None) -> tuple[int, Any]:
        """Import an export; return the number of skipped records, and the body of the output."""
        at, report = timezone.now(), Report()
        export = read_export(path, report)
        translations = translate(
            export,
            today=timezone.localdate(at),
            only=org,
            known=known_here() if export.partial else Known(),
            report=report,
        )
        schools = import_export(translations, report, at=at, progress=_progress)
        for notice in report.notice_lines():
            self.stderr.write(notice)
        for username in (name for school in schools for name in school.left_alone):
            self.stderr.write(f"“{username}” is a superuser and is left unchanged.")
        if not schools:
            raise CommandError("No school was imported.")
        bodies = [_body(school) for school in schools]
        if report.skipped:
            bodies[0]["skipped"] = [
                {"where": where, "message": message} for where, message in report.skipped
            ]
        return len(report.skipped), bodies if len(bodies) > 1 else bodies[0]


def _is_export(file: str) -> bool:
    path = Path(file)
    return path.is_dir() or path.suffix.casefold() == ".zip" or is_zipfile(path)


def _read_json(file: str) -> tuple[RosterFile, list[str]]:
    try:
        raw = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        data = orjson.loads(raw.removeprefix(BOM_UTF8))
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


def _hex_ids(ids: dict[str, Any]) -> dict[str, str]:
    return {name: key.hex for name, key in ids.items()}


def _body(result: ImportedRoster) -> dict[str, Any]:
    users = {}
    for name, user in result.users.items():
        users[name] = {"id": user.id.hex, "username": user.username}
        if user.password is not None:
            users[name]["password"] = user.password
    return {
        "facility": {"id": result.facility.pk.hex, "name": result.facility.name},
        "users": users,
        "classrooms": _hex_ids(result.classrooms),
        "learner_groups": _hex_ids(result.learner_groups),
        "lessons": _hex_ids(result.lessons),
        "quizzes": _hex_ids(result.quizzes),
        "course_sessions": _hex_ids(result.course_sessions),
        "api_keys": result.api_keys,
    }
