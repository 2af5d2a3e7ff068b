"""Login sessions in the database, whose keys are looked up only if they could be ours."""

from __future__ import annotations

import re

from django.contrib.sessions.backends import db

_OURS = re.compile(r"[a-z0-9]{8,40}")


class SessionStore(db.SessionStore):
    """Django's own; a cookie that PostgreSQL could not even compare is no session."""

    def _validate_session_key(self, key: str | None) -> bool:
        return bool(key and _OURS.fullmatch(key))
