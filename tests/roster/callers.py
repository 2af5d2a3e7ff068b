"""Nine kinds of callers, and functions that send their requests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import orjson
from django.db import transaction

from roster.models import Enrolment, Role, Scope
from tests.conftest import Caller, Client, client_for
from tests.factories import School

CALLERS = ["guest", "learner", "coach", "f-coach", "admin", "super", "k:read", "k:write", "k:admin"]


def caller(school: School, name: str) -> Caller:
    """Return the caller with this name in the tables."""
    if name.startswith("k:"):
        return school.key(Scope(name[2:]))
    people = {
        "learner": school.ada,
        "coach": school.coach,
        "f-coach": school.facility_coach,
        "admin": school.admin,
        "super": school.superuser,
    }
    return people.get(name)


Call = Callable[..., Any]


@contextmanager
def apart(*, undone: bool = False) -> Iterator[None]:
    """Run the block in a savepoint of the test's transaction; roll it back on request.

    So requests use the database as on a server, and a failing request does not end the test.
    """
    savepoint, failed = transaction.savepoint(), True
    try:
        yield
        failed = transaction.get_rollback()
    finally:
        transaction.set_rollback(False)
        if failed or undone:
            transaction.savepoint_rollback(savepoint)
        else:
            transaction.savepoint_commit(savepoint)


def calling(who: Caller | Client) -> Call:
    """Return a function that sends requests as this caller: method, path, body."""
    client = who if isinstance(who, Client) else client_for(who)

    def call(method: str, path: str, body: Any = None) -> Any:
        with apart():
            return client.generic(
                method,
                f"/api/{path}",
                "" if body is None else orjson.dumps(body).decode(),
                content_type="application/json",
            )

    return call


def as_caller(school: School, name: str) -> Call:
    """Return a function that sends requests as one of the nine callers."""
    return calling(caller(school, name))


def enrolment_of(school: School, name: str) -> Enrolment:
    return Enrolment.objects.get(user=getattr(school, name))


def role_of(school: School, name: str) -> Role:
    return Role.objects.get(user=getattr(school, name))


def problem(response: Any) -> tuple[int, str | None]:
    """Return the status and the field of the only error."""
    [error] = response.json()
    assert set(error) == {"id", "metadata"}
    assert set(error["metadata"]) == {"field", "message"}
    return response.status_code, error["metadata"]["field"]


def logs_in(username: str, password: str) -> bool:
    """Return whether these credentials open a login session."""
    body = {"username": username, "password": password}
    return calling(None)("POST", "auth/session", body).status_code == 200
