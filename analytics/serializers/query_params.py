"""Query parameters of the read endpoints."""

from __future__ import annotations

import re

from django.conf import settings
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from analytics.core.score_scale import total_scale
from infra.identifiers import MAX_ID_LENGTH, normalize_id

DEFAULT_DAYS = 30
MAX_DAYS = 365
DEFAULT_COUNT = 5
MAX_COUNT = 50
_WHOLE = re.compile(r"[0-9]{1,9}")
_NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?")

DAYS = OpenApiParameter(
    "days",
    {"type": "integer", "minimum": 1, "maximum": MAX_DAYS, "default": DEFAULT_DAYS},
    description="Number of days to look back or ahead.",
)
SKILL = OpenApiParameter(
    "skill_id", OpenApiTypes.STR, description="Restrict the result to this skill."
)
ITEM = OpenApiParameter(
    "item_id",
    OpenApiTypes.STR,
    description="The item for which `p_correct_next` is predicted; without it, any question of the"
    " skill.",
)
TARGET = OpenApiParameter(
    "target_score", OpenApiTypes.NUMBER, description="The target total score, for `goal_tracking`."
)
COUNT = OpenApiParameter(
    "n",
    {"type": "integer", "minimum": 1, "maximum": MAX_COUNT, "default": DEFAULT_COUNT},
    description="Maximum number of recommendations.",
)
RESULTS = OpenApiParameter(
    "results",
    {"type": "string", "enum": ["all", "rejected"], "default": "rejected"},
    description="The rows whose results are returned.",
)


def parse_every_result(request: Request) -> bool:
    """Return whether the results of all rows are requested.

    Raises
    ------
    ValidationError : a value other than `all` and `rejected`.
    """
    word = request.query_params.get("results", "rejected")
    if word not in ("all", "rejected"):
        raise ValidationError({"results": ["Must be all or rejected."]})
    return word == "all"


def parse_days(request: Request) -> int:
    """Return the number of days in the query; `DEFAULT_DAYS` without one.

    Raises
    ------
    ValidationError : not a whole number from 1 to 365.
    """
    return _parse_whole(request, "days", default=DEFAULT_DAYS, maximum=MAX_DAYS)


def parse_count(request: Request) -> int:
    """Return the number of recommendations in the query; `DEFAULT_COUNT` without one.

    Raises
    ------
    ValidationError : not a whole number from 1 to 50.
    """
    return _parse_whole(request, "n", default=DEFAULT_COUNT, maximum=MAX_COUNT)


def _parse_whole(request: Request, parameter: str, *, default: int, maximum: int) -> int:
    text = request.query_params.get(parameter)
    if text is None:
        return default
    if not (_WHOLE.fullmatch(text) and 1 <= int(text) <= maximum):
        raise ValidationError({parameter: [f"Must be a whole number from 1 to {maximum}."]})
    return int(text)


def parse_name(request: Request, parameter: str) -> str | None:
    """Return the id in a query parameter; None without one.

    Raises
    ------
    ValidationError : not a possible id, by its length or a null character.
    """
    name = request.query_params.get(parameter)
    if name is not None and ("\0" in name or not 0 < len(name) <= MAX_ID_LENGTH):
        raise ValidationError({parameter: [f"Must have 1 to {MAX_ID_LENGTH} characters."]})
    return None if name is None else normalize_id(name)


def parse_target(request: Request) -> float | None:
    """Return the target score in the query; None without one.

    Raises
    ------
    ValidationError : not a number, or a total that cannot be reached.
    """
    text = request.query_params.get("target_score")
    if text is None:
        return None
    total = total_scale(settings.SCORE_SECTIONS.values())
    if not (_NUMBER.fullmatch(text) and total.is_valid_target(float(text))):
        message = f"Must be a number above {total.low} and up to {total.high}."
        raise ValidationError({"target_score": [message]})
    return float(text)
