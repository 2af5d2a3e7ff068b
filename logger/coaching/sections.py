"""What a learner's and an item's page tell of sittings, tries and wrong answers."""

from __future__ import annotations

from typing import Any

from logger.coaching.answers import wrong_answers
from logger.coaching.contents import recent_work
from roster.coaching import Section
from roster.models import User


def work_of(learner: User, viewer: User) -> Section:  # noqa: ARG001
    """Return a learner's newest tries and sittings; the page asked who may see them."""
    return "coaching/sections/work.html", {"recent": recent_work(learner), "learner": learner}


def wrong_answers_at(item: Any, viewer: User) -> Section:
    """Return what the viewer's learners answer wrongly most often at an item."""
    wrong = wrong_answers(viewer, item)
    return "coaching/sections/wrong_answers.html", {"wrong": wrong}
