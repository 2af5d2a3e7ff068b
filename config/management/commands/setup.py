"""`manage.py setup`: create a facility of your own, with a superuser and an API key."""

from __future__ import annotations

import sys
from getpass import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from infra.time_zones import is_time_zone
from roster.importing import import_roster
from roster.importing.schema import FacilityEntry, KeyEntry, RosterError, RosterFile, UserEntry
from roster.models import Facility, Scope, User


class Command(BaseCommand):
    help = (
        "Create a facility with a superuser, who may do everything in the admin, and an API key "
        "that reads and writes. At a terminal it asks for what the options leave open."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--facility", help="name of the new facility")
        parser.add_argument("--time-zone", help="its time zone, as Europe/Berlin")
        parser.add_argument("--admin", help="username of the new superuser; default: admin")
        parser.add_argument(
            "--password-stdin",
            action="store_true",
            help="read the superuser's password from standard input; default: a generated one",
        )
        parser.add_argument("--key", help="what the key is for; default: Our app")

    def handle(
        self,
        *_args: Any,
        facility: str | None,
        time_zone: str | None,
        admin: str | None,
        password_stdin: bool,
        key: str | None,
        **_options: Any,
    ) -> None:
        asks = sys.stdin.isatty() and not password_stdin
        if facility is None and not asks:
            raise CommandError("--facility is required.")
        name = _ask("Name of the facility", facility, "", asks=asks)
        if not name:
            raise CommandError("The facility needs a name.")
        username = _ask("Username of the superuser", admin, "admin", asks=asks)
        key = _ask("Name of the API key", key, "Our app", asks=asks)
        _check(name, time_zone, username)
        password = None
        if password_stdin:
            password = sys.stdin.readline().rstrip("\n")
        elif asks:
            password = getpass("Password of the superuser (empty: generate one): ") or None
        roster = RosterFile(
            facility=FacilityEntry(name=name, time_zone=time_zone),
            users=[UserEntry(username=username, password=password, role="superuser")],
            api_keys=[KeyEntry(name=key, scopes=[Scope.READ, Scope.WRITE])],
        )
        try:
            imported = import_roster(roster, at=timezone.now())
        except RosterError as error:
            raise CommandError(error.message) from None
        generated = imported.users[username].password
        self.stdout.write(f"Facility   {imported.facility.name} ({imported.facility.pk})")
        self.stdout.write(f"Superuser  {username}" + (f" / {generated}" if generated else ""))
        self.stdout.write(f"API key    {imported.api_keys[key]}")


def _ask(question: str, given: str | None, default: str, *, asks: bool) -> str:
    if given is None and asks:
        given = input(f"{question}{f' [{default}]' if default else ''}: ")
    return (given or "").strip() or default


def _check(name: str, time_zone: str | None, username: str) -> None:
    """Raise CommandError if the facility or its superuser cannot be created."""
    if time_zone is not None and not is_time_zone(time_zone):
        raise CommandError(f"“{time_zone}” is no time zone, as Europe/Berlin is.")
    if Facility.objects.filter(name=name).exists():
        raise CommandError(f"There is a facility named “{name}”.")
    if User.objects.by_username(username).filter(is_superuser=True).exists():
        raise CommandError(f"There is a superuser named “{username}”.")
