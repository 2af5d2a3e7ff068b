"""Coach pages on one learner, one skill and one item."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from django.core.exceptions import BadRequest
from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from analytics import labels
from analytics.models import Item, Skill
from analytics.models.catalogue import ItemStatistics
from dashboard.scope import DashboardScope
from dashboard.selectors.contents import get_recent_work
from dashboard.selectors.due_assignments import get_due_assignments
from dashboard.selectors.item_questions import item_questions
from dashboard.selectors.items import ItemLearner, get_item_view
from dashboard.selectors.learner import SkillRow, get_profile
from dashboard.selectors.progress import Axis
from dashboard.selectors.skill_history import NEWEST_FIRST, get_skill_history
from dashboard.selectors.skills import get_skill_view
from dashboard.selectors.wrong_answers import get_wrong_answers
from dashboard.sorting import Sorting
from dashboard.views.alerts import SnoozeDays
from dashboard.views.base import (
    Breadcrumb,
    CoachPage,
    class_crumbs,
    learner_crumbs,
    visible_learner,
)
from dashboard.views.learner_data import can_export
from infra.admin.html import detail_url
from infra.db.keyset import BadCursor, Cursor
from roster.models import Facility, FamilyLink, User
from roster.models.time_zones import zone_of
from roster.services.family_links import can_have_links
from roster.services.permissions import manages

L = TypeVar("L", bound=ItemStatistics)

# The columns by which the tables of states, and of the learners of an item, can be sorted.
STATE_COLUMNS: dict[str, Callable[[SkillRow], Any]] = {
    "skill": lambda row: str(row.state.skill).casefold(),
    "mastery": lambda row: None if row.too_few else row.state.mastery,
    "gain": lambda row: row.state.velocity,
    "right": lambda row: row.state.correct / row.state.attempts if row.state.attempts else None,
    "efficiency": lambda row: row.state.efficiency,
    "practised": lambda row: row.state.last_practised,
}
LEARNER_COLUMNS: dict[str, Callable[[SkillRow], Any]] = {
    **STATE_COLUMNS,
    "learner": lambda row: str(row.state.learner).casefold(),
}
ITEM_COLUMNS: dict[str, Callable[[ItemLearner], Any]] = {
    "learner": lambda row: str(row.learner).casefold(),
    "right": lambda row: row.right / row.answers,
    "result": lambda row: row.last_score,
    "when": lambda row: row.last_at,
}


class ProgressPage(CoachPage):
    """A page with a chart of mastery over time or over the answers."""

    @property
    def axis(self) -> Axis:
        """The x axis asked for; time by default."""
        return Axis.ANSWERS if self.request.GET.get("axis") == Axis.ANSWERS else Axis.TIME


class LearnerPage(ProgressPage):
    """One learner: the state of the learner model, and the newest work."""

    template_name = "dashboard/learner.html"

    def page_context(self) -> dict[str, Any]:
        """Return the learner's profile and newest work."""
        learner = visible_learner(
            self.viewer, self.kwargs["learner"], related=["ability", "facility"]
        )
        timezone.activate(zone_of(learner.facility))
        at = timezone.now()
        learner_profile = get_profile(learner, self.viewer, at=at, axis=self.axis)
        sorting = Sorting[SkillRow].parse(self.request.GET, STATE_COLUMNS)
        return {
            "title": str(learner),
            "crumbs": class_crumbs(learner_profile.classrooms),
            "profile": learner_profile,
            "skills": sorting.apply(learner_profile.skills),
            "sorting": sorting,
            "axis": self.axis,
            "names": item_questions(
                [step.item.pk for step in learner_profile.next_steps if step.item]
            ),
            "recent": get_recent_work(learner),
            "due_assignments": get_due_assignments(learner, at=at, viewer=self.viewer),
            "snooze": SnoozeDays.after(at, zone_of(learner.facility)),
            "can_have_links": can_have_links(learner, self.viewer),
            "links": FamilyLink.objects.unexpired(at).filter(learner=learner).order_by("pk"),
            "can_export": can_export(self.request, learner),
        }


