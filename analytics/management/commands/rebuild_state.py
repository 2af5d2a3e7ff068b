"""`manage.py rebuild_state`: compute the states of learners again from their events."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Q
from tqdm import tqdm

from analytics.models import LearningEvent
from analytics.services.rebuild import rebuild
from analytics.services.rebuild_check import Difference
from infra.identifiers import parse_uuid
from roster.models import Facility, User, UserQuerySet

MAX_SHOWN = 20


class Command(BaseCommand):
    help = (
        "Rebuild mastery and ability from the learning events. States that were recorded online "
        "should not change. With --check nothing is changed, and any difference is an error."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--facility", help="only learners of this facility: UUID or partner id")
        parser.add_argument("--learner", help="only this learner: UUID or external id")
        parser.add_argument(
            "--check", action="store_true", help="change nothing, and fail if there is a difference"
        )
        parser.add_argument(
            "--newest", action="store_true",
            help="use the newest fit of each skill, as fit_skills does after fitting",
        )  # fmt: skip

    def handle(
        self,
        *_args: Any,
        facility: str | None,
        learner: str | None,
        check: bool,
        newest: bool,
        **_options: Any,
    ) -> None:
        learners = _learners(facility, learner)
        differences: list[Difference] = []
        people = answers = waiting = 0
        with tqdm(total=_total(learners), unit="events", disable=None) as bar:
            for progress in rebuild(learners, check=check, newest_parameters=newest):
                people, answers = people + progress.learners, answers + progress.answers
                waiting += progress.waiting
                differences += progress.differences[: MAX_SHOWN - len(differences)]
                bar.update(progress.answers)
        self.stdout.write(f"{answers} events of {people} learners replayed.")
        if waiting:
            self.stdout.write(f"Late answers of {waiting} learners wait; these were not checked.")
        self._report(differences, check=check)

    def _report(self, differences: list[Difference], *, check: bool) -> None:
        for difference in differences:
            self.stderr.write(str(difference))
        if differences and check:
            raise CommandError("The stored states differ from those of the events.")
        self.stdout.write("Differences corrected." if differences else "No difference.")


def _total(learners: UserQuerySet) -> int:
    return LearningEvent.objects.filter(learner__in=learners).count()


def _learners(facility: str | None, learner: str | None) -> UserQuerySet:
    people = User.objects.all()
    if facility is not None:
        known = Facility.objects.by_identifier(facility)
        if not known.exists():
            raise CommandError(f"There is no facility {facility}.")
        people = people.filter(facility__in=known)
    if learner is not None:
        people = people.filter(Q(external_id=learner) | Q(pk__in=_parse_key(learner)))
        if not people.exists():
            raise CommandError(f"There is no learner {learner}.")
    return people


def _parse_key(text: str) -> list[UUID]:
    key = parse_uuid(text)
    return [key] if key else []
