"""The simulated history of all learners' work, in slices of time so that memory is bounded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from config.seeding.catalogue import Content
from config.seeding.habits import Habits
from config.seeding.paths import Course, Path
from config.seeding.rng import Chance, Weighted, zipf
from config.seeding.schools import Learner, Room, Schools
from config.seeding.session_writer import Records, SessionWriter

SPAN = timedelta(days=300)
ATTEMPTS_PER_SLICE = 20_000
# Use of the installation grows: later slices with as many attempts cover less time.
GROWTH = 0.8
GUESTS = 0.02
COACHS_QUIZ = 0.15
IN_A_LESSON = 0.4
TIRELESS = 10
# The probability that a content is learned with the learner's usual course.
AS_USUAL = 0.8


@dataclass(kw_only=True)
class History:
    """The history of work on contents at several schools, up to now."""

    schools: Schools
    contents: Weighted[Content]
    chance: Chance
    now: datetime

    def __post_init__(self) -> None:
        """Weight learners by their activity; the first facility has the most guests."""
        learners = self.schools.learners
        self.learners = Weighted(learners, (learner.weight for learner in learners))
        facilities = self.schools.facilities[:-1]
        self.hosts = Weighted(facilities, zipf(len(facilities)))

    def slices(self, attempts: int) -> Iterator[Records]:
        """Yield the records of each slice, oldest first, with exactly `attempts` attempts in all.

        Records of one slice do not refer to another, but work that started in one slice may end in
        the time of the next.
        """
        count = -(-attempts // ATTEMPTS_PER_SLICE)
        for number in range(count):
            low, high = number * attempts // count, (number + 1) * attempts // count
            records = Records(limit=high - low)
            while not records.full:
                self._engage(records, self.chance.uniform(number, number + 1) / count)
            yield records

    def _engage(self, records: Records, share: float) -> None:
        """Simulate work of a random learner that starts after a share of the whole time."""
        at = self.now - SPAN * (1 - share**GROWTH)
        if self.chance.happens(GUESTS):
            facility, content = self.hosts.pick(self.chance), self._content(share, set())
            writer = SessionWriter(facility, None, content, records=records, chance=self.chance)
            path = Path.of(Course.STEADY, self.chance)
            Habits(writer, path=path, lesson=None, now=self.now).work(at)
            return
        learner = self.learners.pick(self.chance)
        if learner.until < share:
            return
        room = self.chance.choice(learner.rooms)
        content = self._assigned(learner, room, share) or self._content(share, learner.done)
        if content.id in learner.done:
            return
        learner.done.add(content.id)
        self._work(learner, room, content, records, at)

    def _work(
        self, learner: Learner, room: Room, content: Content, records: Records, at: datetime
    ) -> None:
        user = learner.user
        assert user.facility is not None  # noqa: S101  # every learner is of one
        writer = SessionWriter(user.facility, user, content, records=records, chance=self.chance)
        in_lesson = content.quiz_id is None and self.chance.happens(IN_A_LESSON)
        lesson = room.lesson if in_lesson else None
        usual = self.chance.happens(AS_USUAL)
        path = Path.of(learner.course if usual else Course.STEADY, self.chance)
        Habits(writer, path=path, lesson=lesson, now=self.now).work(at)

    def _assigned(self, learner: Learner, room: Room, share: float) -> Content | None:
        """Return, with some probability, a quiz of the class that the learner has not taken."""
        if not self.chance.happens(COACHS_QUIZ):
            return None
        open_ones = [
            quiz for quiz in room.quizzes if quiz.id not in learner.done and share <= quiz.until
        ]
        return self.chance.choice(open_ones) if open_ones else None

    def _content(self, share: float, done: set[object]) -> Content:
        """Return a content in use that is new to the learner, unless they know nearly all."""
        content = self.contents.pick(self.chance)
        for _turn in range(TIRELESS):
            if content.id not in done and share <= content.until:
                break
            content = self.contents.pick(self.chance)
        return content
