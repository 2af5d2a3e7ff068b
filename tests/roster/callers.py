"""Nine kinds of callers, and how they call."""

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
    """Return who calls, by their name in the tables."""
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
    """Keep what happens here a transaction of its own within the test's, and undo it if asked.

    So requests meet the database as on a server, and one that fails does not end the test.
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
    """Return how somebody calls: by method, path and body."""
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
    """Return how one of the nine calls."""
    return calling(caller(school, name))


def enrolment_of(school: School, name: str) -> Enrolment:
    return Enrolment.objects.get(user=getattr(school, name))


def role_of(school: School, name: str) -> Role:
    return Role.objects.get(user=getattr(school, name))


def problem(response: Any) -> tuple[int, str | None]:
    """Return the status and the field of the one thing wrong."""
    [error] = response.json()
    assert set(error) == {"id", "metadata"}
    assert set(error["metadata"]) == {"field", "message"}
    return response.status_code, error["metadata"]["field"]


def logs_in(username: str, password: str) -> bool:
    """Tell whether these credentials open a login session."""
    body = {"username": username, "password": password}
    return calling(None)("POST", "auth/session", body).status_code == 200
