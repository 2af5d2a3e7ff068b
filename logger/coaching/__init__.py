"""A coach's pages on what learners did, and what they add to pages of others."""

from __future__ import annotations

from collections.abc import Sequence

from roster.coaching import ItemSection, LearnerSection

learner_sections: Sequence[LearnerSection] = ()
item_sections: Sequence[ItemSection] = ()
