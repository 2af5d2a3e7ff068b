"""Decorators that make handlers of views idempotent under an Idempotency-Key (contract 0.9)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from hashlib import sha256
from typing import Any, ClassVar, TypeVar
from uuid import UUID

import orjson
from django.db import Error as DatabaseError
from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from infra.api.idempotency import store
from infra.api.idempotency.models import MAX_KEY_LENGTH, IdempotencyRecord
from infra.api.idempotency.store import IdempotentRequest
from infra.identifiers import parse_uuid

R = TypeVar("R")

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"


class IdempotentView(APIView):
    """A view whose handlers are decorated with `idempotent` or `idempotent_in_chunks`.

    Attributes
    ----------
    guest_key_param : the path parameter whose object owns the keys of guests; without it, keys of
        guests are ignored.
    learner_id : the learner the handler wrote records for, set by the handler; None if there was
        no such learner or more than one.
    request_name : a name of this request, for handlers that are `idempotent_in_chunks`.
    """

    guest_key_param: ClassVar[str | None] = None
    learner_id: UUID | None = None
    request_name: str | None = None

    def body_for_fingerprint(self, request: Request) -> Any:
        """Return what identifies the body, as JSON-serializable data."""
        return request.data

    def authorize_replay(self, request: Request, body: Any) -> None:
        """Raise an error if the caller may no longer read the stored response; a hook.

        `body` is the parsed response. The caller and their scope have already been checked.
        """

    def authorize_learner(self, request: Request, learner_id: UUID) -> None:
        """Raise an error if the caller may not read this learner's records; a hook."""

    def respond(self, result: Any) -> Response:
        """Return the response to a request, of handlers that are `idempotent_in_groups`; a hook."""
        raise NotImplementedError


Handler = Callable[..., Response]


def idempotent(handler: Handler) -> Callable[..., HttpResponse]:
    """Make a handler run once per Idempotency-Key; a repeated request gets the first response.

    The effects and the stored response are saved in one transaction, which is opened here; after
    an error, nothing is saved. Only the status and the body of a response are sent, both the
    first time and when it is replayed.
    """

    def run(
        view: IdempotentView, request: Request, running: IdempotencyRecord, **path: Any
    ) -> HttpResponse:
        with transaction.atomic(durable=True):
            return _store_response(view, request, running, handler(view, request, **path))

    return _with_replay(handler, run)


def idempotent_in_groups(handler: Callable[..., R]) -> Callable[..., HttpResponse]:
    """Make a handler idempotent whose service may share a transaction with other requests.

    The handler returns the result of the service, and `respond` of the view builds the response.
    The handler passes `finish` to the service, which calls it in the transaction of the effects.
    """

    @wraps(handler)
    def handle(view: IdempotentView, request: Request, **path: Any) -> Response:
        return view.respond(handler(view, request, finish=None, **path))

    def run(
        view: IdempotentView, request: Request, running: IdempotencyRecord, **path: Any
    ) -> HttpResponse:
        stored: list[HttpResponse] = []

        def finish(result: R) -> None:
            stored.append(_store_response(view, request, running, view.respond(result)))

        handler(view, request, finish=finish, **path)
        return stored[-1]

    return _with_replay(handle, run)


def idempotent_in_chunks(handler: Handler) -> Callable[..., HttpResponse]:
    """Make a handler that commits in several transactions idempotent, unlike `idempotent`.

    The handler finds in `request_name` a name that is the same whenever this request is sent
    again, and derives the ids of its chunks from it, so that no chunk counts twice. The response
    is stored after the last chunk. If the server dies in between, the finished chunks stay, and
    the repeated request continues after them.
    """

    def run(
        view: IdempotentView, request: Request, running: IdempotencyRecord, **path: Any
    ) -> HttpResponse:
        response = handler(view, request, **path)
        with transaction.atomic(durable=True):
            return _store_response(view, request, running, response)

    return _with_replay(handler, run)


def _with_replay(handler: Handler, run: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Return a handler that replays the stored response, or calls `run`, which stores it."""

    @wraps(handler)
    def wrapper(view: IdempotentView, request: Request, **kwargs: Any) -> HttpResponse:
        idempotent_request = _idempotent_request(view, request, kwargs)
        if idempotent_request is None:
            return handler(view, request, **kwargs)
        running = store.start(idempotent_request, at=timezone.now())
        if running.status is not None:
            return _replay(view, request, running)
        view.request_name = idempotent_request.digest
        try:
            return run(view, request, running, **kwargs)
        except BaseException:
            with suppress(DatabaseError):  # otherwise the lease expires
                store.release(running)
            raise

    return wrapper


def _idempotent_request(
    view: IdempotentView, request: Request, path: dict[str, Any]
) -> IdempotentRequest | None:
    name = request.headers.get(HEADER)
    owner = _owner(view, request, path)
    if name is None or owner is None:
        return None
    if not (0 < len(name) <= MAX_KEY_LENGTH and name.isprintable()):
        raise ValidationError({HEADER: [f"Must have 1 to {MAX_KEY_LENGTH} printable characters."]})
    identity = [
        request.method,
        request.path_info,
        request.META.get("QUERY_STRING", ""),
        view.body_for_fingerprint(request),
    ]
    fingerprint = sha256(orjson.dumps(identity, option=orjson.OPT_SORT_KEYS)).hexdigest()
    return IdempotentRequest(owner=owner, name=name, fingerprint=fingerprint)


def _owner(view: IdempotentView, request: Request, path: dict[str, Any]) -> str | None:
    """Return the owner of the key: the same key of another owner identifies another request."""
    if request.auth is not None:
        return f"key/{request.auth.pk.hex}"
    if request.user.is_authenticated:
        return f"user/{request.user.pk.hex}"
    object_id = parse_uuid(path[view.guest_key_param]) if view.guest_key_param else None
    return f"{view.guest_key_param}/{object_id.hex}" if object_id else None


def _store_response(
    view: IdempotentView, request: Request, running: IdempotencyRecord, response: Response
) -> HttpResponse:
    renderer = request.accepted_renderer
    http_response = _http_response(
        renderer.render(response.data, renderer.media_type, view.get_renderer_context()),
        status=response.status_code,
        content_type=renderer.media_type,
    )
    store.store_response(
        running,
        status=http_response.status_code,
        content_type=renderer.media_type,
        body=http_response.content,
        learner_id=view.learner_id,
        at=timezone.now(),
    )
    return http_response


def _replay(view: IdempotentView, request: Request, record: IdempotencyRecord) -> HttpResponse:
    """Return the stored response, after checking that the caller may still read it."""
    view.authorize_replay(request, orjson.loads(bytes(record.body) or b"null"))
    if record.learner_id is not None:
        view.authorize_learner(request, record.learner_id)
    http_response = _http_response(
        bytes(record.body), status=record.status, content_type=record.content_type
    )
    http_response[REPLAYED] = "true"
    return http_response


def _http_response(body: str | bytes, *, status: int | None, content_type: str) -> HttpResponse:
    """Return a response; an empty body has no Content-Type."""
    http_response = HttpResponse(body, status=status, content_type=content_type)
    if not body:
        del http_response["Content-Type"]
    return http_response
