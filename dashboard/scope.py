"""Which of the viewer's learners and days a coach's page is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar
from urllib.parse import urlencode

from django.core.exceptions import BadRequest
from django.db.models import Model, QuerySet
from django.http import Http404, QueryDict

from infra.identifiers import parse_uuid
from roster.models import Classroom, LearnerGroup, User, UserQuerySet

M = TypeVar("M", bound=Model)

MAX_CLASSES = 200
MAX_CLASSES_TOGETHER = 10
MAX_GROUPS = 100
DEFAULT_DAYS = 14
MAX_DAYS = 92
EARLIEST, LATEST = date(2000, 1, 1), date(9000, 1, 1)
# Chosen instead of a class.
NO_CLASS = "none"


@dataclass(frozen=True, kw_only=True)
class DashboardScope:
    """Which of the viewer's classes and groups, and which days (UTC, both included), to show.

    Without a class chosen it is all of the viewer's, where they are few; else the first. Whoever
    looks after a facility may choose its learners `in_no_class` instead, and does where there is
    none. `is_cut`: there are more classes than `classrooms` to choose from.
    """

    viewer: User
    classrooms: Sequence[Classroom]
    groups: Sequence[LearnerGroup]
    classroom: Classroom | None
    group: LearnerGroup | None
    since: date
    until: date
    in_no_class: bool = False
    is_truncated: bool = False

    @classmethod
    def parse(cls, params: QueryDict, viewer: User, *, at: datetime) -> DashboardScope:
        """Read what an address asks for.

        Raises
        ------
        Http404 : the class or the group is none of the viewer's, or "no class" not theirs to ask.
        BadRequest : a day is none.
        """
        own = Classroom.objects.managed_by(viewer)
        found = list(own.order_by("name", "pk")[: MAX_CLASSES + 1])
        classrooms, is_truncated = found[:MAX_CLASSES], len(found) > MAX_CLASSES
        in_no_class = _is_outside(params, viewer, classrooms)
        classroom = None if in_no_class else _classroom(params.get("class", ""), own)
        group = None if in_no_class else _group(params.get("group", ""), own, of=classroom)
        if group is not None:
            classroom = group.classroom
        elif classroom is None and not in_no_class and not _may_be_all(classrooms):
            classroom = next(iter(classrooms), None)
        since, until = _days(params, today=at.astimezone(UTC).date())
        return cls(
            viewer=viewer,
            classrooms=classrooms,
            groups=[] if in_no_class else _groups([classroom] if classroom else classrooms),
            classroom=classroom,
            group=group,
            since=since,
            until=until,
            in_no_class=in_no_class,
            is_truncated=is_truncated,
        )

    @property
    def may_be_all(self) -> bool:
        """Whether all of the viewer's classes can be shown together."""
        return _may_be_all(self.classrooms)

    @property
    def may_be_outside(self) -> bool:
        """Whether learners in no class can be chosen."""
        return has_facility_role(self.viewer)

    @property
    def choices(self) -> list[Classroom]:
        """The classes to choose from, the chosen one among them."""
        chosen = self.classroom
        is_beyond = chosen is not None and chosen not in self.classrooms
        return [*([chosen] if chosen and is_beyond else []), *self.classrooms]

    @property
    def learners(self) -> UserQuerySet:
        """The learners of the group, else of the class, else of the classes; or of no class."""
        visible = User.objects.visible_to(self.viewer).filter(is_active=True)
        if self.in_no_class:
            return visible.filter(enrolments=None, is_staff=False, is_superuser=False)
        if self.group is not None:
            return visible.in_groups(LearnerGroup.objects.filter(pk=self.group.pk))
        rooms = [self.classroom] if self.classroom else self.classrooms
        return visible.enrolled_in(Classroom.objects.filter(pk__in=[room.pk for room in rooms]))

    @property
    def query(self) -> str:
        """The class and the group as they are passed on to other pages."""
        chosen = {"class": self.classroom, "group": self.group}
        told = {name: str(place.pk) for name, place in chosen.items() if place is not None}
        if self.in_no_class:
            told = {"class": NO_CLASS}
        return f"?{urlencode(told)}" if told else ""

    @property
    def start(self) -> datetime:
        """When the first day begins."""
        return datetime.combine(self.since, time(), tzinfo=UTC)

    @property
    def end(self) -> datetime:
        """When the last day is over."""
        return datetime.combine(self.until, time(), tzinfo=UTC) + timedelta(days=1)


def has_facility_role(viewer: User) -> bool:
    """Tell whether the viewer looks after all learners of some facility, in a class or not."""
    if viewer.is_superuser or viewer.staffs_facility is not None:
        return viewer.is_superuser or bool(viewer.staffs_facility)
    return viewer.roles.exclude(facility=None).exists()


def _is_outside(params: QueryDict, viewer: User, classrooms: Sequence[Classroom]) -> bool:
    """Tell whether it is about learners in no class.

    Raises
    ------
    Http404 : it would be, but the viewer looks after classes alone.
    """
    is_asked = params.get("class", "") == NO_CLASS
    if not is_asked and (classrooms or params.get("class") or params.get("group")):
        return False
    if has_facility_role(viewer):
        return True
    if is_asked:
        raise Http404
    return False


def _may_be_all(classrooms: Sequence[Classroom]) -> bool:
    return 1 < len(classrooms) <= MAX_CLASSES_TOGETHER


def _classroom(text: str, own: QuerySet[Classroom]) -> Classroom | None:
    return None if not text else _found(own, text)


def _group(text: str, own: QuerySet[Classroom], *, of: Classroom | None) -> LearnerGroup | None:
    """Return the group asked for; none where another class was chosen beside it."""
    if not text:
        return None
    groups = LearnerGroup.objects.filter(classroom__in=own).select_related("classroom")
    group = _found(groups, text)
    return group if of is None or group.classroom_id == of.pk else None


def _found(rows: QuerySet[M], text: str) -> M:
    pk = parse_uuid(text)
    row = rows.filter(pk=pk).first() if pk else None
    if row is None:
        raise Http404
    return row


def _groups(classrooms: Sequence[Classroom]) -> list[LearnerGroup]:
    groups = LearnerGroup.objects.filter(classroom__in=[room.pk for room in classrooms])
    ordered = groups.select_related("classroom").order_by("classroom__name", "name", "pk")
    return list(ordered[:MAX_GROUPS])


def _days(params: QueryDict, *, today: date) -> tuple[date, date]:
    """Return the first and the last day: the last two weeks where nothing is said."""
    until = _day(params.get("until", "")) or today
    since = _day(params.get("since", "")) or until - timedelta(days=DEFAULT_DAYS - 1)
    first, last = sorted([since, until])
    return max(first, last - timedelta(days=MAX_DAYS - 1)), last


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        raise BadRequest("This is no day.") from None
    if not EARLIEST <= day <= LATEST:
        raise BadRequest("This day is too far away.")
    return day
