"""Simulation of learners' work: watching, practising until mastery, quizzes, pauses, dropouts."""

from __future__ import annotations

from datetime import datetime, timedelta

from config.seeding.paths import Path, sigmoid
from config.seeding.rng import Chance
from config.seeding.session_writer import SessionWriter
from logger.commands import Interaction, UpdateSession
from logger.mastery import MasteryType
from roster.models import Lesson

MAX_SITTINGS = 4
QUESTIONS_A_SITTING = (4, 15)
AGAIN = 0.25
WATCHED = (0.05, 0.6)
HARDEST = 1.0  # difficulty of the hardest item in log odds; the easiest has -1.0


class Habits:
    """Simulates one learner's work on one content, from a start time up to now."""

    def __init__(
        self, writer: SessionWriter, *, path: Path, lesson: Lesson | None, now: datetime
    ) -> None:
        self.writer = writer
        self.chance: Chance = writer.chance
        self.path = path
        self.answered = 0
        self.lesson = lesson
        self.now = now

    def work(self, at: datetime) -> None:
        """Simulate work on the content according to its kind, in one session or several."""
        self.moment = at
        if self.writer.content.items is None:
            self._watch()
        elif self.writer.content.model == {"type": MasteryType.QUIZ} or self.writer.content.quiz_id:
            self._take_quiz(self.writer.content.items)
        else:
            self._practise(self.writer.content.items)

    def _goes_on(self) -> bool:
        """Return True if there is time left, and the limit of attempts is not reached."""
        return self.moment < self.now and not self.writer.records.full

    def _pass(self, seconds: float) -> bool:
        """Advance the simulated time; return False if that would be in the future."""
        later = self.moment + timedelta(seconds=seconds)
        if later > self.now:
            self.moment = self.now
            return False
        self.moment = later
        return True

    def _watch(self) -> None:
        for _sitting in range(self.chance.randint(1, MAX_SITTINGS)):
            if not self._goes_on():
                return
            self.writer.start(at=self.moment, lesson=self.lesson)
            for _turn in range(self.chance.randint(1, 3)):
                seconds = self.chance.seconds(20, 300)
                if self._pass(seconds):
                    share = round(self.chance.uniform(*WATCHED), 3)
                    update = UpdateSession(progress_delta=share, time_spent_delta=seconds)
                    self.writer.move(update, at=self.moment)
            self._sleep()

    def _sleep(self) -> None:
        self._pass(self.chance.expovariate(1 / 86_400) + 600)

    def _practise(self, items: list[str]) -> None:
        repeat = False
        for _sitting in range(self.chance.randint(1, MAX_SITTINGS)):
            if not self._goes_on():
                return
            self.writer.start(at=self.moment, lesson=self.lesson, repeat=repeat)
            self._sit(items)
            complete = self.writer.tried is not None and self.writer.tried.complete
            repeat = complete and self.chance.happens(AGAIN * 2)
            if complete and not repeat and not self.chance.happens(AGAIN):
                return
            self._sleep()

    def _sit(self, items: list[str]) -> None:
        """Answer questions until mastery, or up to a random number for one session."""
        for _question in range(self.chance.randint(*QUESTIONS_A_SITTING)):
            if not self._goes_on() or not self._ask(self.chance.choice(items)):
                return
            tried = self.writer.tried
            if tried is not None and tried.complete and not self.chance.happens(AGAIN):
                return

    def _ask(self, item: str, *, is_quiz: bool = False, again: bool = False) -> bool:
        """Answer one question; return False if there was no time for it."""
        seconds = self.chance.seconds(4, 90)
        if not self._pass(seconds):
            return False
        interactions = self._interactions(item, seconds, is_quiz=is_quiz, again=again)
        update = UpdateSession(time_spent_delta=seconds, interactions=interactions)
        progress = None if is_quiz else self._progress()
        if progress is not None:
            update = update.model_copy(update={"progress": progress})
        self.writer.move(update, at=self.moment)
        return True

    def _progress(self) -> float | None:
        """Return the progress a client reports; only the client knows the end of `do_all`."""
        tried = self.writer.tried
        if tried is None or tried.complete:
            return None
        if tried.mastery_criterion["type"] == MasteryType.DO_ALL:
            return min(1.0, round((tried.attempt_count + 1) / 10, 3))
        return min(0.9, round(0.05 * (tried.attempt_count + 1), 3))

    def _interactions(
        self, item: str, seconds: float, *, is_quiz: bool, again: bool
    ) -> tuple[Interaction, ...]:
        right = self.chance.happens(self._level(item))
        chosen = self.chance.randrange(4)
        before = self._latest_seconds(item) if again else 0.0
        answer = Interaction(
            item=item,
            correct=float(right) if not self.chance.happens(0.02) else 0.5,
            time_spent=round(before + seconds, 1),
            complete=right or is_quiz,
            answer={"choice": chosen},
            simple_answer="ABCD"[chosen],
            replace=again,
        )
        if is_quiz or right or not self.chance.happens(0.85):
            return (answer,)
        return self._mended(answer)

    def _level(self, item: str) -> float:
        """Return the probability of a right answer; a content's first items are the easiest."""
        items = self.writer.content.items or [item]
        harder = HARDEST * (2 * items.index(item) / len(items) - 1)
        log_odds = self.path.at(self.answered) - harder
        self.answered += 1
        return sigmoid(log_odds)

    def _latest_seconds(self, item: str) -> float:
        return next((a.time_spent for a in self.writer.attempts if a.item == item), 0.0)

    def _mended(self, wrong: Interaction) -> tuple[Interaction, ...]:
        """Return the interactions at a wrong answer: app errors, hints, mostly a right answer."""
        more = [wrong.model_copy(update={"correct": 0.0})]
        if self.chance.happens(0.05):
            more.insert(0, wrong.model_copy(update={"correct": 0.0, "answer": None, "error": True}))
        if self.chance.happens(0.4):
            more.append(
                wrong.model_copy(update={"correct": 0.0, "hinted": True, "answer": {"hint": 1}})
            )
        if self.chance.happens(0.8):
            more.append(wrong.model_copy(update={"correct": 1.0, "complete": True}))
        return tuple(more)

    def _take_quiz(self, items: list[str]) -> None:
        """Answer a sample of the questions, change some answers, and mostly submit."""
        self.writer.start(at=self.moment)
        asked = self.chance.sample(items, k=min(len(items), self.chance.randint(5, 20)))
        for item in asked:
            if not self._goes_on() or not self._ask(item, is_quiz=True):
                return
        for item in asked[: self.chance.randint(0, 2)]:
            self._ask(item, is_quiz=True, again=True)
        if self.chance.happens(0.85) and self._pass(5.0):
            self.writer.move(UpdateSession(progress=1.0), at=self.moment)
