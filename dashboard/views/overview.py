"""The admin's front page: who of a coach's learners needs help, and why."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from dashboard.scope import DashboardScope
from dashboard.selectors.item_questions import item_questions
from dashboard.selectors.overview import overview
from dashboard.views.base import CoachPage


class FrontPage(CoachPage):
    """A coach's classes at a glance."""

    template_name = "admin/index.html"

    def page_context(self) -> dict[str, Any]:
        """Return what there is of the class, group and days asked for."""
        at = timezone.now()
        scope = DashboardScope.parse(self.request.GET, self.viewer, at=at)
        found = overview(scope, at=at)
        return {
            "title": self._title(scope),
            "scope": scope,
            "overview": found,
            "names": item_questions([each.item.pk for each in found.frequent_errors]),
            "crumbs": [],
        }

    def _title(self, scope: DashboardScope) -> str:
        if scope.group is not None:
            return f"{scope.group.classroom}: {scope.group}"
        if scope.in_no_class:
            return _("Learners in no class")
        return str(scope.classroom) if scope.classroom else _("Your classes")
