"""Response bodies of alerts, with their notes and a text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rest_framework import serializers

from analytics.models import AlertState, LearnerNote
from infra.api.fields import HexUUIDField
from infra.datetime_format import format_time

Row = dict[str, Any]

# The columns of a row.
ALERT = (
    "id", "learner_id", "kind", "skill__code", "state", "snoozed_until", "opened_at",
    "resolved_at", "figures", "changed_at",
)  # fmt: skip

_TEXTS = {
    "plateau": "Likely stuck at {skill}: no progress is expected within the next ten answers.",
    "wheel_spinning": "{value:.0f} answers at {skill} without reaching mastery.",
    "declining": "Right answers at {skill} become rarer, by {percent} points with each answer.",
    "inactive": "No answer for {value:.0f} days.",
    "not_started": "Has not started {value:.0f} days after enrolment.",
}


class FiguresSerializer(serializers.Serializer[Row]):
    """The rule of an alert, and its value and threshold when it was opened."""

    rule = serializers.CharField()
    value = serializers.FloatField()
    threshold = serializers.FloatField()
    window = serializers.IntegerField(allow_null=True)


class NoteSerializer(serializers.Serializer[LearnerNote]):
    """One note of a coach."""

    author = serializers.CharField()
    at = serializers.DateTimeField()
    text = serializers.CharField()


class AlertSerializer(serializers.Serializer[Row]):
    """One alert."""

    id = HexUUIDField()
    user_id = HexUUIDField()
    kind = serializers.CharField()
    skill_id = serializers.CharField(allow_null=True)
    state = serializers.ChoiceField(choices=AlertState.values)
    snoozed_until = serializers.DateTimeField(allow_null=True)
    opened_at = serializers.DateTimeField()
    resolved_at = serializers.DateTimeField(allow_null=True)
    figures = FiguresSerializer()
    text = serializers.CharField()
    notes = NoteSerializer(many=True)


def alert_body(row: Row, notes: Iterable[LearnerNote]) -> Row:
    """Return the response body of a row of `values(*ALERT)`."""
    return {
        "id": row["id"].hex,
        "user_id": row["learner_id"].hex,
        "kind": row["kind"],
        "skill_id": row["skill__code"],
        "state": row["state"],
        "snoozed_until": _time(row["snoozed_until"]),
        "opened_at": format_time(row["opened_at"]),
        "resolved_at": _time(row["resolved_at"]),
        "figures": row["figures"],
        "text": _text(row),
        "notes": [
            {"author": note.author_name, "at": format_time(note.at), "text": note.text}
            for note in notes
        ],
    }


def _time(at: Any) -> str | None:
    return format_time(at) if at is not None else None


def _text(row: Row) -> str:
    """Return the reason of an alert as a sentence."""
    value = row["figures"]["value"]
    text = _TEXTS.get(row["kind"], "{kind} at {skill}." if row["skill__code"] else "{kind}.")
    return text.format(
        kind=row["kind"].replace("_", " ").capitalize(),
        skill=row["skill__code"],
        value=float(value),
        percent=f"{100 * value:.1f}".removesuffix(".0"),
    )
