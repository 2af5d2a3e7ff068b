"""What a coach's page in the admin is, and how one gets there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from django.contrib.admin import AdminSite
from django.http import Http404
from django.urls import URLPattern, path, register_converter, reverse
from django.urls.converters import UUIDConverter
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from dashboard.selectors.classrooms import classrooms_of
from infra.admin.html import detail_url
from roster.models import Classroom, User


class KeyConverter(UUIDConverter):
    """An id in an address, with dashes or as files have it; links are written with dashes."""

    regex = f"{UUIDConverter.regex}|[0-9a-f]{{32}}"


register_converter(KeyConverter, "key")


@dataclass(frozen=True, kw_only=True)
class Breadcrumb:
    """One step on the way to a page; the last has no address."""

    label: str
    url: str | None = None


class CoachPage(TemplateView):
    """A page for staff: translates its address, makes one call, and shows what comes back.

    A page of its own says what it is called, how one got there, and what is on it.
    """

    site: AdminSite = cast("AdminSite", None)

    @classmethod
    def as_url(cls, route: str, name: str, site: AdminSite) -> URLPattern:
        """Return where this page is; only staff get in."""
        return path(route, site.admin_view(cls.as_view(site=site)), name=name)

    @property
    def viewer(self) -> User:
        """Whoever looks: staff, `admin_view` saw to that."""
        return cast("User", self.request.user)

    def page_context(self) -> dict[str, Any]:
        """Return what is on the page; with its `title`, and its `crumbs` after the first.

        What it is `about` comes after the title; `full_title` is more than there is room for.
        """
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the page and the site around it need."""
        page = self.page_context()
        crumbs = [
            Breadcrumb(label=_("Home"), url=reverse("admin:index")),
            *page.pop("crumbs", ()),
            Breadcrumb(label=page["title"]),
        ]
        # Django's base template looks for these as `subtitle` and the like.
        around = {**self.site.each_context(self.request), "crumbs": crumbs, "subtitle": None}
        return super().get_context_data(**{**kwargs, **around, **page})


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


def class_crumbs(classrooms: Sequence[Classroom]) -> list[Breadcrumb]:
    """Return the way back to the first of some classes."""
    home = reverse("admin:index")
    return [Breadcrumb(label=str(room), url=f"{home}?class={room.pk}") for room in classrooms[:1]]


def learner_crumbs(learner: User, viewer: User) -> list[Breadcrumb]:
    """Return the way back to a learner: their class, and they themselves. One statement."""
    way = class_crumbs(classrooms_of(learner, viewer))
    return [*way, Breadcrumb(label=str(learner), url=detail_url("coach_learner", learner.pk))]
