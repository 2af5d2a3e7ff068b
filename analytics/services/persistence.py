"""Writing evidence, beliefs and statistics, by statements that are compiled once."""

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
# The one thing about an event that may be told anew; of whole rows, and of one by its key.
update_replayed_events = CompiledUpsert(
    LearningEvent, unique_fields=["id"], update_fields=LearningEvent.REPLAY_UPDATE_FIELDS
)
update_replayed_event = CompiledUpdate(LearningEvent, LearningEvent.REPLAY_UPDATE_FIELDS)
upsert_skills = CompiledUpsert(Skill, unique_fields=["id"], update_fields=Skill.FOLD_UPDATE_FIELDS)
upsert_items = CompiledUpsert(Item, unique_fields=["id"], update_fields=Item.FOLD_UPDATE_FIELDS)
