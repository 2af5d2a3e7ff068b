"""`manage.py erase_learner EXTERNAL_ID --yes`: delete a learner with everything about them."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from roster.management.learners import add_learner_arguments, find_learner
from roster.services import lock_learner
from roster.services.erasure import count_records, erase_person, pseudonym


class Command(BaseCommand):
    help = (
        "Delete a learner with everything about them. In the audit log a pseudonym replaces their "
        "names. Without --yes, only say what would be deleted."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_learner_arguments(parser)
        parser.add_argument("--yes", action="store_true", help="delete; this cannot be undone")

    def handle(
        self, *_args: Any, learner: str, facility: str | None, yes: bool, **_options: Any
    ) -> None:
        person = find_learner(learner, facility)
        with transaction.atomic():
            person = lock_learner(person.pk)
            counts, name = count_records(person), pseudonym(person.pk)
            if yes:
                erase_person(person, actor=None)
        rows = ", ".join(f"{number:,} {name}" for name, number in sorted(counts.items()))
        self.stdout.write(f"{'Deleted' if yes else 'Would delete'}: {rows or 'no records'}.")
        if yes:
            self.stdout.write(f"The audit log calls the learner “{name}”.")
        else:
            self.stdout.write("Nothing was deleted; add --yes to delete.")
