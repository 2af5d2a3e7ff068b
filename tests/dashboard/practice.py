"""Helpers that record answers of a class and open the coach's pages about it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from analytics.events import Answer, Source
from analytics.models import Item, Skill
from roster.models import User
from tests.analytics.alert_jobs import run_alert_jobs
from tests.analytics.test_recording import record

__all__ = ["Browser", "answers", "browser", "item", "look", "now", "practise", "skill"]


def now() -> datetime:
    return timezone.now()


def browser(user: User) -> Browser:
    found = Browser()
    found.force_login(user, backend="roster.authentication.RosterBackend")
    return found


def answers(scores: str, skill: str = "algebra", **fields: Any) -> list[Answer]:
    """Return answers, 1 right and 0 wrong, to the items q1, q2, q3 in turn."""
    return [
        Answer(
            skill=skill,
            score=float(score),
            **{
                "source": Source.TRACK,
                "item": f"q{number % 3 + 1}",
                "seconds": 20.0,
                **fields,
            },
        )
        for number, score in enumerate(scores)
    ]


def practise(
    learner: User, scores: str, skill: str = "algebra", *, days_ago: float = 1, **fields: Any
) -> None:
    """Record answers of a learner, given some days ago."""
    record(learner, *answers(scores, skill, **fields), at=now() - timedelta(days=days_ago))


def skill(learner: User, code: str = "algebra") -> Skill:
    return Skill.objects.get(facility=learner.facility, code=code)


def item(learner: User, code: str = "q1") -> Item:
    return Item.objects.get(facility=learner.facility, code=code)


def look(viewer: User, name: str, *args: Any, **query: str) -> str:
    """Return the HTML of an admin page, which must exist; alerts are up to date where shown."""
    if name in ("index", "coach_learner"):
        run_alert_jobs()
    response = browser(viewer).get(reverse(f"admin:{name}", args=args), query)
    assert response.status_code == 200, response.content
    return response.content.decode().replace("\N{NO-BREAK SPACE}", " ")
