"""Who looks at what in the admin: every list with each filter, every coach page.

Values are taken from what the viewer may see, so that each page has something to show.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import admin
from django.contrib.admin import FieldListFilter, SimpleListFilter
from django.db.models import Count, Model
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from analytics.events import Source
from analytics.models import Content, LearningEvent
from benchmarks.api_queries import callers
from logger.models import AttemptLog
from roster.models import Classroom, LearnerGroup, User

VIEWERS = ("superuser", "facility coach, big", "class coach, big")
MAX_OPTIONS = 4
# Pages of one thing each, and of what in the sample.
OF_ONE = {
    "coach_learner": ("learner",),
    "coach_practice": ("learner", "skill"),
    "coach_content": ("learner", "content"),
    "coach_try": ("tried",),
    "coach_attempt": ("attempt",),
    "coach_item": ("item",),
}


@dataclass(frozen=True)
class Viewer:
    """Somebody of staff, logged in."""

    name: str
    user: User
    client: Client


@dataclass(frozen=True)
class Page:
    """One page to look at; `address` None where nothing is there yet."""

    kind: str
    name: str
    address: str | None


@dataclass(frozen=True, kw_only=True)
class PageSubjects:
    """The busiest learner a viewer may see, their newest work, and a class and a group."""

    learner: User
    skill: UUID | None
    item: UUID | None
    attempt: UUID
    tried: UUID | None
    content: UUID
    question: str
    classroom: UUID
    group: UUID

    @classmethod
    def of(cls, viewer: User) -> PageSubjects:
        """Look at what somebody may see."""
        seen = User.objects.visible_to(viewer).filter(is_staff=False)
        busy = seen.annotate(count=Count("learning_events")).order_by("-count", "pk")
        learner = User.objects.get(pk=busy.values_list("pk", flat=True)[0])
        told = LearningEvent.objects.filter(learner=learner, source=Source.SESSION)
        event = told.order_by("-happened_at", "-position")[0]
        attempt = AttemptLog.objects.get(pk=UUID(event.source_id))
        classroom = Classroom.objects.managed_by(viewer).order_by("name", "pk")[0]
        group = LearnerGroup.objects.filter(classroom=classroom).order_by("pk")[0]
        return cls(
            learner=learner,
            skill=event.skill_id,
            item=event.item_id,
            attempt=attempt.pk,
            tried=attempt.mastery_log_id,
            content=attempt.content_id,
            question=attempt.item,
            classroom=classroom.pk,
            group=group.pk,
        )

    def typed(self) -> dict[str, list[str]]:
        """Return what somebody might type into a control."""
        title = Content.objects.filter(pk=self.content).values_list("title", flat=True).first()
        today = timezone.now().date()
        return {
            "content": [self.content.hex, *([title] if title else [])],
            "item": [self.question, self.question[:4]],
            "skill": [self.content.hex[:12], *([title.split()[0]] if title else [])],
            "since": [str(today - timedelta(days=7))],
            "until": [str(today - timedelta(days=200))],
        }


def viewers() -> Iterator[Viewer]:
    """Yield a superuser, and a coach of the biggest school and one of a class there."""
    for caller in callers():
        if caller.name in VIEWERS and isinstance(caller.actor, User):
            client = Client(SERVER_NAME="127.0.0.1")
            client.force_login(caller.actor)
            yield Viewer(caller.name, caller.actor, client)


def pages(viewer: Viewer) -> Iterator[Page]:
    """Yield every page for one of them."""
    sight = PageSubjects.of(viewer.user)
    yield from _front(sight)
    yield from _coachs(sight)
    for model in admin.site._registry:  # noqa: SLF001  # there is no other way to ask
        yield from _list(viewer, model, sight)


def _front(sight: PageSubjects) -> Iterator[Page]:
    address, today = reverse("admin:index"), timezone.now().date()
    days = {"since": today - timedelta(days=60), "until": today}
    for query in (
        {}, {"class": sight.classroom}, {"class": sight.classroom, "group": sight.group}, days,
        {"class": sight.classroom, **days},
    ):  # fmt: skip
        yield Page("front", f"index {_describe(query)}", f"{address}?{urlencode(query)}")


def _coachs(sight: PageSubjects) -> Iterator[Page]:
    for name, of in OF_ONE.items():
        values = [getattr(sight, each) for each in of]
        yield Page("page", name, _address(name, *(getattr(each, "pk", each) for each in values)))
    address = _address("coach_skill", sight.skill)
    for query in ({}, {"class": sight.classroom}, {"group": sight.group}):
        found = address and f"{address}?{urlencode(query)}"
        yield Page("page", f"coach_skill {_describe(query)}", found)


def _address(name: str, *args: Any) -> str | None:
    try:
        return reverse(f"admin:{name}", args=args)
    except NoReverseMatch:
        return None


def _list(viewer: Viewer, model: type[Model], sight: PageSubjects) -> Iterator[Page]:
    """Yield a list, what it can be narrowed to, its next page and the page of its first row."""
    meta = model._meta
    name = f"{meta.app_label}_{meta.model_name}"
    address = reverse(f"admin:{name}_changelist")
    response: Any = viewer.client.get(address)
    if response.status_code == 403:
        return
    shown = response.context_data["cl"]
    queries = [f"?{urlencode(query)}" for query in _queries(shown, sight)]
    older = getattr(shown, "older_url", None)
    queries += [query for query in ("", older) if query is not None]
    for query in sorted(queries):
        yield Page("list", f"{name} {query if query != older else 'older'}", address + query)
    if shown.result_list:
        row = shown.result_list[0]
        yield Page("page", f"{name}, one", reverse(f"admin:{name}_change", args=[row.pk]))


def _queries(shown: Any, sight: PageSubjects) -> Iterator[dict[str, str]]:
    """Yield what each filter of a list may ask for, and searches."""
    typed = sight.typed()
    for spec in shown.filter_specs:
        if isinstance(spec, SimpleListFilter | FieldListFilter):
            yield from _of_links(spec, shown)
            continue
        options = [str(value) for value, _label in getattr(spec, "options", ())]
        for parameter in spec.parameters:
            values = [*options[: MAX_OPTIONS - 1], *options[MAX_OPTIONS - 1 :][-1:]]
            yield from ({parameter: value} for value in values or typed.get(parameter, []))
    if shown.search_fields:
        learner = sight.learner
        for word in (learner.external_id, learner.full_name.split()[0], sight.question[:8], "zzzz"):
            yield {"q": str(word)}


def _of_links(spec: Any, shown: Any) -> Iterator[dict[str, str]]:
    links = [choice["query_string"] for choice in spec.choices(shown)][1 : MAX_OPTIONS + 1]
    for link in links:
        for part in link.lstrip("?").split("&"):
            name, _equals, value = part.partition("=")
            if name:
                yield {name: value}


def _describe(query: dict[str, Any]) -> str:
    return "&".join(query)
