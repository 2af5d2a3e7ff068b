"""Confidence in the estimates of a learner at a skill (learning-science 6)."""

from __future__ import annotations

# With fewer answers no level is shown, and no alert about the skill is raised.
MIN_ANSWERS = 5
HALF_KNOWN = 5  # answers at which the confidence is one half


def confidence(answers: int) -> float:
    """Return n / (n + 5) for n answers, in [0, 1)."""
    return answers / (answers + HALF_KNOWN)


def too_few_answers(answers: int) -> bool:
    """Return whether there are fewer than five answers, too few to show a level."""
    return answers < MIN_ANSWERS
