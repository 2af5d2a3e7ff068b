"""Login sessions in the database, read by a compiled query."""

from __future__ import annotations

import re
from copy import deepcopy
from functools import lru_cache
from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models import CharField, DateTimeField
from django.utils import timezone

from infra.db.compiled_queries import CompiledQuery, Param

MAX_DECODED = 10_000
_SESSION_KEY = re.compile(r"[a-z0-9]{8,40}")
_UNEXPIRED = CompiledQuery(
    lambda: Session.objects.filter(
        session_key=Param("key", CharField()), expire_date__gt=Param("now", DateTimeField())
    )
)


class SessionStore(db.SessionStore):
    """Django's session store, which looks up only well-formed keys.

    A cookie may hold text that PostgreSQL cannot even compare; it is no session.
    """

    def _validate_session_key(self, key: str | None) -> bool:
        return bool(key and _SESSION_KEY.fullmatch(key))

    def _get_session_from_db(self) -> Session | None:
        session = _UNEXPIRED.one(key=self.session_key, now=timezone.now())
        if session is None:
            self._session_key = None
        return session

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        """Return the data of a session; the signature of the same text is checked only once."""
        return deepcopy(_decode(session_data))


@lru_cache(maxsize=MAX_DECODED)
def _decode(session_data: bytes | str) -> dict[str, Any]:
    data: dict[str, Any] = db.SessionStore.decode(SessionStore(), session_data)
    return data
