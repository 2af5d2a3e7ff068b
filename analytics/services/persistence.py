"""Statements that save events, states, memories and statistics, compiled once."""

from __future__ import annotations

from analytics.models import Item, ItemMemory, LearnerAbility, LearningEvent, Skill, SkillState
from infra.db.compiled_queries import CompiledUpdate, CompiledUpsert

insert_events = CompiledUpsert(LearningEvent)
upsert_states = CompiledUpsert(
    SkillState, unique_fields=["learner", "skill"], update_fields=SkillState.UPDATE_FIELDS
)
upsert_abilities = CompiledUpsert(
    LearnerAbility, unique_fields=["learner"], update_fields=LearnerAbility.UPDATE_FIELDS
)
upsert_memories = CompiledUpsert(
    ItemMemory, unique_fields=["learner", "item"], update_fields=ItemMemory.UPDATE_FIELDS
)
# The only columns of an event that a replay may change.
update_replayed_events = CompiledUpdate(LearningEvent, LearningEvent.REPLAY_UPDATE_FIELDS)
# New rows whose names another request may just have inserted.
insert_new_skills = CompiledUpsert(Skill, ignore_conflicts=True)
insert_new_items = CompiledUpsert(Item, ignore_conflicts=True)
upsert_skills = CompiledUpsert(Skill, unique_fields=["id"], update_fields=Skill.FOLD_UPDATE_FIELDS)
upsert_items = CompiledUpsert(Item, unique_fields=["id"], update_fields=Item.FOLD_UPDATE_FIELDS)
