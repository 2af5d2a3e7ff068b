"""Fitting skills to what all learners of a facility answered."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import numpy as np
from django.db import transaction
from django.db.models import Max

from analytics.core import replay
from analytics.core.fit_all import ModelFit, fit_model
from analytics.models import LearningEvent, NamedLock, Skill, SkillParameters
from analytics.rows import DAY
from roster.models import Facility

_NUMBERS = (
    "score", "skill_mean", "skill_variance", "item_mean", "item_variance", "typical_seconds",
)  # fmt: skip
_READ_BATCH_SIZE = 5000


@dataclass(frozen=True, kw_only=True)
class SkillFit:
    """How one skill was fitted; `parameters` is not yet kept where it was a dry run."""

    skill: Skill
    parameters: SkillParameters


@dataclass(kw_only=True)
class _Read:
    """All answers of a facility as columns, each learner's in order."""

    learners: dict[UUID, int]
    skills: dict[UUID, int]
    beliefs: dict[tuple[int, int], int]
    learner: array[int]
    skill: array[int]
    belief: array[int]
    day: array[float]
    numbers: array[float]

    def answers(self) -> replay.Answers:
        numbers = np.array(self.numbers).reshape(-1, len(_NUMBERS))
        unknown = np.full(len(self.learner), np.nan)
        return replay.Answers(
            learner=np.array(self.learner, dtype=np.int64),
            belief=np.array(self.belief, dtype=np.int64),
            day=np.array(self.day),
            seconds=unknown,
            confidence=unknown,
            **dict(zip(_NUMBERS, numbers.T, strict=True)),
        )


def fit_skills(
    facility: Facility,
    *,
    codes: Iterable[str] = (),
    min_answers: int = 1,
    dry_run: bool = False,
    at: datetime,
) -> list[SkillFit]:
    """Fit a facility's skills to all its answers, and keep each fit as a new version.

    The beliefs are still judged by the versions they have: `rebuild` with `newest_parameters`
    moves them on.

    Parameters
    ----------
    codes : the skills to keep fits of; none: all. All answers are fitted together either way,
        so that skills with few lean on the others.
    min_answers : skills with fewer are left as they are.
    dry_run : keep nothing.
    """
    read = _read(facility)
    if not read.skills:
        return []
    answers = read.answers()
    skill_of = np.array(read.skill, dtype=np.int64)
    learned = fit_model(answers, skill_of, skills=len(read.skills))
    skills = Skill.objects.select_related("parameters").in_bulk(list(read.skills))
    wanted = set(codes)
    counts = np.bincount(skill_of, minlength=len(read.skills))
    fits = [
        SkillFit(skill=skills[pk], parameters=_parameters(skills[pk], row, learned, at=at))
        for pk, row in read.skills.items()
        if counts[row] >= min_answers and (not wanted or skills[pk].code in wanted)
    ]
    if not dry_run:
        _save(fits)
    return sorted(fits, key=lambda fit: fit.skill.code)


def _read(facility: Facility) -> _Read:
    events = LearningEvent.objects.filter(facility=facility, skill__isnull=False)
    rows = events.order_by("learner", "happened_at", "position").values_list(
        "learner", "skill", "happened_at", *_NUMBERS
    )
    read = _Read(
        learners={}, skills={}, beliefs={}, learner=array("q"), skill=array("q"),
        belief=array("q"), day=array("d"), numbers=array("d"),
    )  # fmt: skip
    for learner_id, skill_id, happened_at, *numbers in rows.iterator(chunk_size=_READ_BATCH_SIZE):
        learner = read.learners.setdefault(learner_id, len(read.learners))
        skill = read.skills.setdefault(skill_id, len(read.skills))
        read.learner.append(learner)
        read.skill.append(skill)
        read.belief.append(read.beliefs.setdefault((learner, skill), len(read.beliefs)))
        read.day.append(happened_at.timestamp() / DAY)
        read.numbers.extend(numbers)
    return read


def _parameters(skill: Skill, row: int, learned: ModelFit, *, at: datetime) -> SkillParameters:
    classic, fading = learned.classic.params(row), learned.fading.params(row)
    return SkillParameters(
        skill=skill,
        prior=classic.prior,
        learn=classic.learn,
        guess=classic.guess,
        slip=classic.slip,
        fading_prior=fading.prior,
        fading_learn=fading.learn,
        fading_guess=fading.guess,
        fading_slip=fading.slip,
        fading_forget=fading.forget,
        blend=list(learned.blend),
        fitted_at=at,
        answers=int(learned.classic.answers[row]),
        learners=int(learned.classic.learners[row]),
        log_likelihood_before=float(learned.classic.log_likelihood_before[row]),
        log_likelihood_after=float(learned.classic.log_likelihood[row]),
        warnings=[str(doubt) for doubt in learned.classic.warnings(row)],
    )


@transaction.atomic
def _save(fits: Iterable[SkillFit]) -> None:
    """Keep each as its skill's newest version; two at once take turns."""
    NamedLock.acquire(NamedLock.FITTING)
    parameters = [fit.parameters for fit in fits]
    of = SkillParameters.objects.filter(skill__in=[fit.skill for fit in fits])
    newest = dict(of.order_by().values_list("skill").annotate(Max("version")))
    for row in parameters:
        row.version = newest.get(row.skill_id, 0) + 1
    SkillParameters.objects.bulk_create(parameters)
    for row in parameters:
        Skill.objects.filter(pk=row.skill_id).update(parameters=row)
