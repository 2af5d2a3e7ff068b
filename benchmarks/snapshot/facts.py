"""Ids of stored rows that the requests contain."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db.models import Count

Facts = dict[str, str]

DEMO, OTHER = "779", "780"
UNKNOWN = "00000000-0000-7000-8000-000000000000"


def rows(label: str) -> Any:
    """Return a queryset of all rows of a model, by its label."""
    return apps.get_model(label)._default_manager.all()


def load_facts() -> Facts:
    """Return ids of rows of the demo school by name."""
    school = rows("roster.Facility").get(partner_id=DEMO)
    other = rows("roster.Facility").get(partner_id=OTHER)
    room = rows("roster.Classroom").get(name="Class 7A")
    learner = rows("roster.User").get(username="ada")
    mastery_log = _find_largest_try(learner)
    attempt = rows("logger.AttemptLog").filter(mastery_log=mastery_log).order_by("pk")[0]
    events = rows("analytics.LearningEvent").filter(learner=learner, skill__code="algebra_linear")
    guest_attempts = rows("logger.AttemptLog").filter(user=None).order_by("pk")
    item = rows("study.LearningItem").order_by("study_set__name", "position")[0]
    rows_by_name = {
        "school": school,
        "other_school": other,
        "room": room,
        "other_room": rows("roster.Classroom").get(name="Class 7B"),
        "group": rows("roster.LearnerGroup").get(name="Fractions club"),
        "learner": learner,
        "classmate": rows("roster.User").get(username="ben"),
        "foreigner": rows("roster.User").get(username="foreign_learner"),
        "try": mastery_log,
        "attempt": attempt,
        "guests_attempt": guest_attempts[0],
        "membership": rows("roster.Enrolment").filter(user=learner)[0],
        "role": rows("roster.Role").filter(classroom=room)[0],
        "lesson": rows("roster.Lesson").order_by("title")[0],
        "quiz": rows("roster.Quiz").order_by("title")[0],
        "course": rows("roster.CourseSession").order_by("title")[0],
        "set": item.study_set,
        "skill": rows("analytics.Skill").get(code="algebra_linear"),
        "event": events.order_by("-position")[0],
    }
    ids = {name: str(row.pk) for name, row in rows_by_name.items()}
    guid, content = str(item.item.guid), str(mastery_log.content_id)
    return {**ids, "guid": guid, "content": content, "item": attempt.item}


def _find_largest_try(learner: Any) -> Any:
    """Return the mastery log of a learner with the most attempts."""
    mastery_logs = rows("logger.MasteryLog").filter(user=learner, is_quiz=False)
    return mastery_logs.annotate(size=Count("attempts")).order_by("-size", "pk")[0]
