"""The part of a snapshot that runs inside Django, in one process per database.

The environment sets the database (TEST_DATABASE_URL) and the settings.
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
DEMO_ADDITIONS: dict[str, Any] = {
    "facility": {"name": "Riverside School (demo, simulated learners)", "partner_id": "779"},
    "users": [{"username": "login", "full_name": "Demo Login", "password": "Longer than 12."}],
    "course_sessions": [{"title": "Summer course", "assigned_to": ["Class 7A"]}],
}
USERNAMES = {
    "learner": "ada", "coach": "coach", "leaver": "coach7b", "head": "head", "superuser": "admin",
    "foreigner": "foreign_admin",
}  # fmt: skip
KEYS = {"key": ["read", "write", "admin"], "read-key": ["read"]}


def seed(folder: Path) -> None:
    """Fill an empty database, and store the callers and their credentials."""
    with tempfile.TemporaryDirectory() as scratch, override_settings(BASE_DIR=scratch):
        call_command("seed_demo", verbosity=0, stdout=io.StringIO())
        for school in (OTHER_SCHOOL, DEMO_ADDITIONS):
            file = Path(scratch) / "school.json"
            file.write_text(json.dumps(school))
            call_command("import_roster", str(file), stdout=io.StringIO())
    users = apps.get_model("roster", "User")._default_manager
    callers: dict[str, dict[str, str]] = {"guest": {}, "login": {}}
    callers |= {
        name: {"user": str(users.get(username=username).pk)} for name, username in USERNAMES.items()
    }
    for name, scopes in KEYS.items():
        secret = io.StringIO()
        arguments = [f"--scope={scope}" for scope in scopes]
        call_command(
            "create_key", name, "--facility=779", *arguments, stdout=secret, stderr=io.StringIO()
        )
        callers[name] = {"key": secret.getvalue().strip()}
    (folder / CALLERS).write_text(json.dumps(callers, indent=2))
    _work_as_guest(users.get(username="head"))


def _work_as_guest(head: Any) -> None:
    """Add rows that the demo school lacks: attempts of a guest, and a finished export."""
    from django.test import Client  # noqa: PLC0415  # needs Django to be set up

    client, path = Client(SERVER_NAME="localhost"), "/api/logger/contentsession"
    key = "00000000-0000-7000-8000-000000000000"
    body = {
        "node_id": key, "content_id": key, "channel_id": key, "kind": "exercise",
        "mastery_model": {"type": "m_of_n", "m": 2, "n": 3},
    }  # fmt: skip
    session = client.post(path, body, content_type="application/json").json()["session_id"]
    update = {"interactions": [{"item": "question 1", "correct": 1, "time_spent": 5}]}
    client.put(f"{path}/{session}", update, content_type="application/json")
    apps.get_model("roster", "Export")._default_manager.create(
        user=head, listing="roster.classroom", title="Classes", format="csv",
        created_at=timezone.now(),
    )  # fmt: skip
    call_command("run_jobs", "--once")


def plan(folder: Path, source: Source) -> None:
    """Store the requests to send."""
    from benchmarks.snapshot import apis, pages  # noqa: PLC0415  # these need Django to be set up
    from benchmarks.snapshot.facts import load_facts  # noqa: PLC0415
    from benchmarks.snapshot.recorder import Session  # noqa: PLC0415

    callers = json.loads((folder / CALLERS).read_text())
    facts = load_facts()
    with stopped_clock(source.instant):
        session = Session(callers, source)
        save([*apis.requests(facts), *pages.requests(session, facts)], folder / REQUESTS)


def record(folder: Path, source: Source, to: Path) -> int:
    """Send the stored requests; return NOT_COVERED if a route exists that none of them covers."""
    from benchmarks.snapshot import recorder, routes  # noqa: PLC0415  # these need Django

    requests = load(folder / REQUESTS)
    callers = json.loads((folder / CALLERS).read_text())
    call_command("migrate", verbosity=0)
    with stopped_clock(source.instant):
        statuses = recorder.record(requests, callers, to, source)
    counts = ", ".join(f"{count} of status {status}" for status, count in sorted(statuses.items()))
    print(f"{folder.name}: {len(requests)} requests: {counts}", flush=True)
    missing = routes.find_missing(requests)
    for route in missing:
        print(f"{folder.name}: no request asks {route}", flush=True)
    return NOT_COVERED if missing else 0


@contextmanager
def _exports_folder(folder: Path) -> Iterator[None]:
    """Store exports in a copy of the stored folder while the block runs."""
    with tempfile.TemporaryDirectory(prefix="learntrace-") as scratch:
        copy = Path(scratch) / "exports"
        if (folder / "exports").exists():
            shutil.copytree(folder / "exports", copy)
        with override_settings(EXPORTS_FOLDER=copy, DEFAULT_FACILITY="779"):
            yield


def main() -> int:
    """Run one step of a snapshot."""
    parser = argparse.ArgumentParser()
    parser.add_argument("step", choices=["seed", "plan", "record"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--at", type=datetime.fromisoformat)
    parser.add_argument("--to", type=Path)
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    if options.step == "seed":
        django.setup()
        call_command("migrate", verbosity=0)
        with override_settings(EXPORTS_FOLDER=options.folder / "exports", DEFAULT_FACILITY="779"):
            seed(options.folder)
        return 0
    source = Source(options.at)
    with source.installed():
        django.setup()
        with _exports_folder(options.folder):
            if options.step == "record":
                return record(options.folder, source, options.to)
            plan(options.folder, source)
            return 0


if __name__ == "__main__":
    raise SystemExit(main())
