"""Whatever is sent, the answer is one the OpenAPI document knows: contract 0.12, 0.13.

A short run; `benchmarks/fuzz.py` makes a long one against a server.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, note, settings
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from analytics.models import Item
from config.wsgi import application
from logger.models import AttemptLog, MasteryLog
from roster.models import Scope
from study.services import get_study_set
from tests.analytics.event_builders import answer, tracked
from tests.conftest import client_for
from tests.factories import NOW, School, answered, exercise, make_school
from tests.roster.callers import apart

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
# Its coverage phase sends hundreds of requests an operation: that is for the long run.
quick = SchemathesisConfig.from_dict({"phases": {"coverage": {"enabled": False}}})
document = schemathesis.openapi.from_wsgi("/api/schema", application, config=quick)


@contextmanager
def one_connection() -> Iterator[None]:
    """Keep the test's connection open between requests, as Django's own test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


def credentials(school: School, caller: str) -> dict[str, str]:
    """Return the headers by which somebody calls."""
    if caller == "guest":
        return {}
    if caller == "key":
        return {"X-API-Key": school.key(Scope.ADMIN)}
    client = client_for(getattr(school, caller))
    token = client.put("/api/auth/session/current").cookies["csrftoken"].value
    session = client.cookies["sessionid"].value
    return {"Cookie": f"sessionid={session}; csrftoken={token}", "X-CSRFToken": token}


@pytest.fixture(scope="module")
def opened(kept: Callable[[], Any]) -> School:
    with kept():
        return make_school()


@pytest.fixture(scope="module")
def names(kept: Callable[[], Any], opened: School) -> dict[str, str]:
    """Return path parameters that name something: what nobody has is soon refused."""
    with kept():
        return named(opened)


def named(school: School) -> dict[str, str]:
    ada = client_for(school.ada)
    session = ada.work(exercise(), answered())["session_id"]
    tracked(ada, answer())
    return {
        "session_id": session,
        "user_id": school.ada.pk.hex,
        "skill_id": "algebra",
        "index": "0",
        "masterylog": MasteryLog.objects.get().pk.hex,
        "attemptlog": AttemptLog.objects.get().pk.hex,
        "partner_id": school.facility.pk.hex,
        "set_id": str(get_study_set(school.facility.pk, "Capitals", at=NOW).pk),
        "guid": str(Item.objects.all()[0].guid),
    }


@pytest.fixture(scope="module")
def callers(kept: Callable[[], Any], opened: School) -> dict[str, dict[str, str]]:
    """Return the headers by which each calls."""
    with kept():
        return {name: credentials(opened, name) for name in ("guest", "ada", "coach", "key")}


@document.parametrize()
@settings(
    max_examples=6,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_documented(
    case: Any, db: None, names: dict[str, str], callers: dict[str, dict[str, str]]
):
    """contract 0.12: no 5xx, no undocumented status, no other shape, whoever calls."""
    kind = case.path.removeprefix("/api").split("/")[2]
    for name in case.path_parameters or {}:
        known = names.get(kind if name == "id" else name)
        if known is not None:
            case.path_parameters[name] = known

    for caller, headers in callers.items():
        note(f"called by: {caller}")
        # Each finds what the others found: their login still open, the row still there.
        with one_connection(), apart(undone=True):
            case.call_and_validate(headers=headers, checks=CHECKS)
