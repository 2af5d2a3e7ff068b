"""Login sessions in the database; keys of the wrong format are rejected without a query."""

from __future__ import annotations

import re

from django.contrib.sessions.backends import db

_SESSION_KEY = re.compile(r"[a-z0-9]{8,40}")


class SessionStore(db.SessionStore):
    """Django's database session store with a strict check of the session key.

    PostgreSQL cannot compare some texts a cookie may hold, such as those with null characters.
    """

    def _validate_session_key(self, key: str | None) -> bool:
        return bool(key and _SESSION_KEY.fullmatch(key))
