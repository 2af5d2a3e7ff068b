"""The part of a snapshot that runs within Django, in a process of its own for each database.

The environment names the database (TEST_DATABASE_URL) and the settings.
"""

from __future__ import annotations

import argparse
import io
import json
import logging
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import django
from django.apps import apps
from django.core.management import call_command
from django.test.utils import override_settings
from django.utils import timezone

from benchmarks.snapshot.determinism import Source, stopped_clock
from benchmarks.snapshot.requests import load, save

NOT_COVERED = 3
CALLERS, REQUESTS = "callers.json", "requests.jsonl"
OTHER_SCHOOL: dict[str, Any] = {
    "facility": {"name": "Hillside (demo)", "partner_id": "780"},
    "users": [
        {"username": "foreign_admin", "role": "admin", "password": "Longer than 12."},
        {
            "username": "foreign_learner",
            "external_id": "student_123",
            "password": "Longer than 12.",
        },
    ],
    "classrooms": [{"name": "1X", "learners": ["foreign_learner"]}],
}
MORE_OF_DEMO: dict[str, Any] = {
    "facility": {"name": "Riverside School (demo, simulated learners)", "partner_id": "779"},
    "users": [{"username": "login", "full_name": "Demo Login", "password": "Longer than 12."}],
    "course_sessions": [{"title": "Summer course", "assigned_to": ["Class 7A"]}],
}
PEOPLE = {
    "learner": "ada", "coach": "coach", "leaver": "coach7b", "head": "head", "superuser": "admin",
    "foreigner": "foreign_admin",
}  # fmt: skip
KEYS = {"key": ["read", "write", "admin"], "read-key": ["read"]}


def seed(folder: Path) -> None:
    """Fill an empty database, and store who may call."""
    with tempfile.TemporaryDirectory() as scratch, override_settings(BASE_DIR=scratch):
        call_command("seed_demo", verbosity=0, stdout=io.StringIO())
        for school in (OTHER_SCHOOL, MORE_OF_DEMO):
            file = Path(scratch) / "school.json"
            file.write_text(json.dumps(school))
            call_command("import_roster", str(file), stdout=io.StringIO())
    people = apps.get_model("roster", "User")._default_manager
    callers: dict[str, dict[str, str]] = {"guest": {}, "login": {}}
    callers |= {name: {"user": str(people.get(username=who).pk)} for name, who in PEOPLE.items()}
    for name, scopes in KEYS.items():
        secret = io.StringIO()
        arguments = [f"--scope={scope}" for scope in scopes]
        call_command(
            "create_key", name, "--facility=779", *arguments, stdout=secret, stderr=io.StringIO()
        )
        callers[name] = {"key": secret.getvalue().strip()}
    (folder / CALLERS).write_text(json.dumps(callers, indent=2))
    _work_as_guest(people.get(username="head"))


def _work_as_guest(head: Any) -> None:
    """Add what the demo school has none of: a guest's attempts, and a finished export."""
    from django.test import Client  # noqa: PLC0415  # needs Django to be set up

    client, path = Client(SERVER_NAME="localhost"), "/api/logger/contentsession"
    key = "00000000-0000-7000-8000-000000000000"
    body = {
        "node_id": key, "content_id": key, "channel_id": key, "kind": "exercise",
        "mastery_model": {"type": "m_of_n", "m": 2, "n": 3},
    }  # fmt: skip
    session = client.post(path, body, content_type="application/json").json()["session_id"]
    told = {"interactions": [{"item": "question 1", "correct": 1, "time_spent": 5}]}
    client.put(f"{path}/{session}", told, content_type="application/json")
    apps.get_model("roster", "Export")._default_manager.create(
        user=head, listing="roster.classroom", title="Classes", format="csv",
        created_at=timezone.now(),
    )  # fmt: skip
    call_command("run_jobs", "--once")


def plan(folder: Path, source: Source) -> None:
    """Store the requests that are to be asked."""
    from benchmarks.snapshot import apis, pages  # noqa: PLC0415  # these need Django to be set up
    from benchmarks.snapshot.facts import facts  # noqa: PLC0415
    from benchmarks.snapshot.recorder import Session  # noqa: PLC0415

    callers = json.loads((folder / CALLERS).read_text())
    known = facts()
    with stopped_clock(source.instant):
        session = Session(callers, source)
        save([*apis.requests(known), *pages.requests(session, known)], folder / REQUESTS)


def record(folder: Path, source: Source, to: Path) -> int:
    """Ask the stored requests; return NOT_COVERED where a route exists that none of them asks."""
    from benchmarks.snapshot import recorder, routes  # noqa: PLC0415  # these need Django

    requests = load(folder / REQUESTS)
    callers = json.loads((folder / CALLERS).read_text())
    call_command("migrate", verbosity=0)
    with stopped_clock(source.instant):
        statuses = recorder.record(requests, callers, to, source)
    counted = ", ".join(f"{count} of status {status}" for status, count in sorted(statuses.items()))
    print(f"{folder.name}: {len(requests)} requests: {counted}", flush=True)
    missing = routes.missing(requests)
    for each in missing:
        print(f"{folder.name}: no request asks {each}", flush=True)
    return NOT_COVERED if missing else 0


@contextmanager
def _files(folder: Path) -> Iterator[None]:
    """Let exports be kept in a copy of the stored folder."""
    with tempfile.TemporaryDirectory(prefix="learntrace-") as scratch:
        copied = Path(scratch) / "exports"
        if (folder / "exports").exists():
            shutil.copytree(folder / "exports", copied)
        with override_settings(EXPORTS_FOLDER=copied, DEFAULT_FACILITY="779"):
            yield


def main() -> int:
    """Do one step."""
    parser = argparse.ArgumentParser()
    parser.add_argument("step", choices=["seed", "plan", "record"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--at", type=datetime.fromisoformat)
    parser.add_argument("--to", type=Path)
    told = parser.parse_args()
    logging.disable(logging.CRITICAL)
    if told.step == "seed":
        django.setup()
        call_command("migrate", verbosity=0)
        with override_settings(EXPORTS_FOLDER=told.folder / "exports", DEFAULT_FACILITY="779"):
            seed(told.folder)
        return 0
    source = Source(told.at)
    with source.installed():
        django.setup()
        with _files(told.folder):
            if told.step == "record":
                return record(told.folder, source, told.to)
            plan(told.folder, source)
            return 0


if __name__ == "__main__":
    raise SystemExit(main())
