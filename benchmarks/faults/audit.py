"""What the database itself says of a replay: `python -m benchmarks.faults.audit FILE …`.

Every answer and sitting of the file there once, every total the sum of its parts, and, under
Idempotency-Keys, an answer kept for each effect and none pending. Prints JSON.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import django

django.setup()

from django.db.models import Count, F, Max, Min, Q, Sum  # noqa: E402
from django.db.models.functions import Coalesce  # noqa: E402

from benchmarks.replay import SECONDS, content_of, sessions_of  # noqa: E402
from benchmarks.rows import read  # noqa: E402
from infra.api.idempotency.models import IdempotencyRecord  # noqa: E402
from logger.models import AttemptLog, ContentSession, ContentSummary, MasteryLog  # noqa: E402


def answers_there(prefix: str) -> Counter[tuple[Any, ...]]:
    """Count each learner's attempts, as who, at what, which question, and how well."""
    attempts = AttemptLog.objects.filter(user__external_id__startswith=prefix)
    return Counter(attempts.values_list("user__external_id", "content_id", "item", "correct"))


def sittings_there(prefix: str) -> Counter[tuple[Any, ...]]:
    """Count each learner's sessions at each content."""
    sessions = ContentSession.objects.filter(user__external_id__startswith=prefix)
    return Counter(sessions.values_list("user__external_id", "content_id"))


def meant(path: Path, limit: int, prefix: str) -> tuple[Counter[Any], Counter[Any]]:
    """Count the answers and the sittings of the file."""
    answers, sittings = Counter[Any](), Counter[Any]()
    for user, rows in read(path, limit).items():
        for skill, run in sessions_of(rows):
            content = UUID(content_of(skill))
            sittings[prefix + user, content] += 1
            answers.update((prefix + user, content, row.item, row.correct) for row in run)
    return answers, sittings


def wrong_totals() -> dict[str, int]:
    """Count rows whose totals are not the sums of their parts."""
    counted = MasteryLog.objects.annotate(
        rows=Count("attempts"), first=Min("attempts__position"), last=Max("attempts__position")
    )
    spent = Coalesce(Sum("sessions__time_spent"), 0.0)
    return {
        "tries with another number of attempts": counted.exclude(rows=F("attempt_count")).count(),
        "tries whose attempts leave gaps": counted.filter(rows__gt=0)
        .exclude(first=0, last=F("rows") - 1)
        .count(),
        "tries with other time than their attempts": counted.exclude(
            time_spent=F("rows") * SECONDS
        ).count(),
        "tries with other time than their sessions": MasteryLog.objects.annotate(spent=spent)
        .exclude(spent=F("time_spent"))
        .count(),
        "summaries with other time than their sessions": ContentSummary.objects.annotate(
            spent=spent
        )
        .exclude(spent=F("time_spent"))
        .count(),
        "sessions with other time than their attempts": ContentSession.objects.annotate(
            rows=Count("attempts")
        )
        .exclude(time_spent=F("rows") * SECONDS)
        .count(),
        "tries complete against their criterion": sum(misjudged()),
        "tries older than their attempts": MasteryLog.objects.annotate(
            newest=Max("attempts__end_timestamp")
        )
        .filter(newest__gt=F("end_timestamp"))
        .count(),
    }


def misjudged() -> Iterator[bool]:
    """Tell of each try whether it is complete though it never was mastered, or the reverse."""
    for tried in MasteryLog.objects.prefetch_related("attempts").iterator(chunk_size=500):
        in_order = sorted(tried.attempts.all(), key=lambda attempt: attempt.position)
        scores = [attempt.correct for attempt in in_order]
        met = any(tried.criterion.met(scores[: end + 1]) for end in range(len(scores)))
        yield tried.complete is not met


def audit(path: Path, limit: int, prefix: str) -> dict[str, Any]:
    """Compare the database with the file, and with itself."""
    answers, sittings = meant(path, limit, prefix)
    answers_found, sittings_found = answers_there(prefix), sittings_there(prefix)
    kept = IdempotencyRecord.objects.aggregate(
        answered=Count("pk", filter=Q(status=200)), pending=Count("pk", filter=Q(status=None))
    )
    return {
        "lost": (answers - answers_found).total() + (sittings - sittings_found).total(),
        "doubled": (answers_found - answers).total(),
        "sittings doubled": (sittings_found - sittings).total(),
        "effects": answers_found.total() + sittings_found.total(),
        **kept,
        "wrong": {what: count for what, count in wrong_totals().items() if count},
    }


if __name__ == "__main__":
    file, limit_, prefix_ = sys.argv[1:]
    print(json.dumps(audit(Path(file), int(limit_), prefix_)))
