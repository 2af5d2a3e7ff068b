"""Scope of a coach page: learners of some classes or groups, and a range of days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar
from urllib.parse import urlencode
from uuid import UUID

from django.core.exceptions import BadRequest
from django.db.models import Model, QuerySet
from django.http import Http404, QueryDict
from django.utils import timezone

from infra.identifiers import parse_uuid
from infra.time_zones import local_day
from roster.models import Classroom, LearnerGroup, User, UserQuerySet

M = TypeVar("M", bound=Model)

MAX_CLASSES = 200
MAX_CLASSES_TOGETHER = 10
MAX_GROUPS = 100
DEFAULT_DAYS = 14
MAX_DAYS = 92
EARLIEST, LATEST = date(2000, 1, 1), date(9000, 1, 1)
# The value of the class parameter for learners in no class.
NO_CLASS = "none"


@dataclass(frozen=True, kw_only=True)
class DashboardScope:
    """The classes and groups of the viewer, and the days (both included), to show.

    Days are those of each learner's facility: of the time zone `zone` if the classes are of one
    facility. Today is the current day of that zone.

    If no class is chosen, all classes of the viewer are shown if they are few, else the first one.
    Viewers with a role for a facility may choose its learners `in_no_class` instead; that is the
    default if there are no classes. `is_truncated` means that there are more classes than
    `classrooms` lists.
    """

    viewer: User
    classrooms: Sequence[Classroom]
    groups: Sequence[LearnerGroup]
    classroom: Classroom | None
    group: LearnerGroup | None
    since: date
    until: date
    zone: str
    in_no_class: bool = False
    is_truncated: bool = False

    @classmethod
    def parse(cls, params: QueryDict, viewer: User, *, at: datetime) -> DashboardScope:
        """Parse the query parameters of a page.

        Raises
        ------
        Http404 : the class or group is not the viewer's, or they may not ask for "no class".
        BadRequest : a day is invalid.
        """
        managed = Classroom.objects.managed_by(viewer).select_related("facility")
        listed = list(managed.order_by("name", "pk")[: MAX_CLASSES + 1])
        classrooms, is_truncated = listed[:MAX_CLASSES], len(listed) > MAX_CLASSES
        in_no_class = _is_in_no_class(params, viewer, classrooms)
        classroom = None if in_no_class else _parse_classroom(params.get("class", ""), managed)
        group = (
            None if in_no_class else _parse_group(params.get("group", ""), managed, of=classroom)
        )
        if group is not None:
            classroom = group.classroom
        elif classroom is None and not in_no_class and not _can_show_together(classrooms):
            classroom = next(iter(classrooms), None)
        shown = [classroom] if classroom else [] if in_no_class else classrooms
        zone = _zone_of_classes(shown)
        since, until = _parse_days(params, today=local_day(at, zone))
        return cls(
            viewer=viewer,
            classrooms=classrooms,
            groups=[] if in_no_class else _list_groups([classroom] if classroom else classrooms),
            classroom=classroom,
            group=group,
            since=since,
            until=until,
            zone=zone,
            in_no_class=in_no_class,
            is_truncated=is_truncated,
        )

    @property
    def may_be_all(self) -> bool:
        """True if all of the viewer's classes can be shown together."""
        return _can_show_together(self.classrooms)

    @property
    def may_be_outside(self) -> bool:
        """True if learners in no class can be chosen."""
        return has_facility_role(self.viewer)

    @property
    def choices(self) -> list[Classroom]:
        """The classes to choose from, including the chosen one."""
        chosen = self.classroom
        is_unlisted = chosen is not None and chosen not in self.classrooms
        return [*([chosen] if chosen and is_unlisted else []), *self.classrooms]

    @property
    def learners(self) -> UserQuerySet:
        """The active learners of the group, else of the class or classes, or of no class."""
        visible = User.objects.visible_to(self.viewer).filter(is_active=True)
        if self.in_no_class:
            return visible.active_learners().filter(enrolments=None)
        if self.group is not None:
            return visible.in_groups(LearnerGroup.objects.filter(pk=self.group.pk))
        rooms = [self.classroom] if self.classroom else self.classrooms
        return visible.enrolled_in(Classroom.objects.filter(pk__in=[room.pk for room in rooms]))

    @property
    def zones(self) -> dict[UUID | None, str]:
        """The time zone of the facility of each class."""
        rooms = [*self.classrooms, *([self.classroom] if self.classroom else [])]
        return {room.facility_id: room.facility.time_zone for room in rooms}

    @property
    def has_one_zone(self) -> bool:
        """True if the days of all learners are those of `zone`."""
        if self.in_no_class:
            return self.viewer.facility_id is not None
        return self.classroom is not None or len(set(self.zones.values())) == 1

    @property
    def query(self) -> str:
        """The query string with the class and the group, for links to other pages."""
        chosen = {"class": self.classroom, "group": self.group}
        params = {name: str(row.pk) for name, row in chosen.items() if row is not None}
        if self.in_no_class:
            params = {"class": NO_CLASS}
        return f"?{urlencode(params)}" if params else ""


