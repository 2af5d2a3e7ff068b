"""Error responses: the single table from domain errors to HTTP, and the error format of each API.

A domain error is an exception named after what is wrong. The client gets its message, or the first
line of its class's docstring if it was raised without one (contract 0.12).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import orjson
import structlog
from django.core.exceptions import DisallowedHost, PermissionDenied
from django.db import Error as DatabaseError
from django.db import IntegrityError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views import defaults
from rest_framework import exceptions
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analytics import selectors as analytics_selectors
from analytics import services as analytics_services
from config import error_pages, metrics
from config.api_paths import is_api, is_bulk, is_v1, is_v3
from infra import free_space, password_hashers
from infra.api import etags, throttling
from infra.api.client_address import LOOPBACK_CLIENTS, client_address
from infra.api.idempotency import store
from infra.api.idempotency.decorators import HEADER
from infra.db import keyset
from logger import selectors as logger_selectors
from logger import services as logger_services
from roster import services as roster_services
from roster.services import permissions
from study import jsonapi
from study import selectors as study_selectors
from study import services as study_services
from study.jsonapi import MEDIA_TYPE, Json

log = structlog.get_logger(__name__)

RETRY_AFTER_SECONDS = 1


class Unavailable(exceptions.APIException):
    """The database is busy, full, read-only or down, or too many passwords are being hashed."""

    status_code = 503
    default_detail = "The database is busy or unavailable. Try again."
    default_code = "unavailable"


class Conflict(exceptions.APIException):
    """The same request is still running."""

    status_code = 409
    default_code = "conflict"
    wait = RETRY_AFTER_SECONDS


class LimitReached(exceptions.APIException):
    """A limit per day is reached."""

    status_code = 429
    default_code = "throttled"
    wait = 600


class Unprocessable(exceptions.APIException):
    """The request is valid by itself, but conflicts with an earlier one."""

    status_code = 422
    default_code = "unprocessable"


# Domain error → HTTP error. An object of another learner or facility is unknown (404), not 403.
HTTP_ERRORS: dict[type[Exception], type[exceptions.APIException]] = {
    roster_services.UnknownLearner: exceptions.NotFound,
    roster_services.CannotRecordForOthers: exceptions.PermissionDenied,
    roster_services.AuthenticationRequired: exceptions.NotAuthenticated,
    roster_services.LearnerQuotaUsed: LimitReached,
    permissions.UnknownRow: exceptions.NotFound,
    permissions.NotAllowed: exceptions.PermissionDenied,
    permissions.InvalidField: exceptions.ValidationError,
    password_hashers.HashingSaturated: Unavailable,
    free_space.DiskNearlyFull: Unavailable,
    keyset.BadCursor: exceptions.ValidationError,
    store.RequestInProgress: Conflict,
    store.KeyReused: Unprocessable,
    analytics_selectors.UnknownSkill: exceptions.NotFound,
    analytics_services.UnknownAlert: exceptions.NotFound,
    analytics_services.NotALearner: exceptions.PermissionDenied,
    analytics_services.EventOwnedByAnother: Unprocessable,
    analytics_services.TooManyNewNames: LimitReached,
    logger_services.UnknownSession: exceptions.NotFound,
    logger_services.NotAssigned: exceptions.ValidationError,
    logger_services.QuizClosed: exceptions.PermissionDenied,
    logger_selectors.UnknownTry: exceptions.NotFound,
    logger_services.UnknownAttempt: exceptions.ValidationError,
    logger_services.TooMuchHistory: exceptions.ValidationError,
    logger_services.TooManyAttempts: exceptions.ValidationError,
    study_selectors.PartnerMismatch: exceptions.PermissionDenied,
    study_selectors.UnknownItem: exceptions.NotFound,
    study_selectors.UnknownSet: exceptions.NotFound,
    study_services.ItemAlreadyInSet: exceptions.ValidationError,
    study_services.SetIsFull: exceptions.ValidationError,
    study_services.ConflictingItemIds: exceptions.ValidationError,
}

# REST framework's codes that have another name here; the others are only put in capitals.
_CODES = {
    "authentication_failed": "NOT_AUTHENTICATED",
    "blank": "INVALID",
    "null": "INVALID",
}
# SQL states that psycopg does not report as operational errors, although the database's state is
# the cause: it is read-only (a standby, or nearly full), or it ended an idle transaction.
_OUTAGES = {"25006", "25P03", "25P04"}
_INVALID_BY_DEFAULT = 400
_REFUSALS = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One error in a request; `field` is a dotted path, or None if no field is the cause."""

    code: str
    field: str | None
    message: str


