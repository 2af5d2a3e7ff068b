"""The admin's front page: who of a coach's learners needs help, and why."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from dashboard.scope import Selection
from dashboard.selectors.item_questions import item_questions
from dashboard.selectors.overview import overview
from dashboard.views.base import CoachPage


class FrontPage(CoachPage):
    """A coach's classes at a glance."""

    template_name = "admin/index.html"

    def page(self) -> dict[str, Any]:
        """Return what there is of the class, group and days asked for."""
        at = timezone.now()
        selection = Selection.read(self.request.GET, self.viewer, at=at)
        found = overview(selection, at=at)
        return {
            "title": self._title(selection),
            "selection": selection,
            "overview": found,
            "names": item_questions([each.item.pk for each in found.missed]),
            "crumbs": [],
        }

    def _title(self, selection: Selection) -> str:
        if selection.group is not None:
            return f"{selection.group.classroom}: {selection.group}"
        if selection.in_no_class:
            return _("Learners in no class")
        return str(selection.classroom) if selection.classroom else _("Your classes")
