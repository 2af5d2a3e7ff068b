"""URLs of the coach's pages, all within the admin."""

from __future__ import annotations

from django.contrib.admin import AdminSite
from django.urls import URLPattern

from dashboard.views.learners import ItemPage, LearnerPage, PracticePage, SkillPage
from dashboard.views.work import AttemptPage, ContentPage, TryPage


def coach_pages(site: AdminSite) -> list[URLPattern]:
    """Return the pages of an admin site."""
    learner = "coach/learners/<key:learner>/"
    return [
        LearnerPage.at(learner, "coach_learner", site),
        PracticePage.at(f"{learner}skills/<key:skill>/", "coach_practice", site),
        SkillPage.at("coach/skills/<key:skill>/", "coach_skill", site),
        ItemPage.at("coach/items/<key:item>/", "coach_item", site),
        ContentPage.at(f"{learner}contents/<key:content>/", "coach_content", site),
        TryPage.at("coach/tries/<key:try>/", "coach_try", site),
        AttemptPage.at("coach/attempts/<key:attempt>/", "coach_attempt", site),
    ]