class SkillHistoryPage(ProgressPage):
    """One learner's answers at one skill, newest first."""

    template_name = "dashboard/practice.html"

    def page_context(self) -> dict[str, Any]:
        """Return a page of answers, after the cursor in the URL."""
        learner = visible_learner(self.viewer, self.kwargs["learner"], related=["facility"])
        timezone.activate(zone_of(learner.facility))
        skills = in_known_facilities(Skill.objects.filter(states__learner=learner), self.viewer)
        skill = get_or_404(skills, self.kwargs["skill"])
        history = get_skill_history(learner, skill, self._parse_cursor(), axis=self.axis)
        return {
            "title": labels.short_ids(str(skill)),
            "full_title": str(skill),
            "about": [learner],
            "crumbs": learner_crumbs(learner, self.viewer),
            "learner": learner,
            "skill": skill,
            "history": history,
            "axis": self.axis,
            "names": item_questions(history.items),
        }

    def _parse_cursor(self) -> Cursor | None:
        token = self.request.GET.get("from", "")
        try:
            return Cursor.parse(token, list(NEWEST_FIRST)) if token else None
        except BadCursor as error:
            raise BadRequest(error.__doc__) from None


class SkillPage(CoachPage):
    """One skill: its parameters and learning curve, and the mastery of a class."""

    template_name = "dashboard/skill.html"

    def page_context(self) -> dict[str, Any]:
        """Return the skill, and the class asked for."""
        skills = in_known_facilities(
            Skill.objects.select_related("parameters", "facility"), self.viewer
        )
        skill = get_or_404(skills, self.kwargs["skill"])
        timezone.activate(zone_of(skill.facility))
        at = timezone.now()
        scope = DashboardScope.parse(self.request.GET, self.viewer, at=at)
        view = get_skill_view(skill, scope, at=at)
        sorting = Sorting[SkillRow].parse(self.request.GET, LEARNER_COLUMNS)
        return {
            "title": labels.short_ids(str(skill)),
            "crumbs": scope_crumbs(scope),
            "skill": skill,
            "scope": scope,
            "view": view,
            "learners": sorting.apply(view.learners),
            "sorting": sorting,
        }


class ItemPage(CoachPage):
    """One item: its difficulty, the learners who answered it, and the wrong answers."""

    template_name = "dashboard/item.html"

    def page_context(self) -> dict[str, Any]:
        """Return the item, and its most frequent wrong answers."""
        items = in_known_facilities(
            Item.objects.select_related("skill", "facility", "texts"), self.viewer
        )
        item = get_or_404(items, self.kwargs["item"])
        timezone.activate(zone_of(item.facility))
        view = get_item_view(item, self.viewer)
        question = item_questions([item.pk]).get(item.pk)
        sorting = Sorting[ItemLearner].parse(self.request.GET, ITEM_COLUMNS)
        return {
            "title": question or _("Item {name}").format(name=labels.item_name(str(item))),
            "crumbs": [skill_crumb(view.skill)] if view.skill else [],
            "item": item,
            "texts": getattr(item, "texts", None),
            "can_edit": manages(self.viewer, item.facility_id),
            "view": view,
            "learners": sorting.apply(view.learners),
            "sorting": sorting,
            "wrong": get_wrong_answers(self.viewer, item),
        }


def scope_crumbs(scope: DashboardScope) -> list[Breadcrumb]:
    """Return the breadcrumb of the learners in the scope."""
    if scope.in_no_class:
        return [Breadcrumb(label=_("In no class"), url=reverse("admin:index") + scope.query)]
    return class_crumbs([scope.classroom] if scope.classroom else [])


def skill_crumb(skill: Skill) -> Breadcrumb:
    """Return the breadcrumb of a skill."""
    return Breadcrumb(label=labels.short_ids(str(skill)), url=detail_url("coach_skill", skill.pk))


def in_known_facilities(rows: QuerySet[L], viewer: User) -> QuerySet[L]:
    """Return the rows of facilities that the viewer belongs to, or manages learners in."""
    return rows.filter(facility__in=Facility.objects.known_to(viewer))


def get_or_404(rows: QuerySet[L], pk: UUID) -> L:
    """Return the row with this key.

    Raises
    ------
    Http404 : the rows do not have this key.
    """
    row = rows.filter(pk=pk).first()
    if row is None:
        raise Http404
    return row
