"""The form by which a coach assigns a review, because of alerts, a skill or an item."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from analytics import labels
from analytics.models import Alert, Item, Skill
from analytics.services.reviews import Review, assign_review
from dashboard.selectors.items import get_item_view
from dashboard.selectors.review_choices import ReviewChoices, get_review_choices
from dashboard.views.base import Breadcrumb, CoachPage, class_crumbs
from dashboard.views.learners import get_or_404, in_known_facilities
from infra.identifiers import has_control, parse_uuid
from infra.time_zones import local_day, start_of_day
from roster.models import Classroom, Enrolment, LearnerGroup, User
from roster.models.time_zones import zone_of
from roster.services.permissions import InvalidField, NotAllowed

DUE_DAYS = 7
MAX_ALERTS = 50
MAX_LEARNERS = 200
MAX_CLASSES = 50
MAX_TITLE_LENGTH = 200
CLASS, LEARNERS = "class", "learners"


@dataclass(frozen=True, kw_only=True)
class Subject:
    """The skills (of one facility) of a review, and the alerts or the item it comes from."""

    skills: Sequence[Skill]
    alerts: Sequence[Alert] = ()
    item: Item | None = None

    @property
    def title(self) -> str:
        """The suggested title of the review."""
        names = ", ".join(labels.short_ids(str(skill)) for skill in self.skills)
        return _("Review: {skills}").format(skills=names)[:MAX_TITLE_LENGTH]


class AssignReviewPage(CoachPage):
    """Form of a review: `?alert=` (several), `?skill=` or `?item=`, and `&class=`."""

    template_name = "dashboard/alerts/review.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        """Show the form; without a subject nothing was chosen in the list of alerts."""
        if not request.GET.keys() & {"alert", "skill", "item"}:
            messages.error(request, _("Choose at least one alert."))
            return HttpResponseRedirect(reverse("admin:index"))
        return super().get(request, *args, **kwargs)

    def page_context(self) -> dict[str, Any]:
        """Return the class with its learners and groups, and what the review can consist of."""
        room = self.room
        chosen = self._suggested_learners
        return {
            "title": _("Assign a review"),
            "crumbs": self._crumbs(),
            "subject": self.subject,
            "room": room,
            "rooms": [(each, self._query_of(each)) for each in self.rooms],
            "learners": [(each, each.pk in chosen) for each in self.learners],
            "elsewhere": len(
                {alert.learner_id for alert in self.subject.alerts}
                - {each.pk for each in self.learners}
            ),
            "groups": self.groups,
            "choices": self.choices,
            "name": self.subject.title,
            "first": self.today,
            "due": self.today + timedelta(days=DUE_DAYS),
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Assign the review and show its report; a form with errors is shown again."""
        try:
            key = self._assign(request)
        except _Invalid as error:
            messages.error(request, str(error))
            return self.get(request, *args, **kwargs)
        messages.success(request, _("The review is assigned."))
        url = reverse("admin:coach_lesson", args=[key])
        response: HttpResponse = HttpResponseRedirect(url, status=303)
        return response

    @cached_property
    def subject(self) -> Subject:
        """The skills, alerts or item in the URL.

        Raises
        ------
        Http404 : the viewer may not see one of the alerts, the skill or the item; or it has no
            skill.
        """
        asked = self.request.GET
        if "alert" in asked:
            keys = {parse_uuid(text) for text in asked.getlist("alert")[:MAX_ALERTS]}
            known = [key for key in keys if key is not None]
            found = Alert.objects.filter(pk__in=known).visible_to(self.viewer)
            alerts = list(found.select_related("skill__facility").order_by("pk"))
            if len(alerts) < len(keys):
                raise Http404
            by_id = {each.skill.pk: each.skill for each in alerts if each.skill}
            return self._about(list(by_id.values()), alerts=alerts)
        key = parse_uuid(asked.get("skill") or asked.get("item") or "")
        if key is None:
            raise Http404
        if "skill" in asked:
            skills = in_known_facilities(Skill.objects.select_related("facility"), self.viewer)
            return self._about([get_or_404(skills, key)])
        items = in_known_facilities(Item.objects.select_related("skill"), self.viewer)
        item = get_or_404(items, key)
        skill = get_item_view(item, self.viewer).skill
        return self._about([skill] if skill else [], item=item)

    def _about(self, skills: Sequence[Skill], **more: Any) -> Subject:
        if not skills:
            raise Http404
        facility_id = skills[0].facility_id
        return Subject(skills=[each for each in skills if each.facility_id == facility_id], **more)

    @cached_property
    def rooms(self) -> Sequence[Classroom]:
        """The viewer's classes in the facility, those with most of the alerts' learners first."""
        facility_id = self.subject.skills[0].facility_id
        managed = Classroom.objects.managed_by(self.viewer).filter(facility=facility_id)
        rooms = managed.select_related("facility").order_by("name", "pk")
        if not self.subject.alerts:
            return list(rooms[:MAX_CLASSES])
        learners = {alert.learner_id for alert in self.subject.alerts}
        enrolments = Enrolment.objects.filter(user__in=learners, classroom__in=managed)
        numbers = Counter(enrolments.values_list("classroom", flat=True))
        found = list(rooms.filter(pk__in=numbers)[:MAX_CLASSES])
        return sorted(found, key=lambda room: -numbers[room.pk])

    @cached_property
    def room(self) -> Classroom | None:
        """The class asked for, else the first one; None if there is none.

        Raises
        ------
        Http404 : the class asked for is none of them.
        """
        asked = self.request.GET.get("class")
        if not asked:
            return next(iter(self.rooms), None)
        key = parse_uuid(asked)
        found = [room for room in self.rooms if room.pk == key]
        if not found:
            raise Http404
        return found[0]

    @cached_property
    def learners(self) -> Sequence[User]:
        """The active learners of the class, by name."""
        if self.room is None:
            return []
        people = User.objects.filter(enrolments__classroom=self.room, is_active=True)
        return list(people.order_by("full_name", "username", "pk")[:MAX_LEARNERS])

    @cached_property
    def groups(self) -> Sequence[LearnerGroup]:
        """The groups of the class."""
        found = LearnerGroup.objects.filter(classroom=self.room).order_by("name", "pk")
        return list(found[:MAX_LEARNERS]) if self.room else []

    @cached_property
    def choices(self) -> ReviewChoices:
        """The contents and questions that the form offers."""
        ids = [each.pk for each in self.learners]
        return get_review_choices(self.subject.skills, ids, self.subject.item)

    @property
    def today(self) -> date:
        """The present day in the facility."""
        return local_day(timezone.now(), self._zone)

    @property
    def _zone(self) -> str:
        return zone_of(self.subject.skills[0].facility)

    @cached_property
    def _suggested_learners(self) -> Collection[UUID]:
        """The learners of the alerts; without alerts, those with an unresolved one at the skill."""
        if self.subject.alerts:
            return {alert.learner_id for alert in self.subject.alerts}
        open_alerts = Alert.objects.unresolved().filter(
            skill__in=self.subject.skills, learner__in=self.learners
        )
        return set(open_alerts.values_list("learner", flat=True))

    def _crumbs(self) -> Sequence[Breadcrumb]:
        return class_crumbs([self.room] if self.room else [])

    def _query_of(self, room: Classroom) -> str:
        asked = self.request.GET.copy()
        asked["class"] = str(room.pk)
        return asked.urlencode()

    def _assign(self, request: HttpRequest) -> UUID:
        """Assign the review of the form.

        Raises
        ------
        _Invalid : a field is not valid.
        Http404 : the class is not the viewer's.
        """
        form = request.POST
        title = form.get("title", "").strip()
        if not 0 < len(title) <= MAX_TITLE_LENGTH or has_control(title):
            raise _Invalid(_("Enter a title of at most 200 characters."))
        if self.room is None:
            raise Http404
        due_at = self._parse_due(form.get("due", ""))
        contents, items = set(form.getlist("content")), set(form.getlist("item"))
        review = Review(
            fields={
                "title": title,
                "due_at": due_at,
                "contents": [key for key, _title in self.choices.contents if key in contents],
                "skills": [skill.code for skill in self.subject.skills],
                "items": [each.name for each in self.choices.items if each.name in items],
                "collection_id": self.room.pk,
                "place_ids": self._parse_places(self.room),
            },
            alerts=self.subject.alerts,
            note=_note(title, due_at, self._zone),
        )
        try:
            return assign_review(review, actor=self.viewer, at=timezone.now())
        except InvalidField:
            raise _Invalid(_("Choose at least one learner of the class.")) from None
        except NotAllowed:
            raise PermissionDenied from None

    def _parse_due(self, text: str) -> datetime | None:
        """Return the last minute of the chosen day in the facility; None: no day is chosen."""
        if not text:
            return None
        try:
            day = date.fromisoformat(text)
            end = start_of_day(day + timedelta(days=1), self._zone)
        except (ValueError, OverflowError):
            raise _Invalid(_("Choose a day until which the review is due.")) from None
        if day < self.today:
            raise _Invalid(_("The review cannot be due before today."))
        return end - timedelta(minutes=1)

    def _parse_places(self, room: Classroom) -> list[UUID]:
        to = self.request.POST.get("to", LEARNERS)
        if to == CLASS:
            return [room.pk]
        texts = self.request.POST.getlist("learner") if to == LEARNERS else [to]
        keys = [key for text in texts if (key := parse_uuid(text)) is not None]
        known = {each.pk for each in (self.learners if to == LEARNERS else self.groups)}
        if not keys or not known.issuperset(keys):
            raise _Invalid(_("Choose at least one learner of the class."))
        return keys


class _Invalid(ValueError):
    """The form is not valid; the text is for the person who sent it."""


def _note(title: str, due_at: datetime | None, zone: str) -> str:
    if due_at is None:
        return _("Assigned: {title}").format(title=title)
    day = date_format(local_day(due_at, zone), "j M Y")
    return _("Assigned: {title}, due {day}").format(title=title, day=day)
