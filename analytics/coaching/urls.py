"""Where a coach's pages on learners, skills and items are, all within the admin."""

from __future__ import annotations

from django.urls import URLPattern

from analytics.coaching.pages import ItemPage, LearnerPage, PracticePage, SkillPage
from roster.coaching import CoachSite


def pages(site: CoachSite) -> list[URLPattern]:
    """Return the pages, for this site."""
    learner = "coach/learners/<key:learner>/"
    return [
        LearnerPage.at(learner, "coach_learner", site),
        PracticePage.at(f"{learner}skills/<key:skill>/", "coach_practice", site),
        SkillPage.at("coach/skills/<key:skill>/", "coach_skill", site),
        ItemPage.at("coach/items/<key:item>/", "coach_item", site),
    ]
