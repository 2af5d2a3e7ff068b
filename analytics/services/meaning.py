"""Which skill and item an answer is about; what is named for the first time is created."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from uuid import UUID

from django.db.models import UUIDField
from django.db.models.fields import CharField

from analytics.events import Answer
from analytics.models import Item, Skill, SkillState
from roster.models import MAX_NAME
from roster.prepared import Param, Prepared

FEW = 4


@lru_cache(maxsize=FEW)
def _items_named(count: int) -> Prepared[Item]:
    return Prepared(
        lambda: Item.objects.filter(
            facility_id=Param("facility", UUIDField()),
            code__in=[Param(f"code{n}", CharField(max_length=MAX_NAME)) for n in range(count)],
        )
    )


@lru_cache(maxsize=1)
def _state_of_code() -> Prepared[SkillState]:
    return Prepared(
        lambda: SkillState.objects.filter(
            learner_id=Param("learner", UUIDField()),
            skill__facility_id=Param("facility", UUIDField()),
            skill__code=Param("code", CharField(max_length=MAX_NAME)),
        ).select_related("skill", "parameters")
    )


@dataclass(kw_only=True)
class Meanings:
    """The skills and items some learners' answers are about, and their states at those skills."""

    facility_id: UUID
    items: dict[str, Item] = field(default_factory=dict)
    skills: dict[str | UUID, Skill] = field(default_factory=dict)
    states: dict[tuple[UUID, UUID], SkillState] = field(default_factory=dict)

    @classmethod
    def of(
        cls, facility_id: UUID, learner_ids: Collection[UUID], answers: Sequence[Answer]
    ) -> Meanings:
        """Look everything up: two statements where all of it is known."""
        meanings = cls(facility_id=facility_id)
        meanings._find_items({a.item for a in answers} | {a.item_alone for a in answers})
        meanings._create_items({a.item for a in answers if meanings.item_of(a) is None})
        wanted = {name for a in answers if (name := meanings._skill_named(a)) is not None}
        meanings._find_states(learner_ids, wanted)
        meanings._find_skills(wanted)
        return meanings

    def item_of(self, answer: Answer) -> Item | None:
        """Return the item an answer is about, if any."""
        alone = self.items.get(answer.item_alone) if answer.item_alone else None
        if alone is not None and alone.skill_id is not None:
            return alone
        return self.items.get(answer.item) if answer.item else None

    def skill_of(self, answer: Answer) -> Skill | None:
        """Return the skill an answer is about, if any."""
        name = self._skill_named(answer)
        return None if name is None else self.skills[name]

    def _skill_named(self, answer: Answer) -> str | UUID | None:
        """Name the skill: by key where the item says so, by its code where the sender does."""
        item = self.item_of(answer)
        if answer.is_default and item is not None and item.skill_id is not None:
            return item.skill_id
        return answer.skill

    def _find_items(self, codes: Iterable[str | None]) -> None:
        wanted = sorted(code for code in codes if code is not None)
        if not wanted:
            return
        if len(wanted) <= FEW:
            values = {f"code{n}": code for n, code in enumerate(wanted)}
            found = _items_named(len(wanted)).all(facility=self.facility_id, **values)
        else:
            found = list(Item.objects.filter(facility=self.facility_id, code__in=wanted))
        self.items |= {item.code: item for item in found if item.code is not None}

    def _create_items(self, codes: Iterable[str | None]) -> None:
        missing = sorted(code for code in codes if code is not None)
        if missing:
            new = [Item(facility_id=self.facility_id, code=code) for code in missing]
            Item.objects.bulk_create(new, ignore_conflicts=True)
            self._find_items(missing)

    def _find_states(self, learner_ids: Collection[UUID], wanted: set[str | UUID]) -> None:
        codes = [name for name in wanted if isinstance(name, str)]
        keys = [name for name in wanted if isinstance(name, UUID)]
        if len(learner_ids) == 1 and len(codes) == 1 and not keys:
            [learner_id] = learner_ids
            found = _state_of_code().all(
                learner=learner_id, facility=self.facility_id, code=codes[0]
            )
        else:
            states = SkillState.objects.filter(learner__in=learner_ids)
            skills = Skill.objects.filter(facility=self.facility_id)
            named = skills.filter(code__in=codes) | skills.filter(pk__in=keys)
            found = list(states.filter(skill__in=named).select_related("skill", "parameters"))
        for state in found:
            self.states[state.learner_id, state.skill_id] = state
            self._know(state.skill)

    def _know(self, skill: Skill) -> None:
        self.skills[skill.pk] = self.skills[skill.code] = skill

    def _find_skills(self, wanted: set[str | UUID]) -> None:
        """Find the skills at which none of the learners has a state, and create new ones."""
        if missing := wanted - self.skills.keys():
            self._read_skills(missing)
        unknown = sorted(name for name in wanted - self.skills.keys() if isinstance(name, str))
        if unknown:
            new = [Skill(facility_id=self.facility_id, code=code) for code in unknown]
            Skill.objects.bulk_create(new, ignore_conflicts=True)
            self._read_skills(set(unknown))

    def _read_skills(self, names: Iterable[str | UUID]) -> None:
        skills = Skill.objects.filter(facility=self.facility_id).select_related("parameters")
        codes = [name for name in names if isinstance(name, str)]
        keys = [name for name in names if isinstance(name, UUID)]
        for skill in skills.filter(code__in=codes) | skills.filter(pk__in=keys):
            self._know(skill)
