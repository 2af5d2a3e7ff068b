"""Query parameters of the read endpoints."""

from __future__ import annotations

import re

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request

from analytics.serializers.query_params import parse_name
from study.selectors import Page

DEFAULT_PAGE_SIZE = 50
MAX_PAGE_SIZE = 200
MAX_PAGES = 10**9
SIZE, NUMBER = "page[size]", "page[number]"
_WHOLE = re.compile(r"[0-9]{1,10}")
# Parameters of JSON:API that this API does not support; ignoring them would give a wrong response.
_UNSUPPORTED = re.compile(r"(filter|sort|include|page)(\[.*)?", re.DOTALL)

USER = OpenApiParameter(
    "user_id", OpenApiTypes.STR, required=True, description="The learner: external id or UUID."
)
PARTNER = OpenApiParameter(
    "partner_id",
    OpenApiTypes.STR,
    required=True,
    description="Your facility: its partner id or UUID.",
)
SET = OpenApiParameter(
    "set_id", OpenApiTypes.STR, description="Restrict the result to items of this set."
)
PAGE_SIZE = OpenApiParameter(
    SIZE, {"type": "integer", "minimum": 1, "maximum": MAX_PAGE_SIZE, "default": DEFAULT_PAGE_SIZE}
)
PAGE_NUMBER = OpenApiParameter(
    NUMBER,
    {"type": "integer", "minimum": 1, "default": 1},
    description="Page number, from 1; pages after the last one are empty.",
)


def parse_id(request: Request, parameter: str) -> str:
    """Return the id in a query parameter.

    Raises
    ------
    ValidationError : the parameter is missing, or not a possible id.
    """
    name = parse_name(request, parameter)
    if name is None:
        raise ValidationError({parameter: ErrorDetail("This parameter is required.", "required")})
    return name


def parse_page(request: Request) -> Page:
    """Return the requested page of a list.

    Raises
    ------
    ValidationError : not a page of a list.
    """
    return Page(
        number=_parse_whole_number(request, NUMBER, maximum=MAX_PAGES, default=1),
        size=_parse_whole_number(request, SIZE, maximum=MAX_PAGE_SIZE, default=DEFAULT_PAGE_SIZE),
    )


def _parse_whole_number(request: Request, parameter: str, *, maximum: int, default: int) -> int:
    text = request.query_params.get(parameter)
    if text is None:
        return default
    if not (_WHOLE.fullmatch(text) and 1 <= int(text) <= maximum):
        raise ValidationError({parameter: [f"Must be a whole number from 1 to {maximum}."]})
    return int(text)


def reject_unknown_params(request: Request) -> None:
    """Reject JSON:API parameters that would filter or sort a list; other parameters are ignored.

    Raises
    ------
    ValidationError : the query has such a parameter.
    """
    for parameter in request.query_params:
        if parameter not in (SIZE, NUMBER) and _UNSUPPORTED.fullmatch(parameter):
            raise ValidationError({parameter: ["This list does not support the parameter."]})
