"""What lists of the roster can be narrowed by, besides where their rows belong."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from infra.admin.filters import Choice, ChoiceFilter, ConditionFilter, Rows
from roster.models import AuditAction


class RoleFilter(ConditionFilter):
    """Learners, or those who look after others."""

    title = _("Kind")
    parameters = ("kind",)
    conditions = {
        "learner": (_("learner"), Q(is_staff=False)),
        "staff": (_("staff"), Q(is_staff=True)),
    }


class ActiveFilter(ConditionFilter):
    """Whether somebody may still log in."""

    title = _("State")
    parameters = ("active",)
    conditions = {
        "yes": (_("active"), Q(is_active=True)),
        "no": (_("no longer active"), Q(is_active=False)),
    }


class ActiveAssignableFilter(ConditionFilter):
    """Whether learners see what is handed out."""

    title = _("State")
    parameters = ("active",)
    conditions = {
        "yes": (_("active"), Q(active=True)),
        "no": (_("no longer active"), Q(active=False)),
    }


class ActionFilter(ChoiceFilter):
    """What somebody did."""

    title = _("Action")
    parameters = ("action",)

    @property
    def options(self) -> Sequence[Choice]:
        """All there is to do."""
        return AuditAction.choices

    def narrow(self, rows: Rows) -> Rows:
        """Return entries of it."""
        return rows.filter(action=self.value)
