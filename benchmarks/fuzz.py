"""Fuzz the real server with requests that its OpenAPI document allows, and others.

    python benchmarks/fuzz.py [--database sqlite | URL] [--examples 30]

Starts the server of `make serve` on a new database with a small school, and lets schemathesis
call every operation as a guest, a learner, a coach and an app's key. Wrong is a 5xx, a status or
media type that the document does not name, or a body that does not match its schema. Half of the
ids in paths are ids of existing rows. Exits with 1 if anything was wrong.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.databases import selected_databases  # after the path for runs as a script
from benchmarks.environment import environment
from benchmarks.fuzz_school import ANSWER, EXERCISE, LOGIN, SCHOOL
from benchmarks.server import running_server

CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,"
    "response_schema_conformance"
)
# Never called: it would end the session that the other requests use.
LOGOUT = "auth_session_current_destroy"
HOOKS = "benchmarks.fuzz_hooks"


class Installation:
    """A running server with a small school, and methods to call it."""

    def __init__(self, port: int, roster: dict[str, Any]) -> None:
        self.port, self.roster = port, roster
        self.key: str = roster["api_keys"]["fuzz"]

    def call(
        self, method: str, path: str, body: Any = None, **headers: str
    ) -> tuple[Any, dict[str, str]]:
        """Return the body of a response, and the cookies it sets."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        all_headers = {"Content-Type": "application/json", **headers}
        connection.request(method, path, None if body is None else json.dumps(body), all_headers)
        response = connection.getresponse()
        raw = response.read()
        cookies = dict(
            cookie.partition(";")[0].split("=", 1)
            for cookie in response.headers.get_all("Set-Cookie", [])
        )
        return (json.loads(raw) if raw.startswith((b"{", b"[")) else raw.decode()), cookies

    def log_in(self, username: str) -> dict[str, str]:
        """Log a person in; return the headers of the session."""
        credentials = {"username": username, "password": LOGIN}
        _session, cookies = self.call("POST", "/api/auth/session", credentials)
        cookie = f"sessionid={cookies['sessionid']}"
        _session, csrf_cookies = self.call("PUT", "/api/auth/session/current", {}, Cookie=cookie)
        token = csrf_cookies.get("csrftoken") or cookies["csrftoken"]
        return {"Cookie": f"{cookie}; csrftoken={token}", "X-CSRFToken": token}

    def callers(self) -> Iterator[tuple[str, dict[str, str]]]:
        """Yield the name and the headers of each caller."""
        yield "guest", {}
        yield "learner", self.log_in("lena")
        yield "coach", self.log_in("kim")
        yield "key", {"X-API-Key": self.key}

    def existing_ids(self) -> dict[str, str]:
        """Return the ids of existing rows, by path parameter or resource."""
        key_headers = {"X-API-Key": self.key}
        session, _cookies = self.call("POST", "/api/logger/contentsession", EXERCISE, **key_headers)
        path = f"/api/logger/contentsession/{session['session_id']}"
        self.call("PUT", path, ANSWER, **key_headers)
        ids = {"session_id": session["session_id"], "index": "0"}
        ids["user_id"] = self.roster["users"]["lena"]["id"]
        for kind in ("auth/classroom", "auth/learnergroup", "auth/facilityuser", "auth/role",
                     "auth/membership", "auth/facility", "assignments/lesson", "assignments/quiz",
                     "assignments/coursesession", "logger/attemptlog"):  # fmt: skip
            rows, _cookies = self.call("GET", f"/api/{kind}", **key_headers)
            ids[kind] = rows[0]["id"]
        query = f"content={EXERCISE['content_id']}&user=lena-1"
        mastery_logs, _cookies = self.call("GET", f"/api/logger/masterylog?{query}", **key_headers)
        ids["logger/masterylog"] = mastery_logs[0]["id"]
        return ids

    def count_requests(self) -> int:
        """Return the number of requests that the server has answered so far."""
        text, _cookies = self.call("GET", "/metrics")
        counts = re.findall(r"^learntrace_requests_total\{.*\} (\S+)$", text, re.MULTILINE)
        return int(sum(map(float, counts)))


def run(options: argparse.Namespace) -> int:
    """Fuzz a server on this process's database; return 1 if anything was wrong."""
    roster = manage("import_roster", "-", stdin_text=json.dumps(SCHOOL))
    wrong, total = 0, 0
    with (
        tempfile.TemporaryDirectory() as folder,
        running_server(workers=1, threads=8, log=Path(folder) / "log") as server,
    ):
        school = Installation(server.port, json.loads(roster))
        os.environ["FUZZ_NAMES"] = json.dumps(school.existing_ids())
        for caller, headers in school.callers():
            before = school.count_requests()
            wrong |= fuzz(server.port, caller, headers, options)
            requests = school.count_requests() - before
            total += requests
            print(f"{caller}: {requests} requests", flush=True)
    print(f"{total} requests in all: {'something was WRONG' if wrong else 'nothing wrong'}")
    return int(bool(wrong))


def manage(*arguments: str, stdin_text: str = "") -> str:
    """Run a management command; return its output."""
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(  # noqa: S603  # our own command
        command, input=stdin_text, capture_output=True, text=True, check=True
    ).stdout


def fuzz(port: int, caller: str, headers: dict[str, str], options: argparse.Namespace) -> int:
    """Run schemathesis as one caller; return its exit status."""
    command = [
        str(Path(sys.executable).parent / "schemathesis"), "run",
        f"http://127.0.0.1:{port}/api/schema", "--checks", CHECKS,
        "--phases", "examples,coverage,fuzzing", "--max-examples", str(options.examples),
        "--seed", str(options.seed), "--continue-on-failure", "--no-color",
        "--suppress-health-check", "all", "--warnings", "off",
    ]  # fmt: skip
    if "Cookie" in headers:
        command += ["--exclude-operation-id", LOGOUT]
    for name, value in headers.items():
        command += ["--header", f"{name}: {value}"]
    print(f"— as {caller}", flush=True)
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": HOOKS}
    return subprocess.run(command, check=False, env=environment).returncode  # noqa: S603


def main() -> int:
    """Fuzz on each database; return 1 if anything was wrong."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--database", help="sqlite, or a PostgreSQL's URL; default: both, newly created"
    )
    parser.add_argument("--examples", type=int, default=30, help="for each operation and caller")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    status = 0
    for name, database in selected_databases(options.database):
        print(f"\n{name}", flush=True)
        with database() as url:
            os.environ.update(
                environment(url),
                DJANGO_SETTINGS_MODULE="config.settings",
                RUN_JOBS="false",
                LOG_LEVEL="ERROR",
                **{f"THROTTLE_{scope}": "" for scope in ("KEY", "USER", "GUEST", "LOGIN")},
            )
            manage("migrate", "--verbosity", "0")
            status |= run(options)
    return status


if __name__ == "__main__":
    sys.exit(main())
