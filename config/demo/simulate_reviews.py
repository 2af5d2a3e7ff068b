"""Answers that an app reports one by one, and reviews of what is to be remembered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from analytics.events import Answer, Source
from config.demo.curriculum import Topic, hardness
from config.demo.simulated_learner import SimulatedLearner
from config.seeding.paths import Course, sigmoid

TRACKED_A_DAY, REVIEWED_A_DAY = (5, 7), 6
# Log odds of remembering: at first sight, more with every review, less with every day since.
FIRST_SIGHT, BY_REVIEW, BY_DAY, BEST = 0.8, 1.1, 0.04, 3.5
QUICK, QUICKLY = {Course.MASTERED, Course.FAST}, 1.0
ALMOST = 0.06


class ReviewSimulator:
    """Where one learner answers questions and studies sets, from day to day."""

    def __init__(self, pupil: SimulatedLearner, cards: dict[str, list[UUID]]) -> None:
        self.pupil = pupil
        self.chance = pupil.chance
        self.cards = cards
        self.told = 0
        self.reviews: Counter[UUID] = Counter()
        self.reviewed: dict[UUID, datetime] = {}

    def answers(self, topic: Topic, *, at: datetime) -> Iterator[Answer]:
        """Answer some questions about a topic, as an app would report them."""
        for _turn in range(self.chance.randint(*TRACKED_A_DAY)):
            place = self.chance.randrange(topic.items)
            answered = self.pupil.answer(topic.code, hardness(place, topic.items))
            at += timedelta(seconds=answered.seconds)
            yield Answer(
                source=Source.TRACK,
                source_id=self._name(),
                skill=topic.code,
                item=f"{topic.code}-{place + 1:02}",
                score=float(answered.right),
                seconds=round(answered.seconds),
                confidence=answered.confidence,
                happened_at=at,
            )

    def study(self, name: str, *, at: datetime) -> Iterator[Answer]:
        """Review a set: what was not seen for longest first, what is new last."""
        guids = self.cards[name]
        known = sorted((g for g in guids if g in self.reviewed), key=self.reviewed.__getitem__)
        new = [guid for guid in guids if guid not in self.reviewed]
        for guid in [*known[: REVIEWED_A_DAY - min(2, len(new))], *new[:2]]:
            seconds = self.chance.seconds(2, 12)
            at += timedelta(seconds=seconds)
            yield Answer(
                source=Source.STUDY,
                source_id=self._name(),
                guid=guid,
                is_default=True,
                score=self._recalled(guid, at=at),
                seconds=seconds,
                happened_at=at,
            )

    def _recalled(self, guid: UUID, *, at: datetime) -> float:
        days = (at - self.reviewed.get(guid, at)) / timedelta(days=1)
        quickness = QUICKLY if self.pupil.character.usual in QUICK else 0.0
        log_odds = FIRST_SIGHT + quickness + BY_REVIEW * self.reviews[guid] - BY_DAY * days
        self.reviews[guid] += 1
        self.reviewed[guid] = at
        if self.chance.happens(ALMOST):
            return 0.5
        return float(self.chance.happens(sigmoid(min(log_odds, BEST))))

    def _name(self) -> str:
        self.told += 1
        return f"demo-{self.pupil.character.username}-{self.told}"
