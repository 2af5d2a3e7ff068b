"""Login sessions in the database, read by a compiled query, with limits of time."""

from __future__ import annotations

import re
from contextlib import suppress
from copy import deepcopy
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, cast

from django.contrib.sessions.backends import db
from django.contrib.sessions.middleware import SessionMiddleware
from django.contrib.sessions.models import Session
from django.db import Error as DatabaseError
from django.db.models import CharField, DateTimeField
from django.dispatch import Signal
from django.http import HttpRequest
from django.utils import timezone

from infra.db.compiled_queries import CompiledQuery, Param

# The header of requests that a page sends by itself, such as `static/learntrace/live.js`.
BACKGROUND_HEADER = "X-Live"
MAX_DECODED = 10_000
_SESSION_KEY = re.compile(r"[a-z0-9]{8,40}")
_UNEXPIRED = CompiledQuery(
    lambda: Session.objects.filter(
        session_key=Param("key", CharField()), expire_date__gt=Param("now", DateTimeField())
    )
)


#: Sent with `session_key` and `at`, in each process at most once in `USE_PRECISION` per session.
session_used = Signal()
#: Sent with the keys `before` and `after` when a session gets a new key.
session_moved = Signal()
USE_PRECISION = timedelta(minutes=10)
# When this process first saw a session, or last sent `session_used` for it.
_seen: dict[str, datetime] = {}

_IDLE = "idle_seconds"
_WITH_BROWSER = "with_browser"
# A session in use is extended this many times per longest pause, not at each request.
_EXTENSIONS = 12


class SessionStore(db.SessionStore):
    """Django's session store, which looks up only well-formed keys and can limit pauses.

    A cookie may hold text that PostgreSQL cannot even compare; it is no session.
    """

    is_background = False

    def limit(self, *, age: timedelta, idle: timedelta, with_browser: bool) -> None:
        """End the session after a time, after a pause, and perhaps with the browser."""
        self.set_expiry(age)
        self[_IDLE] = idle.total_seconds()
        self[_WITH_BROWSER] = with_browser

    def get_expire_at_browser_close(self) -> bool:
        """Return whether the cookie ends with the browser; called by Django."""
        return bool(self.get(_WITH_BROWSER, super().get_expire_at_browser_close()))

    def create_model_instance(self, data: Any) -> Session:
        """Return the row to save, which is valid until the next pause that is too long."""
        row = cast("Session", super().create_model_instance(data))
        if _IDLE in data:
            row.expire_date = min(row.expire_date, _idle_end(data))
        return row

    def load(self) -> dict[str, Any]:
        """Return the data of the session; extend it if it is limited and a person uses it."""
        row = self._get_session_from_db()
        if row is None:
            return {}
        data = self.decode(row.session_data)
        if _IDLE in data and not self.is_background:
            self._extend(row, data)
        if not self.is_background and _is_use_due(row.session_key, now := timezone.now()):
            session_used.send(SessionStore, session_key=row.session_key, at=now)
        return data

    def cycle_key(self) -> None:
        """Give the session a new key; called at a login and by a person who sets a password."""
        before = self.session_key
        super().cycle_key()
        if before:
            session_moved.send(SessionStore, before=before, after=self.session_key)

    def _extend(self, row: Session, data: dict[str, Any]) -> None:
        """Move the end of an idle session; a read-only database must still serve reads."""
        end = min(datetime.fromisoformat(data["_session_expiry"]), _idle_end(data))
        if end - row.expire_date >= timedelta(seconds=data[_IDLE] / _EXTENSIONS):
            with suppress(DatabaseError):
                Session.objects.filter(pk=row.pk).update(expire_date=end)

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


def is_background(request: HttpRequest) -> bool:
    """Return whether a page sent the request by itself."""
    return BACKGROUND_HEADER in request.headers


class Sessions(SessionMiddleware):
    """Django's sessions, which requests that a page sends by itself do not extend."""

    def process_request(self, request: HttpRequest) -> None:
        """Attach the session to the request."""
        super().process_request(request)
        cast("SessionStore", request.session).is_background = is_background(request)


def _is_use_due(session_key: str, now: datetime) -> bool:
    """Return whether a use of a session is worth a statement; the first one in a process is not."""
    if timedelta() <= now - _seen.setdefault(session_key, now) < USE_PRECISION:
        return False
    if len(_seen) >= MAX_DECODED:
        _seen.clear()
    _seen[session_key] = now
    return True


def _idle_end(data: dict[str, Any]) -> datetime:
    return timezone.now() + timedelta(seconds=data[_IDLE])


@lru_cache(maxsize=MAX_DECODED)
def _decode(session_data: bytes | str) -> dict[str, Any]:
    data: dict[str, Any] = db.SessionStore.decode(SessionStore(), session_data)
    return data
