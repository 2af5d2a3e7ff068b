"""Errors on their way out: the one table from domain errors to HTTP, and each API's envelope."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import orjson
import structlog
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import Error as DatabaseError
from django.db import IntegrityError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.views import defaults
from rest_framework import exceptions
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analytics import selectors as analytics_selectors
from analytics import services as analytics_services
from config import error_pages
from config.api_paths import is_api, is_bulk, is_v1, is_v3
from infra import password_hashers
from infra.api import throttling
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
    """The database is busy, full, read-only or away, or too many passwords are being hashed."""

    status_code = 503
    default_detail = "The database is busy or unavailable. Try again."
    default_code = "unavailable"


class Conflict(exceptions.APIException):
    """The same request is still running."""

    status_code = 409
    default_code = "conflict"
    wait = RETRY_AFTER_SECONDS


class Unprocessable(exceptions.APIException):
    """The request makes sense by itself, but not after an earlier one."""

    status_code = 422
    default_code = "unprocessable"


# Domain error → what the client is told. A foreign object is unknown, never forbidden.
HTTP_ERRORS: dict[type[Exception], type[exceptions.APIException]] = {
    roster_services.UnknownLearner: exceptions.NotFound,
    roster_services.CannotRecordForOthers: exceptions.PermissionDenied,
    roster_services.AuthenticationRequired: exceptions.NotAuthenticated,
    permissions.UnknownRow: exceptions.NotFound,
    permissions.NotAllowed: exceptions.PermissionDenied,
    permissions.InvalidField: exceptions.ValidationError,
    password_hashers.HashingSaturated: Unavailable,
    keyset.BadCursor: exceptions.ValidationError,
    store.RequestInProgress: Conflict,
    store.KeyReused: Unprocessable,
    analytics_selectors.UnknownSkill: exceptions.NotFound,
    analytics_services.NotALearner: exceptions.PermissionDenied,
    analytics_services.EventOwnedByAnother: Unprocessable,
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

# REST framework's codes where ours has another word; the others are told in capitals.
_CODES = {
    "authentication_failed": "NOT_AUTHENTICATED",
    "blank": "INVALID",
    "null": "INVALID",
}
# What psycopg takes for our mistake, and is the database's state: it is read-only (a standby, or
# nearly full), or it ended a transaction that stood still.
_OUTAGES = {"25006", "25P03", "25P04"}
_INVALID_BY_DEFAULT = 400
_REFUSALS = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing wrong with a request; the field as a dotted path, None where it is no field."""

    code: str
    field: str | None
    message: str


