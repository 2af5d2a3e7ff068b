"""Fuzz the real server with requests that its OpenAPI document allows, and others; `make fuzz`.

    python benchmarks/fuzz.py [--database sqlite | URL] [--examples 30] [--quick]

Starts the server of `make serve` on a new database with a small school, and lets schemathesis
call every operation as a guest, a learner, a coach and an app's key, and the pages of the admin as
a coach. Wrong is a 5xx or no response, a status or media type that the document does not name, or a
body that does not match its schema. Half of the ids in paths are ids of existing rows. Exits with 1
if anything was wrong, and with 2 if not, but schemathesis or its hooks failed: then something was
not tested.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.databases import selected_databases  # after the path for runs as a script
from benchmarks.environment import environment
from benchmarks.fuzz_school import ANSWER, EXERCISE, LOGIN, SCHOOL, TRACKED
from benchmarks.server import running_server

CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,"
    "response_schema_conformance"
)
PAGE_CHECKS = "not_a_server_error,status_code_conformance"
PHASES, QUICK_PHASES, QUICK_EXAMPLES = "examples,coverage,fuzzing", "examples,fuzzing", 9
# Errors that schemathesis reports, but that are faults of the server.
SERVER_ERRORS = {"Network Error", "Server Unavailable", "Unresponsive Operation"}
# Never called: it would end the session that the other requests use.
LOGOUT = "api_auth_session_current_destroy"
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

    def is_logged_in(self, headers: dict[str, str]) -> bool:
        """Return whether a session still works; True for a guest, who has none."""
        session, _cookies = self.call("GET", "/api/auth/session/current", **headers)
        return not headers or "user_id" in session

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
        self.call("POST", "/api/v1/track-answer", TRACKED, **key_headers)
        partner_id = SCHOOL["facility"]["partner_id"]
        new_set = {"name": "Capitals", "partner_id": partner_id}
        created, _cookies = self.call("POST", "/v3/sets", new_set, **key_headers)
        set_id = created["data"]["id"]
        question = {"question": "Italy?", "answer": "Rome"}
        path = f"/v3/sets/{set_id}/learning_items"
        item, _cookies = self.call("POST", path, question, **key_headers)
        ids["guid"] = item["data"]["attributes"]["learning-engine-guid"]
        return {**ids, "partner_id": partner_id, "set_id": set_id, "skill_id": TRACKED["skill_id"]}

    def count_requests(self) -> Counter[str]:
        """Return the number of requests that the server has answered so far, by status."""
        text, _cookies = self.call("GET", "/metrics")
        series = r'^learntrace_requests_total\{.*status="(\d+)"\} (\S+)$'
        counts = Counter[str]()
        for status, count in re.findall(series, text, re.MULTILINE):
            counts[status] += int(float(count))
        return counts


@dataclass
class Outcome:
    """Wrong responses, failures of schemathesis or its hooks, and requests by status."""

    wrong: Counter[str] = field(default_factory=Counter)
    crashes: Counter[str] = field(default_factory=Counter)
    requests: Counter[str] = field(default_factory=Counter)

    def add_report(self, path: Path, status: int) -> None:
        """Add the report of a run of schemathesis that ended with this exit status."""
        try:
            report = json.loads(path.read_text())
        except (OSError, ValueError):
            self.crashes[f"no report, exit status {status}"] += 1
            return
        for failure in report["failures"]:
            self.wrong[failure["title"]] += failure["count"]
        for error in report["errors"]:
            kind = self.wrong if error["title"] in SERVER_ERRORS else self.crashes
            kind[error["title"]] += error["count"]
        if status and not (report["failures"] or report["errors"]):
            self.crashes[f"exit status {status}"] += 1

    @property
    def status(self) -> int:
        """The exit status of this program."""
        return 1 if self.wrong else 2 * bool(self.crashes)

    def __str__(self) -> str:
        statuses = ", ".join(f"{status}: {n}" for status, n in sorted(self.requests.items()))
        parts = [f"{self.requests.total()} requests in all ({statuses})"]
        for text, counts in (("WRONG", self.wrong), ("schemathesis CRASHED", self.crashes)):
            if counts:
                listed = ", ".join(f"{title} ({count})" for title, count in counts.items())
                parts.append(f"{text}: {listed}")
        return "; ".join(parts if len(parts) > 1 else [*parts, "nothing wrong"])


def run(options: argparse.Namespace) -> int:
    """Fuzz a server on this process's database; return the exit status."""
    roster = manage("import_roster", "-", stdin_text=json.dumps(SCHOOL))
    outcome = Outcome()
    with (
        tempfile.TemporaryDirectory() as folder,
        running_server(workers=1, threads=8, log=Path(folder) / "log") as server,
    ):
        school = Installation(server.port, json.loads(roster))
        os.environ["FUZZ_NAMES"] = json.dumps(school.existing_ids())
        pages, report = Path(folder) / "pages.json", Path(folder) / "report.json"
        pages.write_text(run_python("-m", "benchmarks.fuzz_pages"))
        address = f"http://127.0.0.1:{server.port}"
        callers = dict(school.callers())
        runs = [("coach", [str(pages), "--url", address, "--checks", PAGE_CHECKS])]
        # The key is the last one: it may delete the others.
        runs += [(name, [f"{address}/api/schema", "--checks", CHECKS]) for name in callers]
        for caller, arguments in runs:
            print(f"— {caller}, {arguments[0]}", flush=True)
            report.unlink(missing_ok=True)
            status = fuzz(arguments, callers[caller], report, options)
            outcome.add_report(report, status)
            try:
                if caller != "key" and not school.is_logged_in(callers[caller]):
                    outcome.crashes[f"the session of the {caller} has ended"] += 1
                outcome.requests = school.count_requests()
            except OSError:
                print((Path(folder) / "log").read_text(errors="replace")[-2000:])
                outcome.wrong["the server has stopped"] += 1
                break
    print(outcome)
    return outcome.status


