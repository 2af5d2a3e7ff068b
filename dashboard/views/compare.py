"""The classes of a coach or a facility side by side."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from dashboard.selectors.class_comparison import (
    MIN_LEARNERS,
    ClassComparison,
    ClassRow,
    get_class_comparison,
)
from dashboard.sorting import Sorting
from dashboard.views.base import CoachPage
from roster.models.time_zones import zone_of

COLUMNS: dict[str, Any] = {
    "class": lambda row: str(row.classroom).casefold(),
    "learners": lambda row: row.learners,
    "active": lambda row: row.active,
    "mastery": lambda row: row.mastery,
    "help": lambda row: row.help_share,
    "stuck": lambda row: row.stuck,
    "improved": lambda row: row.improved_share,
    "right": lambda row: row.right_share,
}


class CompareClassesPage(CoachPage):
    """All classes that the viewer manages; by default those that need most help come first."""

    template_name = "dashboard/compare.html"

    def page_context(self) -> dict[str, Any]:
        """Return the classes in the order asked for."""
        timezone.activate(zone_of(self.viewer.facility))
        found: ClassComparison = get_class_comparison(self.viewer, at=timezone.now())
        sorting = Sorting[ClassRow].parse(self.request.GET, COLUMNS, "-help")
        return {
            "title": _("Compare classes"),
            "rows": sorting.apply(found.rows),
            "is_truncated": found.is_truncated,
            "sorting": sorting,
            "min_learners": MIN_LEARNERS,
        }
