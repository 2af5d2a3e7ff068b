"""The classes through which a coach knows a learner."""

from __future__ import annotations

from roster.models import Classroom, User

MAX_CLASSES = 10


def classrooms_of(learner: User, viewer: User) -> list[Classroom]:
    """Return the classes that the learner attends and the viewer looks after, by name."""
    attended = Classroom.objects.filter(pk__in=learner.enrolments.values("classroom"))
    own = attended.filter(pk__in=Classroom.objects.managed_by(viewer).values("pk"))
    return list(own.order_by("name", "pk")[:MAX_CLASSES])
