"""A coach's pages on what learners did, and what they add to pages of others."""

from __future__ import annotations

from collections.abc import Sequence

from logger.coaching.sections import work_of, wrong_answers_at
from roster.coaching import ItemSection, LearnerSection

learner_sections: Sequence[LearnerSection] = (work_of,)
item_sections: Sequence[ItemSection] = (wrong_answers_at,)
