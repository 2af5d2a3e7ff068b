"""What the list of people can be narrowed by, besides where they belong."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from roster.admin_filters import ConditionFilter


class RolesFilter(ConditionFilter):
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
