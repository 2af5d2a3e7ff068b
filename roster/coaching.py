"""What a coach's page in the admin is, and which of their learners it is about."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, ClassVar, TypeVar, cast
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.admin import AdminSite
from django.core.exceptions import BadRequest
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, QueryDict
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from roster.models import Classroom, LearnerGroup, User, UserQuerySet, parse_uuid

M = TypeVar("M", bound=Model)

MOST_CLASSES = 200
MOST_TOGETHER = 10
MOST_GROUPS = 100
USUAL_DAYS = 14
MOST_DAYS = 92
EARLIEST, LATEST = date(2000, 1, 1), date(9000, 1, 1)

# Template and context of a part of a page about (a learner | an item, its viewer).
Section = tuple[str, dict[str, Any]]
LearnerSection = Callable[[User, User], Section]
ItemSection = Callable[[Any, User], Section]
# What some items ask, by their ids: those that the app knows.
ItemNames = Callable[[Collection[UUID]], Mapping[UUID, str]]


class CoachSite(AdminSite):
    """An admin site to whose pages on learners and items other apps contribute parts."""

    learner_sections: ClassVar[Sequence[LearnerSection]] = ()
    item_sections: ClassVar[Sequence[ItemSection]] = ()
    item_namers: ClassVar[Sequence[ItemNames]] = ()

    def item_names(self, items: Collection[UUID]) -> dict[UUID, str]:
        """Return what some items ask, where an app knows it."""
        names: dict[UUID, str] = {}
        for named in self.item_namers if items else ():
            names |= named(items)
        return names


@dataclass(frozen=True, kw_only=True)
class Crumb:
    """One step on the way to a page; the last has no address."""

    label: str
    url: str | None = None


class CoachPage(TemplateView):
    """A page for staff: translates its address, makes one call, and shows what comes back.

    A page of its own says what it is called, how one got there, and what is on it.
    """

    site: CoachSite = cast("CoachSite", None)

    @classmethod
    def at(cls, route: str, name: str, site: CoachSite) -> URLPattern:
        """Return where this page is; only staff get in."""
        return path(route, site.admin_view(cls.as_view(site=site)), name=name)

    @property
    def viewer(self) -> User:
        """Whoever looks: staff, `admin_view` saw to that."""
        return cast("User", self.request.user)

    def page(self) -> dict[str, Any]:
        """Return what is on the page; with its `title`, and its `crumbs` after the first."""
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the page and the site around it need."""
        page = self.page()
        crumbs = [
            Crumb(label=_("Home"), url=reverse("admin:index")),
            *page.pop("crumbs", ()),
            Crumb(label=page["title"]),
        ]
        # Django's base template looks for these as `subtitle` and the like.
        around = {**self.site.each_context(self.request), "crumbs": crumbs, "subtitle": None}
        return super().get_context_data(**{**kwargs, **around, **page})


def rendered(sections: Iterable[Section], request: HttpRequest) -> list[SafeString]:
    """Return parts of a page as they are shown."""
    return [render_to_string(template, context, request) for template, context in sections]


def link(name: str, *args: Any) -> str | None:
    """Return the address of a page of the admin; None where no app brings that page."""
    try:
        return reverse(f"admin:{name}", args=args)
    except NoReverseMatch:
        return None


def visible_learner(viewer: User, pk: UUID, *, along: Sequence[str] = ()) -> User:
    """Return a learner the viewer may read (contract 0.7), and the rows `along` that are theirs.

    Raises
    ------
    Http404 : there is none, or the viewer may not know of them.
    """
    found = User.objects.visible_to(viewer).filter(pk=pk)
    learner = (found.select_related(*along) if along else found).first()
    if learner is None:
        raise Http404
    return learner


def classrooms_of(learner: User, viewer: User) -> list[Classroom]:
    """Return the classes that the learner attends and the viewer looks after, by name."""
    attended = Classroom.objects.filter(pk__in=learner.enrolments.values("classroom"))
    own = attended.filter(pk__in=Classroom.objects.staffed_by(viewer).values("pk"))
    return list(own.order_by("name", "pk")[:MOST_TOGETHER])


