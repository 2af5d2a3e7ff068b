"""Classes of a learner that a coach manages."""

from __future__ import annotations

from roster.models import Classroom, User

MAX_CLASSES = 10


def classrooms_of(learner: User, viewer: User) -> list[Classroom]:
    """Return the classes that the learner attends and the viewer manages, by name."""
    attended = Classroom.objects.filter(pk__in=learner.enrolments.values("classroom"))
    managed = attended.filter(pk__in=Classroom.objects.managed_by(viewer).values("pk"))
    return list(managed.order_by("name", "pk")[:MAX_CLASSES])
