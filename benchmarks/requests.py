"""Requests to explain, made through the real views and admin pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, cast

from django.apps import apps
from django.contrib import admin
from django.template.response import TemplateResponse
from django.test import RequestFactory
from django.urls import resolve
from rest_framework.test import APIRequestFactory, force_authenticate
from uuid_utils.compat import uuid7

from benchmarks.api_queries import Caller, Sample, callers, changelists, lists
from logger.models import AttemptLog
from roster.models import Actor, ApiKey, User

Requests = Iterator[tuple[str, str, Callable[[], Any]]]
SESSIONS = "/api/logger/contentsession"
HOST = "127.0.0.1"
MODEL = {"type": "num_correct_in_a_row_5"}


def all_requests() -> Requests:
    """Yield the name of the caller, a title and a function for every request."""
    for caller in callers():
        sample = Sample.of(caller.actor)
        for path in lists(sample):
            yield caller.name, path, _api_read(caller.actor, path)
        if isinstance(caller.actor, User):
            yield from _person_requests(caller, caller.actor)
        yield from _write_requests(caller)


def _person_requests(caller: Caller, person: User) -> Requests:
    visible = AttemptLog.objects.visible_to(person)
    attempt = visible.filter(user__external_id__isnull=False).first() or visible[0]
    path = f"/api/logger/totalcontentprogress/{attempt.user_id}"
    yield caller.name, path, _api_read(person, path)
    if person.is_staff or person.is_superuser:
        for path in changelists(cast("User", attempt.user)):
            yield caller.name, path, _admin_read(person, path)


def _api_read(actor: Actor, path: str) -> Callable[[], Any]:
    return lambda: _call(actor, "get", path)


def _call(actor: Actor, method: str, path: str, body: Any = None) -> Any:
    request = getattr(APIRequestFactory(SERVER_NAME=HOST), method)(path, body, format="json")
    # A key takes the place of the user, as in `KeyAuthentication`.
    token: Any = actor if isinstance(actor, ApiKey) else None
    force_authenticate(request, user=cast("User", actor), token=token)
    match = resolve(path.partition("?")[0])
    response = match.func(request, *match.args, **match.kwargs).render()
    if response.status_code != 200:
        raise RuntimeError(f"{method} {path}: {response.status_code} {response.content[:200]!r}")
    return response


def _admin_read(person: User, path: str) -> Callable[[], Any]:
    def open_page() -> None:
        request = RequestFactory(SERVER_NAME=HOST).get(path)
        request.user = person
        model_admin = admin.site.get_model_admin(apps.get_model("logger", path.split("/")[3]))
        response = model_admin.changelist_view(request)
        if isinstance(response, TemplateResponse):  # otherwise the page does not exist
            response.render()

    return open_page


def _write_requests(caller: Caller) -> Requests:
    """Yield requests that start a session, PUT to an exercise, and start a session again."""
    actor = caller.actor
    content = uuid7().hex
    body = {
        "node_id": content, "content_id": content, "channel_id": content, "kind": "exercise",
        "mastery_model": MODEL,
    }  # fmt: skip
    if isinstance(actor, ApiKey):
        learner = User.objects.filter(facility=actor.facility_id, is_staff=False)[0]
        body["user_id"] = str(learner.external_id)
    started: list[str] = []

    def start() -> None:
        started.append(_call(actor, "post", SESSIONS, body).data["session_id"])

    def put(**fields: Any) -> Callable[[], Any]:
        return lambda: _call(actor, "put", f"{SESSIONS}/{started[-1]}", fields)

    answer = {"item": "q", "correct": 1, "time_spent": 5, "complete": True}
    yield caller.name, f"POST {SESSIONS}, new", start
    yield caller.name, f"PUT {SESSIONS}, an answer", put(interactions=[answer])
    replaced = {**answer, "replace": True}
    yield caller.name, f"PUT {SESSIONS}, replaced", put(interactions=[replaced, replaced])
    yield caller.name, f"PUT {SESSIONS}, progress", put(progress=0.5, time_spent_delta=5)
    yield caller.name, f"POST {SESSIONS}, again", start