def handle_exception(error: Exception, context: dict[str, Any]) -> Response | None:
    """Return the response to an error raised by a view, in its API's format (contract 0.12).

    Return None for an error of our own, which becomes a 500.
    """
    if isinstance(error, etags.NotModified):
        return Response(status=HTTPStatus.NOT_MODIFIED, headers={"ETag": error.tag})
    api_error = _api_exception(error)
    if api_error is None:
        return None
    if isinstance(error, free_space.DiskNearlyFull):
        _count_refused_write()
    request: Request = context["request"]
    if api_error.status_code in _REFUSALS:
        wait = throttling.throttle_rejected(request, context["view"])
        api_error = api_error if wait is None else exceptions.Throttled(wait)
    problems = list(_problems(api_error.get_full_details(), api_error.status_code))
    return Response(
        error_body(request, api_error.status_code, problems),
        status=api_error.status_code,
        headers=_headers(api_error, context),
    )


def _count_refused_write() -> None:
    log.error("disk_nearly_full", free_bytes=free_space.free_bytes())
    metrics.REFUSED_WRITES.inc()


def _api_exception(error: Exception) -> exceptions.APIException | None:
    """Return the REST framework exception for an error; None if it is a bug of ours."""
    if isinstance(error, exceptions.APIException):
        return error
    for kind, http_error in HTTP_ERRORS.items():
        if isinstance(error, kind):
            detail = str(error) or (kind.__doc__ or "").splitlines()[0]
            field = getattr(error, "field", None)
            return http_error({field: [detail]} if field else detail)
    if isinstance(error, Http404):
        return exceptions.NotFound()
    if isinstance(error, PermissionDenied):
        return exceptions.PermissionDenied()
    return _unavailable(error) if isinstance(error, DatabaseError) else None


def _unavailable(error: DatabaseError) -> Unavailable | None:
    """Return a 503 if the database's state caused the error; None if the request did."""
    if isinstance(error, IntegrityError):
        # A row the request depends on was deleted meanwhile; a retry will report what is wrong.
        log.error("integrity_conflict", exc_info=error)
        return Unavailable()
    if _is_outage(error):
        log.warning("database_unavailable", error=str(error))
        return Unavailable()
    return None


def _is_outage(error: DatabaseError) -> bool:
    """Return True if the database is busy, full, read-only or unavailable."""
    state = getattr(error.__cause__, "sqlstate", None)
    return isinstance(error, OperationalError) or state in _OUTAGES


def _headers(api_error: exceptions.APIException, context: dict[str, Any]) -> dict[str, str]:
    headers = {}
    if api_error.status_code == HTTPStatus.UNAUTHORIZED:
        view: APIView = context["view"]
        headers["WWW-Authenticate"] = view.get_authenticate_header(context["request"])
    if wait := getattr(api_error, "wait", None):
        headers["Retry-After"] = str(max(1, round(wait)))
    if api_error.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return headers


def _problems(details: Any, status: int, path: tuple[str, ...] = ()) -> Iterator[Problem]:
    """Yield REST framework's nested details as a flat list; paths omit positions in arrays."""
    if isinstance(details, list):
        for detail in details:
            yield from _problems(detail, status, path)
    elif isinstance(details.get("message"), str) and isinstance(details.get("code"), str):
        field = ".".join(step for step in path if step != "non_field_errors") or None
        code = str(details["code"])
        if status == _INVALID_BY_DEFAULT and code not in {"required", "not_found"}:
            code = "invalid"
        yield Problem(
            code=_CODES.get(code, code.upper()), field=field, message=str(details["message"])
        )
    else:
        for name, detail in details.items():
            step = () if isinstance(name, int) else (str(name),)
            yield from _problems(detail, status, (*path, *step))


