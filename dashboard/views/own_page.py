"""The page of a learner who is logged in: their own report."""

from __future__ import annotations

from typing import Any, cast

from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView

from dashboard.selectors.report import MAX_STREAK, get_report
from dashboard.views.base import visible_learner
from roster.models import User
from roster.models.time_zones import zone_of
from roster.views import CLEARED_ON_LOGOUT


class OwnPage(TemplateView):
    """The report on the person who is logged in; staff are led to the dashboard."""

    template_name = "dashboard/report/own.html"
    http_method_names = ["get", "head", "post"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Show the page to learners only."""
        if not request.user.is_authenticated:
            return redirect_to_login(request.path, reverse("admin:login"))
        if request.user.is_staff:
            return HttpResponseRedirect(reverse("admin:index"))
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the report, in the time zone of the learner's facility."""
        viewer = cast("User", self.request.user)
        learner = visible_learner(viewer, viewer.pk, related=["ability", "facility"])
        timezone.activate(zone_of(learner.facility))
        report = get_report(learner, at=timezone.now(), max_streak=MAX_STREAK)
        return super().get_context_data(**kwargs, report=report, is_own=True)

    def post(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
        """Log out: the one button of the page."""
        logout(request)
        response = HttpResponseRedirect(reverse("index"))
        response.headers["Clear-Site-Data"] = CLEARED_ON_LOGOUT
        return response
