"""Kinds of fields with their invalid and valid values: the rows of the bad-input table."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

ABSENT = object()
# json.dumps writes none of these: they are inserted into the body as raw bytes.
UNSPEAKABLE = [
    b"NaN",
    b"Infinity",
    b"-Infinity",
    b"1" + b"0" * 400,
    b"1e400",
    b'"\\ud800"',
    b'"\\u0000"',
]
NOT_TEXT = [[], {}, True, ["x"], {"x": 1}]
# Notations of the number 1 that Python accepts, and the APIs do not.
NOT_ASCII_ONE = ["0_1", "1\n", " 1", "1 ", "\u0661", "\uff11", "\u0967", "1\u00a0"]


@dataclass(frozen=True, kw_only=True)
class Field:
    """A field of a body: its invalid values, and further valid values.

    `absent` and `null` say whether the field may be missing or null; with None the error then names
    other fields of the body.
    """

    refused: list[Any]
    taken: list[Any] = field(default_factory=list)
    absent: bool | None = False
    null: bool | None = False

    @property
    def bad(self) -> list[Any]:
        """All invalid values."""
        return [
            *self.refused,
            *([ABSENT] if self.absent is False else []),
            *([None] if self.null is False else []),
        ]

    @property
    def good(self) -> list[Any]:
        """All valid values."""
        return [*self.taken, *([ABSENT] if self.absent else []), *([None] if self.null else [])]


def uuid(**may: bool) -> Field:
    """Return a UUID field: dashed or plain, any case. Other tests check the row it names."""
    key = uuid4()
    return Field(
        refused=["", "x", "0" * 31, "0" * 33, f"{key}0", "g" * 32, f" {key}", 7, 1.5, *NOT_TEXT],
        taken=[],
        **may,
    )


def text(longest: int, *, numbers: bool = True, blank: bool = False, **may: bool) -> Field:
    """Return a text field of 1 to so many characters; lenient fields convert numbers to text."""
    return Field(
        refused=["x" * (longest + 1), *NOT_TEXT, *([] if blank else [""])],
        taken=["x" * longest, "😀", *([7, 1.5] if numbers else [])],
        **may,
    )


def name(longest: int, **may: bool) -> Field:
    """Return an id field: a text of 1 to so many characters, or a whole number."""
    return Field(
        refused=["x" * (longest + 1), "", 1.5, *NOT_TEXT],
        taken=["x" * longest, "😀", 7, 0, -(2**63), 2**63 - 1],
        **may,
    )


def share(**may: bool) -> Field:
    """Return a field of a number in [0, 1], in any notation of Kolibri."""
    return Field(
        refused=["", "x", -0.001, 1.001, "2", -1, 10**18, [], {}, [1], *NOT_ASCII_ONE, "0._5"],
        taken=[0, 1, 0.5, "0.5", "1", ".5", "+1.", "5e-1", True, False],
        **may,
    )


def seconds(**may: bool) -> Field:
    """Return a field of a duration of at most ten million seconds."""
    return Field(
        refused=["", "x", -1, -0.001, 10_000_001, "1e8", "1e1_0", 10**18, [], {}, *NOT_ASCII_ONE],
        taken=[0, 0.25, "2.5", 10_000_000, True],
        **may,
    )


def boolean(**may: bool) -> Field:
    """Return a boolean field, in any notation of Kolibri."""
    return Field(
        refused=["", "maybe", 2, -1, 0.5, [], {}, [True]],
        taken=[True, False, "true", "False", 1, 0, "1", "0"],
        **may,
    )


def anything(**may: bool) -> Field:
    """Return a field of an object that is stored unchanged."""
    return Field(refused=["", "x", 7, 1.5, True, [], [{}]], taken=[{}, {"a": [1, None]}], **may)


def choice(*words: str, **may: bool) -> Field:
    """Return a field with an exact choice of words."""
    return Field(refused=["", "x", words[0].upper(), 7, *NOT_TEXT], taken=list(words), **may)


def integer(low: int, high: int, **may: bool) -> Field:
    """Return a field of a whole number within bounds, or its text."""
    return Field(
        refused=["", "x", low - 1, high + 1, 1.5, "1.5", 10**18, [], {}, *NOT_ASCII_ONE],
        taken=[low, high, str(low), f"{high}.0"],
        **may,
    )


def exactly(*taken: Any, refused: list[Any], **may: bool) -> Field:
    """Return a field of exactly one JSON type, as the strict APIs require."""
    return Field(refused=[*refused, *NOT_TEXT[:2], ["x"]], taken=list(taken), **may)


def whole(low: int, high: int, **may: bool) -> Field:
    """Return a field of a whole number within bounds; no other notation is valid."""
    refused = ["", "x", str(low), True, float(low), low + 0.5, low - 1, high + 1, 10**18]
    return exactly(low, high, refused=refused, **may)


def moment(**may: bool) -> Field:
    """Return a field of a time since the year 2000, with an offset."""
    return Field(
        refused=[
            "",
            "x",
            "2026-03-02T09:00:00",
            "2026-03-02",
            "1999-12-31T00:00:00Z",
            "2026-03-02_09:00:00Z",
            "2026-03-02T09:00:00Z\n",
            "2026-03-02T0\u0669:00:00Z",
            "2026-03-02T09:00:00.12345\u0666Z",
            "2026-03-02\u00a009:00:00Z",
            7,
            *NOT_TEXT,
        ],
        taken=[
            "2026-03-02T09:00:00Z",
            "2026-03-02 09:00:00.1234567Z",
            "2026-03-02T09:00+0200",
            "2000-01-01T00:00:00+00:00",
            "9999-01-01T00:00:00Z",
        ],
        **may,
    )  # fmt: skip
