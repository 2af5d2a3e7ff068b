"""What a learner's and an item's page tell of sittings, tries and wrong answers."""

from __future__ import annotations

from typing import Any

from logger.coaching.answers import wrong_answers
from logger.coaching.contents import recent_sessions, recent_tries
from roster.coaching import Section
from roster.models import User


def sessions_of(learner: User, viewer: User) -> Section:  # noqa: ARG001
    """Return a learner's newest sittings; the page asked whether the viewer may see them."""
    recent = recent_sessions(learner)
    return "coaching/sections/sessions.html", {"sessions": recent.rows, "titles": recent.titles}


def tries_of(learner: User, viewer: User) -> Section:  # noqa: ARG001
    """Return a learner's newest tries; the page asked whether the viewer may see them."""
    recent = recent_tries(learner)
    return "coaching/sections/tries.html", {"tries": recent.rows, "titles": recent.titles}


def wrong_answers_at(item: Any, viewer: User) -> Section:
    """Return what the viewer's learners answer wrongly most often at an item."""
    wrong = wrong_answers(viewer, item.facility_id, item.code)
    return "coaching/sections/wrong_answers.html", {"wrong": wrong}