def has_facility_role(viewer: User) -> bool:
    """Return whether the viewer manages all learners of a facility, in a class or not."""
    if viewer.is_superuser or viewer.staffs_facility is not None:
        return viewer.is_superuser or bool(viewer.staffs_facility)
    return viewer.roles.exclude(facility=None).exists()


def _zone_of_classes(classrooms: Sequence[Classroom]) -> str:
    """Return the time zone of the facilities of some classes; the current one if there are two."""
    zones = {room.facility.time_zone for room in classrooms}
    return zones.pop() if len(zones) == 1 else timezone.get_current_timezone_name()


def _is_in_no_class(params: QueryDict, viewer: User, classrooms: Sequence[Classroom]) -> bool:
    """Return whether the page is about learners in no class.

    Raises
    ------
    Http404 : they were asked for, but the viewer manages only classes.
    """
    is_requested = params.get("class", "") == NO_CLASS
    if not is_requested and (classrooms or params.get("class") or params.get("group")):
        return False
    if has_facility_role(viewer):
        return True
    if is_requested:
        raise Http404
    return False


def _can_show_together(classrooms: Sequence[Classroom]) -> bool:
    return 1 < len(classrooms) <= MAX_CLASSES_TOGETHER


def _parse_classroom(text: str, managed: QuerySet[Classroom]) -> Classroom | None:
    return None if not text else _get_or_404(managed, text)


def _parse_group(
    text: str, managed: QuerySet[Classroom], *, of: Classroom | None
) -> LearnerGroup | None:
    """Return the group asked for; None if another class was chosen together with it."""
    if not text:
        return None
    groups = LearnerGroup.objects.filter(classroom__in=managed).select_related(
        "classroom__facility"
    )
    group = _get_or_404(groups, text)
    return group if of is None or group.classroom_id == of.pk else None


def _get_or_404(rows: QuerySet[M], text: str) -> M:
    pk = parse_uuid(text)
    row = rows.filter(pk=pk).first() if pk else None
    if row is None:
        raise Http404
    return row


def _list_groups(classrooms: Sequence[Classroom]) -> list[LearnerGroup]:
    groups = LearnerGroup.objects.filter(classroom__in=[room.pk for room in classrooms])
    ordered = groups.select_related("classroom").order_by("classroom__name", "name", "pk")
    return list(ordered[:MAX_GROUPS])


def _parse_days(params: QueryDict, *, today: date) -> tuple[date, date]:
    """Return the first and the last day; the default is the last two weeks."""
    until = _parse_day(params.get("until", "")) or today
    since = _parse_day(params.get("since", "")) or until - timedelta(days=DEFAULT_DAYS - 1)
    first, last = sorted([since, until])
    return max(first, last - timedelta(days=MAX_DAYS - 1)), last


def _parse_day(text: str) -> date | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise BadRequest("This is not a valid date.") from None
    if not EARLIEST <= day <= LATEST:
        raise BadRequest("This date is out of range.")
    return day
