"""`manage.py export_learner EXTERNAL_ID --out FILE.zip`: write everything about one learner."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from dashboard.learner_export import export_learner
from roster.management.learners import add_learner_arguments, find_learner

OWNER_ONLY_MODE = 0o600


class Command(BaseCommand):
    help = "Write everything about one learner, as JSON and CSV, to a new zip file."

    def add_arguments(self, parser: CommandParser) -> None:
        add_learner_arguments(parser)
        parser.add_argument("--out", required=True, metavar="FILE", type=Path, help="the new file")

    def handle(
        self, *_args: Any, learner: str, facility: str | None, out: Path, **_options: Any
    ) -> None:
        person = find_learner(learner, facility)
        try:
            descriptor = os.open(out, os.O_RDWR | os.O_CREAT | os.O_EXCL, OWNER_ONLY_MODE)
        except OSError as error:
            raise CommandError(f"Cannot create {out}: {error.strerror}.") from None
        try:
            with os.fdopen(descriptor, "w+b") as file:
                export_learner(person, file, actor=None)
        except BaseException:
            out.unlink(missing_ok=True)
            raise
        self.stdout.write(f"Wrote {out}.")
