"""Sixty days at the demo school, through the ordinary services."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from tqdm import tqdm

from analytics.models import Skill
from analytics.services import record_answers
from analytics.services.fitting import fit_skills
from analytics.services.item_statistics import fold_events
from analytics.services.rebuild import rebuild
from config.demo.content import DemoContent, create_content
from config.demo.curriculum import EXERCISES, TOPICS
from config.demo.personas import CLASS_A, LEARNERS
from config.demo.roster import NAME, PARTNER_ID
from config.demo.simulate_reviews import ReviewSimulator
from config.demo.simulate_sessions import SimulatedSession
from config.demo.simulated_learner import Persona, SimulatedLearner
from config.seeding.chance import Chance
from logger.models import ContentSession
from roster.models import Facility, User

QUIZ_DAY = 9
LONGEST = timedelta(hours=2)  # that somebody sits there
VIDEOS, IN_THE_LESSON, STUDIES = 0.2, 0.5, 0.5
MIN_ANSWERS = 20  # as `manage.py fit_skills`


def unopened() -> Facility | None:
    """Return the demo school where nobody has worked yet: new, or stopped while it opened."""
    school = Facility.objects.filter(partner_id=PARTNER_ID, name=NAME).first()
    if school is None or Skill.objects.filter(facility=school).exists():
        return None
    return None if ContentSession.objects.filter(facility=school).exists() else school


def create_demo_facility(
    facility: Facility,
    *,
    seed: int,
    at: datetime,
    characters: Sequence[Persona] = LEARNERS,
    quiet: bool = False,
) -> None:
    """Let the learners of a school that holds only its roster work until now.

    The same seed makes the same answers. Whoever stops this half way leaves the school empty.
    """
    with transaction.atomic():
        stock = create_content(facility, at=at - timedelta(days=70))
        people = {user.username: user for user in User.objects.in_facility(facility.pk)}
        # A bar only for whoever waits at a terminal.
        for character in tqdm(characters, unit=" learners", disable=True if quiet else None):
            if character.username not in people:
                continue
            pupil = SimulatedLearner(character, Chance(f"{seed} {character.username}"))
            Simulation(people[character.username], pupil, stock).live(at=at)
    while fold_events(at):
        pass
    if fit_skills(facility, min_answers=MIN_ANSWERS, at=at):
        _exhaust(rebuild(User.objects.in_facility(facility.pk), newest_parameters=True))


class Simulation:
    """One learner's days at school."""

    def __init__(self, learner: User, pupil: SimulatedLearner, stock: DemoContent) -> None:
        self.learner = learner
        self.pupil = pupil
        self.chance = pupil.chance
        self.character: Persona = pupil.character
        self.stock = stock
        self.desk = ReviewSimulator(pupil, stock.cards)
        self.quizzed = self.character.classroom != CLASS_A

    def live(self, *, at: datetime) -> None:
        """Live through the days of practice before a moment."""
        for day in self.pupil.days():
            usual = (at - timedelta(days=day)).replace(
                hour=self.character.hour, minute=self.chance.randrange(50), second=0, microsecond=0
            )
            # Whoever usually comes later today came earlier, if the day is old enough.
            begins = min(usual, at - LONGEST)
            if begins.date() == usual.date():
                self.pupil.begin_day(day)
                self._spend(day, begins)

    def _spend(self, day: int, at: datetime) -> None:
        """Sit down to sessions, then answer what apps ask."""
        sitting = SimulatedSession(self.learner, self.pupil, at=at)
        if self.chance.happens(VIDEOS):
            sitting.watch()
        in_lesson = self.chance.happens(IN_THE_LESSON)
        lesson = self.stock.lessons[self.character.classroom] if in_lesson else None
        sitting.practise(self.chance.choice(EXERCISES), lesson)
        if day <= QUIZ_DAY and not self.quizzed:
            self.quizzed = True
            sitting.take_quiz(self.stock.quiz)
        self._report(sitting.moment)

    def _report(self, at: datetime) -> None:
        answers = list(self.desk.answers(self.chance.choice(TOPICS), at=at))
        if self.character.studies and self.chance.happens(STUDIES):
            name = self.chance.choice(sorted(self.stock.cards))
            answers += self.desk.study(name, at=answers[-1].happened_at or at)
        record_answers(self.learner, answers, at=answers[-1].happened_at or at)


def _exhaust(steps: Iterable[object]) -> None:
    for _step in steps:
        pass
