"""`manage.py setup`, `remove_demo` and `version`: from the demo to a school of one's own."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db.models import Model

from analytics.models import Item, LearningEvent, Skill, SkillState
from config.demo.facility import create_demo_facility
from config.demo.personas import LEARNERS
from config.demo.roster import demo_roster
from logger.models import AttemptLog, ContentSession
from roster.importing import import_roster
from roster.models import ApiKey, Facility, User
from study.models import LearningItem
from tests.conftest import client_for
from tests.factories import NOW

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parent.parent.parent
TRACK = "/api/v1/track-answer"
ANSWER = {"user_id": "ada", "skill_id": "fractions", "is_correct": True}


def run(*arguments: str, **options: Any) -> str:
    output = StringIO()
    call_command(*arguments, stdout=output, **options)
    return output.getvalue()


@pytest.fixture(autouse=True)
def no_terminal(monkeypatch: pytest.MonkeyPatch, settings: LazySettings, tmp_path: Path) -> None:
    settings.BASE_DIR = tmp_path
    monkeypatch.setattr("sys.stdin", StringIO("correct horse battery\n"))


def test_a_school_is_set_up_with_a_superuser_and_a_key():
    text = run("setup", facility="Hill School", time_zone="Europe/Berlin", password_stdin=True)

    [facility] = Facility.objects.all()
    assert (facility.name, facility.time_zone) == ("Hill School", "Europe/Berlin")
    [admin] = User.objects.filter(is_superuser=True)
    assert admin.username == "admin"
    assert admin.check_password("correct horse battery")
    assert "correct horse" not in text
    key = text.split()[-1]
    assert client_for(key).post(TRACK, ANSWER, format="json").status_code == 200


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({}, "--facility is required"),
        ({"facility": "Hill School"}, "named “Hill School”"),
        ({"facility": "New", "time_zone": "Mars"}, "no time zone"),
        ({"facility": "New"}, "superuser named “admin”"),
    ],
)
def test_setup_says_what_is_wrong_and_changes_nothing(options: dict[str, str], problem: str):
    run("setup", facility="Hill School")

    with pytest.raises(CommandError, match=problem):
        run("setup", **options)

    assert (Facility.objects.count(), User.objects.count(), ApiKey.objects.count()) == (1, 1, 1)


def test_the_demo_is_removed_with_everybody_in_it():
    demo = import_roster(demo_roster(), at=NOW)
    create_demo_facility(demo.facility, seed=1, at=NOW, characters=LEARNERS[:2], quiet=True)
    with pytest.raises(CommandError, match="only superuser"):
        run("remove_demo")
    key = run("setup", facility="Hill School", admin="boss").split()[-1]
    assert client_for(key).post(TRACK, ANSWER, format="json").status_code == 200
    answers = LearningEvent.objects.filter(facility=demo.facility).count()

    planned = run("remove_demo", dry_run=True)

    assert f"{answers:,} answers" in planned
    assert LearningEvent.objects.count() == answers + 1
    assert run("remove_demo") == planned.replace("Would delete", "Deleted")
    assert [each.name for each in Facility.objects.all()] == ["Hill School"]
    assert {each.username for each in User.objects.all()} == {"boss", None}
    of_the_demo: list[type[Model]] = [ContentSession, AttemptLog, LearningItem]
    assert not any(model._default_manager.exists() for model in of_the_demo)
    of_both: list[type[Model]] = [LearningEvent, Skill, SkillState, ApiKey]
    assert [model._default_manager.count() for model in of_both] == [1] * 4
    assert Item.objects.count() <= 1
    with pytest.raises(CommandError, match="no demo school"):
        run("remove_demo")


def test_the_version_is_that_of_the_project():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    output = subprocess.run(
        [sys.executable, "manage.py", "version"], cwd=ROOT, capture_output=True, check=True,
        text=True,
    ).stdout  # fmt: skip

    assert output.startswith(f"LearnTrace {version}\n")
    assert version in (ROOT / "CHANGELOG.md").read_text()
