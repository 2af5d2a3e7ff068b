"""`manage.py seed_demo`: create a demo school with sixty days of simulated learners' work."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from config.demo.curriculum import FRACTIONS, VIDEO, key_of
from config.demo.facility import create_demo_facility, find_unused_demo_facility
from config.demo.large_installation import described, seed_installation
from config.demo.roster import KEY, LOGINS, PARTNER_ID, demo_roster
from roster.importing import ImportedRoster, import_roster
from roster.models import Facility, User

SEED = 20261121
CURLS = """
  # A guest starts a session and updates it:
  SESSION=$(curl -s -X POST {url}/api/logger/contentsession \\
    -H 'Content-Type: application/json' \\
    -d '{{"node_id": "{node}", "content_id": "{video}",
         "channel_id": "{channel}", "kind": "video"}}' \\
    | {python} -c 'import json, sys; print(json.load(sys.stdin)["session_id"])')
  curl -X PUT {url}/api/logger/contentsession/$SESSION \\
    -H 'Content-Type: application/json' \\
    -d '{{"progress_delta": 0.25, "time_spent_delta": 30}}'

  # An app sends an answer; the response has the change of the learner's mastery:
  curl -X POST {url}/api/v1/track-answer \\
    -H 'X-API-Key: {key}' -H 'Content-Type: application/json' \\
    -d '{{"user_id": "student_123", "skill_id": "algebra_linear", "is_correct": true,
         "time_spent_seconds": 45, "confidence_score": 4}}'

  # An app sends a study result, then requests how well the learner remembers the item:
  curl -i -X POST {url}/v3/study \\
    -H 'Authorization: Bearer {key}' -H 'Content-Type: application/json' \\
    -d '{{"user_id": "1185304", "partner_id": "{partner}", "study_time_millis": 4930,
         "learning_engine_guid": "{item}", "quiz_result": "Correct"}}'
  curl -H 'X-API-Key: {key}' \\
    '{url}/v3/users/1185304/items/{item}/learning_stats?partner_id={partner}'

  # Read a learner's records with the key:
  curl -H 'X-API-Key: {key}' {url}/api/logger/totalcontentprogress/student_123
  curl -H 'X-API-Key: {key}' '{url}/api/logger/masterylog?content={content}&user=student_123'
  curl -H 'X-API-Key: {key}' '{url}/api/logger/masterylog/0/diff?content={content}&user=student_123'
  curl -H 'X-API-Key: {key}' '{url}/api/logger/attemptlog?user=student_123&page_size=5'
"""


class Command(BaseCommand):
    help = "Create a demo school, and print its logins and example requests."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--if-empty",
            action="store_true",
            help="only if the database has no facilities and no users yet",
        )
        parser.add_argument(
            "--url",
            default="http://127.0.0.1:8080",
            help="URL of the server, for the printed examples",
        )
        parser.add_argument(
            "--attempts", "--scale", type=int, metavar="N",
            help="also add a set of schools whose learners made at least N attempts in total",
        )  # fmt: skip
        parser.add_argument(
            "--seed",
            type=int,
            default=SEED,
            help="seed of the random numbers; another seed gives other schools",
        )

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
        # The generated logins are printed at each start, so they are saved.
        notes = Path(settings.BASE_DIR) / "var" / "demo.json"
        has_data = Facility.objects.exists() or User.objects.exists()
        should_seed = not (if_empty and has_data)
        quiet = options["verbosity"] == 0
        if should_seed:
            imported = import_roster(demo_roster(), at=timezone.now())
            _save_notes(notes, imported)
        if school := find_unused_demo_facility():
            create_demo_facility(school, seed=SEED, at=timezone.now(), quiet=quiet)
        saved_notes = _load_notes(notes)
        if saved_notes is None:
            self.stdout.write(f"\nLearnTrace  {url}/    API  {url}/api/docs/\n")
        else:
            self.stdout.write(_welcome(saved_notes, url))
        if should_seed and attempts:
            added = seed_installation(attempts, seed=seed, at=timezone.now(), quiet=quiet)
            self.stdout.write(described(added))


def _save_notes(path: Path, imported: ImportedRoster) -> None:
    notes = {
        "passwords": {
            name: user.password for name, user in imported.users.items() if user.password
        },
        "key": imported.api_keys[KEY],
    }
    if notes["key"] is None:
        return  # The school existed before, and the saved logins are still valid.
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_bytes(orjson.dumps(notes, option=orjson.OPT_INDENT_2))


def _load_notes(path: Path) -> dict[str, Any] | None:
    try:
        notes: dict[str, Any] = orjson.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    coach = User.objects.filter(facility__partner_id=PARTNER_ID, username="coach")
    return notes if coach.exists() else None


def _welcome(notes: dict[str, Any], url: str) -> str:
    curls = CURLS.format(
        url=url,
        key=notes["key"],
        python="python3",
        node=key_of(f"node of {VIDEO}"),
        video=key_of(VIDEO),
        channel=key_of("channel"),
        content=FRACTIONS.content_id,
        partner=PARTNER_ID,
        item=key_of("an item of an app"),
    )
    return f"""
LearnTrace  {url}/
Admin       {url}/admin/
{_logins(notes["passwords"])}
API         {url}/api/docs/
API key     {notes["key"]}

This is a demo school: its learners and all their work are simulated.

Try it (Ctrl-C stops the server):
{curls}"""


def _logins(passwords: dict[str, str]) -> str:
    # The saved logins of an older version of the demo may lack some.
    known = {name: role for name, role in LOGINS.items() if name in passwords}
    return "\n".join(
        f"            {name:8} / {passwords[name]}   {role}" for name, role in known.items()
    )
