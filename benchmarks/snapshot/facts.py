"""Ids of stored rows that the requests name."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db.models import Count

Facts = dict[str, str]

DEMO, OTHER = "779", "780"
UNKNOWN = "00000000-0000-7000-8000-000000000000"


def rows(label: str) -> Any:
    """Return the rows of a model."""
    return apps.get_model(label)._default_manager.all()


def facts() -> Facts:
    """Return ids of the demo school by name."""
    school = rows("roster.Facility").get(partner_id=DEMO)
    other = rows("roster.Facility").get(partner_id=OTHER)
    room = rows("roster.Classroom").get(name="Class 7A")
    learner = rows("roster.User").get(username="ada")
    tried = _tried(learner)
    attempt = rows("logger.AttemptLog").filter(mastery_log=tried).order_by("pk")[0]
    tracked = rows("analytics.LearningEvent").filter(learner=learner, skill__code="algebra_linear")
    guests = rows("logger.AttemptLog").filter(user=None).order_by("pk")
    item = rows("study.LearningItem").order_by("study_set__name", "position")[0]
    found = {
        "school": school,
        "other_school": other,
        "room": room,
        "other_room": rows("roster.Classroom").get(name="Class 7B"),
        "group": rows("roster.LearnerGroup").get(name="Fractions club"),
        "learner": learner,
        "classmate": rows("roster.User").get(username="ben"),
        "foreigner": rows("roster.User").get(username="foreign_learner"),
        "try": tried,
        "attempt": attempt,
        "guests_attempt": guests[0],
        "membership": rows("roster.Enrolment").filter(user=learner)[0],
        "role": rows("roster.Role").filter(classroom=room)[0],
        "lesson": rows("roster.Lesson").order_by("title")[0],
        "quiz": rows("roster.Quiz").order_by("title")[0],
        "course": rows("roster.CourseSession").order_by("title")[0],
        "set": item.study_set,
        "skill": rows("analytics.Skill").get(code="algebra_linear"),
        "event": tracked.order_by("-position")[0],
    }
    ids = {name: str(row.pk) for name, row in found.items()}
    guid, content = str(item.item.guid), str(tried.content_id)
    return {**ids, "guid": guid, "content": content, "item": attempt.item}


def _tried(learner: Any) -> Any:
    """Return the try of a learner that has most attempts."""
    tries = rows("logger.MasteryLog").filter(user=learner, is_quiz=False)
    return tries.annotate(size=Count("attempts")).order_by("-size", "pk")[0]
