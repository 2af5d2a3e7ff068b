"""Simulation of content sessions, recorded through the services of progress tracking."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from config.demo.content import QUIZ_QUESTIONS, QuizQuestion
from config.demo.curriculum import VIDEO, Exercise, Question, hardness, key_of
from config.demo.simulated_learner import SimulatedLearner
from logger.commands import Interaction, StartSession, UpdateSession
from logger.services import start_session, update_session
from roster.models import Lesson, Quiz, User

QUESTIONS = (4, 7)
# Frequencies of the wrong answers; probabilities of what else may happen at a question.
MISTAKES = (0.6, 0.25, 0.15)
HINT_FIRST, TRIES_AGAIN, TAKES_HINT, APP_FAILS = 0.03, 0.7, 0.4, 0.015
SUBMITS = 0.75


class SimulatedSession:
    """Simulates one learner's sessions on one day; `moment` is the simulated time."""

    def __init__(self, learner: User, simulated_learner: SimulatedLearner, *, at: datetime) -> None:
        self.learner = learner
        self.simulated_learner = simulated_learner
        self.chance = simulated_learner.chance
        self.moment = at

    def watch(self) -> None:
        """Simulate watching a part of the video."""
        session_id = self._start(
            StartSession(
                kind="video",
                content_id=key_of(VIDEO),
                node_id=key_of(f"node of {VIDEO}"),
                channel_id=key_of("channel"),
            )
        )
        seconds = self.chance.seconds(30, 240)
        self._pass_time(seconds)
        self._send(session_id, UpdateSession(progress_delta=0.1, time_spent_delta=seconds))

    def practise(self, exercise: Exercise, lesson: Lesson | None) -> None:
        """Simulate answering a random sample of an exercise's questions."""
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
        started_at = self.moment
        interactions = [
            interaction
            for position in self.chance.sample(range(count), k=self.chance.randint(*QUESTIONS))
            for interaction in self._work_on(
                f"question {position + 1}",
                exercise.title,
                exercise.questions[position],
                hardness(position, count),
            )
        ]
        # Sent in one update with the time of each interaction, as by an app that was offline.
        self._send(session_id, _make_update(interactions, self.moment - started_at))

    def take_quiz(self, quiz: Quiz) -> None:
        """Simulate answering the quiz of the class, and mostly submitting it."""
        session_id = self._start(
            StartSession(
                kind="quiz",
                content_id=quiz.pk,
                quiz_id=quiz.pk,
                mastery_model={"type": "quiz", "coach_assigned": True},
            )
        )
        submits = self.chance.happens(SUBMITS)
        quiz_questions = QUIZ_QUESTIONS if submits else QUIZ_QUESTIONS[: self.chance.randint(2, 7)]
        started_at = self.moment
        interactions = [self._answer_quiz_question(each) for each in quiz_questions]
        self._send(session_id, _make_update(interactions, self.moment - started_at))
        if submits:
            self._pass_time(10)
            self._send(session_id, UpdateSession(progress=1.0, time_spent_delta=10))

    def _answer_quiz_question(self, quiz_question: QuizQuestion) -> Interaction:
        position = quiz_question.exercise.questions.index(quiz_question.question)
        difficulty = hardness(position, len(quiz_question.exercise.questions))
        return self._answer(
            quiz_question.item, quiz_question.exercise.title, quiz_question.question, difficulty
        )

    def _work_on(
        self, item: str, skill: str, question: Question, difficulty: float
    ) -> Iterator[Interaction]:
        """Yield the interactions with a question: an answer, perhaps a hint and another answer."""
        answered = self._answer(item, skill, question, difficulty)
        if self.chance.happens(APP_FAILS):
            yield answered.model_copy(update={"correct": 0.0, "complete": False, "error": True})
        if answered.correct:
            if self.chance.happens(HINT_FIRST):
                yield answered.model_copy(
                    update={
                        "correct": 0.0,
                        "complete": False,
                        "hinted": True,
                        "answer": {"hint": 1},
                    }
                )
            yield answered
            return
        yield answered.model_copy(update={"complete": False})
        if self.chance.happens(TRIES_AGAIN):
            yield from self._correct_mistake(answered, question)

    def _correct_mistake(self, wrong: Interaction, question: Question) -> Iterator[Interaction]:
        if self.chance.happens(TAKES_HINT):
            wrong = self._repeat_later(wrong)
            yield wrong.model_copy(
                update={"complete": False, "hinted": True, "answer": {"hint": 1}}
            )
        right = {"question": question.text, "choice": question.right}
        yield self._repeat_later(wrong).model_copy(
            update={"correct": 1.0, "answer": right, "simple_answer": question.right}
        )

    def _repeat_later(self, interaction: Interaction) -> Interaction:
        """Return a copy of the interaction at a later time, with the added time spent."""
        seconds = self.simulated_learner.seconds()
        self._pass_time(seconds)
        spent = round(interaction.time_spent + seconds, 1)
        return interaction.model_copy(update={"time_spent": spent, "timestamp": self.moment})

    def _answer(self, item: str, skill: str, question: Question, difficulty: float) -> Interaction:
        answered = self.simulated_learner.answer(skill, difficulty)
        self._pass_time(answered.seconds)
        [mistake] = self.chance.choices(question.wrong, MISTAKES)
        choice = question.right if answered.right else mistake
        return Interaction(
            item=item,
            correct=float(answered.right),
            time_spent=answered.seconds,
            complete=True,
            answer={"question": question.text, "choice": choice},
            simple_answer=choice,
            timestamp=self.moment,
        )

    def _start(self, start: StartSession) -> UUID:
        return start_session(start, actor=self.learner, at=self.moment).session.pk

    def _send(self, session_id: UUID, update: UpdateSession) -> None:
        update_session(session_id, update, actor=self.learner, at=self.moment)

    def _pass_time(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


def _make_update(interactions: list[Interaction], elapsed: timedelta) -> UpdateSession:
    seconds = round(elapsed.total_seconds(), 1)
    return UpdateSession(time_spent_delta=seconds, interactions=tuple(interactions))
