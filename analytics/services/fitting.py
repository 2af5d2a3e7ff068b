"""Fitting of skill parameters to the answers of all learners of a facility."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import nan
from typing import Any
from uuid import UUID

import numpy as np
from django.db import transaction
from django.db.models import Max

from analytics.core import replay
from analytics.core.boosting import Trees
from analytics.core.fit_all import ModelFit, fit_model
from analytics.core.item_parameters import NONE, Questions
from analytics.core.learner_update import Model
from analytics.models import LearningEvent, NamedLock, PredictionTrees, Skill, SkillParameters
from analytics.rows import DAY
from roster.models import Facility

_NUMBERS = (
    "score", "skill_mean", "skill_variance", "item_mean", "item_variance", "typical_seconds",
)  # fmt: skip
_READ_BATCH_SIZE = 5000


@dataclass(frozen=True, kw_only=True)
class SkillFit:
    """The fit of one skill; `parameters` is not saved after a dry run.

    If the fit is rejected, for the reasons in `rejections`, the skill keeps its parameters: then
    `parameters` are those, and None if the skill has only the defaults.
    """

    skill: Skill
    parameters: SkillParameters | None
    rejections: list[str]


@dataclass(kw_only=True)
class _AnswerColumns:
    """All answers of a facility as columns, each learner's in order of time."""

    learners: dict[UUID, int]
    skills: dict[UUID, int]
    items: dict[UUID, int]
    beliefs: dict[tuple[int, int], int]
    learner: array[int]
    skill: array[int]
    item: array[int]
    belief: array[int]
    claimed: array[float]
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

    def questions(self) -> Questions:
        return Questions(
            skill=np.array(self.skill, dtype=np.int64),
            item=np.array(self.item, dtype=np.int64),
            score=np.array(self.numbers).reshape(-1, len(_NUMBERS))[:, 0],
            claimed=np.array(self.claimed),
        )


def fit_skills(
    facility: Facility,
    *,
    codes: Iterable[str] = (),
    min_answers: int = 1,
    dry_run: bool = False,
    at: datetime,
) -> list[SkillFit]:
    """Fit a facility's skills to all its answers, and save each plausible fit as a new version.

    All fits of a facility at a time have the same version. Unless only some skills are named, the
    pooled fit is saved as well: for all skills without a fit of their own, and for new ones. States
    keep the versions they have until `rebuild` with `newest_parameters` updates them.

    Parameters
    ----------
    codes : the skills to save fits of; empty: all. All answers are fitted together either way, so
        that skills with few answers borrow from the others.
    min_answers : skills with fewer answers are left as they are.
    dry_run : save nothing.
    """
    columns = _read_columns(facility)
    if not columns.skills:
        return []
    answers, questions = columns.answers(), columns.questions()
    model_fit = fit_model(answers, questions, skills=len(columns.skills))
    skills = Skill.objects.select_related("parameters").in_bulk(list(columns.skills))
    wanted = set(codes)
    counts = np.bincount(questions.skill, minlength=len(columns.skills))
    fits = [
        _skill_fit(skills[pk], row, model_fit, at=at)
        for pk, row in columns.skills.items()
        if counts[row] >= min_answers and (not wanted or skills[pk].code in wanted)
    ]
    if not dry_run:
        accepted = [fit.parameters for fit in fits if fit.parameters and not fit.rejections]
        pooled = None if wanted else _pooled_parameters(facility, columns, model_fit, at=at)
        _save(facility, accepted, pooled, model_fit.trees)
    return sorted(fits, key=lambda fit: fit.skill.code)


