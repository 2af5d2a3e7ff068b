"""Admin pages to measure: every list with each of its filters, and every coach page.

Filter values come from rows that the viewer may see, so that each page has content to show.
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
# Detail pages, and the attributes of `PageSubjects` in their URLs.
DETAIL_PAGES = {
    "coach_learner": ("learner",),
    "coach_practice": ("learner", "skill"),
    "coach_content": ("learner", "content"),
    "coach_try": ("mastery_log",),
    "coach_attempt": ("attempt",),
    "coach_item": ("item",),
}


@dataclass(frozen=True)
class Viewer:
    """A member of staff with a logged-in test client."""

    name: str
    user: User
    client: Client


@dataclass(frozen=True)
class Page:
    """One page to open; `address` is None if the site has no such page."""

    kind: str
    name: str
    address: str | None


@dataclass(frozen=True, kw_only=True)
class PageSubjects:
    """The busiest learner that a viewer may see, their newest work, a class and a group."""

    learner: User
    skill: UUID | None
    item: UUID | None
    attempt: UUID
    mastery_log: UUID | None
    content: UUID
    question: str
    classroom: UUID
    group: UUID

    @classmethod
    def of(cls, viewer: User) -> PageSubjects:
        """Select the subjects from the rows that a viewer may see."""
        visible = User.objects.visible_to(viewer).filter(is_staff=False)
        busy = visible.annotate(count=Count("learning_events")).order_by("-count", "pk")
        learner = User.objects.get(pk=busy.values_list("pk", flat=True)[0])
        events = LearningEvent.objects.filter(learner=learner, source=Source.SESSION)
        event = events.order_by("-happened_at", "-position")[0]
        attempt = AttemptLog.objects.get(pk=UUID(event.source_id))
        classroom = Classroom.objects.managed_by(viewer).order_by("name", "pk")[0]
        group = LearnerGroup.objects.filter(classroom=classroom).order_by("pk")[0]
        return cls(
            learner=learner,
            skill=event.skill_id,
            item=event.item_id,
            attempt=attempt.pk,
            mastery_log=attempt.mastery_log_id,
            content=attempt.content_id,
            question=attempt.item,
            classroom=classroom.pk,
            group=group.pk,
        )

    def typed_values(self) -> dict[str, list[str]]:
        """Return values that a person might type into each filter."""
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
    """Yield a superuser, a coach of the biggest school and a coach of one class there."""
    for caller in callers():
        if caller.name in VIEWERS and isinstance(caller.actor, User):
            client = Client(SERVER_NAME="127.0.0.1")
            client.force_login(caller.actor)
            yield Viewer(caller.name, caller.actor, client)


def pages(viewer: Viewer) -> Iterator[Page]:
    """Yield every page for a viewer."""
    subjects = PageSubjects.of(viewer.user)
    yield from _front_pages(subjects)
    yield from _coach_pages(subjects)
    for model in admin.site._registry:  # noqa: SLF001  # there is no public API
        yield from _list_pages(viewer, model, subjects)


def _front_pages(subjects: PageSubjects) -> Iterator[Page]:
    address, today = reverse("admin:index"), timezone.now().date()
    days = {"since": today - timedelta(days=60), "until": today}
    for query in (
        {}, {"class": subjects.classroom},
        {"class": subjects.classroom, "group": subjects.group}, days,
        {"class": subjects.classroom, **days},
    ):  # fmt: skip
        yield Page("front", f"index {_describe(query)}", f"{address}?{urlencode(query)}")


def _coach_pages(subjects: PageSubjects) -> Iterator[Page]:
    for name, attributes in DETAIL_PAGES.items():
        values = [getattr(subjects, each) for each in attributes]
        yield Page("page", name, _address(name, *(getattr(each, "pk", each) for each in values)))
    address = _address("coach_skill", subjects.skill)
    for query in ({}, {"class": subjects.classroom}, {"group": subjects.group}):
        url = address and f"{address}?{urlencode(query)}"
        yield Page("page", f"coach_skill {_describe(query)}", url)


def _address(name: str, *args: Any) -> str | None:
    try:
        return reverse(f"admin:{name}", args=args)
    except NoReverseMatch:
        return None


def _list_pages(viewer: Viewer, model: type[Model], subjects: PageSubjects) -> Iterator[Page]:
    """Yield a list, its filtered variants, its next page and the page of its first row."""
    meta = model._meta
    name = f"{meta.app_label}_{meta.model_name}"
    address = reverse(f"admin:{name}_changelist")
    response: Any = viewer.client.get(address)
    if response.status_code == 403:
        return
    change_list = response.context_data["cl"]
    queries = [f"?{urlencode(query)}" for query in _list_queries(change_list, subjects)]
    older = getattr(change_list, "older_url", None)
    queries += [query for query in ("", older) if query is not None]
    for query in sorted(queries):
        yield Page("list", f"{name} {query if query != older else 'older'}", address + query)
    if change_list.result_list:
        row = change_list.result_list[0]
        yield Page("page", f"{name}, one", reverse(f"admin:{name}_change", args=[row.pk]))


def _list_queries(change_list: Any, subjects: PageSubjects) -> Iterator[dict[str, str]]:
    """Yield queries for the options of each filter of a list, and searches."""
    typed_values = subjects.typed_values()
    for spec in change_list.filter_specs:
        if isinstance(spec, SimpleListFilter | FieldListFilter):
            yield from _link_queries(spec, change_list)
            continue
        options = [str(value) for value, _label in getattr(spec, "options", ())]
        for parameter in spec.parameters:
            values = [*options[: MAX_OPTIONS - 1], *options[MAX_OPTIONS - 1 :][-1:]]
            yield from ({parameter: value} for value in values or typed_values.get(parameter, []))
    if change_list.search_fields:
        learner = subjects.learner
        for word in (
            learner.external_id,
            learner.full_name.split()[0],
            subjects.question[:8],
            "zzzz",
        ):
            yield {"q": str(word)}


def _link_queries(spec: Any, change_list: Any) -> Iterator[dict[str, str]]:
    links = [choice["query_string"] for choice in spec.choices(change_list)][1 : MAX_OPTIONS + 1]
    for link in links:
        for part in link.lstrip("?").split("&"):
            name, _equals, value = part.partition("=")
            if name:
                yield {name: value}


def _describe(query: dict[str, Any]) -> str:
    return "&".join(query)
