"""Where a coach's pages on learners, skills and items are, all within the admin."""

from __future__ import annotations

from django.urls import URLPattern

from analytics.coaching.pages import ItemPage, LearnerPage, PracticePage, SkillPage
from roster.coaching import CoachSite


def pages(site: CoachSite) -> list[URLPattern]:
    """Return the pages, for this site."""
    learner = "coach/learners/<uuid:learner>/"
    return [
        LearnerPage.at(learner, "coach_learner", site),
        PracticePage.at(f"{learner}skills/<uuid:skill>/", "coach_practice", site),
        SkillPage.at("coach/skills/<uuid:skill>/", "coach_skill", site),
        ItemPage.at("coach/items/<uuid:item>/", "coach_item", site),
    ]
