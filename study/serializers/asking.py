"""What the query of a read may say."""

from __future__ import annotations

import re

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request

from infra.api.idempotency.models import MAX_KEY_LENGTH
from study.selectors import Page

DEFAULT_PAGE_SIZE = 50
MAX_PAGE_SIZE = 200
MAX_PAGES = 10**9
SIZE, NUMBER = "page[size]", "page[number]"
_WHOLE = re.compile(r"[0-9]{1,10}")
# What JSON:API gives a meaning this API has no answer to; ignored, it would be a wrong answer.
_UNSUPPORTED = re.compile(r"(filter|sort|include|page)(\[.*)?", re.DOTALL)

USER = OpenApiParameter(
    "user_id", OpenApiTypes.STR, required=True, description="Whose: external id or UUID."
)
PARTNER = OpenApiParameter(
    "partner_id",
    OpenApiTypes.STR,
    required=True,
    description="Your facility: its partner id or UUID.",
)
SET = OpenApiParameter("set_id", OpenApiTypes.STR, description="Only items of this set.")
PAGE_SIZE = OpenApiParameter(
    SIZE, {"type": "integer", "minimum": 1, "maximum": MAX_PAGE_SIZE, "default": DEFAULT_PAGE_SIZE}
)
PAGE_NUMBER = OpenApiParameter(
    NUMBER,
    {"type": "integer", "minimum": 1, "default": 1},
    description="Beyond the last page there are no items.",
)


def parse_id(request: Request, parameter: str) -> str:
    """Return the id a parameter names.

    Raises
    ------
    ValidationError : it is not there, or could be nobody's.
    """
    name = parse_optional_id(request, parameter)
    if name is None:
        raise ValidationError({parameter: ErrorDetail("This parameter is required.", "required")})
    return name


def parse_optional_id(request: Request, parameter: str) -> str | None:
    """Return the id a parameter names, None where it is not there.

    Raises
    ------
    ValidationError : it could be nobody's.
    """
    name = request.query_params.get(parameter)
    if name is not None and ("\0" in name or not 0 < len(name) <= MAX_KEY_LENGTH):
        raise ValidationError({parameter: [f"Must be of 1 to {MAX_KEY_LENGTH} characters."]})
    return name


def parse_page(request: Request) -> Page:
    """Return which part of a list is asked for.

    Raises
    ------
    ValidationError : no part of a list.
    """
    return Page(
        number=_whole(request, NUMBER, most=MAX_PAGES, default=1),
        size=_whole(request, SIZE, most=MAX_PAGE_SIZE, default=DEFAULT_PAGE_SIZE),
    )


def _whole(request: Request, parameter: str, *, most: int, default: int) -> int:
    text = request.query_params.get(parameter)
    if text is None:
        return default
    if not (_WHOLE.fullmatch(text) and 1 <= int(text) <= most):
        raise ValidationError({parameter: [f"Must be a whole number from 1 to {most}."]})
    return int(text)


def reject_unknown_params(request: Request) -> None:
    """Refuse what JSON:API would have a list narrowed or ordered by; other words are ignored.

    Raises
    ------
    ValidationError : one of these was asked for.
    """
    for parameter in request.query_params:
        if parameter not in (SIZE, NUMBER) and _UNSUPPORTED.fullmatch(parameter):
            raise ValidationError({parameter: ["This list knows no such parameter."]})
