"""The skills of lessons and quizzes: the learners' mastery when assigned, and the answers since."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import (
    Case,
    Count,
    DateTimeField,
    FloatField,
    IntegerField,
    OuterRef,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from analytics.core.confidence import MIN_ANSWERS, too_few_answers
from analytics.models import LearningEvent, Skill, SkillState
from roster.models import Enrolment, GroupMembership, Lesson, Quiz, User

MAX_ROWS = 1_000


@dataclass(frozen=True, kw_only=True)
class Effect:
    """The mastery of one learner at one skill when the assignment was made, and now.

    `before` is the estimate after the newest answer that had been given and had arrived by then;
    None: there was none. `since` is the number of answers given since.
    """

    learner: User
    skill: Skill
    assigned_at: datetime
    before: float | None
    after: float
    answers: int
    since: int

    @property
    def too_few(self) -> bool:
        """Whether there are too few answers since to say whether it helped."""
        return too_few_answers(self.since)

    @property
    def known_before(self) -> float | None:
        """The mastery before; None with too few answers to show it."""
        return None if too_few_answers(self.answers - self.since) else self.before

    @property
    def gain(self) -> float | None:
        """The change of mastery; None if one of both is not shown."""
        before = self.known_before
        return None if self.too_few or before is None else self.after - before


def get_effects(row: Lesson | Quiz, learners: Mapping[UUID, User]) -> list[Effect]:
    """Return the effects of a lesson or quiz on its skills, for learners with answers at them."""
    assigned = _assigned_at(row, learners)
    skills = list(Skill.objects.filter(facility=row.facility_id, code__in=skill_codes(row)))
    if not assigned or not skills:
        return []
    by_time: dict[datetime, list[UUID]] = defaultdict(list)
    for learner, time in assigned.items():
        by_time[time].append(learner)
    at = Case(
        *(When(learner__in=found, then=Value(time)) for time, found in by_time.items()),
        output_field=DateTimeField(),
    )
    events = LearningEvent.objects.filter(learner=OuterRef("learner"), skill=OuterRef("skill"))
    earlier = events.filter(
        happened_at__lte=OuterRef("assigned_at"), received_at__lte=OuterRef("assigned_at")
    ).order_by("-happened_at", "-position")
    later = events.filter(happened_at__gt=OuterRef("assigned_at")).order_by().values("learner")
    states = SkillState.objects.filter(learner__in=list(assigned), skill__in=skills)
    rows = states.annotate(assigned_at=at).annotate(
        before=Subquery(earlier.values("mastery_after")[:1], output_field=FloatField()),
        since=Coalesce(
            Subquery(later.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0
        ),
    )
    by_id = {skill.pk: skill for skill in skills}
    found: list[Any] = list(rows.defer("course").order_by("pk")[:MAX_ROWS])
    effects = [
        Effect(
            learner=learners[state.learner_id], skill=by_id[state.skill_id],
            assigned_at=state.assigned_at, before=state.before, after=state.mastery,
            answers=state.attempts, since=state.since,
        )
        for state in found
    ]  # fmt: skip
    return sorted(effects, key=lambda each: (str(each.learner).casefold(), str(each.skill)))


def skill_codes(row: Any) -> set[str]:
    """Return the codes of the skills of a lesson, quiz or course session.

    The skill of an exercise has the id of its content as its code.
    """
    contents = {code for key in row.contents for code in (key, str(UUID(key)))}
    return contents | set(getattr(row, "skills", ()))


def is_review_done(lesson: Lesson, answers: Collection[Sequence[str | None]]) -> bool:
    """Return whether a learner has completed a review.

    It takes an answer to each of its items; without items, five at each of its skills.

    Parameters
    ----------
    answers : for each answer since the review was assigned, the code of the skill, and the code and
        the GUID of the item.
    """
    if lesson.items:
        return set(lesson.items) <= {name for _skill, *names in answers for name in names}
    numbers = Counter(skill for skill, *_names in answers)
    return all(numbers[code] >= MIN_ANSWERS for code in lesson.skills)


def time_of_key(key: UUID) -> datetime:
    """Return the time at which a row with this key was made; keys are UUIDs of version 7.

    It is cut to seconds.
    """
    return datetime.fromtimestamp((key.int >> 80) // 1000, tz=UTC)


def _assigned_at(row: Lesson | Quiz, learners: Mapping[UUID, User]) -> dict[UUID, datetime]:
    """Return the time of the first assignment of the row to each of these learners."""
    assignments = list(row.assignments.order_by("pk"))
    groups = [each.group_id for each in assignments if each.group_id]
    rooms = [each.classroom_id for each in assignments if each.classroom_id]
    members: dict[UUID | None, list[UUID]] = defaultdict(list)
    ids = list(learners)
    enrolled = Enrolment.objects.filter(classroom__in=rooms, user__in=ids)
    joined = GroupMembership.objects.filter(group__in=groups, enrolment__user__in=ids)
    for place, learner in [
        *enrolled.values_list("classroom", "user"),
        *joined.values_list("group", "enrolment__user"),
    ]:
        members[place].append(learner)
    times: dict[UUID, datetime] = {}
    for each in assignments:
        reached = [each.learner_id] if each.learner_id else members[each.place_id]
        for learner in learners.keys() & reached:
            times.setdefault(learner, time_of_key(each.pk))
    return times
