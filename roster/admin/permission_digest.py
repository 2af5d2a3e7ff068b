"""What somebody may see, as one short text that is another as soon as their rights are."""

from __future__ import annotations

import hashlib

import orjson

from roster.models import User


def permission_digest(viewer: User) -> str:
    """Return a digest of all that decides whose rows somebody sees, and of which lists.

    Of places and not of the rows that grant them: who is given the same back has what they had.
    Which learners attend these places is no part of it.
    """
    roles = viewer.roles.values_list("kind", "facility", "classroom")
    places = sorted([str(part) for part in role] for role in roles)
    facts = [viewer.is_superuser, viewer.is_staff, viewer.facility_id, places]
    return hashlib.sha256(orjson.dumps(facts)).hexdigest()
