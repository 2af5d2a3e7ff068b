"""A simulated learner, who decides when to practise and what to answer."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from config.demo.chance import Chance
from config.demo.learning_curves import Course, Path, sigmoid

DAYS = 60
# Log odds: standard deviation of the daily mood, and loss of knowledge in a slump.
MOOD_SD, SLUMP = 0.2, 2.5


class Rhythm(StrEnum):
    """The pattern of days on which a learner practises."""

    REGULAR = "regular"
    IRREGULAR = "irregular"
    STOPPED = "stopped"
    NEW = "new"


# The first and the last day as days ago, and the share of days with practice.
_SPANS = {
    Rhythm.REGULAR: (DAYS, 0, 0.5),
    Rhythm.STOPPED: (DAYS, 16, 0.5),
    Rhythm.NEW: (9, 0, 0.8),
}
_BURST, _PAUSE = (2, 3), (6, 11)


class AnswerStyle(StrEnum):
    """The typical speed and confidence of a learner's answers."""

    USUAL = "usual"
    CAREFUL = "careful"
    GUESSING = "guessing"
    OVERCONFIDENT = "overconfident"


# The range of seconds for an answer; confidences (1 to 5) for right and for wrong answers.
_SECONDS: dict[AnswerStyle, tuple[float, float]] = {
    AnswerStyle.USUAL: (12, 60),
    AnswerStyle.CAREFUL: (45, 150),
    AnswerStyle.GUESSING: (2, 9),
    AnswerStyle.OVERCONFIDENT: (8, 40),
}
_CONFIDENCES: dict[AnswerStyle, tuple[list[int], list[int]]] = {
    AnswerStyle.USUAL: ([3, 4, 4, 5], [2, 2, 3, 4]),
    AnswerStyle.CAREFUL: ([2, 3, 3, 4], [1, 2, 2, 3]),
    AnswerStyle.GUESSING: ([1, 1, 2], [1, 1, 2]),
    AnswerStyle.OVERCONFIDENT: ([5, 5, 4], [5, 4, 5]),
}


@dataclass(frozen=True, kw_only=True)
class Persona:
    """The definition of a simulated learner.

    `courses` maps skills to the course of learning them; all others have the course `usual`. For
    the last `slump` days the learner knows less of everything. `hour` is the time of day at which
    they work, `uses_apps` says whether they answer in apps too, and `studies` whether they study
    sets there.
    """

    username: str
    full_name: str
    external_id: str
    classroom: str
    usual: Course = Course.STEADY
    courses: dict[str, Course] = field(default_factory=dict)
    rhythm: Rhythm = Rhythm.REGULAR
    answer_style: AnswerStyle = AnswerStyle.USUAL
    uses_apps: bool = True
    studies: bool = True
    slump: int = 0
    hour: int = 10


class SimulatedAnswer(NamedTuple):
    """One simulated answer: correctness, seconds, and confidence from 1 to 5."""

    right: bool
    seconds: float
    confidence: int


class SimulatedLearner:
    """The state of a simulated learner, which changes with each day and each answer."""

    def __init__(self, persona: Persona, chance: Chance) -> None:
        self.persona = persona
        self.chance = chance
        self.answer_counts: Counter[str] = Counter()
        self.paths: dict[str, Path] = {}
        self.mood = 0.0

    def days(self) -> list[int]:
        """Return the days of practice as days ago, the first day first; today is 0."""
        rhythm, chance = self.persona.rhythm, self.chance
        if rhythm is not Rhythm.IRREGULAR:
            first, last, share = _SPANS[rhythm]
            return [day for day in range(first, last - 1, -1) if chance.happens(share)]
        days: list[int] = []
        day = chance.randint(0, 4)
        while day <= DAYS:
            burst = range(day, day + chance.randint(*_BURST))
            days += burst
            day = burst.stop + chance.randint(*_PAUSE)
        return [day for day in reversed(days) if day <= DAYS]

    def start_day(self, days_ago: int) -> None:
        """Draw the mood of a day."""
        self.mood = self.chance.gauss(0, MOOD_SD)
        if days_ago < self.persona.slump:
            self.mood -= SLUMP

    def answer(self, skill: str, hardness: float) -> SimulatedAnswer:
        """Return a random answer to a question of a skill; `hardness` is in log odds."""
        log_odds = self._path(skill).at(self.answer_counts[skill]) + self.mood - hardness
        self.answer_counts[skill] += 1
        right = self.chance.happens(sigmoid(log_odds))
        if_right, if_wrong = _CONFIDENCES[self.persona.answer_style]
        confidence = self.chance.choice(if_right if right else if_wrong)
        return SimulatedAnswer(right, self.seconds(), confidence)

    def seconds(self) -> float:
        """Return a random time for one question, in seconds."""
        return self.chance.seconds(*_SECONDS[self.persona.answer_style])

    def _path(self, skill: str) -> Path:
        if skill not in self.paths:
            course = self.persona.courses.get(skill, self.persona.usual)
            self.paths[skill] = Path.of(course, self.chance)
        return self.paths[skill]
