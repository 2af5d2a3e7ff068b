"""The simulated catalogue: contents of different popularity, and their items."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import analytics.models
from analytics.models import ContentKind
from config.seeding.rng import Chance, Weighted, zipf

ATTEMPTS_PER_CONTENT = 2500
MIN_CONTENTS = 60
CHANNELS = 5
ITEMS = (8, 40)
OUT_OF_USE = 0.1
# The kinds in proportion: mostly exercises, some videos, documents and practice quizzes.
KINDS = [
    *[ContentKind.EXERCISE] * 6,
    *[ContentKind.VIDEO] * 2,
    ContentKind.DOCUMENT,
    ContentKind.QUIZ,
]
MODELS: list[dict[str, Any]] = [
    {"type": "m_of_n", "m": 3, "n": 5},
    {"type": "m_of_n", "m": 8, "n": 10},
    {"type": "num_correct_in_a_row_3"},
    {"type": "num_correct_in_a_row_5"},
    {"type": "do_all"},
]
# The subjects of contents, each with its section of the test.
SUBJECTS = [
    ("Fractions", "math"), ("Decimals", "math"), ("Equations", "math"), ("Geometry", "math"),
    ("Data and chance", "math"), ("Reading closely", "rw"), ("Punctuation", "rw"),
    ("Vocabulary", "rw"),
]  # fmt: skip
QUIZ: dict[str, Any] = {"type": "quiz"}


@dataclass(frozen=True, kw_only=True)
class Content:
    """One content; only assessments have `model` and `items`.

    `until` is the end of its use, as a share of the whole time from 0 to 1. `section` is the
    section of the test.
    """

    id: UUID
    kind: ContentKind
    channel_id: UUID | None = None
    node_id: UUID | None = None
    quiz_id: UUID | None = None
    model: dict[str, Any] | None = None
    items: list[str] | None = None
    until: float = 1.0
    title: str = ""
    section: str = ""


def titled(contents: Sequence[Content]) -> list[analytics.models.Content]:
    """Return contents as rows of the installation's catalogue."""
    return [
        analytics.models.Content(
            pk=content.id, title=content.title, kind=content.kind, items=content.items or []
        )
        for content in contents
    ]


def catalogue(attempts: int, chance: Chance, *, at: datetime) -> Weighted[Content]:
    """Return contents for an installation with this number of attempts, the most popular first."""
    channels = [chance.key(at) for _ in range(CHANNELS)]
    count = max(MIN_CONTENTS, attempts // ATTEMPTS_PER_CONTENT)
    kinds = [KINDS[number % len(KINDS)] for number in range(count)]
    chance.shuffle(kinds)
    contents = [
        _content(kind, place, chance.choice(channels), chance, at=at)
        for place, kind in enumerate(kinds)
    ]
    return Weighted(contents, (weight**0.8 for weight in zipf(count)))


def _content(
    kind: ContentKind, place: int, channel_id: UUID, chance: Chance, *, at: datetime
) -> Content:
    subject, section = SUBJECTS[place % len(SUBJECTS)]
    return Content(
        id=chance.key(at),
        kind=kind,
        channel_id=channel_id,
        node_id=chance.key(at),
        model=_model(kind, chance),
        items=items(chance, at=at) if kind in (ContentKind.EXERCISE, ContentKind.QUIZ) else None,
        until=chance.uniform(0.1, 0.5) if chance.happens(OUT_OF_USE) else 1.0,
        title=f"{subject} {place // len(SUBJECTS) + 1}",
        section=section,
    )


def _model(kind: ContentKind, chance: Chance) -> dict[str, Any] | None:
    if kind is ContentKind.QUIZ:
        return QUIZ
    return chance.choice(MODELS) if kind is ContentKind.EXERCISE else None


def items(chance: Chance, *, at: datetime) -> list[str]:
    """Return the names of a content's items: ids for most contents, numbers for some."""
    count = chance.randint(*ITEMS)
    if chance.happens(0.25):
        return [f"question {number}" for number in range(1, count + 1)]
    return [chance.key(at).hex for _ in range(count)]