def handle_exception(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer an error raised by a view in the shape of the API it belongs to (contract 0.12)."""
    told = _api_exception(error)
    if told is None:
        return None
    request: Request = context["request"]
    if told.status_code in _REFUSALS:
        wait = throttling.throttle_rejected(request, context["view"])
        told = told if wait is None else exceptions.Throttled(wait)
    problems = list(_problems(told.get_full_details(), told.status_code))
    return Response(
        error_body(request, told.status_code, problems),
        status=told.status_code,
        headers=_headers(told, context),
    )


def _api_exception(error: Exception) -> exceptions.APIException | None:
    """Return what the client is told of an error; None where it is our own mistake."""
    if isinstance(error, exceptions.APIException):
        return error
    for kind, told in HTTP_ERRORS.items():
        if isinstance(error, kind):
            detail = str(error) or (kind.__doc__ or "").splitlines()[0]
            field = getattr(error, "field", None)
            return told({field: [detail]} if field else detail)
    if isinstance(error, Http404):
        return exceptions.NotFound()
    if isinstance(error, PermissionDenied):
        return exceptions.PermissionDenied()
    return _unavailable(error) if isinstance(error, DatabaseError) else None


def _unavailable(error: DatabaseError) -> Unavailable | None:
    """Return what the client is told where the database's state is to blame, not the request."""
    if isinstance(error, IntegrityError):
        # What the request rests on went away while it ran: asked again, it is told what is wrong.
        log.error("integrity_conflict", exc_info=error)
        return Unavailable()
    if _is_outage(error):
        log.warning("database_unavailable", error=str(error))
        return Unavailable()
    return None


def _is_outage(error: DatabaseError) -> bool:
    """Tell whether the database cannot serve now: busy, full, read-only, or away."""
    state = getattr(error.__cause__, "sqlstate", None)
    return isinstance(error, OperationalError) or state in _OUTAGES


def _headers(told: exceptions.APIException, context: dict[str, Any]) -> dict[str, str]:
    headers = {}
    if told.status_code == HTTPStatus.UNAUTHORIZED:
        view: APIView = context["view"]
        headers["WWW-Authenticate"] = view.get_authenticate_header(context["request"])
    if wait := getattr(told, "wait", None):
        headers["Retry-After"] = str(max(1, round(wait)))
    if told.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return headers


def _problems(details: Any, status: int, path: tuple[str, ...] = ()) -> Iterator[Problem]:
    """Flatten REST framework's nested details; positions in arrays are left out of the path."""
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
    """Return the body of an error in the shape of the API whose path was asked for."""
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
    """Write a problem; what reads, and what sends rows, has fields of its own in the query."""
    written = jsonapi.error(
        HTTPStatus(status), problem.code, problem.message, pointer=problem.field
    )
    if problem.field == HEADER:
        written["source"] = {"header": problem.field}
    elif problem.field and (request.method in SAFE_METHODS or is_bulk(request.path)):
        written["source"] = {"parameter": problem.field}
    return written


# Errors from outside the views: unknown paths, broken hosts, our own mistakes, lock-outs.


def _answer(request: HttpRequest, status: int, code: str, message: str) -> HttpResponse:
    body = error_body(request, status, [Problem(code=code, field=None, message=message)])
    kind = MEDIA_TYPE if is_v3(request.path) else "application/json"
    return HttpResponse(orjson.dumps(body), status=status, content_type=kind)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a path nobody serves."""
    if is_api(request.path):
        return _answer(request, 404, "NOT_FOUND", "There is nothing at this path.")
    return defaults.page_not_found(request, exception)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request Django itself refuses."""
    if is_api(request.path):
        return _answer(request, 400, "INVALID", "The request is malformed.")
    return defaults.bad_request(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer when we made a mistake, or a page cannot be drawn without what is busy or away now.

    The log has the traceback under the request's id. Django calls this while it handles the error.
    """
    if unavailable := _unavailable_now(sys.exception()):
        return _unavailable_response(request, unavailable)
    if is_api(request.path):
        return _answer(request, 500, "ERROR", "Something went wrong on our side.")
    return defaults.server_error(request)


def _unavailable_now(error: BaseException | None) -> Unavailable | None:
    """Return what is told of an error that is no mistake; of rows that clash a page's form is."""
    if not isinstance(error, Exception) or isinstance(error, IntegrityError):
        return None
    told = _api_exception(error)
    return told if isinstance(told, Unavailable) else None


def _unavailable_response(request: HttpRequest, told: Unavailable) -> HttpResponse:
    if not is_api(request.path):
        return error_pages.service_unavailable_page(told.status_code, wait=RETRY_AFTER_SECONDS)
    response = _answer(request, told.status_code, "UNAVAILABLE", str(told.detail))
    response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def lockout_response(
    request: HttpRequest,
    _original: HttpResponse | None = None,
    _credentials: dict[str, Any] | None = None,
) -> HttpResponse:
    """Answer a login after too many failures; asked by axes."""
    cooloff: timedelta = settings.AXES_COOLOFF_TIME
    wait = int(cooloff.total_seconds())
    if not is_api(request.path):
        return error_pages.service_unavailable_page(429, wait=wait)
    message = "Too many failed logins. Try again later."
    response = _answer(request, 429, "THROTTLED", message)
    response["Retry-After"] = str(wait)
    return response
