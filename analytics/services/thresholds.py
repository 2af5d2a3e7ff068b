"""The thresholds of a facility's alerts: their effect on its learners, and their change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F

from analytics.core.alerts import Thresholds
from analytics.core.standing import find_alerts
from analytics.models import AlertCheck
from analytics.rows import thresholds_of
from analytics.services.alert_checks import Standings
from roster import services
from roster.models import Facility, User
from roster.services.permissions import lock_facility

# Learners that a preview looks at, at most.
MAX_LEARNERS = 500


@dataclass(frozen=True, kw_only=True)
class Effect:
    """The learners with a reason for an alert.

    `learners` is their number, `by_kind` the number of reasons of each kind.
    """

    learners: int
    by_kind: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class Preview:
    """The effect of the saved and of the proposed thresholds on the same learners.

    `learners` is the number of active learners looked at, those who answered last first;
    `is_truncated` means that there are more.
    """

    learners: int
    is_truncated: bool
    saved: Effect
    proposed: Effect


def preview_thresholds(facility: Facility, proposed: Thresholds, *, at: datetime) -> Preview:
    """Return what the next check of alerts would find with other thresholds, and with the saved.

    Alerts that coaches have resolved or snoozed count as reasons as well.
    """
    checks = AlertCheck.objects.filter(learner__facility=facility, learner__is_active=True)
    newest = F("learner__ability__newest").desc(nulls_last=True)
    related = checks.select_related("learner__facility").order_by(newest, "pk")
    found = list(related[: MAX_LEARNERS + 1])
    looked_at = found[:MAX_LEARNERS]
    standings = Standings.load([check.learner_id for check in looked_at], at)
    effects = []
    for thresholds in (thresholds_of(facility), proposed):
        kinds = [
            [each.kind for each in find_alerts(standings.standing_of(check, at, thresholds))]
            for check in looked_at
        ]
        effects.append(
            Effect(
                learners=sum(map(bool, kinds)),
                by_kind=Counter(kind for of_learner in kinds for kind in of_learner),
            )
        )
    return Preview(
        learners=len(looked_at),
        is_truncated=len(found) > MAX_LEARNERS,
        saved=effects[0],
        proposed=effects[1],
    )


@transaction.atomic
def change_thresholds(
    facility: Facility, values: Mapping[str, float | None], *, actor: User, at: datetime
) -> None:
    """Save the thresholds of a facility, and let the alerts of its learners be checked now.

    Parameters
    ----------
    values : valid values of `Facility.THRESHOLD_FIELDS`.

    Raises
    ------
    NotAllowed : the actor does not manage the facility.
    """
    locked = lock_facility(facility.pk, actor=actor, field="facility")
    with services.recording_change(locked, actor=actor, facility_id=locked.pk):
        for name in Facility.THRESHOLD_FIELDS:
            setattr(locked, name, values[name])
        locked.save(update_fields=Facility.THRESHOLD_FIELDS)
    # Locked in the order of the other writers of these rows.
    checks = AlertCheck.objects.filter(learner__facility=locked).select_for_update(of=("self",))
    AlertCheck.objects.filter(pk__in=checks.order_by("pk").values("pk")).update(due_at=at)
