"""The report of a lesson or quiz: the work of each learner on each content."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import product
from uuid import UUID

from django.db.models import Count, F, Max, Q, Sum, Window
from django.db.models.functions import RowNumber

from analytics.catalogue.skills import known_titles
from analytics.models import Alert
from infra.db.keyset import Cursor, after_cursor
from logger.mastery import CORRECT
from logger.models import AttemptLog, ContentSummary, MasteryLog
from roster.models import Actor, Lesson, Quiz, User

MAX_LEARNERS = 1000
WRONG_ANSWERS = 3
BY_ID = ["id"]


class Status(StrEnum):
    """The state of a learner's work on a content, as in Kolibri."""

    NOT_STARTED = "not_started"
    STARTED = "started"
    NEEDS_HELP = "needs_help"
    COMPLETED = "completed"


@dataclass(frozen=True, kw_only=True)
class Cell:
    """The work of one learner on one content; `time_spent` is in seconds."""

    user_id: UUID
    content_id: UUID
    status: Status = Status.NOT_STARTED
    tries: int = 0
    time_spent: float = 0.0
    last_activity: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Report:
    """Learners by id, contents with their titles, and a cell for each pair, by learner.

    `following` is the cursor of the next learners; None: there are no more.
    """

    learners: list[User]
    contents: dict[UUID, str | None]
    cells: list[Cell]
    following: Cursor | None


def get_report(row: Lesson | Quiz, actor: Actor, *, after: Cursor | None = None) -> Report:
    """Return the report of a lesson or quiz, about learners that are visible to the actor.

    A learner needs help on a content of a lesson that is not completed if none of the last three
    answers of the open try is right, or if an alert about the skill of the content is unresolved.
    The work on a quiz is that on the quiz itself, and nobody needs help: answers can be replaced
    until the quiz is submitted, so they say nothing before.
    """
    assigned = type(row).objects.filter(pk=row.pk).learners()
    visible = assigned.filter(pk__in=User.objects.visible_to(actor).values("pk"))
    found = list(after_cursor(visible.order_by(*BY_ID), after)[: MAX_LEARNERS + 1])
    learners = found[:MAX_LEARNERS]
    ids = [learner.pk for learner in learners]
    if isinstance(row, Quiz):
        contents: dict[UUID, str | None] = {row.pk: row.title}
        cells = _quiz_cells(row, ids)
    else:
        keys = [UUID(key) for key in row.contents]
        titles = known_titles(keys)
        contents = {key: titles.get(key) for key in keys}
        cells = _lesson_cells(keys, ids)
    by_pair = {(cell.user_id, cell.content_id): cell for cell in cells}
    return Report(
        learners=learners,
        contents=contents,
        cells=[
            by_pair.get(pair) or Cell(user_id=pair[0], content_id=pair[1])
            for pair in product(ids, contents)
        ],
        following=Cursor.after_row(learners[-1], BY_ID) if len(found) > MAX_LEARNERS else None,
    )


def _quiz_cells(quiz: Quiz, ids: Collection[UUID]) -> list[Cell]:
    # Practice on the same content is not work on the quiz (decision 8).
    tries = MasteryLog.objects.filter(user__in=ids, content_id=quiz.pk, is_coach_assigned=True)
    sums = tries.values("user").annotate(
        number=Count("pk"),
        seconds=Sum("time_spent"),
        newest=Max("end_timestamp"),
        finished=Count("pk", filter=Q(complete=True)),
    )
    return [
        Cell(
            user_id=each["user"],
            content_id=quiz.pk,
            status=Status.COMPLETED if each["finished"] else Status.STARTED,
            tries=each["number"],
            time_spent=each["seconds"],
            last_activity=each["newest"],
        )
        for each in sums.order_by()
    ]


def _lesson_cells(contents: Collection[UUID], ids: Collection[UUID]) -> list[Cell]:
    summaries = ContentSummary.objects.filter(user__in=ids, content_id__in=contents)
    number = Count("tries", filter=Q(tries__is_coach_assigned=False))
    struggling = _find_struggling(contents, ids)
    cells = []
    for row in summaries.annotate(number=number).values(
        "user", "content_id", "progress", "completion_timestamp", "number", "time_spent",
        "end_timestamp",
    ):  # fmt: skip
        status = Status.STARTED
        # A repeated exercise starts from no progress, but stays completed.
        if row["completion_timestamp"] or row["progress"] >= 1:
            status = Status.COMPLETED
        elif (row["user"], row["content_id"]) in struggling:
            status = Status.NEEDS_HELP
        cells.append(
            Cell(
                user_id=row["user"],
                content_id=row["content_id"],
                status=status,
                tries=row["number"],
                time_spent=row["time_spent"],
                last_activity=row["end_timestamp"],
            )
        )
    return cells


def _find_struggling(contents: Collection[UUID], ids: Collection[UUID]) -> set[tuple[UUID, UUID]]:
    """Return the pairs of learner and content with wrong last answers, or an open alert."""
    # The skill of an exercise has the id of the content as its code (`logger.evidence`).
    by_code = {code: key for key in contents for code in (key.hex, str(key))}
    alerts = Alert.objects.unresolved().filter(learner__in=ids, skill__code__in=by_code)
    alerted = {
        (learner, by_code[code]) for learner, code in alerts.values_list("learner", "skill__code")
    }
    open_tries = MasteryLog.objects.filter(
        user__in=ids, content_id__in=contents, complete=False, is_coach_assigned=False
    )
    place = Window(RowNumber(), partition_by=F("mastery_log"), order_by="-position")
    attempts = AttemptLog.objects.filter(mastery_log__in=open_tries, judged=True)
    newest = attempts.annotate(place=place).filter(place__lte=WRONG_ANSWERS)
    wrong: Counter[tuple[UUID, UUID]] = Counter(
        (user, content)
        for user, content, correct, hinted in newest.values_list(
            "user", "content_id", "correct", "hinted"
        )
        if AttemptLog.score_of(correct, hinted=hinted) < CORRECT
    )
    return alerted | {pair for pair, number in wrong.items() if number == WRONG_ANSWERS}
