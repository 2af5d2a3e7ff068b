"""Check that no frequent request has become slower; `make bench-check`.

    python -m benchmarks.regression [--update]

The processor time of requests in process, on a new SQLite file, is compared with that of a view
that does nothing (in `regression.json`). A ratio of more than 1.5 times the stored one fails.
`--update` stores the ratios of this run. All requests alternate, and the fastest tenth of each
counts, so a busy machine matters little.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import django
from django.core.management import call_command

from benchmarks.databases import sqlite_file
from benchmarks.revisions import Revision
from benchmarks.school import ROSTER, School, build_request, call, learner_name, record_history
from benchmarks.workloads import (
    ATTEMPTS_PATH,
    ITEMS,
    NO_OP_PATH,
    SKILLS,
    STUDY_PATH,
    TRACK_PATH,
    study_body,
    track_body,
)

STORED = Path(__file__).with_suffix(".json")
MAX_GROWTH = 1.5
WARM_UP_ROUNDS, ROUNDS = 10, 90
CLASS_SIZE = 20
COACH, CLASSROOM = "coach", "8A"
ROSTER_WITH_CLASS = {
    **ROSTER,
    "users": [{"username": COACH, "role": "coach"}],
    "classrooms": [{"name": CLASSROOM, "coaches": [COACH]}],
}
Call = Callable[[], object]


def measure() -> dict[str, float]:
    """Return the processor time of each request as a multiple of that of the no-op."""
    from benchmarks import in_process  # noqa: PLC0415  # needs Django to be set up

    in_process.hide_log()
    school = build_school()
    learner, coach = school.headers_of(learner_name(0)), school.headers_of(COACH)
    key = school.key_headers

    def prepared(method: str, path: str, headers: Mapping[str, str], body: Any = None) -> Call:
        return in_process.prepared(build_request(method, path, headers, body))

    track = [track_body(0, number) for number in range(SKILLS)]
    study = [study_body(0, number) for number in range(ITEMS)]
    calls: dict[str, Sequence[Call]] = {
        "no-op": [prepared("GET", NO_OP_PATH, learner)],
        "PUT contentsession": in_process.prepared_puts(
            school.headers_of(learner_name(1)), WARM_UP_ROUNDS + ROUNDS
        ),
        "GET attemptlog": [prepared("GET", ATTEMPTS_PATH, learner)],
        "POST track-answer": [prepared("POST", TRACK_PATH, key, body) for body in track],
        "POST /v3/study": [prepared("POST", STUDY_PATH, key, body) for body in study],
        "coach's front page": [prepared("GET", "/admin/", coach)],
    }
    times: dict[str, list[float]] = {name: [] for name in calls}
    for number in range(WARM_UP_ROUNDS + ROUNDS):
        for name, each in calls.items():
            spent = in_process.processor_milliseconds([each[number % len(each)]])
            times[name] += spent if number >= WARM_UP_ROUNDS else []
    best = {name: in_process.undisturbed(each) for name, each in times.items()}
    no_op = best.pop("no-op")
    print(f"no-op: {no_op:.3f} ms of processor time")
    return {name: milliseconds / no_op for name, milliseconds in best.items()}


def build_school() -> School:
    """Create a school with a class whose learners have worked, and log two people in."""
    from benchmarks.in_process import send  # noqa: PLC0415  # needs Django to be set up
    from benchmarks.logins import log_in  # noqa: PLC0415
    from roster.models import User  # noqa: PLC0415

    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(ROSTER_WITH_CLASS, file)
        file.flush()
        output = io.StringIO()
        call_command("import_roster", file.name, stdout=output)
    imported = json.loads(output.getvalue())
    key, classroom = imported["api_keys"]["benchmark"], imported["classrooms"][CLASSROOM]
    for number in range(CLASS_SIZE):
        record_history(send, key, learner_name(number))
        learner = User.objects.get(external_id=learner_name(number))
        body = {"user": learner.pk.hex, "collection": classroom}
        call(send, "POST", "/api/auth/membership", {"X-API-Key": key}, body)
    people = User.objects.filter(username=COACH) | User.objects.exclude(external_id=None)
    return School(
        key=key, logins={person.external_id or COACH: log_in(person) for person in people}
    )


def compare(measured: Mapping[str, float]) -> int:
    """Print the ratios beside the stored ones; return 1 if one has grown too much."""
    stored = json.loads(STORED.read_text())
    failed = 0
    print(f"{'':24}{'to no-op':>10}{'stored':>10}{'growth':>10}")
    for name, ratio in measured.items():
        growth = ratio / stored[name]
        verdict = ""
        if growth > MAX_GROWTH:
            failed, verdict = 1, f"  FAILED: more than {MAX_GROWTH}"
        elif growth < 1 / MAX_GROWTH:
            verdict = "  much faster: store it with --update"
        print(f"{name:24}{ratio:10.1f}{stored[name]:10.1f}{growth:10.2f}{verdict}")
    return failed


def main() -> int:
    """Measure on a temporary SQLite file; return 1 if a request has become slower."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.regression")
    parser.add_argument("--update", action="store_true", help="store the ratios of this run")
    options = parser.parse_args()
    with sqlite_file() as url:
        os.environ.update(Revision(label="current").environment(url))
        django.setup()
        call_command("migrate", verbosity=0)
        measured = measure()
    if options.update:
        rounded = {name: round(ratio, 2) for name, ratio in measured.items()}
        STORED.write_text(json.dumps(rounded, indent=2) + "\n")
    return compare(measured)


if __name__ == "__main__":
    sys.exit(main())
