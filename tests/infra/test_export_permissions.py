"""Large exports belong to one person and require the rights under which they were requested."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from infra.exports import storage, worker
from roster import services
from roster.models import Role, RoleKind, User
from tests.factories import School
from tests.infra.export_client import body, browser, export, read_csv
from tests.infra.large_exports import (
    READ,
    download,
    finish_exports,
    large_school,
    request_export,
    run_one_step,
)

__all__ = ["large_school"]
pytestmark = pytest.mark.django_db(transaction=True)


def test_only_the_requester_can_open_the_file_and_its_page(school: School):
    asked = request_export(school, "csv")
    finish_exports()
    page = f"/admin/roster/export/{asked.pk}"

    for other in (school.facility_coach, school.admin, school.superuser, school.foreign_coach):
        assert browser(other).get(f"{page}/download/").status_code == 404
        assert browser(other).get(f"{page}/change/").status_code == 404
    assert str(asked.pk) not in browser(school.admin).get("/admin/roster/export/").content.decode()
    assert browser(school.ada).get(f"{page}/download/").status_code == 302


def test_an_export_has_no_rows_of_a_class_lost_meanwhile(school: School):
    """contract 0.7: rights are checked again when the file is created."""
    asked = request_export(school, "csv")
    Role.objects.filter(user=school.coach).update(classroom=school.class_7b)

    finish_exports()

    rows = read_csv(body(download(school, asked)))
    assert {row["username"] for row in rows} == {"chen"}


def test_an_export_fails_if_its_requester_is_no_longer_staff(school: School):
    asked = request_export(school, "csv")
    User.objects.filter(pk=school.coach.pk).update(is_staff=False)

    finish_exports()

    asked.refresh_from_db()
    assert (asked.state, asked.error) == ("failed", worker.PERMISSION_LOST)


def _withdraw(school: School) -> None:
    Role.objects.filter(user=school.coach).delete()


def _move(school: School) -> None:
    Role.objects.filter(user=school.coach).update(classroom=school.class_7b)


def _add(school: School) -> None:
    services.assign_role(school.coach, RoleKind.COACH, school.class_7b)


def _close_the_class(school: School) -> None:
    school.class_7a.delete()


@pytest.mark.parametrize("change", [_withdraw, _move, _add, _close_the_class])
def test_a_requester_with_changed_rights_gets_no_file(
    school: School, change: Callable[[School], None]
):
    """contract 0.7: the old file stays unavailable even if the rights come back."""
    asked = request_export(school, "csv")
    finish_exports()
    change(school)

    refused = download(school, asked)

    assert refused.status_code == 403
    assert "Your permissions have changed since" in refused.content.decode()
    assert not storage.result_path(asked).exists()
    services.assign_role(school.coach, RoleKind.COACH, school.facility)
    page = browser(school.coach).get(f"/admin/roster/export/{asked.pk}/change/").content.decode()
    assert "Your permissions have changed since" in page
    assert "/download/" not in page
    assert download(school, asked).status_code == 404


def test_a_requester_with_the_same_rights_gets_the_file(school: School):
    asked = request_export(school, "csv")
    finish_exports()
    _withdraw(school)
    services.assign_role(school.coach, RoleKind.COACH, school.class_7a)

    assert len(read_csv(body(download(school, asked)))) == 12


def test_a_former_superuser_gets_no_file(school: School):
    for_all = export(school.superuser, "logger/attemptlog", "csv").headers["Location"]
    finish_exports()
    User.objects.filter(pk=school.superuser.pk).update(is_superuser=False, facility=school.facility)

    refused = browser(school.superuser).get(for_all.replace("change", "download"))

    assert refused.status_code == 403


def test_a_requester_with_a_closed_account_must_log_in(school: School):
    asked, coach = request_export(school, "csv"), browser(school.coach)
    finish_exports()
    User.objects.filter(pk=school.coach.pk).update(is_active=False)

    answer = coach.get(f"/admin/roster/export/{asked.pk}/download/")

    assert (answer.status_code, answer.headers["Location"][:13]) == (302, "/admin/login/")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_rights_that_change_during_an_export_restart_it(school: School, kind: str):
    asked = request_export(school, kind)
    run_one_step()
    _move(school)

    finish_exports()

    rows = READ[kind](body(download(school, asked)))
    assert {row["username"] for row in rows} == {"chen"}
    assert len(rows) == 12
