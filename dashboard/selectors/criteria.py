"""Texts on how much of their criterion open tries have reached."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from uuid import UUID

from django.db.models import F, Window
from django.db.models.functions import RowNumber

from logger.models import AttemptLog, MasteryLog
from logger.presentation import criterion_state


def criterion_states(tries: Iterable[MasteryLog]) -> dict[UUID, str]:
    """Return the text of what each open try has reached, by its id and its content's, in one query.

    Complete tries, and criteria that do not count right answers, are left out.
    """
    open_tries = [log for log in tries if not log.complete and log.criterion.window]
    windows = [log.criterion.window for log in open_tries]
    scores = _newest_scores([log.pk for log in open_tries], max(windows)) if windows else {}
    states = {}
    for log in open_tries:
        reached = log.criterion.reached(scores.get(log.pk, []))
        states[log.pk] = states[log.content_id] = criterion_state(log.criterion, reached)
    return states


def _newest_scores(try_ids: Collection[UUID], number: int) -> dict[UUID, list[float]]:
    """Return the scores of the last attempts to arrive in each try, oldest first."""
    newest = Window(RowNumber(), partition_by="mastery_log", order_by=F("position").desc())
    attempts = AttemptLog.objects.filter(mastery_log__in=try_ids, judged=True)
    rows = attempts.annotate(newest=newest).filter(newest__lte=number).order_by("position")
    scores: dict[UUID, list[float]] = defaultdict(list)
    for try_id, correct, hinted in rows.values_list("mastery_log", "correct", "hinted"):
        scores[try_id].append(AttemptLog.score_of(correct, hinted=hinted))
    return scores
