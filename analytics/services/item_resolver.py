"""Lookup of the skills and items that answers are about; new names are created.

The learner's own state and memory are read together with them, since they change next.
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
from infra.db.compiled_queries import CompiledQuery, Param
from infra.identifiers import MAX_ID_LENGTH

MAX_COMPILED_ITEMS = 4
ItemName = str | UUID


def _items_by_name(
    facility: Any, codes: Sequence[Any], guids: Sequence[Any], *, learner: Any
) -> QuerySet[Item]:
    """Return items by code or GUID, with the learner's memory of each as `own`."""
    condition = Q(code__in=codes) if codes else Q()
    if guids:
        condition |= Q(guid__in=guids)
    own = FilteredRelation("memories", condition=Q(memories__learner=learner))
    items = Item.objects.filter(condition, facility_id=facility).annotate(own=own)
    return items.select_related("own", "facility")  # type: ignore[misc]  # the stubs miss `own`


@lru_cache(maxsize=4 * MAX_COMPILED_ITEMS)
def _compiled_items_query(codes: int, guids: int) -> CompiledQuery[Item]:
    code_params = [Param(f"code{n}", CharField(max_length=MAX_ID_LENGTH)) for n in range(codes)]
    guid_params = [Param(f"guid{n}", UUIDField()) for n in range(guids)]
    facility, learner = Param("facility", UUIDField()), Param("learner", UUIDField())
    return CompiledQuery(
        lambda: _items_by_name(facility, code_params, guid_params, learner=learner)
    )


@lru_cache(maxsize=1)
def _compiled_state_query() -> CompiledQuery[SkillState]:
    return CompiledQuery(
        lambda: SkillState.objects.filter(
            learner_id=Param("learner", UUIDField()),
            skill__facility_id=Param("facility", UUIDField()),
            skill__code=Param("code", CharField(max_length=MAX_ID_LENGTH)),
        ).select_related("skill", "parameters")
    )


