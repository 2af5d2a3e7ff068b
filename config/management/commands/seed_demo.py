"""`manage.py seed_demo`: a small school whose learners have worked for two weeks."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import orjson
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from config.seeding.installation import analyze, described, seed_installation
from logger.commands import Interaction, StartSession, UpdateSession
from logger.services import start_session, update_session
from roster.models import Facility, User
from roster.roster_file import (
    AssignableEntry,
    ClassroomEntry,
    FacilityEntry,
    GroupEntry,
    KeyEntry,
    RosterFile,
    UserEntry,
)
from roster.roster_import import ImportedRoster, import_roster

SEED = 20261121
DAYS = 14
LEARNERS = [
    ("ada", "Ada Moreno", "student_123", 0.9),
    ("ben", "Ben Okafor", "1185304", 0.75),
    ("chen", "Chen Li", "student_125", 0.6),
    ("dina", "Dina Haddad", "student_126", 0.5),
    ("emil", "Emil Novak", "student_127", 0.4),
    ("fatima", "Fatima Bello", "student_128", 0.8),
]
EXERCISES = ["Adding fractions", "Comparing decimals", "Linear equations"]
VIDEO = "What is a fraction?"
M_OF_N = {"type": "m_of_n", "m": 3, "n": 5}
CURLS = """
  # A guest starts a session and moves it on:
  SESSION=$(curl -s -X POST {url}/api/logger/contentsession \\
    -H 'Content-Type: application/json' \\
    -d '{{"node_id": "{node}", "content_id": "{video}",
         "channel_id": "{channel}", "kind": "video"}}' \\
    | {python} -c 'import json, sys; print(json.load(sys.stdin)["session_id"])')
  curl -X PUT {url}/api/logger/contentsession/$SESSION \\
    -H 'Content-Type: application/json' \\
    -d '{{"progress_delta": 0.25, "time_spent_delta": 30}}'

  # What a learner did, read with the key:
  curl -H 'X-API-Key: {key}' {url}/api/logger/totalcontentprogress/student_123
  curl -H 'X-API-Key: {key}' '{url}/api/logger/masterylog?content={content}&user=student_123'
  curl -H 'X-API-Key: {key}' '{url}/api/logger/masterylog/0/diff?content={content}&user=student_123'
  curl -H 'X-API-Key: {key}' '{url}/api/logger/attemptlog?user=student_123&page_size=5'
