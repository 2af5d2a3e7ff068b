"""The jobs that open and resolve alerts.

A learner is checked after new answers, and when a rule of time may apply: inactivity, a start that
is missing, the end of a snooze. Learners with unresolved alerts are checked once a day as well, for
changes that leave no answer, such as new parameters of a skill or the end of an enrolment.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from analytics.core.alerts import MIN_ANSWERS, NOT_STARTED_DAYS, Reason, Thresholds
from analytics.core.standing import FoundAlert, Standing, find_alerts
from analytics.models import Alert, AlertCheck, AlertState, LearnerAbility, SkillState
from analytics.rows import thresholds_of
from infra.time_zones import days_between, local_day, start_of_day
from roster.models import Enrolment, User
from roster.models.time_zones import zone_of

# Learners that one transaction checks, and that one schedules, at most.
CHECK_BATCH_SIZE, SCHEDULE_BATCH_SIZE = 10, 1_000
# An alert that a coach resolved does not open again before this time, even if its reason lasts.
HOLD = timedelta(days=14)
CHECK_EVERY = timedelta(days=1)
AFTER_RECOMPUTE = timedelta(minutes=1)
_PLATEAU = Reason.PLATEAU.name.lower()


def schedule_new_answers(learner_ids: Collection[UUID], *, at: datetime) -> None:
    """Let the alerts of learners with new answers be checked."""
    AlertCheck.objects.bulk_create(
        (AlertCheck(learner_id=pk, since=at, due_at=at) for pk in sorted(set(learner_ids))),
        update_conflicts=True,
        unique_fields=["learner"],
        update_fields=["due_at"],
    )


@transaction.atomic
def schedule_checks(at: datetime) -> int:
    """Schedule the first check of learners without one, and return how many."""
    of_learner = {"learner": OuterRef("pk")}
    enrolments = Enrolment.objects.filter(user=OuterRef("pk"))
    unscheduled = User.objects.filter(
        Exists(enrolments) | Exists(LearnerAbility.objects.filter(**of_learner)),
        ~Exists(AlertCheck.objects.filter(**of_learner)),
        is_active=True,
        is_staff=False,
    )
    keys = list(unscheduled.order_by("pk").values_list("pk", flat=True)[:SCHEDULE_BATCH_SIZE])
    AlertCheck.objects.bulk_create(
        (AlertCheck(learner_id=pk, since=at, due_at=at) for pk in keys), ignore_conflicts=True
    )
    return len(keys)


@transaction.atomic
def check_alerts(at: datetime) -> int:
    """Open and resolve the alerts of learners whose check is due, a bounded number of them.

    Each learner is locked, so no request changes an alert meanwhile; the row of the check is locked
    as well, so answers that are folded meanwhile make it due again.

    Returns
    -------
    The number of learners; 0 if none is left, or other transactions have locked them.
    """
    due = AlertCheck.objects.filter(due_at__lte=at).select_related("learner__facility")
    lockable = due.select_for_update(of=("self", "learner"), no_key=True, skip_locked=True)
    checks = list(lockable.order_by("due_at", "pk")[:CHECK_BATCH_SIZE])
    if not checks:
        return 0
    standings = Standings.load([check.learner_id for check in checks], at)
    opened, changed = [], []
    for check in checks:
        life = _Life(standings.alerts[check.learner_id], standings.masteries[check.learner_id], at)
        life.update(find_alerts(standings.standing_of(check, at)))
        opened += [_open(check.learner_id, found, life) for found in life.opened]
        changed += life.changed
        check.due_at = _next_check(check, standings, has_open=life.has_open, at=at)
    Alert.objects.bulk_create(opened)
    Alert.objects.bulk_update(changed, [*Alert.UPDATE_FIELDS, "kind", "figures"])
    AlertCheck.objects.bulk_update(checks, ["due_at"])
    return len(checks)


class _Answered(NamedTuple):
    newest: datetime | None
    recompute_from: datetime | None


_NEVER = _Answered(None, None)


@dataclass(frozen=True, kw_only=True)
class Standings:
    """The facts that the alerts of some learners depend on, and their alerts, by learner."""

    answered: Mapping[UUID, _Answered]
    enrolled: Collection[UUID]
    records: Mapping[UUID, Mapping[UUID, bytes]]
    masteries: Mapping[UUID, Mapping[UUID, float]]
    alerts: Mapping[UUID, list[Alert]]

    @classmethod
    def load(cls, keys: Collection[UUID], at: datetime) -> Standings:
        """Read the rows of these learners, as many statements for many as for one."""
        times = LearnerAbility.objects.filter(learner__in=keys)
        records: dict[UUID, dict[UUID, bytes]] = defaultdict(dict)
        masteries: dict[UUID, dict[UUID, float]] = defaultdict(dict)
        states = SkillState.objects.filter(learner__in=keys, attempts__gte=MIN_ANSWERS)
        columns = ("learner_id", "skill_id", "mastery", "course")
        for learner_id, skill_id, mastery, course in states.values_list(*columns):
            records[learner_id][skill_id] = bytes(course)
            masteries[learner_id][skill_id] = mastery
        alerts: dict[UUID, list[Alert]] = defaultdict(list)
        held = Q(by_coach=True, resolved_at__gt=at - HOLD)
        for alert in Alert.objects.filter(Q(resolved_at=None) | held, learner__in=keys):
            alerts[alert.learner_id].append(alert)
        return cls(
            answered={
                pk: _Answered(*columns)
                for pk, *columns in times.values_list("learner_id", "newest", "recompute_from")
            },
            enrolled=set(Enrolment.objects.filter(user__in=keys).values_list("user_id", flat=True)),
            records=records,
            masteries=masteries,
            alerts=alerts,
        )

    def standing_of(
        self, check: AlertCheck, at: datetime, thresholds: Thresholds | None = None
    ) -> Standing[UUID]:
        """Return the standing of one learner; nothing is due for a closed account.

        `thresholds` are used instead of those of the facility.
        """
        newest = self.answered.get(check.learner_id, _NEVER).newest
        if not check.learner.is_active:
            return Standing(trajectories={}, days_inactive=None, days_enrolled=None)
        is_enrolled = newest is None and check.learner_id in self.enrolled
        zone = zone_of(check.learner.facility)
        unresolved = [alert for alert in self.alerts[check.learner_id] if not alert.resolved_at]
        return Standing(
            trajectories=self.records[check.learner_id],
            days_inactive=days_between(newest, at, zone) if newest else None,
            days_enrolled=days_between(check.since, at, zone) if is_enrolled else None,
            raised={
                each.skill_id for each in unresolved if each.skill_id and each.kind == _PLATEAU
            },
            thresholds=thresholds or thresholds_of(check.learner.facility),
        )


@dataclass
class _Life:
    """The alerts of one learner, unresolved or held, while they are compared with what is found."""

    alerts: list[Alert]
    masteries: Mapping[UUID, float]
    at: datetime
    opened: list[FoundAlert[UUID]] = field(default_factory=list)
    changed: list[Alert] = field(default_factory=list)
    has_open: bool = False

    def update(self, found: Collection[FoundAlert[UUID]]) -> None:
        """Resolve alerts whose reason is gone, end snoozes, and open new alerts.

        An alert at a skill whose reason turned into another one is the same alert with that reason.
        """
        current = {alert.key: alert for alert in self.alerts if alert.resolved_at is None}
        self.has_open = bool(found)
        new = {(each.kind, each.skill): each for each in found}
        for key in current.keys() & new.keys():
            del new[key]
            self._end_snooze(current.pop(key))
        by_skill = {each.skill: each for each in new.values() if each.skill}
        for alert in current.values():
            successor = by_skill.pop(alert.skill_id, None) if alert.skill_id else None
            if successor is None:
                alert.resolve(at=self.at, mastery=self.mastery_of(alert.skill_id), by_coach=False)
                self.changed.append(alert)
            else:
                del new[successor.kind, successor.skill]
                self._turn_into(alert, successor)
        self.opened = [each for each in new.values() if not self._is_held(each)]

    def mastery_of(self, skill: UUID | None) -> float | None:
        """Return the present mastery of a skill."""
        return self.masteries.get(skill) if skill else None

    def _end_snooze(self, alert: Alert) -> None:
        if alert.snoozed_until is not None and alert.snoozed_until <= self.at:
            alert.state, alert.snoozed_until = AlertState.NEW, None
            alert.changed_at = self.at
            self.changed.append(alert)

    def _turn_into(self, alert: Alert, found: FoundAlert[UUID]) -> None:
        alert.kind, alert.figures, alert.changed_at = found.kind, found.figures, self.at
        if alert.state == AlertState.SEEN:
            alert.state = AlertState.NEW
        self.changed.append(alert)
        self._end_snooze(alert)

    def _is_held(self, found: FoundAlert[UUID]) -> bool:
        """Return whether a coach resolved an alert at the same skill, or of the same kind."""
        held = [alert for alert in self.alerts if alert.by_coach]
        if found.skill is not None:
            return found.skill in {alert.skill_id for alert in held}
        return found.kind in {alert.kind for alert in held}


def _open(learner_id: UUID, found: FoundAlert[UUID], life: _Life) -> Alert:
    return Alert(
        learner_id=learner_id,
        kind=found.kind,
        skill_id=found.skill,
        opened_at=life.at,
        changed_at=life.at,
        figures=found.figures,
        mastery_before=life.mastery_of(found.skill),
    )


def _next_check(
    check: AlertCheck, standings: Standings, *, has_open: bool, at: datetime
) -> datetime | None:
    """Return the earliest time at which something may change without an answer; None: never."""
    return min(_times_ahead(check, standings, has_open=has_open, at=at), default=None)


def _times_ahead(
    check: AlertCheck, standings: Standings, *, has_open: bool, at: datetime
) -> Iterator[datetime]:
    newest, recompute_from = standings.answered.get(check.learner_id, _NEVER)
    if has_open:
        yield at + CHECK_EVERY
    if recompute_from is not None:
        yield at + AFTER_RECOMPUTE
    inactive_days = thresholds_of(check.learner.facility).inactive_days
    since, days = (newest, inactive_days) if newest else (check.since, NOT_STARTED_DAYS)
    if newest is not None or check.learner_id in standings.enrolled:
        zone = zone_of(check.learner.facility)
        first = start_of_day(local_day(since, zone) + timedelta(days=days), zone)
        if first > at:
            yield first
    for alert in standings.alerts[check.learner_id]:
        if alert.snoozed_until is not None and alert.snoozed_until > at:
            yield alert.snoozed_until
