"""Every response conforms to the OpenAPI document: contract 0.12, 0.13.

This is a short run; `benchmarks/fuzz.py` makes a long one against a server.
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
from study.services import add_study_set
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
# The coverage phase sends hundreds of requests per operation: only the long run has it.
quick = SchemathesisConfig.from_dict({"phases": {"coverage": {"enabled": False}}})
document = schemathesis.openapi.from_wsgi("/api/schema", application, config=quick)


@contextmanager
def one_connection() -> Iterator[None]:
    """Keep the connection of the test open between requests, as Django's test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


def credentials(school: School, caller: str) -> dict[str, str]:
    """Return the headers with the credentials of a caller."""
    if caller == "guest":
        return {}
    if caller == "key":
        return {"X-API-Key": school.key(Scope.ADMIN)}
    client = client_for(getattr(school, caller))
    token = client.put("/api/auth/session/current").cookies["csrftoken"].value
    session = client.cookies["sessionid"].value
    return {"Cookie": f"sessionid={session}; csrftoken={token}", "X-CSRFToken": token}


@pytest.fixture(scope="module")
def shared_school(kept: Callable[[], Any]) -> School:
    with kept():
        return make_school()


@pytest.fixture(scope="module")
def names(kept: Callable[[], Any], shared_school: School) -> dict[str, str]:
    """Return path parameters of existing rows: requests for unknown rows end in 404 early."""
    with kept():
        return existing_ids(shared_school)


def existing_ids(school: School) -> dict[str, str]:
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
        "set_id": str(add_study_set(school.facility.pk, "Capitals", at=NOW).pk),
        "guid": str(Item.objects.all()[0].guid),
    }


@pytest.fixture(scope="module")
def callers(kept: Callable[[], Any], shared_school: School) -> dict[str, dict[str, str]]:
    """Return the headers of each caller."""
    with kept():
        return {name: credentials(shared_school, name) for name in ("guest", "ada", "coach", "key")}


@document.parametrize()
@settings(
    max_examples=6,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_every_response_is_documented(
    case: Any, db: None, names: dict[str, str], callers: dict[str, dict[str, str]]
):
    """contract 0.12: no 5xx, no undocumented status, no other shape, for all callers."""
    kind = case.path.removeprefix("/api").split("/")[2]
    for name in case.path_parameters or {}:
        known = names.get(kind if name == "id" else name)
        if known is not None:
            case.path_parameters[name] = known

    for caller, headers in callers.items():
        note(f"called by: {caller}")
        # Each request starts from the same state: logged in, with the row in place.
        with one_connection(), apart(undone=True):
            case.call_and_validate(headers=headers, checks=CHECKS)
