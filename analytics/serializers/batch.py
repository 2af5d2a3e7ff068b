"""Bodies of bulk tracking: many answers, and the result of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from rest_framework import serializers
from rest_framework.exceptions import ParseError, ValidationError

from analytics.commands import AnswerPayload
from analytics.serializers.answers import MasteryChangeSerializer, change_body
from analytics.services import BulkResult, BulkRow, EventOwnedByAnother
from infra.api.bodies import NO_FIELD, InvalidBody

S = TypeVar("S")
MAX_ROWS = 10_000
STATUSES = ("accepted", "duplicate", "rejected")
Errors = Mapping[str, Sequence[str]]
_NO_ARRAY = "An array of answers is required."
# The field under which a problem of a parsed row is reported; `user_id` for all others.
_PROBLEM_FIELDS: dict[type[Exception], str] = {EventOwnedByAnother: "event_id"}


@dataclass(frozen=True, kw_only=True)
class Batch:
    """The valid answers of one body with their positions, and the errors of the others.

    `digest` identifies the body.
    """

    answers: list[tuple[int, AnswerPayload]] = field(default_factory=list)
    rejected: list[tuple[int, Errors]] = field(default_factory=list)
    digest: str = ""

    @classmethod
    def read(
        cls, sources: Iterable[S], read: Callable[[S], AnswerPayload], digest: Callable[[], str]
    ) -> Batch:
        """Parse answers; an invalid one does not reject the others.

        Parameters
        ----------
        digest : called at the end, when all sources have been read.

        Raises
        ------
        ValidationError : there are more than `MAX_ROWS`.
        """
        answers: list[tuple[int, AnswerPayload]] = []
        rejected: list[tuple[int, Errors]] = []
        for index, source in enumerate(sources):
            if index == MAX_ROWS:
                raise ValidationError(f"At most {MAX_ROWS} answers may be sent at once.")
            try:
                answers.append((index, read(source)))
            except InvalidBody as error:
                rejected.append((index, error.details))
            except ParseError as error:
                rejected.append((index, {NO_FIELD: [str(error.detail)]}))
        return cls(answers=answers, rejected=rejected, digest=digest())

    @classmethod
    def of(cls, data: Any) -> Batch:
        """Return the batch that a parser made of a body.

        Raises
        ------
        ValidationError : the body holds no batch.
        """
        if not isinstance(data, Batch):
            raise ValidationError(_NO_ARRAY)
        return data

    def rows(self, request_name: str | None) -> list[BulkRow]:
        """Return the rows to record.

        Parameters
        ----------
        request_name : the same whenever this request is sent again; None: it is sent once.
        """
        return [
            BulkRow(
                index=index,
                payload=payload,
                name=f"{request_name}/{index}" if request_name else None,
            )
            for index, payload in self.answers
        ]


def require_array(data: Any) -> list[Any]:
    """Return a body that is an array.

    Raises
    ------
    ValidationError : the body is not an array.
    """
    if not isinstance(data, list):
        raise ValidationError(_NO_ARRAY)
    return data


class RowOutcomeSerializer(serializers.Serializer[Any]):
    """The result of one row, identified by its position in the body, from 0."""

    index = serializers.IntegerField(min_value=0)
    status = serializers.ChoiceField(choices=STATUSES)
    data = MasteryChangeSerializer(  # type: ignore[assignment]
        required=False, help_text="The change of mastery, for accepted rows and duplicates."
    )
    errors = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField()),
        required=False,
        help_text="The errors of a rejected row, by field.",
    )


class CountsSerializer(serializers.Serializer[Any]):
    """The number of rows of each status."""

    accepted = serializers.IntegerField(min_value=0)
    duplicates = serializers.IntegerField(min_value=0)
    rejected = serializers.IntegerField(min_value=0)
    recompute_pending = serializers.BooleanField(
        required=False, help_text="True: not all estimates include these answers yet."
    )


def bulk_body(batch: Batch, outcomes: Sequence[BulkResult], *, every: bool) -> dict[str, Any]:
    """Return the response body: counts, and the results of all rows or of the rejected ones."""
    rejected = [
        *batch.rejected,
        *((each.index, _errors(each.problem)) for each in outcomes if each.problem),
    ]
    recorded = [each for each in outcomes if not each.problem]
    results = [_rejected_body(index, errors) for index, errors in rejected]
    if every:
        results += [_recorded_body(each) for each in recorded]
    return {
        "success": True,
        "data": count_by_status(recorded, rejected),
        "results": sorted(results, key=lambda result: result["index"]),
        "message": "Learning events tracked",
    }


def count_by_status(recorded: Sequence[BulkResult], rejected: Sequence[Any]) -> dict[str, int]:
    """Return the number of rows of each status, and whether a recompute is pending."""
    repeated = Counter(each.is_duplicate for each in recorded)
    counts = {
        "accepted": repeated[False],
        "duplicates": repeated[True],
        "rejected": len(rejected),
    }
    is_pending = any(each.recompute_pending for each in recorded)
    return {**counts, "recompute_pending": True} if is_pending else counts


def _rejected_body(index: int, errors: Errors) -> dict[str, Any]:
    return {"index": index, "status": "rejected", "errors": errors}


def _recorded_body(outcome: BulkResult) -> dict[str, Any]:
    assert outcome.change is not None  # noqa: S101  # there is no problem
    return {
        "index": outcome.index,
        "status": "duplicate" if outcome.is_duplicate else "accepted",
        "data": change_body(outcome.change),
    }


def _errors(problem: Exception) -> Errors:
    name = _PROBLEM_FIELDS.get(type(problem), "user_id")
    return {name: [(type(problem).__doc__ or "").splitlines()[0]]}
