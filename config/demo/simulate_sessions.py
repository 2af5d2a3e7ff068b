"""Sessions of simulated learners, told to the ordinary services."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from config.demo.content import QUIZ_QUESTIONS, QuizQuestion
from config.demo.curriculum import VIDEO, Exercise, Question, hardness, key_of
from config.demo.simulated_learner import SimulatedLearner
from logger.commands import Interaction, StartSession, UpdateSession
from logger.services import start_session, update_session
from roster.models import Lesson, Quiz, User

QUESTIONS = (4, 7)
# Of wrong answers, how often each mistake is made; and what may happen beside an answer.
MISTAKES = (0.6, 0.25, 0.15)
HINT_FIRST, GOES_ON, TAKES_HINT, APP_FAILS = 0.03, 0.7, 0.4, 0.015
SUBMITS = 0.75


class SimulatedSession:
    """One learner at work, from a moment on."""

    def __init__(self, learner: User, pupil: SimulatedLearner, *, at: datetime) -> None:
        self.learner = learner
        self.pupil = pupil
        self.chance = pupil.chance
        self.moment = at

    def watch(self) -> None:
        """Watch a part of the video."""
        session_id = self._start(
            StartSession(
                kind="video",
                content_id=key_of(VIDEO),
                node_id=key_of(f"node of {VIDEO}"),
                channel_id=key_of("channel"),
            )
        )
        seconds = self.chance.seconds(30, 240)
        self._pass(seconds)
        self._send(session_id, UpdateSession(progress_delta=0.1, time_spent_delta=seconds))

    def practise(self, exercise: Exercise, lesson: Lesson | None) -> None:
        """Answer some questions of an exercise, each once, easy ones and hard ones."""
        session_id = self._start(
            StartSession(
                kind="exercise",
                content_id=exercise.content_id,
                node_id=key_of(f"node of {exercise.title}"),
                channel_id=key_of("channel"),
                lesson_id=lesson.pk if lesson else None,
                mastery_model=exercise.model,
                repeat=True,
            )
        )
        count = len(exercise.questions)
        began = self.moment
        told = [
            interaction
            for place in self.chance.sample(range(count), k=self.chance.randint(*QUESTIONS))
            for interaction in self._work_on(
                f"question {place + 1}",
                exercise.title,
                exercise.questions[place],
                hardness(place, count),
            )
        ]
        # Told at once, as an app does that was offline: each at the time it happened.
        self._send(session_id, _update(told, self.moment - began))

    def take_quiz(self, quiz: Quiz) -> None:
        """Answer the quiz of the class, and mostly submit it."""
        session_id = self._start(
            StartSession(
                kind="quiz",
                content_id=quiz.pk,
                quiz_id=quiz.pk,
                mastery_model={"type": "quiz", "coach_assigned": True},
            )
        )
        submits = self.chance.happens(SUBMITS)
        asked = QUIZ_QUESTIONS if submits else QUIZ_QUESTIONS[: self.chance.randint(2, 7)]
        began = self.moment
        told = [self._quizzed(each) for each in asked]
        self._send(session_id, _update(told, self.moment - began))
        if submits:
            self._pass(10)
            self._send(session_id, UpdateSession(progress=1.0, time_spent_delta=10))

    def _quizzed(self, asked: QuizQuestion) -> Interaction:
        place = asked.exercise.questions.index(asked.question)
        harder = hardness(place, len(asked.exercise.questions))
        return self._answered(asked.item, asked.exercise.title, asked.question, harder)

    def _work_on(
        self, item: str, thing: str, question: Question, harder: float
    ) -> Iterator[Interaction]:
        """Yield what happens at one question: mostly an answer, then perhaps a hint and another."""
        answered = self._answered(item, thing, question, harder)
        if self.chance.happens(APP_FAILS):
            yield replace(answered, correct=0.0, complete=False, error=True)
        if answered.correct:
            if self.chance.happens(HINT_FIRST):
                yield replace(
                    answered, correct=0.0, complete=False, hinted=True, answer={"hint": 1}
                )
            yield answered
            return
        yield replace(answered, complete=False)
        if self.chance.happens(GOES_ON):
            yield from self._mended(answered, question)

    def _mended(self, wrong: Interaction, question: Question) -> Iterator[Interaction]:
        if self.chance.happens(TAKES_HINT):
            wrong = self._later(wrong)
            yield replace(wrong, complete=False, hinted=True, answer={"hint": 1})
        right = {"question": question.text, "choice": question.right}
        yield replace(self._later(wrong), correct=1.0, answer=right, simple_answer=question.right)

    def _later(self, interaction: Interaction) -> Interaction:
        """Return the same a while later; the time spent at a question adds up."""
        seconds = self.pupil.seconds()
        self._pass(seconds)
        spent = round(interaction.time_spent + seconds, 1)
        return replace(interaction, time_spent=spent, timestamp=self.moment)

    def _answered(self, item: str, thing: str, question: Question, harder: float) -> Interaction:
        answered = self.pupil.answer(thing, harder)
        self._pass(answered.seconds)
        [mistake] = self.chance.choices(question.wrong, MISTAKES)
        choice = question.right if answered.right else mistake
        return Interaction(
            item=item,
            correct=float(answered.right),
            time_spent=answered.seconds,
            complete=True,
            answer={"question": question.text, "choice": choice},
            answer_given=True,
            simple_answer=choice,
            timestamp=self.moment,
        )

    def _start(self, start: StartSession) -> UUID:
        return start_session(start, actor=self.learner, at=self.moment).session.pk

    def _send(self, session_id: UUID, update: UpdateSession) -> None:
        update_session(session_id, update, actor=self.learner, at=self.moment)

    def _pass(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


def _update(told: list[Interaction], elapsed: timedelta) -> UpdateSession:
    seconds = round(elapsed.total_seconds(), 1)
    return UpdateSession(time_spent_delta=seconds, interactions=tuple(told))
