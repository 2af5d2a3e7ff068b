"""Where a coach's pages on what learners did are, all within the admin."""

from __future__ import annotations

from django.urls import URLPattern

from logger.coaching.pages import AttemptPage, ContentPage, TryPage
from roster.coaching import CoachSite


def pages(site: CoachSite) -> list[URLPattern]:
    """Return the pages, for this site."""
    return [
        ContentPage.at(
            "coach/learners/<key:learner>/contents/<key:content>/", "coach_content", site
        ),
        TryPage.at("coach/tries/<key:try>/", "coach_try", site),
        AttemptPage.at("coach/attempts/<key:attempt>/", "coach_attempt", site),
    ]
