"""The admin's front page: a coach's learners who need help, and the reasons."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from analytics.services import last_visit, start_visit
from dashboard.scope import DashboardScope
from dashboard.selectors.item_questions import item_questions
from dashboard.selectors.overview import get_class_data, get_overview
from dashboard.views.alerts import SnoozeDays
from dashboard.views.base import CoachPage
from infra.api import etags
from infra.sessions import is_background
from roster.models.time_zones import zone_of

# The cookie by which a browser switches the refreshing of pages off.
LIVE_COOKIE = "live"


class FrontPage(CoachPage):
    """Overview of a coach's classes.

    The page refreshes itself: a script sends its entity tag every few seconds, in background
    requests. The response is 304 without rendering, or the part of the page about the class.
    """

    template_name = "admin/index.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Return the page, its part for a background request, or 304 if it has not changed."""
        self.at = timezone.now()
        self.scope = DashboardScope.parse(request.GET, self.viewer, at=self.at)
        timezone.activate(self.scope.zone)
        self.data = get_class_data(self.scope, at=self.at)
        is_part = is_background(request)
        self.visit = last_visit(self.viewer) if is_part else start_visit(self.viewer, at=self.at)
        version = self._version()
        self.part_tag = etags.tag_of_data(version, "part")
        tag = self.part_tag if is_part else etags.tag_of_data(version, "page")
        response: HttpResponse
        if etags.is_current(request, tag) and (is_part or not get_messages(request)):
            response = HttpResponse(status=HTTPStatus.NOT_MODIFIED)
        elif is_part:
            context = {"scope": self.scope, **self._class_context()}
            response = self.response_class(request, ["dashboard/sections/front.html"], context)
        else:
            response = super().get(request, *args, **kwargs)
        response["ETag"] = tag
        return response

    def _version(self) -> list[Any]:
        """Return values that differ whenever the page does."""
        viewer, scope = self.viewer, self.scope
        return [
            self.request.get_full_path(), get_language(), self.visit, scope.since, scope.until,
            [viewer.pk, str(viewer), viewer.is_superuser, scope.may_be_outside, viewer.facility_id],
            [[room.pk, str(room)] for room in scope.choices],
            [[group.pk, str(group)] for group in [*scope.groups, scope.group] if group],
            [scope.zone, zone_of(viewer.facility), scope.is_truncated],
            self.request.COOKIES.get(LIVE_COOKIE),
            self.data.version(at=self.at),
        ]  # fmt: skip

    def page_context(self) -> dict[str, Any]:
        """Return the overview of the class, group and days asked for."""
        return {
            "title": self._title(self.scope),
            "scope": self.scope,
            "live_tag": self.part_tag,
            "is_live": self.request.COOKIES.get(LIVE_COOKIE) != "off",
            "crumbs": [],
            **self._class_context(),
        }

    def _class_context(self) -> dict[str, Any]:
        by_name = self.request.GET.get("sort") == "name"
        result = get_overview(self.scope, self.data, at=self.at, by_name=by_name)
        return {
            "overview": result,
            "is_by_name": by_name,
            "new_alerts": result.alerts.count_new(self.visit),
            "snooze": SnoozeDays.after(self.at, zone_of(self.viewer.facility)),
            "names": item_questions([error.item.pk for error in result.frequent_errors]),
        }

    def _title(self, scope: DashboardScope) -> str:
        if scope.group is not None:
            return f"{scope.group.classroom}: {scope.group}"
        if scope.in_no_class:
            return _("Learners in no class")
        return str(scope.classroom) if scope.classroom else _("Your classes")
