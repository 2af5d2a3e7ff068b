"""Read-only admin of alerts; coaches change them on their pages."""

from __future__ import annotations

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from analytics import exports, labels
from analytics.admin.filters import AlertKindFilter, AlertStateFilter, SkillFilter
from analytics.admin.learners import LEARNER_FILTERS, LearnersAdmin
from analytics.models import Alert, AlertState
from analytics.models.alerts import NEWEST_FIRST
from infra.admin.filters import DateFilter
from infra.admin.html import detail_url, moment

_NAMES = {reason.name.lower(): name for reason, name in labels.REASONS.items()}


@admin.register(Alert)
class AlertAdmin(LearnersAdmin[Alert]):
    export_columns = exports.ALERTS
    list_display = [
        "opened", "learner_name", "reason", "skill_name", "life", "resolved", "moved",
    ]  # fmt: skip
    list_select_related = ["learner", "skill"]
    list_filter = [*LEARNER_FILTERS, SkillFilter, AlertKindFilter, AlertStateFilter, DateFilter]
    date_field = "opened_at"
    ordering = [*NEWEST_FIRST]
    sortable_by = ["opened"]

    def page_url(self, row: Alert) -> str | None:
        return detail_url("coach_learner", row.learner_id)

    @admin.display(description=gettext_lazy("Opened"), ordering="opened_at")
    def opened(self, row: Alert) -> SafeString:
        return moment(row.opened_at)

    @admin.display(description=gettext_lazy("Reason"))
    def reason(self, row: Alert) -> str:
        return str(_NAMES.get(row.kind, row.kind))

    @admin.display(description=gettext_lazy("State"))
    def life(self, row: Alert) -> str:
        return str(labels.ALERT_STATES[AlertState(row.state)])

    @admin.display(description=gettext_lazy("Resolved"))
    def resolved(self, row: Alert) -> SafeString | str:
        return moment(row.resolved_at) if row.resolved_at else ""

    @admin.display(description=gettext_lazy("Mastery"))
    def moved(self, row: Alert) -> str:
        masteries = (row.mastery_before, row.mastery_after)
        return " → ".join(labels.mastery(each) for each in masteries if each is not None)
