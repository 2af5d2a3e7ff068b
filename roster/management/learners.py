"""The argument of commands that names a learner."""

from __future__ import annotations

from django.core.management.base import CommandError, CommandParser

from roster.management.facilities import add_facility_argument, find_facility
from roster.models import User


def add_learner_arguments(parser: CommandParser) -> None:
    """Add the argument for the learner, and `--facility`."""
    parser.add_argument("learner", metavar="EXTERNAL_ID", help="external id, UUID or username")
    add_facility_argument(parser)


def find_learner(name: str, facility: str | None) -> User:
    """Return a learner by external id, else by UUID, else by username.

    Raises
    ------
    CommandError : there is no such learner in the facility.
    """
    home = find_facility(facility)
    people = User.objects.in_facility(home.pk).select_related("facility")
    found = people.by_identifier(name).first() or people.by_username(name).first()
    if found is None:
        raise CommandError(f"{home} has no learner “{name}”.")
    return found
