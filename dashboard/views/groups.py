"""A group of the learners who have an alert at the same skill, made in two clicks."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from analytics import labels
from analytics.models import Alert, Skill
from dashboard.views.base import CoachPage, class_crumbs
from dashboard.views.learners import get_or_404, in_known_facilities
from infra.identifiers import parse_uuid
from roster.models import Classroom, LearnerGroup, User
from roster.services.groups import make_group
from roster.services.permissions import InvalidField

MAX_NAME_LENGTH = 200
MAX_LEARNERS = 200


class MakeGroupPage(CoachPage):
    """The form of a new group: its name, and the learners of a class who need a skill."""

    template_name = "dashboard/alerts/group.html"

    def page_context(self) -> dict[str, Any]:
        """Return the learners of the class with an unresolved alert at the skill, all chosen."""
        room = self._get_classroom()
        skills = in_known_facilities(Skill.objects.all(), self.viewer)
        skill = get_or_404(skills, self.kwargs["skill"])
        alerts = Alert.objects.unresolved().filter(skill=skill)
        learners = User.objects.visible_to(self.viewer).filter(
            enrolments__classroom=room, pk__in=alerts.values("learner"), is_active=True
        )
        groups = LearnerGroup.objects.filter(classroom=room).order_by("name", "pk")
        return {
            "title": _("Make a group"),
            "about": [labels.short_ids(str(skill))],
            "crumbs": class_crumbs([room]),
            "room": room,
            "skill": skill,
            "learners": learners.order_by("full_name", "username", "pk")[:MAX_LEARNERS],
            "groups": groups[:MAX_LEARNERS],
            "name": labels.short_ids(str(skill))[:MAX_NAME_LENGTH],
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Create the group, and show it on the front page; a form with errors is shown again."""
        self._get_classroom()
        name = request.POST.get("name", "").strip()
        keys = [parse_uuid(text) for text in request.POST.getlist("learner")]
        learner_ids = [key for key in keys if key is not None]
        if 0 < len(name) <= MAX_NAME_LENGTH and "\0" not in name:
            if (url := self._make(name, learner_ids)) is not None:
                return HttpResponseRedirect(url, status=303)
            messages.error(request, _("Choose at least one learner of the class."))
        else:
            messages.error(request, _("Enter a name of at most 200 characters."))
        return self.get(request, *args, **kwargs)

    def _get_classroom(self) -> Classroom:
        """Return the class.

        Raises
        ------
        Http404 : there is no such class, or the viewer is not its coach.
        """
        classrooms = Classroom.objects.managed_by(self.viewer)
        room = classrooms.filter(pk=self.kwargs["classroom"]).first()
        if room is None:
            raise Http404
        return room

    def _make(self, name: str, learner_ids: list[UUID]) -> str | None:
        """Return the URL of the front page with the new group; None if no learner fits."""
        room = self._get_classroom()
        try:
            group = make_group(room.pk, name, learner_ids, actor=self.viewer)
        except InvalidField:
            return None
        messages.success(self.request, _("The group is made."))
        chosen = {"class": group.classroom_id, "group": group.pk}
        return f"{reverse('admin:index')}?{urlencode(chosen)}"
