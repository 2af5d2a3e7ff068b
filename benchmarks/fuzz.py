"""Ask the real server everything its own OpenAPI document allows, and much it does not.

    python benchmarks/fuzz.py [--database sqlite | URL] [--examples 30]

Starts the server of `make serve` on a new database with a small school, and lets schemathesis
ask every operation as a guest, a learner, a coach and an app's key. Wrong is a 5xx, a status or
media type the document does not name, or a body that is not as it says. Half of the ids in paths
are of things that exist. Ends with 1 where anything was wrong.
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

from benchmarks.bench import chosen, environment  # run as a script, too
from benchmarks.fuzz_school import ANSWER, EXERCISE, LOGIN, SCHOOL
from benchmarks.server import serving

CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,"
    "response_schema_conformance"
)
# Ends the session under which everything else is asked.
LOGOUT = "auth_session_current_destroy"
HOOKS = "benchmarks.fuzz_hooks"


class Installation:
    """A server with a small school in it, and how to call it."""

    def __init__(self, port: int, roster: dict[str, Any]) -> None:
        self.port, self.roster = port, roster
        self.key: str = roster["api_keys"]["fuzz"]

    def ask(
        self, method: str, path: str, body: Any = None, **headers: str
    ) -> tuple[Any, dict[str, str]]:
        """Return an answer, and the cookies that came with it."""
        talk = HTTPConnection("127.0.0.1", self.port, timeout=30)
        given = {"Content-Type": "application/json", **headers}
        talk.request(method, path, None if body is None else json.dumps(body), given)
        response = talk.getresponse()
        raw = response.read()
        cookies = dict(
            cookie.partition(";")[0].split("=", 1)
            for cookie in response.headers.get_all("Set-Cookie", [])
        )
        return (json.loads(raw) if raw.startswith((b"{", b"[")) else raw.decode()), cookies

    def logged_in(self, username: str) -> dict[str, str]:
        """Return the headers of somebody's login."""
        credentials = {"username": username, "password": LOGIN}
        _session, cookies = self.ask("POST", "/api/auth/session", credentials)
        cookie = f"sessionid={cookies['sessionid']}"
        _session, more = self.ask("PUT", "/api/auth/session/current", {}, Cookie=cookie)
        token = more.get("csrftoken") or cookies["csrftoken"]
        return {"Cookie": f"{cookie}; csrftoken={token}", "X-CSRFToken": token}

    def callers(self) -> Iterator[tuple[str, dict[str, str]]]:
        """Yield who asks, and the headers by which."""
        yield "guest", {}
        yield "learner", self.logged_in("lena")
        yield "coach", self.logged_in("kim")
        yield "key", {"X-API-Key": self.key}

    def names(self) -> dict[str, str]:
        """Return what exists, by the words of the paths."""
        as_app = {"X-API-Key": self.key}
        session, _cookies = self.ask("POST", "/api/logger/contentsession", EXERCISE, **as_app)
        path = f"/api/logger/contentsession/{session['session_id']}"
        self.ask("PUT", path, ANSWER, **as_app)
        names = {"session_id": session["session_id"], "index": "0"}
        names["user_id"] = self.roster["users"]["lena"]["id"]
        for kind in ("auth/classroom", "auth/learnergroup", "auth/facilityuser", "auth/role",
                     "auth/membership", "auth/facility", "assignments/lesson", "assignments/quiz",
                     "assignments/coursesession", "logger/attemptlog"):  # fmt: skip
            rows, _cookies = self.ask("GET", f"/api/{kind}", **as_app)
            names[kind] = rows[0]["id"]
        asked = f"content={EXERCISE['content_id']}&user=lena-1"
        tries, _cookies = self.ask("GET", f"/api/logger/masterylog?{asked}", **as_app)
        names["logger/masterylog"] = tries[0]["id"]
        return names

    def answered(self) -> int:
        """Return how many requests the server has answered so far."""
        text, _cookies = self.ask("GET", "/metrics")
        counts = re.findall(r"^learntrace_requests_total\{.*\} (\S+)$", text, re.MULTILINE)
        return int(sum(map(float, counts)))


def run(options: argparse.Namespace) -> int:
    """Fuzz a server on this process's database; 1 where anything was wrong."""
    roster = manage("import_roster", "-", told=json.dumps(SCHOOL))
    wrong, total = 0, 0
    with (
        tempfile.TemporaryDirectory() as folder,
        serving("gunicorn", workers=1, threads=8, log=Path(folder) / "log") as server,
    ):
        school = Installation(server.port, json.loads(roster))
        os.environ["FUZZ_NAMES"] = json.dumps(school.names())
        for caller, headers in school.callers():
            before = school.answered()
            wrong |= fuzz(server.port, caller, headers, options)
            asked = school.answered() - before
            total += asked
            print(f"{caller}: {asked} requests", flush=True)
    print(f"{total} requests in all: {'something was WRONG' if wrong else 'nothing wrong'}")
    return int(bool(wrong))


def manage(*arguments: str, told: str = "") -> str:
    """Run one of our commands; return what it says."""
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(  # noqa: S603  # our own command
        command, input=told, capture_output=True, text=True, check=True
    ).stdout


def fuzz(port: int, caller: str, headers: dict[str, str], options: argparse.Namespace) -> int:
    """Let schemathesis ask as one caller; its exit status."""
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
    """Fuzz on each database."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--database", help="sqlite, or a PostgreSQL's URL; default: both, anew")
    parser.add_argument("--examples", type=int, default=30, help="for each operation and caller")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    status = 0
    for name, database in chosen(options.database):
        print(f"\n{name}", flush=True)
        with database() as url:
            os.environ.update(
                environment(url),
                DJANGO_SETTINGS_MODULE="config.settings",
                RUN_JOBS="false",
                LOG_LEVEL="ERROR",
                **{f"THROTTLE_{who}": "" for who in ("KEY", "USER", "GUEST", "LOGIN")},
            )
            manage("migrate", "--verbosity", "0")
            status |= run(options)
    return status


if __name__ == "__main__":
    sys.exit(main())
