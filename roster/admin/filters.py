"""Filters of roster lists by role, state and action."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from infra.admin.filters import Choice, ChoiceFilter, ConditionFilter, Rows
from roster.models import AuditAction


class RoleFilter(ConditionFilter):
    """Filter by kind of user: learners or staff."""

    title = _("Kind")
    parameters = ("kind",)
    conditions = {
        "learner": (_("learner"), Q(is_staff=False)),
        "staff": (_("staff"), Q(is_staff=True)),
    }


class ActiveFilter(ConditionFilter):
    """Filter by whether the user may still log in."""

    title = _("State")
    parameters = ("active",)
    conditions = {
        "yes": (_("active"), Q(is_active=True)),
        "no": (_("no longer active"), Q(is_active=False)),
    }


class ActiveAssignableFilter(ConditionFilter):
    """Filter by the state of the lesson, quiz or course session."""

    title = _("State")
    parameters = ("active",)
    conditions = {
        "yes": (_("active"), Q(active=True)),
        "no": (_("no longer active"), Q(active=False)),
        "draft": (_("draft"), Q(draft=True)),
        "archived": (_("archived"), Q(archived=True)),
    }


class ActionFilter(ChoiceFilter):
    """Filter by action of an audit entry."""

    title = _("Action")
    parameters = ("action",)

    @property
    def options(self) -> Sequence[Choice]:
        """All actions."""
        return AuditAction.choices

    def narrow(self, rows: Rows) -> Rows:
        """Return the entries with the chosen action."""
        return rows.filter(action=self.value)
