"""Recommendations of skills and items to practise next (contract 4.3, learning-science 7)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import numpy as np
from django.db.models import Exists, OuterRef, Q

from analytics.core import next_steps, scheduling
from analytics.core.learner_update import Ability, Belief, p_correct
from analytics.core.logistic import FloatArray
from analytics.core.next_steps import Reason, Skills
from analytics.core.readiness import recall_probability_now
from analytics.core.recall import INITIAL
from analytics.models import (
    Item,
    ItemMemory,
    LearnerAbility,
    LearningEvent,
    Skill,
    SkillPrerequisite,
    SkillState,
)
from analytics.rows import (
    DAY,
    MEMORY_COLUMNS,
    ability_from_row,
    memories_from_columns,
    microseconds,
    model_from_row,
    recall_model_from_row,
)
from analytics.selectors.skill_states import (
    get_skill_estimates,
    shared_from_skill,
    states_of_learner,
)
from infra.db.compiled_lists import QueryByShape
from roster.models import User

# Besides the states of up to 1,000 skills (`skill_states.MAX_SKILLS`), a request reads this many
# rows at most: the items due longest, and the first skills without an answer, by their codes.
MAX_DUE = 500
MAX_NEW_SKILLS = 500
MAX_EDGES = 5_000  # of a facility
# From this number of recommendations on, the best one for each of these reasons is among them.
MIN_OF_ALL_REASONS = 3
REASONS = (Reason.DUE, Reason.PREREQUISITE, Reason.READY)


@dataclass(frozen=True, kw_only=True)
class NextStep:
    """One recommendation: a skill, or for a review an item, of a skill or of none.

    `expected_success` is the probability in [0, 1] of a right answer now, `gain` the expected gain
    per minute: of mastery, for a review of the mean recall over the next 60 days. `due` is the
    number of items due at the skill.
    """

    reason: Reason
    skill: Skill | None
    item: Item | None = None
    expected_success: float
    gain: float
    due: int = 0


def get_next_steps(
    learner: User, *, count: int, at: datetime, states: Sequence[SkillState] | None = None
) -> list[NextStep]:
    """Return up to `count` recommendations, the largest expected gain per minute first.

    There is at most one for each skill. The item answered last is never among them. `states` are
    those of `states_of_learner`, if they are loaded already.
    """
    ability = _ability_of(learner)
    states = states_of_learner(learner) if states is None else states
    reviews = _reviews(learner, ability, at=at)
    reviewed = {step.skill.pk for step in reviews if step.skill}
    practice = [
        step
        for step in _practice(learner, ability, states, at=at)
        if step.skill is None or step.skill.pk not in reviewed
    ]
    steps = sorted([*reviews, *practice], key=lambda step: -step.gain)
    if count < MIN_OF_ALL_REASONS:
        return steps[:count]
    best = [next((step for step in steps if step.reason is reason), None) for reason in REASONS]
    chosen = [step for step in best if step]
    chosen += [step for step in steps if step not in chosen][: count - len(chosen)]
    return sorted(chosen, key=lambda step: -step.gain)


_ABILITY = QueryByShape(lambda learner: LearnerAbility.objects.filter(learner=learner))


def _ability_of(learner: User) -> LearnerAbility | None:
    """Return the ability, which is read only if it is not loaded."""
    if User._meta.get_field("ability").is_cached(learner):
        return getattr(learner, "ability", None)
    found = _ABILITY.all(learner=learner.pk)
    return found[0] if found else None


def _reviews(learner: User, ability: LearnerAbility | None, *, at: datetime) -> list[NextStep]:
    """Return the most useful review of each skill, and of the items without a skill."""
    rows = _DUE.rows(learner=learner.pk, at=at)
    last = {item_id for (item_id,) in _LAST_ITEM.rows(learner=learner.pk)}
    due = [row for row in rows if row[0] not in last]
    if not due:
        return []
    keys, skills, seconds, timed, *columns = zip(*due, strict=True)
    memories, practice = memories_from_columns(*columns)
    model = recall_model_from_row(ability) if ability else INITIAL
    recall = recall_probability_now(memories, practice, model, microseconds(at))
    gains = next_steps.MINUTE * scheduling.gains(
        memories,
        microseconds(at),
        seconds=scheduling.expected_seconds(np.array(seconds), np.array(timed)),
        recall=recall,
    )
    counts = Counter(skills)
    best: dict[UUID | None, int] = {}
    for row in scheduling.order(gains).tolist():
        best.setdefault(skills[row], row)
    items = Item.objects.select_related("skill").in_bulk([keys[row] for row in best.values()])
    return [
        NextStep(
            reason=Reason.DUE,
            skill=items[keys[row]].skill,
            item=items[keys[row]],
            expected_success=float(recall[row]),
            gain=float(gains[row]),
            due=counts[skill_id],
        )
        for skill_id, row in best.items()
        if keys[row] in items  # else it was deleted just now
    ]


_DUE = QueryByShape(
    lambda learner, at: (
        ItemMemory.objects.filter(learner=learner, studied=True, due__lte=at)
        .order_by("due", "pk")
        .values_list("item", "item__skill", "seconds", "timed", *MEMORY_COLUMNS)[:MAX_DUE]
    )
)
_LAST_ITEM = QueryByShape(
    lambda learner: (
        LearningEvent.objects.filter(learner=learner)
        .order_by("-happened_at", "-position")
        .values_list("item")[:1]
    )
)


def _practice(
    learner: User, ability: LearnerAbility | None, known: Sequence[SkillState], *, at: datetime
) -> list[NextStep]:
    """Return the skills worth practising, best first; `known` are those with answers."""
    estimates = get_skill_estimates(known, at=at)
    new = _NEW_SKILLS.all(facility=learner.facility_id, learner=learner.pk)
    skills = [*(each.state.skill for each in estimates), *new]
    states = [*(each.state for each in estimates), *(None for _ in new)]
    term = ability_from_row(ability) if ability else Ability()
    p = np.array(
        [*(each.p_correct_next for each in estimates), *_first_predictions(new, term, at=at)]
    )
    edges = _EDGES.rows(facility=learner.facility_id)
    numbers = {skill.pk: number for number, skill in enumerate(skills)}
    before, after = (
        np.array(
            [(numbers[a], numbers[b]) for a, b in edges if a in numbers and b in numbers],
            dtype=np.int64,
        )
        .reshape(-1, 2)
        .T
    )
    # What is not among the skills is not mastered either.
    waiting = {b for a, b in edges if a not in numbers}
    ranking = next_steps.rank(_skill_columns(skills, states, p), before, after)
    return [
        NextStep(reason=reason, skill=skills[row], expected_success=float(p[row]), gain=gain)
        for row, gain, reason in zip(
            ranking.rows.tolist(), ranking.gains.tolist(), ranking.reasons, strict=True
        )
        if skills[row].pk not in waiting
    ]


_EDGES = QueryByShape(
    lambda facility: (
        SkillPrerequisite.objects.filter(facility=facility)
        .order_by("pk")
        .values_list("before", "after")[:MAX_EDGES]
    )
)


_STATES_OF_SKILL = SkillState.objects.filter(skill=OuterRef("pk"))
_NEW_SKILLS = QueryByShape(
    lambda facility, learner: (
        Skill.objects.filter(
            ~Exists(SkillState.objects.filter(skill=OuterRef("pk"), learner=learner)),
            # A learner may name skills; others see the name only once it is established.
            ~Q(title="")
            | ~Q(section="")
            | Exists(_STATES_OF_SKILL[1:2])
            | Exists(SkillPrerequisite.objects.filter(after=OuterRef("pk")))
            | Exists(SkillPrerequisite.objects.filter(before=OuterRef("pk"))),
            facility=facility,
        )
        .select_related("parameters")
        .order_by("code")[:MAX_NEW_SKILLS]
    )
)


def _first_predictions(skills: Sequence[Skill], ability: Ability, *, at: datetime) -> list[float]:
    """Return P(correct) of the first answer at each of these skills."""
    models = [model_from_row(skill.parameters) for skill in skills]
    day = at.timestamp() / DAY
    return [
        p_correct(ability, Belief.initial(model), shared_from_skill(skill), model, day=day)
        for skill, model in zip(skills, models, strict=True)
    ]


def _skill_columns(
    skills: Sequence[Skill], states: Sequence[SkillState | None], p: FloatArray
) -> Skills:
    models = [
        model_from_row(state.parameters if state else skill.parameters).classic
        for skill, state in zip(skills, states, strict=True)
    ]
    return Skills(
        mastery=np.array(
            [
                state.mastery if state else model.prior
                for state, model in zip(states, models, strict=True)
            ]
        ),
        learn=np.array([model.learn for model in models]),
        p_correct=p,
        p_stuck=np.array(
            [state.p_stuck if state else next_steps.INITIAL_P_STUCK for state in states]
        ),
        # An answer takes a second at least; the times of apps may be 0.
        seconds=np.array(
            [max(skill.typical_seconds or next_steps.DEFAULT_SECONDS, 1.0) for skill in skills]
        ),
    )
