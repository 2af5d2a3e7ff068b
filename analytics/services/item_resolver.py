"""Lookup of the skills and items that answers are about; new names are created.

The learners' own states, memories and abilities are read together with them, since they change
next.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import IntegrityError
from django.db.models import CharField, UUIDField

from analytics.catalogue.skills import content_titles
from analytics.events import Answer
from analytics.models import Item, ItemMemory, LearnerAbility, Skill, SkillParameters, SkillState
from infra.db.compiled_lookup import CompiledLookup, Join
from infra.db.compiled_queries import cache_related
from roster.models import Facility, User

ItemName = str | UUID
# A learner, the facility, and the name of an item or a skill there; None: only the learner.
Wanted = tuple[UUID, UUID, ItemName | None]

_OWNER = {"learner": UUIDField(), "facility": UUIDField()}
_BY_CODE, _BY_KEY = _OWNER | {"name": CharField()}, _OWNER | {"name": UUIDField()}
_OF_ITEM = (
    Join("home", Facility, "home.id = item.facility_id"),
    Join("memory", ItemMemory, "memory.learner_id = given.learner AND memory.item_id = item.id"),
)
_OF_SKILL = (
    Join("state", SkillState, "state.learner_id = given.learner AND state.skill_id = skill.id"),
    # Those of the state, else the newest of the skill.
    Join(
        "parameters",
        SkillParameters,
        "parameters.id ="
        " CASE WHEN state.id IS NULL THEN skill.parameters_id ELSE state.parameters_id END",
    ),
    Join("ability", LearnerAbility, "ability.learner_id = given.learner"),
)


def _named(alias: str, column: str) -> str:
    return f"{alias}.facility_id = given.facility AND {alias}.{column} = given.name"


_items_by_code = CompiledLookup(_BY_CODE, Join("item", Item, _named("item", "code")), *_OF_ITEM)
_items_by_guid = CompiledLookup(_BY_KEY, Join("item", Item, _named("item", "guid")), *_OF_ITEM)
_skills_by_code = CompiledLookup(
    _BY_CODE, Join("skill", Skill, _named("skill", "code")), *_OF_SKILL
)
_skills_by_key = CompiledLookup(_BY_KEY, Join("skill", Skill, _named("skill", "id")), *_OF_SKILL)


@dataclass(kw_only=True)
class ItemResolver:
    """The skills and items of some learners' answers, and the learners' rows of them.

    Names are unique within a facility, so items and skills are found by facility and name.
    `skills_by_key` has all of the skills.
    """

    items: dict[tuple[UUID, ItemName], Item] = field(default_factory=dict)
    skills: dict[tuple[UUID, ItemName], Skill] = field(default_factory=dict)
    skills_by_key: dict[UUID, Skill] = field(default_factory=dict)
    states: dict[tuple[UUID, UUID], SkillState] = field(default_factory=dict)
    memories: dict[tuple[UUID, UUID], ItemMemory] = field(default_factory=dict)
    abilities: dict[UUID, LearnerAbility] = field(default_factory=dict)

    @classmethod
    def for_answers(
        cls,
        answers: Mapping[User, Sequence[Answer]],
        *,
        recorded: Container[tuple[UUID, str, str | None]],
    ) -> ItemResolver:
        """Look up the skills and items of each learner's answers.

        The number of statements depends neither on the number of learners nor on that of answers.

        Parameters
        ----------
        answers : by learner, each of a facility; the learners may be of several facilities.
        recorded : facility, source and source id of answers recorded before; nothing is created for
            these.
        """
        resolver = cls()
        every = [
            (user.pk, user.facility_id, answer)
            for user, given in answers.items()
            if user.facility_id is not None
            for answer in given
        ]
        new = {
            id(answer)
            for _, place, answer in every
            if (place, answer.source, answer.source_id) not in recorded
        }
        names = dict.fromkeys(
            (pk, place, name)
            for pk, place, answer in every
            for name in (answer.item_name, answer.item_alone)
            if name is not None
        )
        resolver._find_items(names)
        unknown = dict.fromkeys(
            (pk, place, answer.item_name)
            for pk, place, answer in every
            if answer.item_name is not None
            and id(answer) in new
            and resolver.item_of(place, answer) is None
        )
        resolver._create_items(unknown)
        wanted: dict[Wanted, bool] = {}
        for pk, place, answer in every:
            name = resolver._skill_name(place, answer)
            wanted[pk, place, name] = wanted.get((pk, place, name), False) or id(answer) in new
        resolver._find_skills(wanted)
        return resolver

    def item_of(self, facility_id: UUID, answer: Answer) -> Item | None:
        """Return the item an answer is about, None if it has none."""
        alone = self.items.get((facility_id, answer.item_alone)) if answer.item_alone else None
        if alone is not None and alone.skill_id is not None:
            return alone
        name = answer.item_name
        return self.items.get((facility_id, name)) if name else None

    def skill_of(self, facility_id: UUID, answer: Answer) -> Skill | None:
        """Return the skill an answer is about, None if it has none."""
        name = self._skill_name(facility_id, answer)
        return None if name is None else self.skills[facility_id, name]

    def _skill_name(self, facility_id: UUID, answer: Answer) -> ItemName | None:
        """Return the key of the item's skill if that takes precedence, else the sender's code."""
        if answer.is_default:
            item = self.item_of(facility_id, answer)
            if item is not None and item.skill_id is not None:
                return item.skill_id
        return answer.skill

    def _find_items(self, wanted: Iterable[Wanted]) -> None:
        codes, guids = _split_names(wanted)
        for given, lookup in ((codes, _items_by_code), (guids, _items_by_guid)):
            for _, item, home, memory in lookup(given):
                if item is None:
                    continue
                cache_related(item, "facility", home)
                facility_id = home.pk
                self.items[facility_id, item.guid] = item
                if item.code is not None:
                    self.items[facility_id, item.code] = item
                if memory is not None:
                    self.memories[memory.learner_id, item.pk] = memory

    def _create_items(self, unknown: Iterable[Wanted]) -> None:
        codes, guids = _split_names(unknown)
        new = [Item(facility_id=place, code=code) for place, code in _places(codes)]
        new += [Item(facility_id=place, guid=guid) for place, guid in _places(guids)]
        if new:
            Item.objects.bulk_create(new, ignore_conflicts=True)
            self._find_items([*codes, *guids])

    def _find_skills(self, wanted: Mapping[Wanted, bool]) -> None:
        """Load the skills with the learners' rows of them, and create new ones.

        `wanted` is True for those that may be created.
        """
        unknown = [found for found in self._read_skills(wanted) if wanted[found]]
        if not unknown:
            return
        if any(not isinstance(name, str) for _, _, name in unknown):
            # Deleted since its item was read. A foreign key would fail a moment later anyway.
            raise IntegrityError("The skill of an item does not exist.")
        new = _places(unknown)
        titles = content_titles(sorted({code for _, code in new}))
        Skill.objects.bulk_create(
            [
                Skill(facility_id=place, code=code, title=titles.get(code, ""))
                for place, code in new
            ],
            ignore_conflicts=True,
        )
        if self._read_skills(unknown):
            raise IntegrityError("A new skill was deleted at once.")

    def _read_skills(self, wanted: Iterable[Wanted]) -> list[Wanted]:
        """Load skills, and return those that do not exist."""
        codes, keys = _split_names(wanted)
        missing = []
        for given, lookup in ((codes, _skills_by_code), (keys, _skills_by_key)):
            for position, *found in lookup(given):
                if not self._add(given[position], found) and given[position][2] is not None:
                    missing.append(given[position])
        return missing

    def _add(self, wanted: Wanted, found: Sequence[Any]) -> bool:
        """Add the rows that were found; return whether the skill was among them."""
        skill, state, parameters, ability = found
        learner_id, facility_id, _ = wanted
        if ability is not None:
            self.abilities.setdefault(learner_id, ability)
        if skill is None:
            return False
        skill = self.skills_by_key.setdefault(skill.pk, skill)
        self.skills[facility_id, skill.code] = self.skills[facility_id, skill.pk] = skill
        if state is None:
            cache_related(skill, "parameters", parameters)
        elif (learner_id, skill.pk) not in self.states:
            cache_related(state, "parameters", parameters)
            self.states[learner_id, skill.pk] = state
        return True


def _split_names(wanted: Iterable[Wanted]) -> tuple[list[Wanted], list[Wanted]]:
    """Return those with a code or no name, and those with a key."""
    codes: list[Wanted] = []
    keys: list[Wanted] = []
    for each in wanted:
        (keys if isinstance(each[2], UUID) else codes).append(each)
    return codes, keys


def _places(wanted: Iterable[Wanted]) -> list[tuple[UUID, Any]]:
    """Return facilities and names, sorted, so that concurrent inserts cannot deadlock."""
    return sorted({(place, name) for _, place, name in wanted})
