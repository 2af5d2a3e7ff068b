"""The admin site: Django's own lists and the coach pages."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import wraps
from typing import Any, cast
from uuid import UUID

from django.contrib.admin import AdminSite
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views import View

from dashboard.selectors.item_questions import item_questions
from dashboard.sidebar import sidebar_sections
from dashboard.urls import coach_pages
from dashboard.views.base import CoachPage
from dashboard.views.overview import FrontPage
from dashboard.views.second_factor import SecondFactorPage
from infra import free_space
from roster.login_form import LoginForm
from roster.models import User
from roster.models.time_zones import zone_of_pages
from roster.services import second_factors
from roster.views import CLEARED_ON_LOGOUT


def _with_free_space(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "POST":
            free_space.require()
        return view(request, *args, **kwargs)

    return guarded


def _in_zone_of_viewer(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    @wraps(view)
    def view_in_zone(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        timezone.activate(zone_of_pages(cast("User", request.user), request.GET))
        return view(request, *args, **kwargs)

    return view_in_zone


def _with_second_factor(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Lead staff who must set up a second factor to its page, from all others."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.session.get(second_factors.SESSION_KEY):
            return view(request, *args, **kwargs)
        if second_factors.has_second_factor(cast("User", request.user)):
            logout(request)  # it was set up in another session, and this one had no code
            return HttpResponseRedirect(reverse("admin:login"))
        return HttpResponseRedirect(reverse("admin:second_factor"))

    return guarded


class LearnTraceSite(AdminSite):
    """Django's admin site, with the coaches' front page and pages."""

    site_header = _("LearnTrace")
    site_title = _("LearnTrace")
    index_title = _("Learners and their work")
    login_form = LoginForm
    site_url = "/admin/"

    def get_urls(self) -> list[URLResolver | URLPattern]:
        """Return the coach pages, then Django's URLs, whose last pattern matches everything."""
        return [*coach_pages(self), *super().get_urls()]

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:  # noqa: FBT001, FBT002
        """Return a view for staff: it stores nothing while the disk is nearly full.

        It shows days and times in the zone of the viewer; coach pages show them in the zone of the
        facility that they are about.
        """
        guarded = view if view == self.logout else _with_free_space(view)
        view_class = getattr(view, "view_class", View)
        if not issubclass(view_class, CoachPage):
            guarded = _in_zone_of_viewer(guarded)
        if view != self.logout and view_class is not SecondFactorPage:
            guarded = _with_second_factor(guarded)
        return super().admin_view(guarded, cacheable)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Return the context of all pages, with the sections of the sidebar."""
        context = super().each_context(request)
        apps = context["available_apps"]
        return {**context, "sections": sidebar_sections(apps, request.path)}

    def item_names(self, items: Collection[UUID]) -> dict[UUID, str]:
        """Return the questions of items; lists of the admin use them as names."""
        return item_questions(items)

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Log in staff and learners; a learner is led to their own page."""
        response = super().login(request, extra_context)
        if request.user.is_authenticated and not self.has_permission(request):
            return HttpResponseRedirect(reverse("own_page"))
        return response

    def logout(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """Log out, and delete what the browser stored of this site."""
        response = super().logout(request, extra_context)
        response["Clear-Site-Data"] = CLEARED_ON_LOGOUT
        return response

    def index(
        self,
        request: HttpRequest,
        extra_context: dict[str, Any] | None = None,  # noqa: ARG002
    ) -> TemplateResponse:
        """Render the coaches' front page, with Django's list of tables at its end."""
        return cast("TemplateResponse", FrontPage.as_view(site=self)(request))
