"""The report on one learner for coaches, to print or to save as PDF."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from dashboard.selectors.report import get_report
from dashboard.views.base import CoachPage, learner_crumbs, visible_learner
from roster.models.time_zones import zone_of


class LearnerReportPage(CoachPage):
    """One page in plain words about a learner; the notes of coaches are not on it."""

    template_name = "dashboard/report/coach.html"

    def page_context(self) -> dict[str, Any]:
        """Return the report on the learner, in the time zone of their facility."""
        learner = visible_learner(
            self.viewer, self.kwargs["learner"], related=["ability", "facility"]
        )
        timezone.activate(zone_of(learner.facility))
        return {
            "title": _("Report"),
            "about": [learner],
            "crumbs": learner_crumbs(learner, self.viewer),
            "report": get_report(learner, at=timezone.now(), viewer=self.viewer),
        }
