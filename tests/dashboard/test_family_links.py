"""Links by which families read the report on a learner (contract 0.7, 0.11, 0.12a)."""

from __future__ import annotations

import re
from datetime import timedelta
from logging import makeLogRecord
from logging.config import DictConfigurator

import pytest
import time_machine
from django.test import Client as Browser
from django.urls import reverse

from analytics.models import LearnerNote
from config.logging_config import logging_config
from infra.api.rate_limit import Rate
from roster.models import AuditEntry, FamilyLink
from roster.services import end_memberships
from roster.services.family_links import MAX_LINKS
from tests.dashboard.practice import browser, look, now, practise
from tests.dashboard.test_report import statements
from tests.factories import School

pytestmark = pytest.mark.django_db


def make_link(school: School, days: str = "30") -> str:
    """Make a link to Ada's report as her coach, and return its path."""
    url = reverse("admin:coach_family_link", args=[school.ada.pk])
    page = browser(school.coach).post(url, {"days": days})
    assert page.status_code == 200, page.content
    [path] = re.findall(r"http://testserver(/family/[\w-]+)<", page.content.decode())
    return path


def test_a_family_reads_the_report_until_the_link_expires(school: School):
    practise(school.ada, "1" * 8, "geometry")
    practise(school.ben, "1" * 8, "of ben")
    LearnerNote.objects.create(
        learner=school.ada, author_name="coach", at=now(), text="private remark"
    )
    path = make_link(school)
    family = Browser()

    response = family.get(path)
    page = response.content.decode()
    assert response.status_code == 200
    assert "geometry" in page
    assert not re.search("private remark|of ben|student_ada|/admin/", page)
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in response.headers["X-Robots-Tag"]
    assert not response.cookies
    assert statements(family, path) <= 14
    assert family.head(path).status_code == 200
    link = FamilyLink.objects.get()
    assert link.openings == 3
    assert path.rpartition("/")[2] not in str(vars(link))
    assert link.expires_at - link.created_at == timedelta(days=30)
    shown = look(school.coach, "coach_learner", school.ada.pk).split('id="links-title"')[1]
    assert '<td class="number" data-label="Opened">3</td>' in shown

    assert family.get(f"{path}x").status_code == 404
    assert family.post(path).status_code == 405
    with time_machine.travel(now() + timedelta(days=30, minutes=1)):
        expired = family.get(path)
        assert expired.status_code == 404
        assert expired.headers["Referrer-Policy"] == "no-referrer"
        assert expired.headers["Cache-Control"] == "no-store"


def test_coaches_of_the_learner_revoke_links_and_all_of_it_is_audited(school: School):
    path = make_link(school)
    link = FamilyLink.objects.get()
    make = reverse("admin:coach_family_link", args=[school.ada.pk])
    revoke = reverse("admin:coach_revoke_link", args=[link.pk])
    for url in (make, revoke):
        assert browser(school.foreign_coach).post(url, {"days": "30"}).status_code == 404
        assert browser(school.ada).post(url, {"days": "30"}).status_code == 302
        assert browser(school.coach).get(url).status_code == 405
    own = reverse("admin:coach_family_link", args=[school.coach.pk])
    assert browser(school.coach).post(own, {"days": "30"}).status_code == 403
    for days in ("", "x", "0", "366", "-1"):
        assert browser(school.coach).post(make, {"days": days}).status_code == 303
    assert FamilyLink.objects.count() == 1
    assert Browser().get(path).status_code == 200

    assert browser(school.facility_coach).post(revoke).status_code == 303

    assert Browser().get(path).status_code == 404
    assert browser(school.coach).post(revoke).status_code == 404
    audited = AuditEntry.objects.filter(object_kind="familylink").order_by("pk")
    assert list(audited.values_list("action", "actor_name", "facility")) == [
        ("added", "coach", school.facility.pk),
        ("removed", "facility_coach", school.facility.pk),
    ]


def test_links_end_with_the_learner(school: School):
    """A learner who is not active or has a role has no links; one who moves or is erased, none."""
    path, family = make_link(school), Browser()
    for field in ("is_active", "is_staff"):
        value = getattr(school.ada, field)
        type(school.ada).objects.filter(pk=school.ada.pk).update(**{field: not value})
        assert family.get(path).status_code == 404
        type(school.ada).objects.filter(pk=school.ada.pk).update(**{field: value})
    assert family.get(path).status_code == 200
    end_memberships([school.ada.pk])
    assert family.get(path).status_code == 404

    school.ada.enrolments.create(classroom=school.class_7a)
    for _number in range(MAX_LINKS):
        path = make_link(school)
    full = reverse("admin:coach_family_link", args=[school.ada.pk])
    assert browser(school.coach).post(full, {"days": "30"}).status_code == 303
    school.ada.delete()
    assert family.get(path).status_code == 404
    assert not FamilyLink.objects.exists()


def test_openings_are_limited_like_requests_of_guests(school: School, settings: object):
    path, family = make_link(school), Browser()
    settings.THROTTLES = {**settings.THROTTLES, "guest": Rate.parse("2/hour")}  # type: ignore[attr-defined]

    found = [family.get(f"/family/lf_{number}").status_code for number in range(2)]
    limited = family.get(path)

    assert found == [404, 404]
    assert limited.status_code == 429
    assert int(limited.headers["Retry-After"]) > 0
    assert "login" not in limited.content.decode()


def test_errors_are_logged_without_the_secret_of_the_link():
    """Django logs the path of a request that failed."""
    config = logging_config("INFO")
    formatter = DictConfigurator(config).configure_formatter(config["formatters"]["json"])
    fields = {"name": "django.request", "levelname": "ERROR", "levelno": 40}
    fields |= {"msg": "Internal Server Error: %s", "args": ("/family/lf_secret",)}

    line = formatter.format(makeLogRecord(fields))

    assert "Internal Server Error: /family/" in line
    assert "secret" not in line
