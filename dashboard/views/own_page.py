"""The page of a learner: their own report, by login or with a learner token."""

from __future__ import annotations

from typing import Any, cast

from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from dashboard.selectors.report import MAX_STREAK, get_report
from dashboard.views.base import visible_learner
from roster.authentication import KeyAuthentication
from roster.models import Scope, User
from roster.models.time_zones import zone_of
from roster.views import CLEARED_ON_LOGOUT


class OwnPage(TemplateView):
    """The report on the learner of a token, or else of the login; staff are led to the dashboard.

    An app shows the page with the header `Authorization: Bearer …`, as the API takes it.
    """

    viewer: User

    template_name = "dashboard/report/own.html"
    http_method_names = ["get", "head", "post"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Show the page to learners only.

        Raises
        ------
        PermissionDenied : the token is unknown or expired, or may not read, or it is an API key.
        """
        try:
            found = KeyAuthentication().authenticate(Request(request))
        except APIException as error:
            raise PermissionDenied(str(error)) from None
        if found is not None:
            self.viewer, self.http_method_names = cast("User", found[0]), ["get", "head"]
            if found[1] is not None or not self.viewer.allows(Scope.READ):
                raise PermissionDenied
            return super().dispatch(request, *args, **kwargs)
        if not request.user.is_authenticated:
            return redirect_to_login(request.path, reverse("admin:login"))
        if request.user.is_staff:
            return HttpResponseRedirect(reverse("admin:index"))
        self.viewer = request.user
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the report, in the time zone of the learner's facility."""
        learner = visible_learner(self.viewer, self.viewer.pk, related=["ability", "facility"])
        timezone.activate(zone_of(learner.facility))
        report = get_report(learner, at=timezone.now(), max_streak=MAX_STREAK)
        return super().get_context_data(
            **kwargs, report=report, is_own=True, has_login=self.request.user.is_authenticated
        )

    def post(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
        """Log out: the one button of the page."""
        logout(request)
        response = HttpResponseRedirect(reverse("index"))
        response.headers["Clear-Site-Data"] = CLEARED_ON_LOGOUT
        return response
