"""Content of the demo school: named skills, study sets, and a quiz with mapped items."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from analytics.models import Content, ContentKind, Item, ItemText, Skill
from config.demo.curriculum import (
    CARDS,
    CHANNEL,
    DECIMALS,
    EXERCISES,
    FRACTIONS,
    VIDEO,
    Cards,
    Exercise,
    Question,
    key_of,
)
from config.demo.personas import CLASS_A, CLASS_B
from config.demo.roster import LESSON, OTHER_LESSON, QUIZ
from config.demo.topics import TOPICS
from roster.models import Facility, Lesson, Quiz
from study.models import LearningItem, StudySet


@dataclass(frozen=True, kw_only=True)
class QuizQuestion:
    """One question of the quiz; it belongs to the skill of an exercise."""

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
    """Content to work on: lessons by class, and GUIDs of the items of each study set by name."""

    quiz: Quiz
    lessons: dict[str, Lesson]
    cards: dict[str, list[UUID]]


def create_content(facility: Facility, *, at: datetime) -> DemoContent:
    """Create the named skills, the study sets, the items of the quiz and the catalogue."""
    skills = _name_skills(facility)
    _map_quiz_items(facility, skills)
    quiz = Quiz.objects.get(facility=facility, title=QUIZ)
    _create_catalogue(quiz)
    lessons = Lesson.objects.filter(facility=facility)
    contents = [key_of(VIDEO), *(each.content_id for each in EXERCISES)]
    lessons.update(contents=[key.hex for key in contents])
    return DemoContent(
        quiz=quiz,
        lessons={
            CLASS_A: lessons.get(title=LESSON),
            CLASS_B: lessons.get(title=OTHER_LESSON),
        },
        cards={cards.name: _create_study_set(facility, cards, at=at) for cards in CARDS},
    )


def _name_skills(facility: Facility) -> dict[str, Skill]:
    """Create the skills with their titles, before any answer would create them without."""
    names = [(each.content_id.hex, each.title, each.section) for each in EXERCISES]
    names += [(topic.code, topic.title, topic.section) for topic in TOPICS]
    rows = [
        Skill(facility=facility, code=code, title=title, section=section)
        for code, title, section in names
    ]
    return {skill.title: skill for skill in Skill.objects.bulk_create(rows)}


def _create_catalogue(quiz: Quiz) -> None:
    """Add the titles of the contents to the catalogue, unless they are there already."""
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


def _map_quiz_items(facility: Facility, skills: dict[str, Skill]) -> None:
    """Map each question of the quiz to its skill; answers to unmapped questions do not count."""
    Item.objects.bulk_create(
        Item(facility=facility, code=each.item, skill=skills[each.exercise.title])
        for each in QUIZ_QUESTIONS
    )


def _create_study_set(facility: Facility, cards: Cards, *, at: datetime) -> list[UUID]:
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


def write_questions(facility: Facility) -> None:
    """Write the questions of the exercises and of the quiz as the texts of their items."""
    questions = {
        f"{exercise.content_id.hex}:question {place}": question.text
        for exercise in EXERCISES
        for place, question in enumerate(exercise.questions, start=1)
    }
    questions |= {each.item: each.question.text for each in QUIZ_QUESTIONS}
    items = Item.objects.filter(facility=facility, code__in=questions).values_list("pk", "code")
    ItemText.objects.bulk_create(
        ItemText(item_id=key, text=questions[code or ""], is_fixed=True) for key, code in items
    )
