"""A coach's pages on one learner, one skill, one item."""

from __future__ import annotations

from typing import Any

from django.http import Http404

from analytics.models import Item, Skill
from roster.coaching import CoachPage, rendered, visible_learner


class LearnerPage(CoachPage):
    """Everything that is believed of one learner."""

    template_name = "coaching/learner.html"

    def page(self) -> dict[str, Any]:
        """Return the learner, and what other apps know of them."""
        learner = visible_learner(self.viewer, self.kwargs["learner"])
        told = [section(learner, self.viewer) for section in self.site.learner_sections]
        sections = rendered(told, self.request)
        return {"title": str(learner), "learner": learner, "sections": sections}


class PracticePage(CoachPage):
    """One learner's answers at one skill."""

    template_name = "coaching/practice.html"

    def page(self) -> dict[str, Any]:
        """Return the answers."""
        learner = visible_learner(self.viewer, self.kwargs["learner"])
        return {"title": str(learner), "learner": learner}


class SkillPage(CoachPage):
    """One skill: how it is learned, and by whom."""

    template_name = "coaching/skill.html"

    def page(self) -> dict[str, Any]:
        """Return the skill."""
        skill = Skill.objects.filter(pk=self.kwargs["skill"]).first()
        if skill is None:
            raise Http404
        return {"title": str(skill)}


class ItemPage(CoachPage):
    """One item: how hard it is, and for whom."""

    template_name = "coaching/item.html"

    def page(self) -> dict[str, Any]:
        """Return the item."""
        item = Item.objects.filter(pk=self.kwargs["item"]).first()
        if item is None:
            raise Http404
        return {"title": str(item)}