def error_body(request: Request | HttpRequest, status: int, problems: list[Problem]) -> Any:
    """Return the body of an error response in the format of the API that the path belongs to."""
    problems = list(dict.fromkeys(problems))
    if is_v1(request.path):
        return _v1_body(problems)
    if is_v3(request.path):
        return {"errors": [_jsonapi_error(request, status, problem) for problem in problems]}
    return [
        {"id": problem.code, "metadata": {"field": problem.field, "message": problem.message}}
        for problem in problems
    ]


def _v1_body(problems: list[Problem]) -> dict[str, Any]:
    errors: dict[str, list[str]] = {}
    for problem in problems:
        if problem.field:
            errors.setdefault(problem.field, []).append(problem.message)
    return {
        "success": False,
        "data": None,
        "message": problems[0].message if problems else "",
        "errors": errors,
    }


def _jsonapi_error(request: Request | HttpRequest, status: int, problem: Problem) -> Json:
    """Return a JSON:API error; fields of reading and bulk requests are query parameters."""
    body = jsonapi.error(HTTPStatus(status), problem.code, problem.message, pointer=problem.field)
    if problem.field == HEADER:
        body["source"] = {"header": problem.field}
    elif problem.field and (request.method in SAFE_METHODS or is_bulk(request.path)):
        body["source"] = {"parameter": problem.field}
    return body


# Errors outside of API views: unknown paths, invalid hosts, bugs, lockouts.


def error_response(request: HttpRequest, status: int, code: str, message: str) -> HttpResponse:
    """Return an error response in the format of the API that the path belongs to."""
    body = error_body(request, status, [Problem(code=code, field=None, message=message)])
    kind = MEDIA_TYPE if is_v3(request.path) else "application/json"
    return HttpResponse(orjson.dumps(body), status=status, content_type=kind)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Handle an unknown path (`handler404`)."""
    if is_api(request.path):
        return error_response(request, 404, "NOT_FOUND", "There is nothing at this path.")
    return defaults.page_not_found(request, exception)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Handle a request that Django rejects (`handler400`)."""
    if is_api(request.path):
        return error_response(request, 400, "INVALID", "The request is malformed.")
    if isinstance(exception, DisallowedHost) and client_address(request) in LOOPBACK_CLIENTS:
        return HttpResponseBadRequest(render_to_string("400.html", {"unknown_host": True}))
    return defaults.bad_request(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Handle an unexpected error (`handler500`): 503 if the database is the cause, else 500.

    The log has the traceback with the request's id. Django calls this while it handles the error.
    """
    error = sys.exception()
    if isinstance(error, free_space.DiskNearlyFull):
        _count_refused_write()
        message = _("The disk of the server is nearly full. Nothing can be changed at present.")
        return error_pages.service_unavailable_page(503, wait=RETRY_AFTER_SECONDS, message=message)
    if unavailable := _unavailable_now(error):
        return _unavailable_response(request, unavailable)
    if is_api(request.path):
        return error_response(request, 500, "ERROR", "An unexpected server error occurred.")
    return defaults.server_error(request)


def _unavailable_now(error: BaseException | None) -> Unavailable | None:
    """Return a 503 for an error of the database's state; None for others and integrity errors.

    The forms of pages report conflicting rows themselves.
    """
    if not isinstance(error, Exception) or isinstance(error, IntegrityError):
        return None
    api_error = _api_exception(error)
    return api_error if isinstance(api_error, Unavailable) else None


def _unavailable_response(request: HttpRequest, api_error: Unavailable) -> HttpResponse:
    if not is_api(request.path):
        return error_pages.service_unavailable_page(api_error.status_code, wait=RETRY_AFTER_SECONDS)
    response = error_response(request, api_error.status_code, "UNAVAILABLE", str(api_error.detail))
    response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def lockout_response(
    request: HttpRequest,
    _original: HttpResponse | None = None,
    _credentials: dict[str, Any] | None = None,
) -> HttpResponse:
    """Return the response to a login after too many failures; called by django-axes."""
    wait: int = request.lockout_wait  # type: ignore[attr-defined]  # set by LockoutHandler
    if not is_api(request.path):
        return error_pages.service_unavailable_page(429, wait=wait)
    message = "Too many failed logins. Try again later."
    response = error_response(request, 429, "THROTTLED", message)
    response["Retry-After"] = str(wait)
    return response
