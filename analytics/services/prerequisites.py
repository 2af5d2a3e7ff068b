"""Changes of the graph of prerequisites, and its suggestions from data (learning-science 7)."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from uuid import UUID

import numpy as np
from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from analytics.core.bkt import MASTERED
from analytics.core.confidence import MIN_ANSWERS
from analytics.core.logistic import BoolArray
from analytics.core.prerequisites import find_cycle, suggest
from analytics.models import PrerequisiteSuggestion, Skill, SkillPrerequisite, SkillState
from analytics.selectors.next_steps import MAX_EDGES
from infra.formula_guard import remove_guards
from infra.identifiers import normalize_id
from roster import services
from roster.models import Actor, Facility

# Suggestions are computed from this many states at most, those practised last, and of the skills
# with the most of them.
MAX_STATES = 200_000
MAX_SKILLS = 300

Pair = tuple[str, str]


class InvalidPrerequisites(ValueError):
    """The edges do not form a graph without cycles of the facility's skills."""


@transaction.atomic
def add_prerequisites(facility: Facility, pairs: Iterable[Pair], *, actor: Actor | None) -> int:
    """Add edges between skills by their codes, all or none; return the number of new ones.

    Raises
    ------
    InvalidPrerequisites : a skill is unknown, there would be a cycle, or too many edges.
    """
    Facility.objects.select_for_update(no_key=True).get(pk=facility.pk)
    wanted = list(dict.fromkeys(pairs))
    if any(before == after for before, after in wanted):
        raise InvalidPrerequisites(_("A skill cannot be its own prerequisite."))
    codes = {code for pair in wanted for code in pair}
    skills = {skill.code: skill for skill in facility.skills.filter(code__in=codes)}
    if unknown := sorted(codes - skills.keys()):
        text = _("The facility has no skill “{code}”.")
        raise InvalidPrerequisites(text.format(code=unknown[0]))
    edges = SkillPrerequisite.objects.filter(facility=facility)
    known = set(edges.values_list("before", "after"))
    new = [
        (skills[before], skills[after])
        for before, after in wanted
        if (skills[before].pk, skills[after].pk) not in known
    ]
    validate_graph([*known, *((before.pk, after.pk) for before, after in new)])
    rows = SkillPrerequisite.objects.bulk_create(
        SkillPrerequisite(facility=facility, before=before, after=after) for before, after in new
    )
    for row in rows:
        services.record_added(row, actor=actor, facility_id=facility.pk)
    return len(rows)


def validate_graph(edges: list[tuple[UUID, UUID]]) -> None:
    """Check that edges between skills, by key, have no cycle and are not too many.

    Raises
    ------
    InvalidPrerequisites : they have, or are.
    """
    if len(edges) > MAX_EDGES:
        text = _("A facility may have at most {maximum} prerequisites.")
        raise InvalidPrerequisites(text.format(maximum=MAX_EDGES))
    if cycle := find_cycle(edges):
        names = {skill.pk: str(skill) for skill in Skill.objects.filter(pk__in=cycle)}
        path = " → ".join(names[key] for key in cycle)
        raise InvalidPrerequisites(_("There would be a cycle: {path}.").format(path=path))


def parse_pairs(lines: Iterable[str]) -> Iterator[Pair]:
    """Return an iterator of the edges of a CSV table with the columns before and after.

    Raises
    ------
    InvalidPrerequisites : a column or a value is missing.
    """
    rows = csv.DictReader(lines)
    if not {"before", "after"} <= set(rows.fieldnames or ()):
        raise InvalidPrerequisites(_("The first line must name the columns before and after."))
    try:
        for row in rows:
            before, after = (
                normalize_id(remove_guards((row[name] or "").strip()))
                for name in ("before", "after")
            )
            if not before or not after or "\0" in before + after:
                text = _("line {number}: a skill is missing.")
                raise InvalidPrerequisites(text.format(number=rows.line_num))
            yield before, after
    except csv.Error as error:
        raise InvalidPrerequisites(f"{error}.") from None


@transaction.atomic
def suggest_prerequisites(facility: Facility, *, at: datetime) -> int:
    """Replace the suggestions of a facility by those of the present states; return their number."""
    states = SkillState.objects.filter(skill__facility=facility, attempts__gte=MIN_ANSWERS)
    counted = states.order_by().values_list("skill").annotate(n=Count("pk"))
    skills = [key for key, _answers in counted.order_by("-n", "skill")[:MAX_SKILLS]]
    rows = list(
        states.filter(skill__in=skills)
        .order_by("-last_practised", "-pk")
        .values_list("learner", "skill", "mastery")[:MAX_STATES]
    )
    edges = SkillPrerequisite.objects.filter(facility=facility)
    known = list(edges.values_list("before", "after"))
    suggestions = [
        PrerequisiteSuggestion(
            facility=facility,
            before_id=skills[each.before],
            after_id=skills[each.after],
            learners=each.learners,
            successes=each.successes,
            bound=each.bound,
            informed=each.informed,
            informed_successes=each.informed_successes,
            computed_at=at,
        )
        for each in suggest(*_mastery_table(rows, skills))
    ]
    PrerequisiteSuggestion.objects.filter(facility=facility).delete()
    return len(
        PrerequisiteSuggestion.objects.bulk_create(
            row
            for row in suggestions
            if (pair := (row.before_id, row.after_id)) not in known
            and not find_cycle([*known, pair])
        )
    )


def _mastery_table(
    rows: Sequence[tuple[UUID, UUID, float]], skills: Sequence[UUID]
) -> tuple[BoolArray, BoolArray]:
    """Return which learners practised and which mastered each skill, (learners, skills) each."""
    columns = {key: column for column, key in enumerate(skills)}
    numbers: dict[UUID, int] = {}
    learner = [numbers.setdefault(row[0], len(numbers)) for row in rows]
    skill = [columns[row[1]] for row in rows]
    practised = np.zeros((len(numbers), len(skills)), dtype=np.bool_)
    known = np.zeros_like(practised)
    practised[learner, skill] = True
    known[learner, skill] = [row[2] >= MASTERED for row in rows]
    return practised, known
