"""Which skill and item an answer is about; what is named for the first time is created."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from uuid import UUID

from django.db.models import Q, UUIDField
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
    def of(cls, facility_id: UUID, answers: Mapping[UUID, Sequence[Answer]]) -> Meanings:
        """Look up what each learner's answers are about, in few statements where all is known."""
        meanings = cls(facility_id=facility_id)
        every = [answer for given in answers.values() for answer in given]
        meanings._find_items({a.item for a in every} | {a.item_alone for a in every})
        meanings._create_items({a.item for a in every if meanings.item_of(a) is None})
        wanted = {
            learner_id: {name for a in given if (name := meanings._skill_named(a)) is not None}
            for learner_id, given in answers.items()
        }
        if len(wanted) == 1:
            [(learner_id, names)] = wanted.items()
            meanings._find_learners_states(learner_id, names)
            meanings._find_skills(names)
        else:
            meanings._find_skills(set().union(*wanted.values()))
            meanings._find_states(wanted)
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

    def _find_learners_states(self, learner_id: UUID, wanted: set[str | UUID]) -> None:
        """Find one learner's states, and the skills with them."""
        codes = [name for name in wanted if isinstance(name, str)]
        if len(codes) == len(wanted) == 1:
            found = _state_of_code().all(
                learner=learner_id, facility=self.facility_id, code=codes[0]
            )
        else:
            keys = [name for name in wanted if isinstance(name, UUID)]
            skills = Skill.objects.filter(facility=self.facility_id)
            named = skills.filter(code__in=codes) | skills.filter(pk__in=keys)
            states = SkillState.objects.filter(learner=learner_id, skill__in=named)
            found = list(states.select_related("skill", "parameters"))
        for state in found:
            self.states[learner_id, state.skill_id] = state
            self._know(state.skill)

    def _find_states(self, wanted: Mapping[UUID, set[str | UUID]]) -> None:
        """Find many learners' states at the skills each of them is asked about."""
        asked = Q(pk=None)
        for learner_id, names in wanted.items():
            asked |= Q(learner=learner_id, skill__in=[self.skills[name].pk for name in names])
        fits = {skill.parameters_id: skill.parameters for skill in self.skills.values()}
        for state in SkillState.objects.filter(asked):
            if state.parameters_id in fits:  # else it is behind the newest, and read when needed
                state.parameters = fits[state.parameters_id]
            self.states[state.learner_id, state.skill_id] = state

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
