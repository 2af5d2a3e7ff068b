"""Lookup of the skills and items that answers are about; new names are created.

The learners' own states, memories and abilities are read together with them, since they change
next.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import IntegrityError
from django.db.models import CharField, UUIDField
from uuid_utils.compat import uuid7

from analytics.catalogue.skills import content_titles
from analytics.core.bkt import MASTERED
from analytics.events import Answer, EventKey, Source
from analytics.models import (
    Item,
    ItemMemory,
    LearnerAbility,
    Skill,
    SkillParameters,
    SkillPrerequisite,
    SkillState,
)
from analytics.services import new_names
from analytics.services.persistence import insert_new_items, insert_new_skills
from infra.db.compiled_lookup import CompiledLookup, Join
from infra.db.compiled_queries import BlankInstance, cache_related
from roster.models import Facility, User

ItemName = str | UUID
# A learner, the facility, and the name of an item or a skill there; None: only the learner.
Wanted = tuple[UUID, UUID, ItemName | None]
_new_item = BlankInstance(Item)

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
    Join("home", Facility, "home.id = given.facility"),
    # As `SkillStateQuerySet.with_weak_prerequisite`, but whether the learner is stuck or not: the
    # answer may change that.
    Join(
        "prerequisite",
        Skill,
        "prerequisite.id ="  # noqa: S608
        f" (SELECT edge.before_id FROM {SkillPrerequisite._meta.db_table} edge"
        f" LEFT JOIN {SkillState._meta.db_table} known"
        " ON known.learner_id = given.learner AND known.skill_id = edge.before_id"
        " WHERE edge.after_id = skill.id"
        f" AND (known.mastery IS NULL OR known.mastery < {MASTERED})"
        " ORDER BY COALESCE(known.mastery, 1), edge.id LIMIT 1)",
    ),
)


def _named(alias: str, column: str) -> str:
    return f"{alias}.facility_id = given.facility AND {alias}.{column} = given.name"


_items_by_code = CompiledLookup(_BY_CODE, Join("item", Item, _named("item", "code")), *_OF_ITEM)
_items_by_guid = CompiledLookup(_BY_KEY, Join("item", Item, _named("item", "guid")), *_OF_ITEM)
_skills_by_code = CompiledLookup(
    _BY_CODE, Join("skill", Skill, _named("skill", "code")), *_OF_SKILL
)
_skills_by_key = CompiledLookup(_BY_KEY, Join("skill", Skill, _named("skill", "id")), *_OF_SKILL)


@dataclass(slots=True)
class Names:
    """The items and skills of one facility by name: code, GUID or, for skills, key."""

    items: dict[ItemName, Item] = field(default_factory=dict)
    skills: dict[ItemName, Skill] = field(default_factory=dict)

    def item_of(self, answer: Answer) -> Item | None:
        """Return the item an answer is about, None if it has none."""
        alone = self.items.get(answer.item_alone) if answer.item_alone else None
        if alone is not None and alone.skill_id is not None:
            return alone
        name = answer.item_name
        return self.items.get(name) if name else None

    def skill_name(self, answer: Answer) -> ItemName | None:
        """Return the key of the item's skill if that takes precedence, else the sender's code."""
        if answer.is_default:
            item = self.item_of(answer)
            if item is not None and item.skill_id is not None:
                return item.skill_id
        return answer.skill

    def skill_of(self, answer: Answer) -> Skill | None:
        """Return the skill an answer is about, None if it has none."""
        name = self.skill_name(answer)
        return None if name is None else self.skills[name]


@dataclass(slots=True)
class LearnerRows:
    """A learner's own rows: states by skill, memories by item, and the ability; their time zone.

    `weak_prerequisites` has by skill the name of the weakest prerequisite that is not mastered.
    """

    states: dict[UUID, SkillState] = field(default_factory=dict)
    memories: dict[UUID, ItemMemory] = field(default_factory=dict)
    ability: LearnerAbility | None = None
    time_zone: str = ""
    weak_prerequisites: dict[UUID, str] = field(default_factory=dict)


class ItemResolver:
    """The skills and items of some learners' answers, by facility, and the learners' rows of them.

    `skills` has all of the skills by key. `refused` has learners with the new names beyond their
    allowance, which are not created.
    """

    def __init__(self) -> None:
        self.refused: set[tuple[UUID, ItemName]] = set()
        self._allowances: dict[UUID, int | None] = {}
        self.names: defaultdict[UUID, Names] = defaultdict(Names)
        self.learners: defaultdict[UUID, LearnerRows] = defaultdict(LearnerRows)
        self.skills: dict[UUID, Skill] = {}

    @classmethod
    def for_answers(
        cls,
        answers: Mapping[User, Sequence[Answer]],
        *,
        recorded: Container[EventKey],
    ) -> ItemResolver:
        """Look up the skills and items of each learner's answers.

        The number of statements depends neither on the number of learners nor on that of answers.

        Parameters
        ----------
        answers : by learner; the learners may be of several facilities.
        recorded : keys of answers recorded before; nothing is created for
            these.
        """
        resolver = cls()
        owners = [
            (user.pk, user.facility_id, given)
            for user, given in answers.items()
            if user.facility_id is not None
        ]
        resolver._allowances = {
            pk: None for pk, _, given in owners if any(answer.by_learner for answer in given)
        }
        resolver._find_items(
            (pk, place, name)
            for pk, place, given in owners
            for name in {name for a in given for name in (a.item_name, a.item_alone)} - {None}
        )
        new = [(pk, place, _unrecorded(given, place, pk, recorded)) for pk, place, given in owners]
        resolver._create_items(
            [
                (pk, place, name)
                for pk, place, given in new
                for name in dict.fromkeys(
                    a.item_name for a in given if resolver.names[place].item_of(a) is None
                )
                if name is not None
            ]
        )
        wanted: dict[Wanted, bool] = {}
        for is_new, some in ((False, owners), (True, new)):
            for pk, place, given in some:
                names = resolver.names[place]
                found = dict.fromkeys(names.skill_name(answer) for answer in given)
                # Without a skill, only the ability is read.
                for name in [name for name in found if name is not None] or found:
                    wanted[pk, place, name] = is_new
        resolver._find_skills(wanted)
        return resolver

    def _find_items(self, wanted: Iterable[Wanted]) -> None:
        codes, guids = _split_names(wanted)
        for given, lookup in ((codes, _items_by_code), (guids, _items_by_guid)):
            for position, item, home, memory in lookup(given):
                if item is None:
                    continue
                learner_id, facility_id, _ = given[position]
                cache_related(item, "facility", home)
                items = self.names[facility_id].items
                items[item.code or item.guid] = items[item.guid] = item
                if memory is not None:
                    self.learners[learner_id].memories[item.pk] = memory

    def refuses(self, learner: User, answer: Answer) -> bool:
        """Return whether an answer names a skill or an item that was refused."""
        assert learner.facility_id is not None  # noqa: S101  # others are not learners
        names = self.names[learner.facility_id]
        skill, item = names.skill_name(answer), answer.item_name
        if skill is not None and skill not in names.skills:
            return True
        return item is not None and (learner.pk, item) in self.refused and item not in names.items

    def _allowed(self, unknown: Iterable[Wanted]) -> list[Wanted]:
        """Return the new names that may be created, and note the others as refused."""
        allowed, used = [], Counter[UUID]()
        for wanted in unknown:
            learner_id, _, name = wanted
            if learner_id in self._allowances and name is not None:
                left = self._allowances[learner_id]
                left = new_names.allowance(learner_id) if left is None else left
                self._allowances[learner_id] = max(0, left - 1)
                if not left:
                    self.refused.add((learner_id, name))
                    continue
                used[learner_id] += 1
            allowed.append(wanted)
        for learner_id, count in used.items():
            new_names.charge(learner_id, count)
        return allowed

    def _create_items(self, unknown: Sequence[Wanted]) -> None:
        unknown = self._allowed(unknown)
        new = [
            _new_item(facility_id=place, guid=name)
            if isinstance(name, UUID)
            else _new_item(facility_id=place, code=name, guid=uuid7())
            for place, name in _places(unknown)
        ]
        insert_new_items(new)
        self._find_items(unknown)

    def _find_skills(self, wanted: Mapping[Wanted, bool]) -> None:
        """Load the skills with the learners' rows of them, and create new ones.

        `wanted` is True for those that may be created.
        """
        unknown = [missing for missing in self._read_skills(wanted) if wanted[missing]]
        if any(isinstance(name, UUID) for _, _, name in unknown):
            # Deleted since its item was read. A foreign key would fail a moment later anyway.
            raise IntegrityError("The skill of an item does not exist.")
        unknown = self._allowed(unknown)
        if not unknown:
            return
        new = _places(unknown)
        titles = content_titles({code for _, code in new})
        places = {place for place, _ in new}
        pooled = SkillParameters.objects.filter(facility__in=places, skill=None)
        newest = dict(pooled.order_by("version").values_list("facility", "pk"))
        insert_new_skills(
            Skill(
                facility_id=place,
                code=code,
                title=titles.get(code, ""),
                parameters_id=newest.get(place),
            )
            for place, code in new
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
        skill, state, parameters, ability, home, prerequisite = found
        learner_id, facility_id, name = wanted
        rows = self.learners[learner_id]
        rows.time_zone = home.time_zone
        if ability is not None and rows.ability is None:
            rows.ability = ability
        if skill is None or name is None:
            return False
        skill = self.skills.setdefault(skill.pk, skill)
        self.names[facility_id].skills[name] = skill
        if prerequisite is not None:
            rows.weak_prerequisites[skill.pk] = str(prerequisite)
        if state is None:
            cache_related(skill, "parameters", parameters)
        elif skill.pk not in rows.states:
            cache_related(state, "parameters", parameters)
            rows.states[skill.pk] = state
        return True


def _unrecorded(
    answers: Iterable[Answer], facility_id: UUID, learner_id: UUID, recorded: Container[EventKey]
) -> list[Answer]:
    """Return the answers that are not recorded and repeat none of those before them."""
    seen: set[EventKey] = set()
    new = []
    for answer in answers:
        key = answer.key(facility_id, learner_id)
        if key in seen or key in recorded:
            continue
        new.append(answer)
        # An answer without a skill, and without an item to remember, is not recorded.
        is_study = answer.source is Source.STUDY and answer.item_name is not None
        if answer.source_id is not None and (answer.skill is not None or is_study):
            seen.add(key)
    return new


def _split_names(wanted: Iterable[Wanted]) -> tuple[list[Wanted], list[Wanted]]:
    """Return those with a code or no name, and those with a key."""
    codes: list[Wanted] = []
    keys: list[Wanted] = []
    for each in wanted:
        (keys if isinstance(each[2], UUID) else codes).append(each)
    return codes, keys


def _places(wanted: Iterable[Wanted]) -> list[tuple[UUID, Any]]:
    """Return facilities and names, sorted, so that concurrent inserts cannot deadlock."""
    return sorted({(place, name) for _, place, name in wanted}, key=str)
