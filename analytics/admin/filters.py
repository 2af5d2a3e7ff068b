"""What lists of the learner model can be narrowed by, besides whose and when."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from analytics.events import Source
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
    """Skills by the beginning of their code, or by words of their title."""

    title = _("Skill")
    parameters = ("skill",)
    hint = _("Code or title")

    def narrow(self, rows: Rows) -> Rows:
        """Return what is known of these skills."""
        named = Q(code__startswith=self.value) | Q(title__icontains=self.value)
        own = Skill.objects.filter(facility__in=Facility.objects.known_to(self.viewer))
        return rows.filter(skill__in=keys_or_subquery(own.filter(named)))


class SourceFilter(ChoiceFilter):
    """Which API answers came through."""

    title = _("Source")
    parameters = ("source",)

    @property
    def options(self) -> Sequence[Choice]:
        """The three of them."""
        return Source.choices

    def narrow(self, rows: Rows) -> Rows:
        """Return the answers of one."""
        return rows.filter(source=self.value) if self.value in Source.values else rows.none()


class PlateauFilter(ConditionFilter):
    """Who is stuck."""

    title = _("Plateau")
    parameters = ("plateau",)
    conditions = {
        "yes": (_("stuck"), Q(plateau=True)),
        "no": (_("not stuck"), Q(plateau=False)),
    }
