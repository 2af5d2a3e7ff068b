"""Response document of bulk study results, with `meta` as its only member."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from http import HTTPStatus

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers

from analytics.serializers.batch import STATUSES, Batch, Errors, count_by_status
from analytics.services import BulkResult, EventOwnedByAnother
from infra.api.bodies import NO_FIELD
from roster.services import CannotRecordForOthers, UnknownLearner
from study.commands import GUID
from study.jsonapi import Fields, Json, error
from study.selectors import PartnerMismatch, UnknownItem

# Status, code and field for problems of parsed rows, the same as for a single result.
_PROBLEMS: dict[type[Exception], tuple[HTTPStatus, str, str]] = {
    PartnerMismatch: (HTTPStatus.FORBIDDEN, "PERMISSION_DENIED", "partner_id"),
    CannotRecordForOthers: (HTTPStatus.FORBIDDEN, "PERMISSION_DENIED", "user_id"),
    EventOwnedByAnother: (HTTPStatus.UNPROCESSABLE_ENTITY, "UNPROCESSABLE", "event_id"),
    UnknownItem: (HTTPStatus.NOT_FOUND, "NOT_FOUND", GUID),
    UnknownLearner: (HTTPStatus.NOT_FOUND, "NOT_FOUND", "user_id"),
}


def studies_body(batch: Batch, outcomes: Sequence[BulkResult], *, every: bool) -> Json:
    """Return the response document: counts, and the results of all rows or of the rejected ones."""
    rejected = [(index, list(_parse_errors(errors))) for index, errors in batch.rejected]
    rejected += [(each.index, [_problem_error(each.problem)]) for each in outcomes if each.problem]
    recorded = [each for each in outcomes if not each.problem]
    results: list[Json] = [
        {"index": index, "status": "rejected", "errors": errors} for index, errors in rejected
    ]
    if every:
        results += [
            {"index": each.index, "status": "duplicate" if each.is_duplicate else "accepted"}
            for each in recorded
        ]
    results.sort(key=lambda result: result["index"])
    return {"meta": {**count_by_status(recorded, rejected), "results": results}}


def _parse_errors(errors: Errors) -> Iterator[Json]:
    """Yield the errors of a row that was not parsed; the pointers are within the row."""
    for field, messages in errors.items():
        pointer = None if field == NO_FIELD else field
        for message in messages:
            is_missing = getattr(message, "code", None) == "required"
            code = "REQUIRED" if is_missing else "INVALID"
            yield error(HTTPStatus.BAD_REQUEST, code, message, pointer=pointer)


def _problem_error(problem: Exception) -> Json:
    status, code, field = _PROBLEMS[type(problem)]
    detail = (type(problem).__doc__ or "").splitlines()[0]
    return error(status, code, detail, pointer=field)


def _integer_fields(*names: str) -> Fields:
    return {name: serializers.IntegerField(min_value=0) for name in names}


_SOURCE = inline_serializer("RowErrorSource", {"pointer": serializers.CharField()}, required=False)
_ERRORS = inline_serializer(
    "RowError",
    {
        **{name: serializers.CharField() for name in ("status", "code", "title", "detail")},
        "source": _SOURCE,
    },
    many=True,
    required=False,
    help_text="The errors of a rejected row; pointers are relative to the row.",
)
_ROWS = inline_serializer(
    "StudiedRow",
    {
        **_integer_fields("index"),
        "status": serializers.ChoiceField(choices=STATUSES),
        "errors": _ERRORS,
    },
    many=True,
)
_META = inline_serializer(
    "StudiedRows",
    {
        **_integer_fields("accepted", "duplicates", "rejected"),
        "recompute_pending": serializers.BooleanField(required=False),
        "results": _ROWS,
    },
)
# The document of a single result whose learner's estimates do not include all results yet.
PENDING = inline_serializer(
    "PendingDocument",
    {"meta": inline_serializer("Pending", {"recompute_pending": serializers.BooleanField()})},
)
OUTCOMES = inline_serializer("StudiedDocument", {"meta": _META})
