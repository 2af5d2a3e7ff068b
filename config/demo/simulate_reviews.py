"""Simulation of answers in apps: tracked answers about topics, and reviews of study sets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from analytics.events import Answer, Source, Texts
from config.demo.chance import Chance
from config.demo.curriculum import hardness
from config.demo.learning_curves import Course, sigmoid
from config.demo.simulate_sessions import MISTAKES
from config.demo.simulated_learner import SimulatedLearner
from config.demo.topics import Topic

TRACKED_PER_DAY, REVIEWED_PER_DAY = (5, 7), 6
# Log odds of recall: at the first review, gain per review, loss per day since, and the maximum.
FIRST_SIGHT, GAIN_PER_REVIEW, LOSS_PER_DAY, MAX_LOG_ODDS = 0.8, 1.1, 0.04, 3.5
FAST_COURSES, FAST_BONUS = {Course.MASTERED, Course.FAST}, 1.0
ALMOST_PROBABILITY = 0.06


class ReviewSimulator:
    """Generates one learner's tracked answers and reviews, from day to day."""

    def __init__(self, simulated_learner: SimulatedLearner, cards: dict[str, list[UUID]]) -> None:
        self.simulated_learner = simulated_learner
        self.chance = simulated_learner.chance
        self.cards = cards
        # Of its own, so that the texts change no other random value.
        self.mistakes = Chance(f"mistakes of {simulated_learner.persona.username}")
        self.answer_count = 0
        self.reviews: Counter[UUID] = Counter()
        self.reviewed: dict[UUID, datetime] = {}

    def answers(self, topic: Topic, *, at: datetime) -> Iterator[Answer]:
        """Yield answers to some questions about a topic, as an app would report them."""
        for _turn in range(self.chance.randint(*TRACKED_PER_DAY)):
            position = self.chance.randrange(topic.items)
            question = topic.questions[position]
            answered = self.simulated_learner.answer(topic.code, hardness(position, topic.items))
            [mistake] = self.mistakes.choices(question.wrong, MISTAKES)
            at += timedelta(seconds=answered.seconds)
            yield Answer(
                source=Source.TRACK,
                source_id=self._make_source_id(),
                skill=topic.code,
                item=f"{topic.code}-{position + 1:02}",
                score=float(answered.right),
                seconds=round(answered.seconds),
                confidence=answered.confidence,
                happened_at=at,
                texts=Texts(question.text, question.right if answered.right else mistake),
            )

    def study(self, name: str, *, at: datetime) -> Iterator[Answer]:
        """Yield reviews of a study set: the items not seen for longest first, new items last."""
        guids = self.cards[name]
        reviewed_guids = sorted(
            (g for g in guids if g in self.reviewed), key=self.reviewed.__getitem__
        )
        new_guids = [guid for guid in guids if guid not in self.reviewed]
        for guid in [*reviewed_guids[: REVIEWED_PER_DAY - min(2, len(new_guids))], *new_guids[:2]]:
            seconds = self.chance.seconds(2, 12)
            at += timedelta(seconds=seconds)
            yield Answer(
                source=Source.STUDY,
                source_id=self._make_source_id(),
                guid=guid,
                is_default=True,
                score=self._score_review(guid, at=at),
                seconds=seconds,
                happened_at=at,
            )

    def _score_review(self, guid: UUID, *, at: datetime) -> float:
        days = (at - self.reviewed.get(guid, at)) / timedelta(days=1)
        bonus = FAST_BONUS if self.simulated_learner.persona.usual in FAST_COURSES else 0.0
        log_odds = FIRST_SIGHT + bonus + GAIN_PER_REVIEW * self.reviews[guid] - LOSS_PER_DAY * days
        self.reviews[guid] += 1
        self.reviewed[guid] = at
        if self.chance.happens(ALMOST_PROBABILITY):
            return 0.5
        return float(self.chance.happens(sigmoid(min(log_odds, MAX_LOG_ODDS))))

    def _make_source_id(self) -> str:
        self.answer_count += 1
        return f"demo-{self.simulated_learner.persona.username}-{self.answer_count}"
