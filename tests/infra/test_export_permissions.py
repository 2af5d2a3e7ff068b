"""Large exports are for one person alone, and only with the rights they were made under."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from infra.exports import storage, worker
from roster import services
from roster.models import Role, RoleKind, User
from tests.factories import School
from tests.infra.export_client import body, browser, export, read_csv
from tests.infra.large_exports import READ, ask, download, large_school, run, work

__all__ = ["large_school"]
pytestmark = pytest.mark.django_db(transaction=True)


def test_nobody_but_who_asked_has_the_file_or_its_page(school: School):
    asked = ask(school, "csv")
    run()
    page = f"/admin/roster/export/{asked.pk}"

    for other in (school.facility_coach, school.admin, school.superuser, school.foreign_coach):
        assert browser(other).get(f"{page}/download/").status_code == 404
        assert browser(other).get(f"{page}/change/").status_code == 404
    assert str(asked.pk) not in browser(school.admin).get("/admin/roster/export/").content.decode()
    assert browser(school.ada).get(f"{page}/download/").status_code == 302


def test_whoever_lost_their_class_meanwhile_gets_nothing_of_it(school: School):
    """contract 0.7: asked again when it is made."""
    asked = ask(school, "csv")
    Role.objects.filter(user=school.coach).update(classroom=school.class_7b)

    run()

    rows = read_csv(body(download(school, asked)))
    assert {row["username"] for row in rows} == {"chen"}


def test_whoever_is_no_staff_any_more_is_told_why(school: School):
    asked = ask(school, "csv")
    User.objects.filter(pk=school.coach.pk).update(is_staff=False)

    run()

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
def test_whose_rights_changed_since_gets_no_file(school: School, change: Callable[[School], None]):
    """contract 0.7: nor do rights that come back bring the old file back."""
    asked = ask(school, "csv")
    run()
    change(school)

    refused = download(school, asked)

    assert refused.status_code == 403
    assert "Your rights have changed since" in refused.content.decode()
    assert not storage.result_path(asked).exists()
    services.assign_role(school.coach, RoleKind.COACH, school.facility)
    page = browser(school.coach).get(f"/admin/roster/export/{asked.pk}/change/").content.decode()
    assert "Your rights have changed since" in page
    assert "/download/" not in page
    assert download(school, asked).status_code == 404


def test_whose_rights_are_what_they_were_gets_the_file(school: School):
    asked = ask(school, "csv")
    run()
    _withdraw(school)
    services.assign_role(school.coach, RoleKind.COACH, school.class_7a)

    assert len(read_csv(body(download(school, asked)))) == 12


def test_who_was_a_superuser_gets_no_file(school: School):
    for_all = export(school.superuser, "logger/attemptlog", "csv").headers["Location"]
    run()
    User.objects.filter(pk=school.superuser.pk).update(is_superuser=False, facility=school.facility)

    refused = browser(school.superuser).get(for_all.replace("change", "download"))

    assert refused.status_code == 403


def test_whose_account_is_closed_is_not_even_let_in(school: School):
    asked, coach = ask(school, "csv"), browser(school.coach)
    run()
    User.objects.filter(pk=school.coach.pk).update(is_active=False)

    answer = coach.get(f"/admin/roster/export/{asked.pk}/download/")

    assert (answer.status_code, answer.headers["Location"][:13]) == (302, "/admin/login/")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_rights_that_change_half_way_leave_nothing_of_before(school: School, kind: str):
    asked = ask(school, kind)
    work()
    _move(school)

    run()

    rows = READ[kind](body(download(school, asked)))
    assert {row["username"] for row in rows} == {"chen"}
    assert len(rows) == 12
