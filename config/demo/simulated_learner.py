"""A simulated learner: when they practise, and what they answer."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from config.seeding.chance import Chance
from config.seeding.paths import Course, Path, sigmoid

DAYS = 60
# Log odds: good days and bad ones.
MOOD_SD, SLUMP = 0.2, 2.5


class Rhythm(StrEnum):
    """On which days somebody practises."""

    REGULAR = "regular"
    IRREGULAR = "irregular"
    STOPPED = "stopped"
    NEW = "new"


# The first and the last day, counted back from today, and the share of days with practice.
_SPANS = {
    Rhythm.REGULAR: (DAYS, 0, 0.5),
    Rhythm.STOPPED: (DAYS, 16, 0.5),
    Rhythm.NEW: (9, 0, 0.8),
}
_BURST, _PAUSE = (2, 3), (6, 11)


class AnswerStyle(StrEnum):
    """How somebody answers."""

    USUAL = "usual"
    CAREFUL = "careful"
    GUESSING = "guessing"
    OVERCONFIDENT = "overconfident"


# Seconds for an answer, and how sure of it when right and when wrong, from 1 to 5.
_SECONDS: dict[AnswerStyle, tuple[float, float]] = {
    AnswerStyle.USUAL: (12, 60),
    AnswerStyle.CAREFUL: (45, 150),
    AnswerStyle.GUESSING: (2, 9),
    AnswerStyle.OVERCONFIDENT: (8, 40),
}
_SURE: dict[AnswerStyle, tuple[list[int], list[int]]] = {
    AnswerStyle.USUAL: ([3, 4, 4, 5], [2, 2, 3, 4]),
    AnswerStyle.CAREFUL: ([2, 3, 3, 4], [1, 2, 2, 3]),
    AnswerStyle.GUESSING: ([1, 1, 2], [1, 1, 2]),
    AnswerStyle.OVERCONFIDENT: ([5, 5, 4], [5, 4, 5]),
}


@dataclass(frozen=True, kw_only=True)
class Persona:
    """Who somebody is: what becomes of their practice of most things, and of some by name.

    Something weighs on who is in a `slump`: for so many days now they know less of everything.
    """

    username: str
    full_name: str
    external_id: str
    classroom: str
    usual: Course = Course.STEADY
    courses: dict[str, Course] = field(default_factory=dict)
    rhythm: Rhythm = Rhythm.REGULAR
    manner: AnswerStyle = AnswerStyle.USUAL
    studies: bool = True
    slump: int = 0
    hour: int = 10


class Answered(NamedTuple):
    """One answer: whether it was right, in how many seconds, and how sure they were of it."""

    right: bool
    seconds: float
    confidence: int


class SimulatedLearner:
    """Somebody of a character, while time goes by."""

    def __init__(self, character: Persona, chance: Chance) -> None:
        self.character = character
        self.chance = chance
        self.answered: Counter[str] = Counter()
        self.paths: dict[str, Path] = {}
        self.mood = 0.0

    def days(self) -> list[int]:
        """Return how many days ago they practised, the first day first; today is 0."""
        rhythm, chance = self.character.rhythm, self.chance
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

    def begin_day(self, days_ago: int) -> None:
        """Be in a good mood or a bad one."""
        self.mood = self.chance.gauss(0, MOOD_SD)
        if days_ago < self.character.slump:
            self.mood -= SLUMP

    def answer(self, thing: str, hardness: float) -> Answered:
        """Answer a question about something, harder than others by so many log odds."""
        log_odds = self._path(thing).at(self.answered[thing]) + self.mood - hardness
        self.answered[thing] += 1
        right = self.chance.happens(sigmoid(log_odds))
        when_right, when_wrong = _SURE[self.character.manner]
        confidence = self.chance.choice(when_right if right else when_wrong)
        return Answered(right, self.seconds(), confidence)

    def seconds(self) -> float:
        """Return how long they look at a question."""
        return self.chance.seconds(*_SECONDS[self.character.manner])

    def _path(self, thing: str) -> Path:
        if thing not in self.paths:
            course = self.character.courses.get(thing, self.character.usual)
            self.paths[thing] = Path.of(course, self.chance)
        return self.paths[thing]