def _read_columns(facility: Facility) -> _AnswerColumns:
    events = LearningEvent.objects.filter(facility=facility, skill__isnull=False)
    rows = events.order_by("learner", "happened_at", "position").values_list(
        "learner", "skill", "item", "happened_at", "question_difficulty", *_NUMBERS
    )
    columns = _AnswerColumns(
        learners={}, skills={}, items={}, beliefs={}, learner=array("q"), skill=array("q"),
        item=array("q"), belief=array("q"), claimed=array("d"), day=array("d"),
        numbers=array("d"),
    )  # fmt: skip
    for row in rows.iterator(chunk_size=_READ_BATCH_SIZE):
        learner_id, skill_id, item_id, happened_at, claimed, *numbers = row
        learner = columns.learners.setdefault(learner_id, len(columns.learners))
        skill = columns.skills.setdefault(skill_id, len(columns.skills))
        columns.learner.append(learner)
        columns.skill.append(skill)
        columns.belief.append(columns.beliefs.setdefault((learner, skill), len(columns.beliefs)))
        columns.item.append(
            columns.items.setdefault(item_id, len(columns.items)) if item_id else NONE
        )
        columns.claimed.append(nan if claimed is None else claimed)
        columns.day.append(happened_at.timestamp() / DAY)
        columns.numbers.extend(numbers)
    return columns


def _skill_fit(skill: Skill, row: int, model_fit: ModelFit, *, at: datetime) -> SkillFit:
    rejections = model_fit.rejections(row)
    parameters = skill.parameters if rejections else _parameters(skill, row, model_fit, at=at)
    return SkillFit(skill=skill, parameters=parameters, rejections=rejections)


def _parameters(skill: Skill, row: int, model_fit: ModelFit, *, at: datetime) -> SkillParameters:
    return SkillParameters(
        facility_id=skill.facility_id,
        skill=skill,
        **_numbers(model_fit.model(row)),
        fitted_at=at,
        answers=int(model_fit.classic.answers[row]),
        learners=int(model_fit.classic.learners[row]),
        log_likelihood_before=float(model_fit.classic.log_likelihood_before[row]),
        log_likelihood_after=float(model_fit.classic.log_likelihood[row]),
        warnings=[str(warning) for warning in model_fit.classic.warnings(row)],
    )


def _pooled_parameters(
    facility: Facility, columns: _AnswerColumns, model_fit: ModelFit, *, at: datetime
) -> SkillParameters:
    classic = model_fit.classic
    return SkillParameters(
        facility=facility,
        **_numbers(model_fit.pooled),
        fitted_at=at,
        answers=int(classic.answers.sum()),
        learners=len(columns.learners),
        log_likelihood_before=float(classic.log_likelihood_before.sum()),
        log_likelihood_after=float(classic.log_likelihood.sum()),
        warnings=[str(reason) for reason in classic.pooled_rejected],
    )


def _numbers(model: Model) -> dict[str, Any]:
    """Return the parameters as columns of `SkillParameters`."""
    classic, forgetting = model.classic, model.forgetting
    return {
        "prior": classic.prior,
        "learn": classic.learn,
        "guess": classic.guess,
        "slip": classic.slip,
        "fading_prior": forgetting.prior,
        "fading_learn": forgetting.learn,
        "fading_guess": forgetting.guess,
        "fading_slip": forgetting.slip,
        "fading_forget": forgetting.forget,
        "blend": list(model.blend),
        "climb": model.climb,
        "stuck": model.stuck.numbers(),
    }


@transaction.atomic
def _save(
    facility: Facility,
    parameters: Sequence[SkillParameters],
    pooled: SkillParameters | None,
    trees: Trees | None,
) -> None:
    """Save the fits as the facility's newest version; concurrent calls take turns."""
    NamedLock.acquire(NamedLock.FITTING)
    earlier = SkillParameters.objects.filter(facility=facility)
    version = (earlier.aggregate(newest=Max("version"))["newest"] or 0) + 1
    rows = [*parameters, pooled] if pooled else [*parameters]
    saved = PredictionTrees.save_new(facility, trees) if trees and rows else None
    for row in rows:
        row.version, row.trees = version, saved
    SkillParameters.objects.bulk_create(rows)
    for row in parameters:
        Skill.objects.filter(fits=row).update(parameters=row)
    if pooled:
        without_fit = Skill.objects.filter(facility=facility, parameters__skill=None)
        without_fit.update(parameters=pooled)
