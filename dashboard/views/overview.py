"""The admin's front page: a coach's learners who need help, and the reasons."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from analytics.services import start_visit
from dashboard.scope import DashboardScope
from dashboard.selectors.item_questions import item_questions
from dashboard.selectors.overview import get_overview
from dashboard.views.alerts import SnoozeDays
from dashboard.views.base import CoachPage
from roster.models.time_zones import zone_of


class FrontPage(CoachPage):
    """Overview of a coach's classes."""

    template_name = "admin/index.html"

    def page_context(self) -> dict[str, Any]:
        """Return the overview of the class, group and days asked for."""
        at = timezone.now()
        scope = DashboardScope.parse(self.request.GET, self.viewer, at=at)
        timezone.activate(scope.zone)
        by_name = self.request.GET.get("sort") == "name"
        result = get_overview(scope, at=at, by_name=by_name)
        return {
            "title": self._title(scope),
            "scope": scope,
            "overview": result,
            "is_by_name": by_name,
            "new_alerts": result.alerts.count_new(start_visit(self.viewer, at=at)),
            "snooze": SnoozeDays.after(at, zone_of(self.viewer.facility)),
            "names": item_questions([error.item.pk for error in result.frequent_errors]),
            "crumbs": [],
        }

    def _title(self, scope: DashboardScope) -> str:
        if scope.group is not None:
            return f"{scope.group.classroom}: {scope.group}"
        if scope.in_no_class:
            return _("Learners in no class")
        return str(scope.classroom) if scope.classroom else _("Your classes")
