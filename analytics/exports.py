"""Columns of the exports of the learner model; values as in the API."""

from __future__ import annotations

from analytics.core.confidence import confidence, too_few_answers
from infra.exports import Column, LookupColumn

_LEARNER = (
    Column("learner id", "learner"),
    Column("learner", "learner__full_name"),
    Column("username", "learner__username"),
    Column("external id", "learner__external_id"),
)
_DIFFICULTY = (
    Column("difficulty (log odds)", "difficulty_mean"),
    Column("difficulty variance", "difficulty_variance"),
    Column("answers", "answers"),
    Column("correct", "correct"),
    Column("typical time (seconds)", "typical_seconds"),
)

STATES = (
    Column("skill state id", "id"),
    *_LEARNER,
    Column("skill", "skill__code"),
    Column("skill title", "skill__title"),
    Column("mastery", "mastery"),
    Column("attempts", "attempts"),
    Column("correct", "correct"),
    Column("velocity", "velocity"),
    Column("plateau", "plateau"),
    Column("probability of plateau", "p_stuck"),
    Column("efficiency", "efficiency"),
    Column("last practised", "last_practised"),
    LookupColumn("confidence", ("attempts",), lambda keys: {n: confidence(*n) for n in keys}),
    LookupColumn(
        "too few answers", ("attempts",), lambda keys: {n: too_few_answers(*n) for n in keys}
    ),
)
EVENTS = (
    Column("event id", "id"),
    *_LEARNER,
    Column("skill", "skill__code"),
    Column("skill title", "skill__title"),
    Column("item", "item__code"),
    Column("item guid", "item__guid"),
    Column("happened", "happened_at"),
    Column("received", "received_at"),
    Column("source", "source"),
    Column("source id", "source_id"),
    Column("score", "score"),
    Column("time (seconds)", "seconds"),
    Column("confidence", "confidence"),
    Column("probability correct", "p_correct"),
    Column("mastery before", "mastery_before"),
    Column("mastery after", "mastery_after"),
    Column("answer", "texts__answer"),
)
MEMORIES = (
    Column("memory id", "id"),
    *_LEARNER,
    Column("item", "item__code"),
    Column("item guid", "item__guid"),
    Column("stability (days)", "stability"),
    Column("difficulty (1 to 10)", "difficulty"),
    Column("last review", "last_review"),
    Column("due", "due"),
    Column("reviews", "reviews"),
    Column("sum of scores", "score"),
    Column("study time (seconds)", "seconds"),
)
ALERTS = (
    Column("alert id", "id"),
    *_LEARNER,
    Column("kind", "kind"),
    Column("skill", "skill__code"),
    Column("skill title", "skill__title"),
    Column("state", "state"),
    Column("opened", "opened_at"),
    Column("snoozed until", "snoozed_until"),
    Column("resolved", "resolved_at"),
    Column("resolved by a coach", "by_coach"),
    Column("mastery before", "mastery_before"),
    Column("mastery after", "mastery_after"),
    Column("figures", "figures"),
)
SKILLS = (
    Column("skill id", "id"),
    Column("skill", "code"),
    Column("title", "title"),
    Column("section", "section"),
    Column("facility", "facility__name"),
    *_DIFFICULTY,
)
ITEMS = (
    Column("item id", "id"),
    Column("item", "code"),
    Column("guid", "guid"),
    Column("skill", "skill__code"),
    Column("skill title", "skill__title"),
    Column("facility", "facility__name"),
    *_DIFFICULTY,
    Column("title", "texts__title"),
    Column("text", "texts__text"),
    Column("url", "texts__url"),
)
CONTENTS = (
    Column("content id", "id"),
    Column("title", "title"),
    Column("kind", "kind"),
    Column("part of", "parent"),
    Column("items", "items"),
)
PREREQUISITES = (
    Column("prerequisite id", "id"),
    Column("before", "before__code"),
    Column("after", "after__code"),
    Column("facility", "facility__name"),
)
SUGGESTIONS = (
    Column("suggestion id", "id"),
    Column("before", "before__code"),
    Column("after", "after__code"),
    Column("facility", "facility__name"),
    Column("learners without it", "learners"),
    Column("successes without it", "successes"),
    Column("bound of the share", "bound"),
    Column("learners with it", "informed"),
    Column("successes with it", "informed_successes"),
    Column("computed", "computed_at"),
)
