"""Move of learners' events to another facility, whose skills and items they are then about."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db.models import Exists, OuterRef, Subquery
from django.db.models.functions import Coalesce
from uuid_utils.compat import uuid7

from analytics.models import Alert, Item, LearningEvent, NamedLock, Skill
from analytics.models.events import LearningEventQuerySet
from analytics.services.persistence import insert_new_items, insert_new_skills
from analytics.services.rebuild import rebuild
from roster.models import Facility, User


def move_events(learner_ids: Collection[UUID], facility: Facility) -> None:
    """Move the events of learners, who are locked, and compute their states again.

    Skills and items become those of the new facility with the same names, which are created if
    they do not exist. The statistics of the former ones keep the answers folded into them.
    """
    # The job that folds events would update them in another order.
    NamedLock.acquire(NamedLock.FOLDING)
    events = LearningEvent.objects.filter(learner__in=learner_ids)
    former = events.exclude(facility=facility).order_by().values_list("facility", flat=True)
    for former_id in former.distinct():
        _move(events.filter(facility=former_id), facility)
    _move_alerts(learner_ids, facility)
    for _ in rebuild(User.objects.filter(pk__in=learner_ids), newest_parameters=True):
        pass


def _move(events: LearningEventQuerySet, facility: Facility) -> None:
    """Move events of one facility to another."""
    _create_skills(events, facility)
    _create_items(events, facility)
    # An id that an app has used in both facilities stays that of the event here.
    used = LearningEvent.objects.filter(
        facility=facility,
        source=OuterRef("source"),
        source_id=OuterRef("source_id"),
        has_own_id=None,
    )
    events.filter(Exists(used), has_own_id=None).update(source_id=None)
    code = Skill.objects.filter(pk=OuterRef(OuterRef("skill"))).values("code")
    skill = Skill.objects.filter(facility=facility, code=Subquery(code)).values("pk")
    old = Item.objects.filter(pk=OuterRef(OuterRef("item")))
    new = Item.objects.filter(facility=facility)
    events.update(
        facility=facility,
        skill=Subquery(skill),
        item=Coalesce(
            Subquery(new.filter(code=Subquery(old.values("code"))).values("pk")),
            Subquery(new.filter(guid=Subquery(old.values("guid"))).values("pk")),
        ),
    )


def _move_alerts(learner_ids: Collection[UUID], facility: Facility) -> None:
    """Let alerts be about the skills of the facility; there are answers at each of them."""
    code = Skill.objects.filter(pk=OuterRef(OuterRef("skill"))).values("code")
    skill = Skill.objects.filter(facility=facility, code=Subquery(code)).values("pk")
    alerts = Alert.objects.filter(learner__in=learner_ids, skill__isnull=False)
    alerts.update(skill=Subquery(skill))


def _create_skills(events: LearningEventQuerySet, facility: Facility) -> None:
    known = Skill.objects.filter(facility=facility, code=OuterRef("code"))
    skills = Skill.objects.filter(~Exists(known), pk__in=events.values("skill"))
    insert_new_skills(
        Skill(facility=facility, code=skill.code, title=skill.title, section=skill.section)
        for skill in skills.order_by("code")
    )


def _create_items(events: LearningEventQuerySet, facility: Facility) -> None:
    """Create missing items; those without a code keep their GUID, which is their name."""
    here = Item.objects.filter(facility=facility)
    items = Item.objects.filter(pk__in=events.values("item"))
    coded = items.filter(~Exists(here.filter(code=OuterRef("code"))), code__isnull=False)
    unnamed = items.filter(~Exists(here.filter(guid=OuterRef("guid"))), code=None)
    insert_new_items(
        [Item(facility=facility, code=item.code, guid=uuid7()) for item in coded.order_by("code")]
        + [Item(facility=facility, guid=item.guid) for item in unnamed.order_by("guid")]
    )