def manage(*arguments: str, stdin_text: str = "") -> str:
    """Run a management command; return its output."""
    return run_python("manage.py", *arguments, stdin_text=stdin_text)


def run_python(*arguments: str, stdin_text: str = "") -> str:
    """Run Python in this process's environment; return its output."""
    return subprocess.run(  # noqa: S603  # our own command
        [sys.executable, *arguments],
        input=stdin_text,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout


def fuzz(
    arguments: list[str], headers: dict[str, str], report: Path, options: argparse.Namespace
) -> int:
    """Run schemathesis as one caller; return its exit status."""
    command = [
        str(Path(sys.executable).parent / "schemathesis"), "run", *arguments,
        "--phases", QUICK_PHASES if options.quick else PHASES,
        "--max-examples", str(QUICK_EXAMPLES if options.quick else options.examples),
        "--seed", str(options.seed), "--continue-on-failure", "--no-color",
        "--suppress-health-check", "all", "--warnings", "off", "--report-json-path", str(report),
        "--generation-with-security-parameters", "false",
    ]  # fmt: skip
    if "Cookie" in headers:
        command += ["--exclude-operation-id", LOGOUT]
    for name, value in headers.items():
        command += ["--header", f"{name}: {value}"]
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": HOOKS}
    return subprocess.run(command, check=False, env=environment).returncode  # noqa: S603


def main() -> int:
    """Fuzz on each database; return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--database", help="sqlite, or a PostgreSQL's URL; default: both, newly created"
    )
    parser.add_argument("--examples", type=int, default=30, help="for each operation and caller")
    parser.add_argument("--quick", action="store_true", help="about 2,500 requests per database")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    statuses = []
    for name, database in selected_databases(options.database):
        print(f"\n{name}", flush=True)
        with database() as url:
            os.environ.update(
                environment(url),
                DJANGO_SETTINGS_MODULE="config.settings",
                RUN_JOBS="false",
                LOG_LEVEL="ERROR",
                **{f"THROTTLE_{scope}": "" for scope in ("KEY", "USER", "GUEST", "LOGIN")},
                **{f"QUOTA_{scope}": "" for scope in ("KEY", "USER", "GUEST", "LEARNER")},
            )
            manage("migrate", "--verbosity", "0")
            statuses.append(run(options))
    return 1 if 1 in statuses else max(statuses)


if __name__ == "__main__":
    sys.exit(main())
