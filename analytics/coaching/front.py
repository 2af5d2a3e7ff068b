"""The admin's front page: who of a coach's learners needs help, and why."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from roster.coaching import CoachPage, Selection


class FrontPage(CoachPage):
    """A coach's classes at a glance."""

    template_name = "admin/index.html"

    def page(self) -> dict[str, Any]:
        """Return the classes."""
        selection = Selection.read(self.request.GET, self.viewer, at=timezone.now())
        return {"title": _("Your classes"), "selection": selection}
