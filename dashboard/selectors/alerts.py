"""Whom of some learners a coach should look at first, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from analytics.core import alerts
from analytics.core.alerts import Concern
from analytics.core.trajectory import Course
from analytics.models import Skill, SkillState
from analytics.rows import DAY
from dashboard import presentation
from dashboard.selectors.inactive import newest_answer
from roster.models import User

MOST_CONCERNED = 24
MOST_REASONS = 3


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """One reason to help a learner, at a skill or altogether, with what is known beside it."""

    concern: Concern
    state: SkillState | None = None

    @property
    def skill(self) -> Skill | None:
        """The skill, if it is about one."""
        return self.state.skill if self.state else None

    @property
    def name(self) -> str:
        """What the reason is called."""
        return str(presentation.REASONS[self.concern.reason])

    @property
    def symbol(self) -> str:
        """A sign for it, beside which nobody needs a colour."""
        return presentation.SYMBOLS[self.concern.reason]

    @property
    def tone(self) -> str:
        """How grave it is, as the style sheet calls it."""
        return presentation.TONES[self.concern.reason]

    @property
    def explained(self) -> str:
        """Its figure and its threshold."""
        return presentation.explained(self.concern)

    @property
    def beside(self) -> str:
        """What else there is to know of the learner at the skill."""
        return presentation.standing(self.state) if self.state else ""


@dataclass(frozen=True, kw_only=True)
class Concerned:
    """A learner who needs help: the most pressing reasons, and how many there are besides."""

    learner: User
    troubles: Sequence[Trouble]
    more: int

    @property
    def kind(self) -> str:
        """The most pressing reason, as the style sheet calls it."""
        return self.troubles[0].concern.reason.name.lower()


def concerned(
    learners: Iterable[User], states: Iterable[SkillState], *, at: datetime
) -> list[Concerned]:
    """Return who of these learners needs help, the most pressing first.

    Parameters
    ----------
    learners : with their ability.
    states : theirs, of the skills that matter.
    """
    troubles: dict[object, list[Trouble]] = defaultdict(list)
    for state in states:
        found = alerts.of_course(Course.from_bytes(bytes(state.course)))
        if found is not None:
            troubles[state.learner_id].append(Trouble(concern=found, state=state))
    people = list(learners)
    for learner in people:
        absence = alerts.of_absence(_days_away(learner, at))
        if absence is not None:
            troubles[learner.pk].append(Trouble(concern=absence))
    found_of = [_of(learner, troubles[learner.pk]) for learner in people if troubles[learner.pk]]
    return sorted(found_of, key=_pressing)


def _of(learner: User, troubles: list[Trouble]) -> Concerned:
    ordered = sorted(troubles, key=lambda trouble: trouble.concern.rank)
    shown = ordered[:MOST_REASONS]
    return Concerned(learner=learner, troubles=shown, more=len(ordered) - len(shown))


def _pressing(found: Concerned) -> tuple[int, int, float]:
    reason, figure = found.troubles[0].concern.rank
    return reason, -(len(found.troubles) + found.more), figure


def _days_away(learner: User, at: datetime) -> float | None:
    newest = newest_answer(learner)
    if newest is None:
        return None
    elapsed: timedelta = at - newest
    return max(elapsed.total_seconds() / DAY, 0.0)
