"""The argument of commands that names a facility."""

from __future__ import annotations

from django.core.management.base import CommandError, CommandParser
from django.db.models import Q

from infra.identifiers import parse_uuid
from roster.models import Facility

MAX_NAMES = 20


def add_facility_argument(parser: CommandParser) -> None:
    """Add the argument `--facility`."""
    parser.add_argument(
        "--facility", help="UUID, partner id or name of the facility; default: the only facility"
    )


def find_facility(name: str | None) -> Facility:
    """Return the facility of this name, or the only one.

    Raises
    ------
    CommandError : there is no such facility, or several.
    """
    facilities = Facility.objects.all()
    if name is not None:
        facilities = facilities.filter(Q(pk=parse_uuid(name)) | Q(partner_id=name) | Q(name=name))
    found = list(facilities[:2])
    if len(found) != 1:
        names = ", ".join(f"“{each}”" for each in Facility.objects.order_by("name")[:MAX_NAMES])
        raise CommandError(
            "Specify one facility with --facility: its UUID, partner id or name. "
            + (f"There are: {names}." if names else "There is none; manage.py setup creates one.")
        )
    return found[0]