@dataclass(kw_only=True)
class ItemResolver:
    """The skills and items of some learners' answers, and their states and memories."""

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
        """Look up the skills and items of each learner's answers; few statements if all exist.

        Parameters
        ----------
        recorded : source and source id of answers recorded before; nothing is created for these.
        """
        resolver = cls(facility_id=facility_id)
        single_learner = next(iter(answers)) if len(answers) == 1 else None
        all_answers = [answer for given in answers.values() for answer in given]
        item_names = {answer.item_name for answer in all_answers} | {
            answer.item_alone for answer in all_answers
        }
        resolver._find_items(item_names, learner_id=single_learner)
        new = [
            answer for answer in all_answers if (answer.source, answer.source_id) not in recorded
        ]
        unknown = {answer.item_name for answer in new if resolver.item_of(answer) is None}
        resolver._create_items(unknown, learner_id=single_learner)
        if single_learner is None:
            resolver._find_memories(answers)
        wanted = {
            learner_id: {name for a in given if (name := resolver._skill_name(a)) is not None}
            for learner_id, given in answers.items()
        }
        if len(wanted) == 1:
            [(learner_id, names)] = wanted.items()
            resolver._find_states_of_one(learner_id, names)
            resolver._find_skills(names)
        else:
            resolver._find_skills(set().union(*wanted.values()))
            resolver._find_states(wanted)
        return resolver

    def item_of(self, answer: Answer) -> Item | None:
        """Return the item an answer is about, None if it has none."""
        alone = self.items.get(answer.item_alone) if answer.item_alone else None
        if alone is not None and alone.skill_id is not None:
            return alone
        return self.items.get(answer.item_name) if answer.item_name else None

    def skill_of(self, answer: Answer) -> Skill | None:
        """Return the skill an answer is about, None if it has none."""
        name = self._skill_name(answer)
        return None if name is None else self.skills[name]

    def _skill_name(self, answer: Answer) -> str | UUID | None:
        """Return the key of the item's skill if that takes precedence, else the sender's code."""
        item = self.item_of(answer)
        if answer.is_default and item is not None and item.skill_id is not None:
            return item.skill_id
        return answer.skill

    def _find_items(self, names: Iterable[ItemName | None], *, learner_id: UUID | None) -> None:
        codes, guids = _split_names(names)
        if not codes and not guids:
            return
        if len(codes) <= MAX_COMPILED_ITEMS and len(guids) <= MAX_COMPILED_ITEMS:
            values: dict[str, ItemName] = {f"code{n}": code for n, code in enumerate(codes)}
            values |= {f"guid{n}": guid for n, guid in enumerate(guids)}
            query = _compiled_items_query(len(codes), len(guids))
            found = query.all(facility=self.facility_id, learner=learner_id, **values)
        else:
            found = list(_items_by_name(self.facility_id, codes, guids, learner=learner_id))
        for item in found:
            self.items[item.guid] = item
            if item.code is not None:
                self.items[item.code] = item
            own: ItemMemory | None = getattr(item, "own", None)
            if own is not None:
                self.memories[own.learner_id, item.pk] = own

    def _create_items(self, names: Iterable[ItemName | None], *, learner_id: UUID | None) -> None:
        codes, guids = _split_names(names)
        if codes or guids:
            new = [Item(facility_id=self.facility_id, code=code) for code in codes]
            new += [Item(facility_id=self.facility_id, guid=guid) for guid in guids]
            Item.objects.bulk_create(new, ignore_conflicts=True)
            self._find_items([*codes, *guids], learner_id=learner_id)

    def _find_memories(self, answers: Mapping[UUID, Sequence[Answer]]) -> None:
        """Load the memories of many learners, each of the items in their answers."""
        condition = Q()
        for learner_id, given in answers.items():
            items = {item.pk for answer in given if (item := self.item_of(answer)) is not None}
            if items:
                condition |= Q(learner=learner_id, item__in=items)
        for memory in ItemMemory.objects.filter(condition) if condition else ():
            self.memories[memory.learner_id, memory.item_id] = memory

    def _find_states_of_one(self, learner_id: UUID, wanted: set[str | UUID]) -> None:
        """Load one learner's states together with their skills."""
        codes = [name for name in wanted if isinstance(name, str)]
        if len(codes) == len(wanted) == 1:
            found = _compiled_state_query().all(
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
            self._add_skill(state.skill)

    def _find_states(self, wanted: Mapping[UUID, set[str | UUID]]) -> None:
        """Load the states of many learners, each at the skills of their answers."""
        condition = Q(pk=None)
        for learner_id, names in wanted.items():
            condition |= Q(learner=learner_id, skill__in=[self.skills[name].pk for name in names])
        fits = {skill.parameters_id: skill.parameters for skill in self.skills.values()}
        for state in SkillState.objects.filter(condition):
            if state.parameters_id in fits:  # an older version is read when needed
                state.parameters = fits[state.parameters_id]
            self.states[state.learner_id, state.skill_id] = state

    def _add_skill(self, skill: Skill) -> None:
        self.skills[skill.pk] = self.skills[skill.code] = skill

    def _find_skills(self, wanted: set[str | UUID]) -> None:
        """Load the skills at which none of the learners has a state, and create new ones."""
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
            # Deleted since its item was read. A foreign key would fail a moment later anyway.
            raise IntegrityError("The skill of an item does not exist.")

    def _read_skills(self, names: Iterable[str | UUID]) -> None:
        skills = Skill.objects.filter(facility=self.facility_id).select_related("parameters")
        codes = [name for name in names if isinstance(name, str)]
        keys = [name for name in names if isinstance(name, UUID)]
        for skill in skills.filter(code__in=codes) | skills.filter(pk__in=keys):
            self._add_skill(skill)


def _split_names(names: Iterable[ItemName | None]) -> tuple[list[str], list[UUID]]:
    """Return the codes and the GUIDs among some names, each sorted."""
    known = [name for name in names if name is not None]
    codes = sorted(name for name in known if isinstance(name, str))
    return codes, sorted(name for name in known if isinstance(name, UUID))
