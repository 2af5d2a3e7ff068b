"""What the demo school has besides people: skills by name, sets to study, a quiz that counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from analytics.models import Content, ContentKind, Item, Skill
from config.demo.curriculum import (
    CARDS,
    CHANNEL,
    DECIMALS,
    EXERCISES,
    FRACTIONS,
    TOPICS,
    VIDEO,
    Cards,
    Exercise,
    Question,
    key_of,
)
from config.demo.personas import CLASS_A, CLASS_B
from config.demo.roster import LESSON, OTHER_LESSON, QUIZ
from roster.models import Facility, Lesson, Quiz
from study.models import LearningItem, StudySet


@dataclass(frozen=True, kw_only=True)
class QuizQuestion:
    """One question of the quiz, of the skill of an exercise."""

    item: str
    exercise: Exercise
    question: Question


QUIZ_QUESTIONS = [
    QuizQuestion(item=f"fractions-quiz-{place}", exercise=exercise, question=question)
    for place, (exercise, question) in enumerate(
        [(each, question) for each in (FRACTIONS, DECIMALS) for question in each.questions[2:7]],
        start=1,
    )
]


@dataclass(frozen=True, kw_only=True)
class DemoContent:
    """What learners are given to work on: lessons by class, items of each set by its name."""

    quiz: Quiz
    lessons: dict[str, Lesson]
    cards: dict[str, list[UUID]]


def create_content(facility: Facility, *, at: datetime) -> DemoContent:
    """Give skills their names, and make the sets to study and the items of the quiz."""
    skills = _name_skills(facility)
    _map_quiz(facility, skills)
    quiz = Quiz.objects.get(facility=facility, title=QUIZ)
    _catalogue(quiz)
    lessons = Lesson.objects.filter(facility=facility)
    return DemoContent(
        quiz=quiz,
        lessons={
            CLASS_A: lessons.get(title=LESSON),
            CLASS_B: lessons.get(title=OTHER_LESSON),
        },
        cards={cards.name: _make_set(facility, cards, at=at) for cards in CARDS},
    )


def _name_skills(facility: Facility) -> dict[str, Skill]:
    """Create the skills before anything is answered, under names for people."""
    told = [(each.content_id.hex, each.title, each.section) for each in EXERCISES]
    told += [(topic.code, topic.title, topic.section) for topic in TOPICS]
    rows = [
        Skill(facility=facility, code=code, title=title, section=section)
        for code, title, section in told
    ]
    return {skill.title: skill for skill in Skill.objects.bulk_create(rows)}


def _catalogue(quiz: Quiz) -> None:
    """Say what the contents are called, if the installation does not know that already."""
    channel = Content(pk=key_of("channel"), title=CHANNEL)
    exercises = [
        Content(
            pk=each.content_id,
            title=each.title,
            kind=ContentKind.EXERCISE,
            parent=channel,
            items=[f"question {place + 1}" for place in range(len(each.questions))],
        )
        for each in EXERCISES
    ]
    rows = [
        channel,
        Content(pk=key_of(VIDEO), title=VIDEO, kind=ContentKind.VIDEO, parent=channel),
        *exercises,
        Content(
            pk=quiz.pk,
            title=quiz.title,
            kind=ContentKind.QUIZ,
            items=[each.item for each in QUIZ_QUESTIONS],
        ),
    ]
    Content.objects.bulk_create(rows, ignore_conflicts=True)


def _map_quiz(facility: Facility, skills: dict[str, Skill]) -> None:
    """Say which skill each question of the quiz exercises: only then it counts."""
    Item.objects.bulk_create(
        Item(facility=facility, code=each.item, skill=skills[each.exercise.title])
        for each in QUIZ_QUESTIONS
    )


def _make_set(facility: Facility, cards: Cards, *, at: datetime) -> list[UUID]:
    key = uuid7()
    skill = Skill.objects.create(facility=facility, code=str(key), title=cards.name)
    study_set = StudySet.objects.create(
        pk=key, facility=facility, name=cards.name, skill=skill, created_at=at
    )
    items = Item.objects.bulk_create([Item(facility=facility, skill=skill) for _ in cards.pairs])
    LearningItem.objects.bulk_create(
        LearningItem(
            item=item, study_set=study_set, position=position,
            question=question, answer=answer, created_at=at,
        )
        for position, (item, (question, answer)) in enumerate(zip(items, cards.pairs, strict=True))
    )  # fmt: skip
    return [item.guid for item in items]