"""


class Command(BaseCommand):
    help = "Create a demo school, and print how to look at it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--if-empty", action="store_true", help="only where the database holds nobody yet"
        )
        parser.add_argument("--url", default="http://127.0.0.1:8080", help="where the server is")
        parser.add_argument(
            "--attempts", "--scale", type=int, metavar="N",
            help="add a set of big schools, too, whose learners made so many attempts",
        )  # fmt: skip
        parser.add_argument("--seed", type=int, default=SEED, help="another makes other schools")

    def handle(
        self,
        *_args: Any,
        if_empty: bool,
        url: str,
        attempts: int | None,
        seed: int,
        **options: Any,
    ) -> None:
        if attempts is not None and attempts < 1:
            raise CommandError("--attempts must be at least 1.")
        # The logins are made up and shown again at every start, so they are kept.
        notes = Path(settings.BASE_DIR) / "var" / "demo.json"
        occupied = Facility.objects.exists() or User.objects.exists()
        wanted = not (if_empty and occupied)
        if wanted:
            done = import_roster(_roster(), at=timezone.now())
            _record(done.facility, at=timezone.now())
            _note(notes, done)
        shown = _read(notes)
        if shown is None:
            self.stdout.write(f"\nLearnTrace  {url}/    API  {url}/api/docs/\n")
        else:
            self.stdout.write(_welcome(shown, url))
        if wanted and attempts:
            quiet = options["verbosity"] == 0
            schools = seed_installation(attempts, seed=seed, at=timezone.now(), quiet=quiet)
            analyze()
            self.stdout.write(described(schools, attempts))


def _roster() -> RosterFile:
    names = [name for name, *_rest in LEARNERS]
    return RosterFile(
        facility=FacilityEntry(name="Riverside School (demo)", partner_id="779"),
        users=[
            UserEntry(username="admin", full_name="Demo Admin", role="superuser"),
            UserEntry(username="coach", full_name="Demo Coach", role="coach"),
            *(
                UserEntry(username=name, full_name=full_name, external_id=external_id)
                for name, full_name, external_id, _skill in LEARNERS
            ),
        ],
        classrooms=[
            ClassroomEntry(
                name="Class 7A",
                coaches=["coach"],
                learners=names[:4],
                groups=[GroupEntry(name="Fractions club", learners=names[:2])],
            ),
            ClassroomEntry(name="Class 7B", learners=names[4:]),
        ],
        lessons=[AssignableEntry(title="Fractions, week 1", assigned_to=["Class 7A"])],
        quizzes=[AssignableEntry(title="Fractions quiz", assigned_to=["Class 7A"])],
        api_keys=[KeyEntry(name="Demo app", scopes=["read", "write"])],
    )


def _content(title: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"learntrace:demo:{title}")


def _record(facility: Facility, *, at: datetime) -> None:
    """Let every learner work on the exercises for two weeks, through the ordinary services."""
    rng = random.Random(SEED)  # noqa: S311  # a demo, not a secret
    for username, _name, _external_id, skill in LEARNERS:
        learner = User.objects.get(facility=facility, username=username)
        for day in range(DAYS, 0, -1):
            moment = at - timedelta(days=day, minutes=rng.randrange(300))
            _watch(learner, at=moment)
            _practise(learner, rng.choice(EXERCISES), skill, rng, at=moment + timedelta(minutes=5))


def _watch(learner: User, *, at: datetime) -> None:
    start = _start(VIDEO, "video")
    session = start_session(start, actor=learner, at=at).session
    update = UpdateSession(progress_delta=0.1, time_spent_delta=45)
    update_session(session.pk, update, actor=learner, at=at + timedelta(seconds=45))


def _practise(learner: User, title: str, skill: float, rng: random.Random, *, at: datetime) -> None:
    start = _start(title, "exercise", mastery_model=M_OF_N, repeat=True)
    session = start_session(start, actor=learner, at=at).session
    for question in range(rng.randint(3, 7)):
        seconds = rng.uniform(8, 60)
        at += timedelta(seconds=seconds)
        right = rng.random() < skill
        interaction = Interaction(
            item=f"question {question + 1}",
            correct=float(right),
            time_spent=round(seconds, 1),
            complete=True,
            answer={"choice": rng.randrange(4)},
            answer_given=True,
            hinted=not right and rng.random() < 0.3,
        )
        update = UpdateSession(time_spent_delta=round(seconds, 1), interactions=(interaction,))
        update_session(session.pk, update, actor=learner, at=at)


def _start(title: str, kind: str, **assessment: Any) -> StartSession:
    return StartSession(
        kind=kind,
        content_id=_content(title),
        node_id=_content(f"node of {title}"),
        channel_id=_content("channel"),
        **assessment,
    )


def _note(path: Path, done: ImportedRoster) -> None:
    notes = {
        "passwords": {name: user.password for name, user in done.users.items() if user.password},
        "key": done.api_keys["Demo app"],
    }
    if notes["key"] is None:
        return  # Seeded before: the notes of that time stay good.
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_bytes(orjson.dumps(notes, option=orjson.OPT_INDENT_2))


def _read(path: Path) -> dict[str, Any] | None:
    try:
        notes: dict[str, Any] = orjson.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    return (
        notes
        if User.objects.filter(facility__partner_id="779", username="coach").exists()
        else None
    )


def _welcome(notes: dict[str, Any], url: str) -> str:
    passwords = notes["passwords"]
    curls = CURLS.format(
        url=url,
        key=notes["key"],
        python="python3",
        node=_content(f"node of {VIDEO}"),
        video=_content(VIDEO),
        channel=_content("channel"),
        content=_content(EXERCISES[0]),
    )
    return f"""
LearnTrace  {url}/
Admin       {url}/admin/     coach / {passwords["coach"]}     admin / {passwords["admin"]}
API         {url}/api/docs/
API key     {notes["key"]}

Try it (Ctrl-C stops the server):
{curls}"""
