"""Audit of the database after a replay: `python -m benchmarks.faults.audit FILE …`.

Every answer and session of the file must be stored once, every total must be the sum of its parts,
and, under Idempotency-Keys, a response must be stored for each effect and none may be pending.
Prints JSON.
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

from benchmarks.replay import SECONDS, content_id_of, split_sessions  # noqa: E402
from benchmarks.rows import read_answers  # noqa: E402
from infra.api.idempotency.models import IdempotencyRecord  # noqa: E402
from logger.models import AttemptLog, ContentSession, ContentSummary, MasteryLog  # noqa: E402


def count_answers(prefix: str) -> Counter[tuple[Any, ...]]:
    """Count attempts by learner, content, question and correctness."""
    attempts = AttemptLog.objects.filter(user__external_id__startswith=prefix)
    return Counter(attempts.values_list("user__external_id", "content_id", "item", "correct"))


def count_sessions(prefix: str) -> Counter[tuple[Any, ...]]:
    """Count sessions by learner and content."""
    sessions = ContentSession.objects.filter(user__external_id__startswith=prefix)
    return Counter(sessions.values_list("user__external_id", "content_id"))


def count_in_file(path: Path, limit: int, prefix: str) -> tuple[Counter[Any], Counter[Any]]:
    """Count the answers and the sessions of the file."""
    answers, sessions = Counter[Any](), Counter[Any]()
    for user, rows in read_answers(path, limit).items():
        for skill, run in split_sessions(rows):
            content = UUID(content_id_of(skill))
            sessions[prefix + user, content] += 1
            answers.update((prefix + user, content, row.item, row.correct) for row in run)
    return answers, sessions


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
        "tries complete against their criterion": sum(completion_errors()),
        "tries older than their attempts": MasteryLog.objects.annotate(
            newest=Max("attempts__end_timestamp")
        )
        .filter(newest__gt=F("end_timestamp"))
        .count(),
    }


def completion_errors() -> Iterator[bool]:
    """Yield, for each try, whether its completion contradicts its criterion."""
    for mastery_log in MasteryLog.objects.prefetch_related("attempts").iterator(chunk_size=500):
        in_order = sorted(mastery_log.attempts.all(), key=lambda attempt: attempt.position)
        scores = [attempt.correct for attempt in in_order]
        met = any(mastery_log.criterion.met(scores[: end + 1]) for end in range(len(scores)))
        yield mastery_log.complete is not met


def audit(path: Path, limit: int, prefix: str) -> dict[str, Any]:
    """Compare the database with the file, and check its totals."""
    answers, sessions = count_in_file(path, limit, prefix)
    answers_found, sessions_found = count_answers(prefix), count_sessions(prefix)
    stored = IdempotencyRecord.objects.aggregate(
        answered=Count("pk", filter=Q(status=200)), pending=Count("pk", filter=Q(status=None))
    )
    return {
        "lost": (answers - answers_found).total() + (sessions - sessions_found).total(),
        "doubled": (answers_found - answers).total(),
        "sessions doubled": (sessions_found - sessions).total(),
        "effects": answers_found.total() + sessions_found.total(),
        **stored,
        "wrong": {what: count for what, count in wrong_totals().items() if count},
    }


if __name__ == "__main__":
    file, limit_, prefix_ = sys.argv[1:]
    print(json.dumps(audit(Path(file), int(limit_), prefix_)))
