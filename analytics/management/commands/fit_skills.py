"""`manage.py fit_skills`: fit each skill's parameters to the recorded answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.forms import model_to_dict
from django.utils import timezone
from tqdm import tqdm

from analytics.models import LearningEvent
from analytics.services.fitting import SkillFit, fit_skills
from analytics.services.rebuild import rebuild
from roster.models import Facility, User

HEADINGS = (
    "skill", "answers", "L0", "T", "G", "S", "log lik. before", "after", "version", "warnings",
)  # fmt: skip
_JSON_FIELDS = (
    "version", "prior", "learn", "guess", "slip", "answers", "learners", "log_likelihood_before",
    "log_likelihood_after", "warnings",
)  # fmt: skip
DEFAULT_MIN_ANSWERS = 20


class Command(BaseCommand):
    help = (
        "Fit the parameters of each skill (prior, learn, guess and slip) to all answers, store "
        "them as a new version, and rebuild the states of the learners with it. Answers can be "
        "recorded meanwhile. A skill whose fit is implausible keeps its parameters, and the output "
        "says so."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--facility", help="only this facility: UUID or partner id")
        parser.add_argument(
            "--skill", action="append", default=[], metavar="CODE", dest="skills",
            help="store only the fit of this skill (may be repeated); all skills are fitted"
            " together",
        )  # fmt: skip
        parser.add_argument(
            "--min-answers", type=int, default=DEFAULT_MIN_ANSWERS,
            help="leave skills with fewer answers unchanged (default: %(default)s)",
        )  # fmt: skip
        parser.add_argument(
            "--dry-run", action="store_true", help="print the fits without storing them"
        )
        parser.add_argument("--json", action="store_true", help="print the fits as JSON")

    def handle(
        self,
        *_args: Any,
        facility: str | None,
        skills: list[str],
        min_answers: int,
        dry_run: bool,
        json: bool,
        **_options: Any,
    ) -> None:
        facilities = (
            Facility.objects.by_identifier(facility) if facility else Facility.objects.all()
        )
        if facility and not facilities:
            raise CommandError(f"There is no facility {facility}.")
        report: list[dict[str, Any]] = []
        for one in facilities:
            fits = fit_skills(
                one, codes=skills, min_answers=min_answers, dry_run=dry_run, at=timezone.now()
            )
            if json:
                report.append({"facility": str(one.pk), "skills": [_body(fit) for fit in fits]})
            else:
                self._print(one, fits)
            if fits and not dry_run:
                self._rebuild(one)
        if json:
            self.stdout.write(orjson.dumps(report, option=orjson.OPT_INDENT_2).decode())

    def _rebuild(self, facility: Facility) -> None:
        learners = User.objects.in_facility(facility.pk)
        total = LearningEvent.objects.filter(learner__in=learners).count()
        with tqdm(total=total, unit="events", disable=None, desc="rebuilding") as bar:
            for progress in rebuild(learners, newest_parameters=True):
                bar.update(progress.answers)

    def _print(self, facility: Facility, fits: Sequence[SkillFit]) -> None:
        rejected = sum(bool(fit.rejections) for fit in fits)
        self.stdout.write(f"{facility}: {len(fits) - rejected} skills fitted.")
        if rejected:
            self.stdout.write(f"{rejected} fits rejected; these skills keep their parameters.")
        rows = [HEADINGS, *(_row(fit) for fit in fits)]
        widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
        for row in rows:
            cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            self.stdout.write("  ".join(cells).rstrip())


def _row(fit: SkillFit) -> tuple[str, ...]:
    parameters = fit.parameters
    notes = [f"rejected: {reason}" for reason in fit.rejections]
    if parameters is None:
        return (fit.skill.code, *[""] * 7, "-", "; ".join(notes))
    numbers = (parameters.prior, parameters.learn, parameters.guess, parameters.slip)
    return (
        fit.skill.code,
        str(parameters.answers),
        *(f"{number:.3f}" for number in numbers),
        f"{parameters.log_likelihood_before:.1f}",
        f"{parameters.log_likelihood_after:.1f}",
        str(parameters.version or "-"),
        "; ".join(notes or parameters.warnings),
    )


def _body(fit: SkillFit) -> dict[str, Any]:
    return {
        "skill": fit.skill.code,
        "rejected": fit.rejections,
        "parameters": fit.parameters and model_to_dict(fit.parameters, _JSON_FIELDS),
    }
