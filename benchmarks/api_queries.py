"""API lists to measure: every kind of caller, and every documented filter with selective values.

Filter values come from rows that the caller may see: the most frequent value, the rarest, and the
value without recent rows.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Max
from django.utils import timezone
from uuid_utils.compat import uuid7

from config.demo.large_installation import analyze, seed_installation
from infra.db.keyset import Cursor
from logger.models import AttemptLog, MasteryLog
from roster.models import Actor, ApiKey, Classroom, Facility, LearnerGroup, RoleKind, User

ATTEMPTS, MASTERY_LOGS = "/api/logger/attemptlog", "/api/logger/masterylog"
SEED = 1
UNKNOWN_LEVEL = 77_777
ADMIN = "/admin/logger"


def seed_database(attempts: int) -> None:
    """Create a superuser, and seed the database until it holds this many attempts."""
    if not User.objects.filter(is_superuser=True).exists():
        User.objects.create_superuser("explain", secrets.token_urlsafe(12))
    existing = AttemptLog.objects.count()
    if existing < attempts:
        seed_installation(attempts - existing, seed=SEED, at=timezone.now())
        analyze()


@dataclass(frozen=True)
class Caller:
    """A caller with its name: a person or an API key."""

    name: str
    actor: Actor


def callers() -> Iterator[Caller]:
    """Yield each kind of caller of a big, a small and a long closed school, and two learners."""
    yield Caller("superuser", _find_person(is_superuser=True))
    by_size = Facility.objects.annotate(size=Count("people")).order_by("-size")
    facilities = list(by_size.filter(partner_id__regex=r"^demo-\d+-"))
    closed = min(facilities, key=_latest_end)
    for size, facility in (("big", facilities[0]), ("small", facilities[-2]), ("closed", closed)):
        yield Caller(f"admin, {size}", _find_staff(facility, RoleKind.ADMIN))
        yield Caller(f"facility coach, {size}", _find_staff(facility, RoleKind.COACH))
        yield Caller(f"key, {size}", ApiKey(facility=facility, can_read=True, can_write=True))
        yield Caller(f"class coach, {size}", _find_class_coach(facility))
    learners = User.objects.filter(facility=facilities[0], is_staff=False)
    busy = learners.annotate(count=Count("attempts")).order_by("-count")
    yield Caller("learner, busy", _find_person(pk=busy[0].pk))
    yield Caller("learner, quiet", _find_person(pk=busy.filter(count__gt=0).reverse()[0].pk))


def _latest_end(facility: Facility) -> Any:
    attempts = AttemptLog.objects.filter(user__facility=facility)
    return attempts.aggregate(last=Max("end_timestamp"))["last"]


def _find_person(**fields: Any) -> User:
    return User.objects.with_role_flags().filter(**fields)[0]


def _find_staff(facility: Facility, kind: RoleKind) -> User:
    return _find_person(roles__facility=facility, roles__kind=kind)


def _find_class_coach(facility: Facility) -> User:
    return _find_person(roles__classroom__facility=facility)


@dataclass(frozen=True)
class Sample:
    """Filter values for one caller, a cursor far down the list, and learner-content pairs."""

    values: dict[str, list[Any]]
    deep: Cursor
    pairs: list[dict[str, Any]]

    @classmethod
    def of(cls, actor: Actor) -> Sample:
        """Select values from the rows that the actor may see."""
        attempts = AttemptLog.objects.visible_to(actor)
        mastery_logs = MasteryLog.objects.visible_to(actor)
        levels = list(
            mastery_logs.order_by().values_list("mastery_level", flat=True).distinct()[:1000]
        )
        ends = attempts.aggregate(last=Max("end_timestamp"))["last"]
        deep = ends - timedelta(days=60)
        rooms = Classroom.objects.visible_to(actor).order_by("pk").values_list("pk", flat=True)
        groups = LearnerGroup.objects.visible_to(actor).order_by("pk").values_list("pk", flat=True)
        facilities = Facility.objects.order_by("pk").values_list("pk", flat=True)
        return cls(
            values={
                "content": _spread(attempts, "content_id"),
                "item": _spread(attempts, "item"),
                "user": _spread(attempts.filter(user__isnull=False), "user"),
                "masterylog": _spread(attempts.filter(mastery_log__isnull=False), "mastery_log"),
                "mastery_level": [1, max(levels), min(levels), UNKNOWN_LEVEL],
                "complete": ["true", "false"],
                "classroom": _first_and_last(list(rooms)),
                "learner_group": _first_and_last(list(groups)),
                "facility": _first_and_last(list(facilities)) if actor.is_superuser else [],
            },
            deep=Cursor(values=(deep, uuid7())),
            pairs=[_find_pair(mastery_logs, order) for order in ("-size", "last")],
        )


def _spread(attempts: Any, column: str) -> list[Any]:
    """Return the most frequent value, the rarest, and the one whose newest row is the oldest."""
    counted = attempts.order_by().values(column).annotate(size=Count("pk"))
    rows = [
        counted.order_by("-size")[0],
        counted.order_by("size")[0],
        counted.annotate(last=Max("end_timestamp")).order_by("last")[0],
    ]
    return list(dict.fromkeys(row[column] for row in rows))


def _find_pair(mastery_logs: Any, order: str) -> dict[str, Any]:
    pairs = mastery_logs.order_by().values("user", "content_id")
    [pair] = pairs.annotate(size=Count("pk"), last=Max("end_timestamp")).order_by(order)[:1]
    return {"user": pair["user"], "content": pair["content_id"]}


def _first_and_last(values: list[Any]) -> list[Any]:
    return list(dict.fromkeys([*values[:1], *values[-1:]]))


# Combinations that readers of the documentation use, besides each filter alone.
COMBINED = [
    ("content", "item"), ("content", "complete"), ("content", "mastery_level"),
    ("user", "content"), ("user", "complete"), ("user", "item"), ("masterylog", "complete"),
    ("classroom", "content"), ("classroom", "item"), ("classroom", "complete"),
    ("classroom", "mastery_level"), ("learner_group", "content"), ("learner_group", "complete"),
    ("classroom", "learner_group"), ("facility", "content"), ("facility", "complete"),
    ("item", "complete"), ("complete", "mastery_level"),
]  # fmt: skip
PAIR_FILTERS = ("complete", "quiz", "classroom", "learner_group", "facility")


def lists(sample: Sample) -> Iterator[str]:
    """Yield the URL of every list to request as one caller."""
    for query in [{}, *_single_filters(sample), *_combined_filters(sample)]:
        yield from _page_urls(ATTEMPTS, query, sample)
    for pair in sample.pairs:
        yield from _page_urls(MASTERY_LOGS, pair, sample)
        yield f"{MASTERY_LOGS}/0/diff?{urlencode(pair)}"
        for name in PAIR_FILTERS:
            for value in sample.values.get(name, ["true"])[:1]:
                yield f"{MASTERY_LOGS}?{urlencode({**pair, name: value})}"


def _single_filters(sample: Sample) -> Iterator[dict[str, Any]]:
    for name, values in sample.values.items():
        for value in values:
            yield {name: value}


def _combined_filters(sample: Sample) -> Iterator[dict[str, Any]]:
    for one, other in COMBINED:
        for value in sample.values[one]:
            for second in sample.values[other]:
                yield {one: value, other: second}


def _page_urls(path: str, query: dict[str, Any], sample: Sample) -> Iterator[str]:
    yield f"{path}?{urlencode(query)}"
    yield f"{path}?{urlencode({**query, 'cursor': sample.deep.token, 'page_size': 100})}"
    yield f"{path}?{urlencode({**query, 'page_size': 100})}"


def changelists(learner: User) -> Iterator[str]:
    """Yield the admin's lists of records, filtered, and searched for one learner."""
    for table, column in (
        ("attemptlog", "complete"), ("masterylog", "complete"), ("contentsession", "kind"),
    ):  # fmt: skip
        value = "video" if column == "kind" else "no"
        yield f"{ADMIN}/{table}/"
        yield f"{ADMIN}/{table}/?p=150"
        yield f"{ADMIN}/{table}/?{column}={value}"
        yield f"{ADMIN}/{table}/?q={learner.external_id}"
    yield f"{ADMIN}/attemptlog/?result=error"
    yield f"{ADMIN}/masterylog/?kind=quiz"