def class_crumbs(classrooms: Sequence[Classroom]) -> list[Crumb]:
    """Return the way back to the first of some classes."""
    home = reverse("admin:index")
    return [Crumb(label=str(room), url=f"{home}?class={room.pk}") for room in classrooms[:1]]


def learner_crumbs(learner: User, viewer: User) -> list[Crumb]:
    """Return the way back to a learner: their class, and they themselves. One statement."""
    way = class_crumbs(classrooms_of(learner, viewer))
    return [*way, Crumb(label=str(learner), url=link("coach_learner", learner.pk))]


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Which of the viewer's classes and groups, and which days (UTC, both included), to show.

    Without a class chosen it is all of the viewer's, where they are few; else the first. `is_cut`:
    there are more classes than `classrooms` to choose from.
    """

    viewer: User
    classrooms: Sequence[Classroom]
    groups: Sequence[LearnerGroup]
    classroom: Classroom | None
    group: LearnerGroup | None
    since: date
    until: date
    is_cut: bool = False

    @classmethod
    def read(cls, params: QueryDict, viewer: User, *, at: datetime) -> Selection:
        """Read what an address asks for.

        Raises
        ------
        Http404 : the class or the group is none of the viewer's.
        BadRequest : a day is none.
        """
        own = Classroom.objects.staffed_by(viewer)
        found = list(own.order_by("name", "pk")[: MOST_CLASSES + 1])
        classrooms, is_cut = found[:MOST_CLASSES], len(found) > MOST_CLASSES
        classroom = _classroom(params.get("class", ""), own)
        group = _group(params.get("group", ""), own, of=classroom)
        if group is not None:
            classroom = group.classroom
        elif classroom is None and not _may_be_all(classrooms):
            classroom = next(iter(classrooms), None)
        since, until = _days(params, today=at.astimezone(UTC).date())
        return cls(
            viewer=viewer,
            classrooms=classrooms,
            groups=_groups([classroom] if classroom else classrooms),
            classroom=classroom,
            group=group,
            since=since,
            until=until,
            is_cut=is_cut,
        )

    @property
    def may_be_all(self) -> bool:
        """Whether all of the viewer's classes can be shown together."""
        return _may_be_all(self.classrooms)

    @property
    def choices(self) -> list[Classroom]:
        """The classes to choose from, the chosen one among them."""
        chosen = self.classroom
        is_beyond = chosen is not None and chosen not in self.classrooms
        return [*([chosen] if chosen and is_beyond else []), *self.classrooms]

    @property
    def learners(self) -> UserQuerySet:
        """The learners of the group, else of the class, else of the classes."""
        visible = User.objects.visible_to(self.viewer).filter(is_active=True)
        if self.group is not None:
            return visible.grouped_in(LearnerGroup.objects.filter(pk=self.group.pk))
        rooms = [self.classroom] if self.classroom else self.classrooms
        return visible.enrolled_in(Classroom.objects.filter(pk__in=[room.pk for room in rooms]))

    @property
    def query(self) -> str:
        """The class and the group as they are passed on to other pages."""
        chosen = {"class": self.classroom, "group": self.group}
        told = {name: str(place.pk) for name, place in chosen.items() if place is not None}
        return f"?{urlencode(told)}" if told else ""

    @property
    def start(self) -> datetime:
        """When the first day begins."""
        return datetime.combine(self.since, time(), tzinfo=UTC)

    @property
    def end(self) -> datetime:
        """When the last day is over."""
        return datetime.combine(self.until, time(), tzinfo=UTC) + timedelta(days=1)


def _may_be_all(classrooms: Sequence[Classroom]) -> bool:
    return 1 < len(classrooms) <= MOST_TOGETHER


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
    return list(ordered[:MOST_GROUPS])


def _days(params: QueryDict, *, today: date) -> tuple[date, date]:
    """Return the first and the last day: the last two weeks where nothing is said."""
    until = _day(params.get("until", "")) or today
    since = _day(params.get("since", "")) or until - timedelta(days=USUAL_DAYS - 1)
    first, last = sorted([since, until])
    return max(first, last - timedelta(days=MOST_DAYS - 1)), last


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
