"""Several schools in one OneRoster export of `manage.py import_roster`: contract 1.8."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError

from roster.models import Facility, User
from tests.factories import make_facility
from tests.roster.oneroster import (
    Files,
    enrolment,
    export,
    imported,
    org,
    person,
    role,
    school_class,
    user,
)

pytestmark = pytest.mark.django_db


# Several schools.


def two_schools() -> Files:
    files = export(orgs=[org(), org("s2", "Hillside"), org("s3", "Unused")])
    files["users.csv"].append(person("u7", "lee", primaryOrgSourcedId="s2"))
    files["roles.csv"] += [role("u7", "teacher", at="s2"), role("u7", "administrator", at="s1")]
    files["classes.csv"].append(school_class("c2", "7A", at="s2"))
    files["enrollments.csv"] += [
        enrolment("c2", "u7", "teacher", at="s2"), enrolment("c1", "u7", "teacher")
    ]  # fmt: skip
    return files


def test_every_referenced_school_becomes_a_facility(
    import_files: Any, capsys: pytest.CaptureFixture[str]
):
    """The output is a list then. A person belongs to one school, and is ignored in all others."""
    result = import_files(two_schools())

    assert [school["facility"]["name"] for school in result] == ["Riverside", "Hillside"]
    assert user("u7").facility == Facility.objects.get(name="Hillside")
    assert list(user("u7").roles.values_list("classroom__external_id", flat=True)) == ["c2"]
    errors = capsys.readouterr().err
    assert "roles.csv:7: administrators" in errors
    assert "enrollments.csv:6: users can only be in classes of their own school." in errors


def test_one_school_can_be_selected(import_files: Any):
    result = import_files(two_schools(), org="s2")

    assert result["facility"]["name"] == "Hillside"
    assert [u.username for u in User.objects.all()] == ["lee"]
    with pytest.raises(CommandError, match="“d1” is not a school"):
        import_files(export(), org="d1")


def test_a_school_that_cannot_be_identified_does_not_stop_the_others(import_files: Any):
    for _ in range(2):
        make_facility(name="Hillside")

    result = import_files(two_schools(), in_part=True)

    assert result["skipped"] == [
        {"where": "orgs.csv:3", "message": "2 facilities in the database have this name."}
    ]
    assert result["facility"]["name"] == "Riverside"
    assert set(result["users"]) == {"head", "kim", "ada", "ben"}


def test_if_no_school_can_be_identified_nothing_is_imported(import_files: Any):
    for _ in range(2):
        make_facility(name="Riverside")

    with pytest.raises(CommandError, match="No school was imported"):
        import_files(export())

    assert not User.objects.exists()


def test_two_schools_of_an_export_may_share_a_username(import_files: Any):
    """contract 1.8: usernames are unique within their facility."""
    files = two_schools()
    files["users.csv"][-1]["username"] = "ADA"

    import_files(files)

    assert User.objects.by_username("ada").count() == 2


def test_the_org_option_requires_an_export(tmp_path: Path):
    path = tmp_path / "roster.json"
    path.write_text('{"facility": {"name": "R"}}')

    with pytest.raises(CommandError, match="--org"):
        imported(path, org="s1")
