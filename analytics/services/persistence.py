"""Writing evidence, beliefs and statistics, by statements that are compiled once."""

from __future__ import annotations

from analytics.models import Item, ItemMemory, LearnerAbility, LearningEvent, Skill, SkillState
from infra.db.compiled_queries import CompiledUpdate, CompiledUpsert

keep_events = CompiledUpsert(LearningEvent)
keep_states = CompiledUpsert(
    SkillState, unique_fields=["learner", "skill"], update_fields=SkillState.LEARNED
)
keep_abilities = CompiledUpsert(
    LearnerAbility, unique_fields=["learner"], update_fields=LearnerAbility.LEARNED
)
keep_memories = CompiledUpsert(
    ItemMemory, unique_fields=["learner", "item"], update_fields=ItemMemory.LEARNED
)
# The one thing about an event that may be told anew; of whole rows, and of one by its key.
retell_events = CompiledUpsert(
    LearningEvent, unique_fields=["id"], update_fields=LearningEvent.JUDGED
)
retell_event = CompiledUpdate(LearningEvent, LearningEvent.JUDGED)
keep_skills = CompiledUpsert(Skill, unique_fields=["id"], update_fields=Skill.FOLDED)
keep_items = CompiledUpsert(Item, unique_fields=["id"], update_fields=Item.FOLDED)
