"""Which skill and item an answer is about; what is named for the first time is created.

The learner's own rows of both are read along, since they move next.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import IntegrityError
from django.db.models import FilteredRelation, Q, QuerySet, UUIDField
from django.db.models.fields import CharField

from analytics.catalogue.skills import content_titles
from analytics.events import Answer
from analytics.models import Item, ItemMemory, Skill, SkillState
from infra.api.idempotency.models import MAX_KEY_LENGTH
from infra.db.compiled_queries import CompiledQuery, Param

MAX_COMPILED_ITEMS = 4
ItemName = str | UUID


def _items_of(
    facility: Any, codes: Sequence[Any], guids: Sequence[Any], *, learner: Any
) -> QuerySet[Item]:
    """Items by code or GUID, with the learner's memory of each as `own`."""
    named = Q(code__in=codes) if codes else Q()
    if guids:
        named |= Q(guid__in=guids)
    own = FilteredRelation("memories", condition=Q(memories__learner=learner))
    items = Item.objects.filter(named, facility_id=facility).annotate(own=own)
    return items.select_related("own", "facility")  # type: ignore[misc]  # the stubs miss `own`


@lru_cache(maxsize=4 * MAX_COMPILED_ITEMS)
def _few_items(codes: int, guids: int) -> CompiledQuery[Item]:
    named = [Param(f"code{n}", CharField(max_length=MAX_KEY_LENGTH)) for n in range(codes)]
    numbered = [Param(f"guid{n}", UUIDField()) for n in range(guids)]
    facility, learner = Param("facility", UUIDField()), Param("learner", UUIDField())
    return CompiledQuery(lambda: _items_of(facility, named, numbered, learner=learner))


@lru_cache(maxsize=1)
def _state_of_code() -> CompiledQuery[SkillState]:
    return CompiledQuery(
        lambda: SkillState.objects.filter(
            learner_id=Param("learner", UUIDField()),
            skill__facility_id=Param("facility", UUIDField()),
            skill__code=Param("code", CharField(max_length=MAX_KEY_LENGTH)),
        ).select_related("skill", "parameters")
    )


@dataclass(kw_only=True)
class ItemResolver:
    """The skills and items some learners' answers are about, and their states and memories."""

    facility_id: UUID
    items: dict[ItemName, Item] = field(default_factory=dict)
    memories: dict[tuple[UUID, UUID], ItemMemory] = field(default_factory=dict)
    skills: dict[str | UUID, Skill] = field(default_factory=dict)
    states: dict[tuple[UUID, UUID], SkillState] = field(default_factory=dict)

    @classmethod
    def for_answers(
        cls,
        facility_id: UUID,
        answers: Mapping[UUID, Sequence[Answer]],
        *,
        recorded: Container[tuple[str, str | None]],
    ) -> ItemResolver:
        """Look up what each learner's answers are about, in few statements where all is known.

        Parameters
        ----------
        recorded : the source and name of answers that came before, for which nothing is made.
        """
        meanings = cls(facility_id=facility_id)
        only = next(iter(answers)) if len(answers) == 1 else None
        every = [answer for given in answers.values() for answer in given]
        named = {answer.item_name for answer in every} | {answer.item_alone for answer in every}
        meanings._find_items(named, learner_id=only)
        new = [answer for answer in every if (answer.source, answer.source_id) not in recorded]
        unknown = {answer.item_name for answer in new if meanings.item_of(answer) is None}
        meanings._create_items(unknown, learner_id=only)
        if only is None:
            meanings._find_memories(answers)
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
        return self.items.get(answer.item_name) if answer.item_name else None

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

    def _find_items(self, names: Iterable[ItemName | None], *, learner_id: UUID | None) -> None:
        codes, guids = _sorted(names)
        if not codes and not guids:
            return
        if len(codes) <= MAX_COMPILED_ITEMS and len(guids) <= MAX_COMPILED_ITEMS:
            values: dict[str, ItemName] = {f"code{n}": code for n, code in enumerate(codes)}
            values |= {f"guid{n}": guid for n, guid in enumerate(guids)}
            prepared = _few_items(len(codes), len(guids))
            found = prepared.all(facility=self.facility_id, learner=learner_id, **values)
        else:
            found = list(_items_of(self.facility_id, codes, guids, learner=learner_id))
        for item in found:
            self.items[item.guid] = item
            if item.code is not None:
                self.items[item.code] = item
            own: ItemMemory | None = getattr(item, "own", None)
            if own is not None:
                self.memories[own.learner_id, item.pk] = own

    def _create_items(self, names: Iterable[ItemName | None], *, learner_id: UUID | None) -> None:
        codes, guids = _sorted(names)
        if codes or guids:
            new = [Item(facility_id=self.facility_id, code=code) for code in codes]
            new += [Item(facility_id=self.facility_id, guid=guid) for guid in guids]
            Item.objects.bulk_create(new, ignore_conflicts=True)
            self._find_items([*codes, *guids], learner_id=learner_id)

    def _find_memories(self, answers: Mapping[UUID, Sequence[Answer]]) -> None:
        """Find what each of many learners remembers of the items they are asked about."""
        asked = Q()
        for learner_id, given in answers.items():
            items = {item.pk for answer in given if (item := self.item_of(answer)) is not None}
            if items:
                asked |= Q(learner=learner_id, item__in=items)
        for memory in ItemMemory.objects.filter(asked) if asked else ():
            self.memories[memory.learner_id, memory.item_id] = memory

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
            self._remember(state.skill)

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

    def _remember(self, skill: Skill) -> None:
        self.skills[skill.pk] = self.skills[skill.code] = skill

    def _find_skills(self, wanted: set[str | UUID]) -> None:
        """Find the skills at which none of the learners has a state, and create new ones."""
        if missing := wanted - self.skills.keys():
            self._read_skills(missing)
        unknown = sorted(name for name in wanted - self.skills.keys() if isinstance(name, str))
        if unknown:
            titles = content_titles(unknown)
            new = [
                Skill(facility_id=self.facility_id, code=code, title=titles.get(code, ""))
                for code in unknown
            ]
            Skill.objects.bulk_create(new, ignore_conflicts=True)
            self._read_skills(set(unknown))
        if wanted - self.skills.keys():
            # Removed since its item was read. A foreign key would say the same a moment later.
            raise IntegrityError("The skill of an item is not there.")

    def _read_skills(self, names: Iterable[str | UUID]) -> None:
        skills = Skill.objects.filter(facility=self.facility_id).select_related("parameters")
        codes = [name for name in names if isinstance(name, str)]
        keys = [name for name in names if isinstance(name, UUID)]
        for skill in skills.filter(code__in=codes) | skills.filter(pk__in=keys):
            self._remember(skill)


def _sorted(names: Iterable[ItemName | None]) -> tuple[list[str], list[UUID]]:
    """Part codes from GUIDs, each in order."""
    known = [name for name in names if name is not None]
    codes = sorted(name for name in known if isinstance(name, str))
    return codes, sorted(name for name in known if isinstance(name, UUID))
