"""`find_typical_people`: log in a learner and a class coach of simulated schools; print JSON."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand
from django.db.models import Count, F, Func

from benchmarks.logins import log_in
from logger.models import MasteryLog
from roster.models import Classroom, User

ATTEMPTS, CLASS_SIZE = 100, 25


class Command(BaseCommand):
    help = "Print a learner, a class and its coach that are alike in databases of any size."

    def handle(self, *_args: Any, **_options: Any) -> None:
        classrooms = Classroom.objects.filter(roles__isnull=False)
        classroom = _nearest(
            classrooms.annotate(size=Count("enrolments", distinct=True)), CLASS_SIZE
        )
        learners = User.objects.filter(enrolments__classroom=classroom)
        learner = _nearest(learners.annotate(size=Count("attempts")), ATTEMPTS)
        tries = MasteryLog.objects.filter(user=learner).order_by().values("content_id")
        content = _nearest(tries.annotate(size=Count("pk")), 1)["content_id"]
        coach = User.objects.filter(roles__classroom=classroom)[0]
        found = {
            "content": content.hex,
            "classroom": classroom.pk.hex,
            "logins": {"learner": log_in(learner), "coach": log_in(coach)},
        }
        self.stdout.write(json.dumps(found))


def _nearest(rows: Any, size: int) -> Any:
    """Return the row whose size is nearest to a size."""
    return rows.annotate(distance=Func(F("size") - size, function="ABS")).order_by(
        "distance", "pk"
    )[0]
