"""Report on one learner in plain words, for families and the learner: practice, skills, reviews."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from analytics.selectors import NextStep, get_next_steps, states_of_learner
from analytics.selectors.daily_activity import count_by_day
from dashboard.selectors.due_assignments import DueAssignment, get_due_assignments
from dashboard.selectors.inactive import newest_answer
from dashboard.selectors.item_questions import item_questions
from dashboard.selectors.learner import MAX_SKILLS, SkillRow, skill_row
from dashboard.selectors.readiness import DueReviews, get_due_reviews
from infra.admin.formats import duration
from infra.time_zones import local_day
from roster.models import User
from roster.models.time_zones import zone_of

PERIOD_DAYS = 28
MAX_STREAK = 366
# With as many skills in each list, the report is one page of A4.
MAX_LISTED = 8
MAX_NEXT_STEPS = 3
MAX_ASSIGNED = 5
_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class SkillList:
    """Skills with the same heading, the last practised first; `more` counts those not listed."""

    rows: Sequence[SkillRow]
    more: int


@dataclass(frozen=True, kw_only=True)
class Report:
    """Data of a report; days are those of the learner's facility.

    `days`, `answers` and `time` are those of the period from `since` to `today`: the days with an
    answer, and the recorded time of the answers as text. `last_answer` is the newest of all.
    `streak` is the number of days in a row with an answer, up to today or yesterday. A skill with
    too few answers is in `early` only.
    """

    learner: User
    since: date
    today: date
    days: int
    answers: int
    time: str
    last_answer: datetime | None
    streak: int
    known: SkillList
    practising: SkillList
    early: SkillList
    due: DueReviews
    next_steps: Sequence[tuple[NextStep, str]]
    assigned: Sequence[DueAssignment]
    more_assigned: int

    @property
    def period_days(self) -> int:
        """The number of days of the period."""
        return PERIOD_DAYS

    @property
    def streak_text(self) -> str:
        """The streak as text; the longest one that is looked for may be longer."""
        return f"{self.streak}+" if self.streak >= MAX_STREAK else str(self.streak)


def get_report(
    learner: User, *, at: datetime, max_streak: int = PERIOD_DAYS, viewer: User | None = None
) -> Report:
    """Return the report on a learner with loaded ability and facility.

    Parameters
    ----------
    max_streak : days in [PERIOD_DAYS, MAX_STREAK] in which a streak is looked for.
    viewer : the coach who reads it; None: the learner, or the family.
    """
    zone = zone_of(learner.facility)
    today = local_day(at, zone)
    since = today - (PERIOD_DAYS - 1) * _DAY
    by_day = count_by_day({zone: [learner.pk]}, today - (max_streak - 1) * _DAY, today)
    counts = [count for day, count in by_day.items() if day >= since]
    seconds = sum(count.seconds for count in counts)
    assigned = get_due_assignments(learner, at=at, viewer=viewer)
    states = states_of_learner(learner)
    rows = [skill_row(state, at=at) for state in states[:MAX_SKILLS]]
    return Report(
        learner=learner,
        since=since,
        today=today,
        days=len(counts),
        answers=sum(count.answers for count in counts),
        time=duration(seconds) if seconds else _("not recorded"),
        last_answer=newest_answer(learner),
        streak=count_streak(by_day, today),
        known=_listed([row for row in rows if row.is_mastered]),
        practising=_listed([row for row in rows if not row.is_mastered and not row.too_few]),
        early=_listed([row for row in rows if row.too_few]),
        due=get_due_reviews(learner, at=at),
        next_steps=_named(get_next_steps(learner, count=MAX_NEXT_STEPS, at=at, states=states)),
        assigned=assigned[:MAX_ASSIGNED],
        more_assigned=max(len(assigned) - MAX_ASSIGNED, 0),
    )


def count_streak(days: Collection[date], today: date) -> int:
    """Return the number of these days in a row that end today, or yesterday if not today."""
    last = today if today in days else today - _DAY
    day = last
    while day in days:
        day -= _DAY
    return (last - day).days


def _listed(rows: Sequence[SkillRow]) -> SkillList:
    return SkillList(rows=rows[:MAX_LISTED], more=max(len(rows) - MAX_LISTED, 0))


def _named(steps: Sequence[NextStep]) -> list[tuple[NextStep, str]]:
    """Return each step with its skill's name; without a skill, with its item's."""
    names = item_questions([step.item.pk for step in steps if step.item and not step.skill])
    return [(step, _name(step, names)) for step in steps]


def _name(step: NextStep, questions: Mapping[UUID, str]) -> str:
    if step.skill or not step.item:
        return str(step.skill or "")
    return questions.get(step.item.pk) or str(step.item)
