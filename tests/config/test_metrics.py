"""Metrics: contract 0.13."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection
from prometheus_client.parser import text_string_to_metric_families

from roster.models import Scope
from tests.conftest import client_for
from tests.factories import School, video

START = "/api/logger/contentsession"


def samples(text: str) -> dict[tuple[str, ...], float]:
    return {
        (sample.name, *(value for _label, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def scrape(caller: Any = None, **headers: Any) -> Any:
    return client_for(caller).get("/metrics", **headers)


def test_requests_are_counted_by_route_without_values(school: School):
    """contract 0.13."""
    asked = ("learntrace_requests_total", "GET", "/api/logger/totalcontentprogress/<id:user_id>")
    before = samples(scrape().text)

    client = client_for(school.key())
    for name in ("student_ada", "student_ben"):
        client.get(f"/api/logger/totalcontentprogress/{name}")
    client.get("/api/logger/totalcontentprogress/nobody")

    response = scrape()
    after = samples(response.text)
    assert response.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert after[*asked, "200"] - before.get((*asked, "200"), 0) == 2
    assert after[*asked, "404"] - before.get((*asked, "404"), 0) == 1
    assert "student_ada" not in response.text


def test_jobs_report_their_last_success(db: None):
    """contract 0.13."""
    call_command("run_jobs", "--once")

    metrics = samples(scrape().text)

    assert metrics["learntrace_job_succeeded_timestamp_seconds", "purge_tokens"] > 1.7e9
    assert metrics["learntrace_job_rows", "purge_tokens"] == 0


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"REMOTE_ADDR": "::1"}, 200),
        ({"REMOTE_ADDR": "::ffff:127.0.0.1"}, 200),
        ({"REMOTE_ADDR": "203.0.113.7"}, 401),
        ({"REMOTE_ADDR": ""}, 401),
        ({"HTTP_X_FORWARDED_FOR": "127.0.0.1"}, 401),
        ({"HTTP_FORWARDED": "for=127.0.0.1"}, 401),
        ({"HTTP_X_REAL_IP": "127.0.0.1"}, 401),
        ({"HTTP_X_FORWARDED_HOST": "localhost"}, 401),
        ({"HTTP_X_FORWARDED_PROTO": "https"}, 401),
        ({"HTTP_VIA": "1.1 proxy"}, 401),
        ({"HTTP_X_API_KEY": "lt_unknown"}, 401),
    ],
)
def test_only_local_requests_see_metrics_without_a_key(
    db: None, headers: dict[str, str], status: int
):
    """contract 0.13: loopback without forwarding headers."""
    assert scrape(**headers).status_code == status


@pytest.mark.parametrize(
    ("scope", "status"), [(Scope.ADMIN, 200), (Scope.WRITE, 403), (Scope.READ, 403)]
)
def test_remote_requests_need_a_key_with_admin_scope(school: School, scope: Scope, status: int):
    """contract 0.13."""
    key = school.key(scope)

    assert scrape(key, REMOTE_ADDR="203.0.113.7").status_code == status


def test_a_login_is_no_key(school: School):
    """contract 0.13."""
    assert scrape(school.superuser, REMOTE_ADDR="203.0.113.7").status_code == 401


def test_metrics_of_requests_need_no_database(db: None):
    """contract 0.13: metrics are needed most during an outage."""

    def refuse(*_args: Any) -> None:
        raise OperationalError("gone")

    with connection.execute_wrapper(refuse):
        response = scrape()

    assert response.status_code == 200
    assert "learntrace_requests_total" in response.text
    assert "learntrace_job" not in response.text


def test_an_unknown_method_creates_no_series(db: None):
    """A client cannot fill the memory with invented methods."""
    client_for(None).generic("BREW", START, "{}", content_type="application/json")

    text = scrape().text
    assert "BREW" not in text
    assert ("learntrace_requests_total", "OTHER", START, "405") in samples(text)


def test_an_unknown_path_creates_no_series(db: None):
    client_for(None).get("/api/logger/surprise")

    text = scrape().text
    assert "surprise" not in text
    assert video()["kind"] not in text
