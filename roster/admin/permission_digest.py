"""Digest of a user's permissions, which changes whenever the permissions change."""

from __future__ import annotations

import hashlib

import orjson

from roster.models import User


def permission_digest(viewer: User) -> str:
    """Return a digest of all permissions that decide which lists and rows a user sees.

    It covers the places of roles, not the role rows, so a role that is removed and granted again
    gives the same digest. Which learners attend these places is not part of it.
    """
    roles = viewer.roles.values_list("kind", "facility", "classroom")
    places = sorted([str(part) for part in role] for role in roles)
    facts = [viewer.is_superuser, viewer.is_staff, viewer.facility_id, places]
    return hashlib.sha256(orjson.dumps(facts)).hexdigest()
