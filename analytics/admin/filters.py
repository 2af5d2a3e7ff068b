"""List filters of the learner model's admin, besides those by learner and date."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from analytics.events import Source
from analytics.labels import ALERT_STATES, REASONS
from analytics.models import Skill
from infra.admin.filters import (
    Choice,
    ChoiceFilter,
    ConditionFilter,
    Rows,
    TextFilter,
    keys_or_subquery,
)
from roster.models import Facility


class SkillFilter(TextFilter):
    """Filter by skill: by the beginning of its code, or by words of its title."""

    title = _("Skill")
    parameters = ("skill",)
    hint = _("Code or title")

    def narrow(self, rows: Rows) -> Rows:
        """Return the rows of the matching skills."""
        matches = Q(code__startswith=self.value) | Q(title__icontains=self.value)
        known_skills = Skill.objects.filter(facility__in=Facility.objects.known_to(self.viewer))
        return rows.filter(skill__in=keys_or_subquery(known_skills.filter(matches)))


class SourceFilter(ChoiceFilter):
    """Filter by the API that an answer came through."""

    title = _("Source")
    parameters = ("source",)

    @property
    def options(self) -> Sequence[Choice]:
        """The three sources."""
        return Source.choices

    def narrow(self, rows: Rows) -> Rows:
        """Return the answers from the chosen source."""
        return rows.filter(source=self.value) if self.value in Source.values else rows.none()


class PlateauFilter(ConditionFilter):
    """Filter by whether the learner is on a plateau."""

    title = _("Stuck")
    parameters = ("plateau",)
    conditions = {
        "yes": (_("stuck"), Q(plateau=True)),
        "no": (_("not stuck"), Q(plateau=False)),
    }


class AlertKindFilter(ChoiceFilter):
    """Filter by the reason of an alert."""

    title = _("Reason")
    parameters = ("kind",)

    @property
    def options(self) -> Sequence[Choice]:
        """All reasons."""
        return [(reason.name.lower(), name) for reason, name in REASONS.items()]

    def narrow(self, rows: Rows) -> Rows:
        """Return the alerts for the chosen reason."""
        return rows.filter(kind=self.value)


class AlertStateFilter(ChoiceFilter):
    """Filter by the state of an alert."""

    title = _("State")
    parameters = ("state",)

    @property
    def options(self) -> Sequence[Choice]:
        """The four states."""
        return list(ALERT_STATES.items())

    def narrow(self, rows: Rows) -> Rows:
        """Return the alerts in the chosen state."""
        return rows.filter(state=self.value)
