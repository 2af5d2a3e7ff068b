"""Views whose requests may be sent again under an Idempotency-Key (contract 0.9)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from hashlib import sha256
from typing import Any, ClassVar
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

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"


class IdempotentView(APIView):
    """A view with handlers that are `once`.

    They set `learner_id` to whom they recorded for, if that is one. `request_name` is theirs to
    use where they are `idempotent_in_chunks`. `guest_key_param` names the path parameter whose
    object stands for its caller where nobody is logged in; without one guests' keys are ignored.
    """

    guest_key_param: ClassVar[str | None] = None
    learner_id: UUID | None = None
    request_name: str | None = None

    def body_for_fingerprint(self, request: Request) -> Any:
        """Return what tells the body from others, as JSON."""
        return request.data

    def authorize_replay(self, request: Request, told: Any) -> None:
        """Refuse to tell an answer again that its caller may no longer know.

        The caller and their scope have been checked by then.
        """

    def authorize_learner(self, request: Request, learner_id: UUID) -> None:
        """Refuse to replay a response for a learner whose records the caller may not read."""


Handler = Callable[..., Response]


def idempotent(handler: Handler) -> Callable[..., HttpResponse]:
    """Answer a request that comes again under its Idempotency-Key as it was answered first.

    The effects and the kept answer are one transaction, opened here; an error keeps nothing.
    Of a response only status and body are told, the first time as again.
    """

    def work(
        view: IdempotentView, request: Request, running: IdempotencyRecord, **path: Any
    ) -> HttpResponse:
        with transaction.atomic(durable=True):
            return _store_response(view, request, running, handler(view, request, **path))

    return _replaying(handler, work)


def idempotent_in_chunks(handler: Handler) -> Callable[..., HttpResponse]:
    """`once`, for a request that commits in parts.

    Its handler finds in `request_name` what is the same whenever this very request is sent again,
    and records each part under a name made of it, so that none counts twice. The answer is kept
    after the last one. A server that dies in between leaves what it had done; the request sent
    again goes on from there, once the lease has ended.
    """

    def work(
        view: IdempotentView, request: Request, running: IdempotencyRecord, **path: Any
    ) -> HttpResponse:
        response = handler(view, request, **path)
        with transaction.atomic(durable=True):
            return _store_response(view, request, running, response)

    return _replaying(handler, work)


def _replaying(handler: Handler, work: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Return a handler that answers again, or lets `work` be done and its answer be kept."""

    @wraps(handler)
    def answer(view: IdempotentView, request: Request, **kwargs: Any) -> HttpResponse:
        retriable = _idempotent_request(view, request, kwargs)
        if retriable is None:
            return handler(view, request, **kwargs)
        running = store.start(retriable, at=timezone.now())
        if running.status is not None:
            return _replay(view, request, running)
        view.request_name = retriable.digest
        try:
            return work(view, request, running, **kwargs)
        except BaseException:
            with suppress(DatabaseError):  # the lease ends by itself
                store.release(running)
            raise

    return answer


def _idempotent_request(
    view: IdempotentView, request: Request, path: dict[str, Any]
) -> IdempotentRequest | None:
    name = request.headers.get(HEADER)
    owner = _owner(view, request, path)
    if name is None or owner is None:
        return None
    if not (0 < len(name) <= MAX_KEY_LENGTH and name.isprintable()):
        raise ValidationError({HEADER: [f"Must be 1 to {MAX_KEY_LENGTH} printable characters."]})
    told = [
        request.method,
        request.path.rstrip("/"),
        request.META.get("QUERY_STRING", ""),
        view.body_for_fingerprint(request),
    ]
    fingerprint = sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()
    return IdempotentRequest(owner=owner, name=name, fingerprint=fingerprint)


def _owner(view: IdempotentView, request: Request, path: dict[str, Any]) -> str | None:
    """Say whose key it is: the same word under another owner is another key."""
    if request.auth is not None:
        return f"key/{request.auth.pk.hex}"
    if request.user.is_authenticated:
        return f"user/{request.user.pk.hex}"
    owned = parse_uuid(path[view.guest_key_param]) if view.guest_key_param else None
    return f"{view.guest_key_param}/{owned.hex}" if owned else None


def _store_response(
    view: IdempotentView, request: Request, running: IdempotencyRecord, response: Response
) -> HttpResponse:
    renderer = request.accepted_renderer
    answer = _http_response(
        renderer.render(response.data, renderer.media_type, view.get_renderer_context()),
        status=response.status_code,
        content_type=renderer.media_type,
    )
    store.store_response(
        running,
        status=answer.status_code,
        content_type=renderer.media_type,
        body=answer.content,
        learner_id=view.learner_id,
        at=timezone.now(),
    )
    return answer


def _replay(view: IdempotentView, request: Request, kept: IdempotencyRecord) -> HttpResponse:
    """Answer again, unless the answer is no longer the caller's to know."""
    view.authorize_replay(request, orjson.loads(bytes(kept.body) or b"null"))
    if kept.learner_id is not None:
        view.authorize_learner(request, kept.learner_id)
    answer = _http_response(bytes(kept.body), status=kept.status, content_type=kept.content_type)
    answer[REPLAYED] = "true"
    return answer


def _http_response(body: str | bytes, *, status: int | None, content_type: str) -> HttpResponse:
    """Return an answer; one that says nothing has no type."""
    answer = HttpResponse(body, status=status, content_type=content_type)
    if not body:
        del answer["Content-Type"]
    return answer
