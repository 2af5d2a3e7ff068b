"""Filter of a list by one learner, used by links from the learner's page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from infra.admin.filters import Choice, ChoiceFilter, Rows
from infra.identifiers import parse_uuid
from roster.models import User


class LearnerFilter(ChoiceFilter):
    """Filter by learner id; shown only when active, as there are too many choices."""

    title = _("Learner")
    parameters = ("learner",)

    def has_output(self) -> bool:
        """Show the filter while it is active."""
        return self.is_active

    @property
    def options(self) -> Sequence[Choice]:
        """The learner, or the raw value if the viewer may not read the learner."""
        return [(self.value, self._learner or self.value)]

    @cached_property
    def _learner(self) -> User | None:
        key = parse_uuid(self.value)
        return User.objects.visible_to(self.viewer).filter(pk=key).first() if key else None

    def narrow(self, rows: Rows) -> Rows:
        """Return the rows of the learner; none if the value is not a UUID."""
        key = parse_uuid(self.value)
        if key is None:
            return rows.none()
        condition: Any = self.model_admin.learners_among(User.objects.filter(pk=key))
        return rows.filter(condition)
