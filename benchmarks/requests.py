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
    """Yield every request with who makes it and what it is called."""
    for caller in callers():
        sample = Sample.of(caller.actor)
        for path in lists(sample):
            yield caller.name, path, _reading(caller.actor, path)
        if isinstance(caller.actor, User):
            yield from _of_person(caller, caller.actor)
        yield from _writes(caller)


def _of_person(caller: Caller, person: User) -> Requests:
    seen = AttemptLog.objects.visible_to(person)
    attempt = seen.filter(user__external_id__isnull=False).first() or seen[0]
    path = f"/api/logger/totalcontentprogress/{attempt.user_id}"
    yield caller.name, path, _reading(person, path)
    if person.is_staff or person.is_superuser:
        for path in changelists(cast("User", attempt.user)):
            yield caller.name, path, _looking(person, path)


def _reading(actor: Actor, path: str) -> Callable[[], Any]:
    return lambda: _call(actor, "get", path)


def _call(actor: Actor, method: str, path: str, body: Any = None) -> Any:
    request = getattr(APIRequestFactory(SERVER_NAME=HOST), method)(path, body, format="json")
    # A key stands where a person would, as `KeyAuthentication` returns it.
    token: Any = actor if isinstance(actor, ApiKey) else None
    force_authenticate(request, user=cast("User", actor), token=token)
    match = resolve(path.partition("?")[0])
    response = match.func(request, *match.args, **match.kwargs).render()
    if response.status_code != 200:
        raise RuntimeError(f"{method} {path}: {response.status_code} {response.content[:200]!r}")
    return response


def _looking(person: User, path: str) -> Callable[[], Any]:
    def look() -> None:
        request = RequestFactory(SERVER_NAME=HOST).get(path)
        request.user = person
        shown = admin.site.get_model_admin(apps.get_model("logger", path.split("/")[3]))
        response = shown.changelist_view(request)
        if isinstance(response, TemplateResponse):  # Else there is no such page.
            response.render()

    return look


def _writes(caller: Caller) -> Requests:
    """Yield a first session, the PUTs of an exercise, and coming back to it."""
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

    def move(**fields: Any) -> Callable[[], Any]:
        return lambda: _call(actor, "put", f"{SESSIONS}/{started[-1]}", fields)

    answer = {"item": "q", "correct": 1, "time_spent": 5, "complete": True}
    yield caller.name, f"POST {SESSIONS}, new", start
    yield caller.name, f"PUT {SESSIONS}, an answer", move(interactions=[answer])
    replaced = {**answer, "replace": True}
    yield caller.name, f"PUT {SESSIONS}, replaced", move(interactions=[replaced, replaced])
    yield caller.name, f"PUT {SESSIONS}, progress", move(progress=0.5, time_spent_delta=5)
    yield caller.name, f"POST {SESSIONS}, again", start
