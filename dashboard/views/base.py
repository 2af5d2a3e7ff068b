"""Base view of the coach pages, and breadcrumbs."""

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
    """An id in a URL, with dashes or as plain hex as in files; links are written with dashes."""

    regex = f"{UUIDConverter.regex}|[0-9a-f]{{32}}"


register_converter(KeyConverter, "key")


@dataclass(frozen=True, kw_only=True)
class Breadcrumb:
    """One breadcrumb of a page; the last one has no URL."""

    label: str
    url: str | None = None


class CoachPage(TemplateView):
    """A page for staff: parses its URL, makes one call, and renders the result.

    Subclasses give the title, the breadcrumbs and the content in `page_context`.
    """

    site: AdminSite = cast("AdminSite", None)

    @classmethod
    def as_url(cls, route: str, name: str, site: AdminSite) -> URLPattern:
        """Return the URL pattern of this page; only staff can open it."""
        return path(route, site.admin_view(cls.as_view(site=site)), name=name)

    @property
    def viewer(self) -> User:
        """The user who opens the page; `admin_view` ensures that they are staff."""
        return cast("User", self.request.user)

    def page_context(self) -> dict[str, Any]:
        """Return the context of the page, with its `title`, and its `crumbs` after the first.

        `about` is shown after the title; `full_title` is the title if it had to be shortened.
        """
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the context of the page and of the admin site around it."""
        page = self.page_context()
        crumbs = [
            Breadcrumb(label=_("Home"), url=reverse("admin:index")),
            *page.pop("crumbs", ()),
            Breadcrumb(label=page["title"]),
        ]
        # Django's base template expects `subtitle` and the other keys of the site.
        site_context = {**self.site.each_context(self.request), "crumbs": crumbs, "subtitle": None}
        return super().get_context_data(**{**kwargs, **site_context, **page})


def visible_learner(viewer: User, pk: UUID, *, related: Sequence[str] = ()) -> User:
    """Return a learner the viewer may read (contract 0.7), with related rows selected.

    Raises
    ------
    Http404 : there is no such learner, or the viewer may not read them.
    """
    learners = User.objects.visible_to(viewer).filter(pk=pk)
    learner = (learners.select_related(*related) if related else learners).first()
    if learner is None:
        raise Http404
    return learner


def class_crumbs(classrooms: Sequence[Classroom]) -> list[Breadcrumb]:
    """Return the breadcrumb of the first of some classes."""
    home = reverse("admin:index")
    return [Breadcrumb(label=str(room), url=f"{home}?class={room.pk}") for room in classrooms[:1]]


def learner_crumbs(learner: User, viewer: User) -> list[Breadcrumb]:
    """Return the breadcrumbs of a learner and their class, in one query."""
    crumbs = class_crumbs(classrooms_of(learner, viewer))
    return [*crumbs, Breadcrumb(label=str(learner), url=detail_url("coach_learner", learner.pk))]
