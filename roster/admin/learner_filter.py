"""One learner's rows of a list, as their own page leads to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from infra.admin.filters import Choice, ChoiceFilter, Rows
from infra.identifiers import parse_uuid
from roster.models import User


class LearnerFilter(ChoiceFilter):
    """One learner, by their id; there are too many to choose from, so it is shown once chosen."""

    title = _("Learner")
    parameters = ("learner",)

    def has_output(self) -> bool:
        """Show it where it narrows the list."""
        return self.is_active

    @property
    def options(self) -> Sequence[Choice]:
        """The learner, if the viewer may read them; else what was asked for."""
        return [(self.value, self._learner or self.value)]

    @cached_property
    def _learner(self) -> User | None:
        key = parse_uuid(self.value)
        return User.objects.visible_to(self.viewer).filter(pk=key).first() if key else None

    def narrow(self, rows: Rows) -> Rows:
        """Return the learner's rows among the viewer's; none where the id is none."""
        key = parse_uuid(self.value)
        if key is None:
            return rows.none()
        theirs: Any = self.model_admin.learners_among(User.objects.filter(pk=key))
        return rows.filter(theirs)
