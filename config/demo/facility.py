"""The simulation of sixty days at the demo school, recorded through the ordinary services."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from tqdm import tqdm

from analytics.models import Skill
from analytics.services import record_answers
from analytics.services.fitting import fit_skills
from analytics.services.item_statistics import fold_events
from analytics.services.item_texts import fold_texts
from analytics.services.rebuild import rebuild
from config.demo.alerts import create_alerts
from config.demo.chance import Chance
from config.demo.content import DemoContent, create_content, write_questions
from config.demo.curriculum import EXERCISES
from config.demo.personas import CLASS_A, LEARNERS
from config.demo.roster import NAME, PARTNER_ID
from config.demo.simulate_reviews import ReviewSimulator
from config.demo.simulate_sessions import SimulatedSession
from config.demo.simulated_learner import Persona, SimulatedLearner
from config.demo.topics import TOPICS
from logger.models import ContentSession
from roster.models import Facility, User

QUIZ_DAY = 9
MAX_DAY_DURATION = timedelta(hours=2)  # the maximum duration of a day's work
VIDEOS, IN_THE_LESSON, STUDIES = 0.2, 0.5, 0.5
MIN_ANSWERS = 20  # as `manage.py fit_skills`


def find_unused_demo_facility() -> Facility | None:
    """Return the demo school if it has no work yet: if it is new or was interrupted."""
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
    """Simulate the learners' work up to now at a school that has only its roster.

    The same seed gives the same answers. All is one transaction, so an interrupted simulation
    leaves the school empty.
    """
    with transaction.atomic():
        content = create_content(facility, at=at - timedelta(days=70))
        users = {user.username: user for user in User.objects.in_facility(facility.pk)}
        # With None, tqdm shows the progress bar only at a terminal.
        for persona in tqdm(characters, unit=" learners", disable=True if quiet else None):
            if persona.username not in users:
                continue
            simulated_learner = SimulatedLearner(persona, Chance(f"{seed} {persona.username}"))
            Simulation(users[persona.username], simulated_learner, content).run(at=at)
    write_questions(facility)
    while fold_events(at) or fold_texts(at):
        pass
    if fit_skills(facility, min_answers=MIN_ANSWERS, at=at):
        _run_all(rebuild(User.objects.in_facility(facility.pk), newest_parameters=True))
    create_alerts(facility, at=at)


class Simulation:
    """The simulation of one learner's days at school."""

    def __init__(
        self, learner: User, simulated_learner: SimulatedLearner, content: DemoContent
    ) -> None:
        self.learner = learner
        self.simulated_learner = simulated_learner
        self.chance = simulated_learner.chance
        self.persona: Persona = simulated_learner.persona
        self.content = content
        self.review_simulator = ReviewSimulator(simulated_learner, content.cards)
        self.is_quiz_done = self.persona.classroom != CLASS_A

    def run(self, *, at: datetime) -> None:
        """Simulate the learner's days of practice up to a time."""
        for day in self.simulated_learner.days():
            usual_start = (at - timedelta(days=day)).replace(
                hour=self.persona.hour, minute=self.chance.randrange(50), second=0, microsecond=0
            )
            # If the usual time is still to come today, start earlier, but never on the day before.
            start = min(usual_start, at - MAX_DAY_DURATION)
            if start.date() == usual_start.date():
                self.simulated_learner.start_day(day)
                self._simulate_day(day, start)

    def _simulate_day(self, day: int, at: datetime) -> None:
        """Simulate sessions, then answers in apps."""
        session = SimulatedSession(self.learner, self.simulated_learner, at=at)
        if self.chance.happens(VIDEOS):
            session.watch()
        in_lesson = self.chance.happens(IN_THE_LESSON)
        lesson = self.content.lessons[self.persona.classroom] if in_lesson else None
        session.practise(self.chance.choice(EXERCISES), lesson)
        if day <= QUIZ_DAY and not self.is_quiz_done:
            self.is_quiz_done = True
            session.take_quiz(self.content.quiz)
        if self.persona.uses_apps:
            self._record_app_answers(session.moment)

    def _record_app_answers(self, at: datetime) -> None:
        answers = list(self.review_simulator.answers(self.chance.choice(TOPICS), at=at))
        if self.persona.studies and self.chance.happens(STUDIES):
            name = self.chance.choice(sorted(self.content.cards))
            answers += self.review_simulator.study(name, at=answers[-1].happened_at or at)
        record_answers(self.learner, answers, at=answers[-1].happened_at or at)


def _run_all(steps: Iterable[object]) -> None:
    for _step in steps:
        pass
