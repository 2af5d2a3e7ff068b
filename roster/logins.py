"""Logins: delays after failures, known devices, and the limits of sessions (contract 1.8).

Ten pupils who guess a teacher's password must not lock out the teacher, and a guesser with many
addresses must not be faster than one with a single address. So failures are counted by username,
wherever they come from, and a device from which that person has logged in has a count of its own.
Usernames that nobody has are counted alike. The counts are rows of django-axes.
"""

from __future__ import annotations

import math
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import Case, F, Value, When
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.crypto import salted_hmac

from infra import password_hashers
from infra.api import throttle_counter
from infra.api.client_address import NO_ADDRESS, client_address, logged_address
from infra.db.models import delete_batch
from infra.identifiers import MAX_USERNAME_KEY_LENGTH, fold_username
from infra.user_agents import device_name
from roster import services
from roster.models import AuditAction, User
from roster.services.login_sessions import record_session
from roster.services.second_factors import SESSION_KEY

#: The delay after LOGIN_FAILURE_LIMIT failures; each further failure doubles it.
FIRST_DELAY = timedelta(seconds=30)
#: The time after the last failure when the count starts again.
MEMORY = timedelta(days=1)
DEVICE_COOKIE = "device"
DEVICE_COOKIE_AGE = timedelta(days=365)
#: Limit of the people that a device is known for; the latest ones stay.
MAX_PEOPLE = 8
PURGE_BATCH_SIZE = 1000
_SALT = "roster.logins.device"
_DIGEST_LENGTH = 16


@dataclass(frozen=True, kw_only=True)
class Device:
    """The content of a browser's signed cookie: an id, and digests of usernames."""

    id: str
    people: tuple[str, ...] = ()

    @classmethod
    def of(cls, request: HttpRequest) -> Device:
        """Return the device of a request; a new one if the cookie is missing or forged."""
        try:
            key, *people = signing.loads(
                request.COOKIES.get(DEVICE_COOKIE, ""), salt=_SALT, max_age=DEVICE_COOKIE_AGE
            )
        except signing.BadSignature:
            return cls(id=secrets.token_hex(8))
        return cls(id=key, people=tuple(people))

    def remember(self, response: HttpResponseBase, user: User) -> None:
        """Set the cookie that makes the device known for a person who has logged in."""
        digest = _digest(user.username_key or "")
        others = (person for person in self.people if person != digest)
        people = [digest, *others][:MAX_PEOPLE]
        response.set_cookie(
            DEVICE_COOKIE,
            signing.dumps([self.id, *people], salt=_SALT),
            max_age=DEVICE_COOKIE_AGE,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )


@dataclass(kw_only=True)
class LoginAttempt:
    """One attempt to log in, with the count that its failure would increase.

    The count is that of the username, or of the device if it is known for the username.
    """

    name: str
    address: str
    device: Device | None
    counted: Any = None

    @classmethod
    def of(cls, request: HttpRequest, username: str) -> LoginAttempt:
        """Return the attempt of a request, without its count."""
        name = fold_username(username)[:MAX_USERNAME_KEY_LENGTH]
        device = Device.of(request)
        known = device if _digest(name) in device.people else None
        return cls(name=name, address=client_address(request), device=known)

    def wait(self, *, at: datetime) -> int | None:
        """Return the seconds until this login may be tried; None if that is now.

        What needs no database is checked first, because very many logins may come at once.

        Raises
        ------
        HashingSaturated : too many logins wait already.
        """
        if self.device is None:
            wait = throttle_counter.retry_after("login_failure", self.address)
            if wait is not None:
                return wait
        password_hashers.refuse_if_saturated()
        counts = _counts(self.name, self.device)
        self.counted = counts.filter(attempt_time__gt=at - MEMORY).first()
        if self.counted is None:
            return None
        delay = delay_after(self.counted.failures_since_start)
        left: timedelta = self.counted.attempt_time + delay - at
        # More than the delay is left only if the clock was set back.
        if timedelta() < left <= delay:
            return _seconds(left)
        return None if not delay or self._take_turn(at) else _seconds(delay)

    def _take_turn(self, at: datetime) -> bool:
        """Return whether this is the first of simultaneous attempts after a delay."""
        rows = AccessAttempt.objects.filter(
            pk=self.counted.pk, attempt_time=self.counted.attempt_time
        )
        return bool(rows.update(attempt_time=at))

    def record_failure(self, *, at: datetime) -> int:
        """Count a failure; return how many there are."""
        if self.device is None:
            throttle_counter.consume("login_failure", self.address)
        rows = _counts(self.name, self.device)
        new = AccessAttempt(
            username=self.name, ip_address=NO_ADDRESS, user_agent=_agent(self.device),
            failures_since_start=0,
        )  # fmt: skip
        forgotten = When(attempt_time__lte=at - MEMORY, then=Value(1))
        with transaction.atomic():
            AccessAttempt.objects.bulk_create([new], ignore_conflicts=True)
            rows.update(
                failures_since_start=Case(forgotten, default=F("failures_since_start") + 1),
                attempt_time=at,
            )
            failures = int(rows.values_list("failures_since_start", flat=True).get())
            if failures == settings.AXES_FAILURE_LIMIT:
                services.record_lockout(self.name, failures=failures)
            return failures

    def record_success(self) -> None:
        """Forget the failures that the login would have added to."""
        if self.counted is not None:
            _counts(self.name, self.device).delete()


class LockoutHandler(AxesDatabaseHandler):  # type: ignore[misc]  # axes has no types
    """Decides for django-axes whether a login may be tried, and counts failures."""

    def is_allowed(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
        """Return whether the login may be tried; otherwise save the seconds to wait."""
        username = str((credentials or {}).get("username") or "")
        at = timezone.now()
        login = LoginAttempt.of(request, username)
        request.login_attempt = login  # type: ignore[attr-defined]
        return not _refuse(request, login.wait(at=at))

    def user_login_failed(
        self,
        sender: Any,  # noqa: ARG002
        credentials: Any,  # noqa: ARG002
        request: HttpRequest | None = None,
        **_kwargs: Any,
    ) -> None:
        """Count a failed login that was tried; the one that starts a delay gets the delay."""
        login: LoginAttempt | None = getattr(request, "login_attempt", None)
        if request is not None and login is not None and not is_refused(request):
            delay = delay_after(login.record_failure(at=timezone.now()))
            _refuse(request, _seconds(delay) or None)

    def user_logged_in(
        self,
        sender: Any,  # noqa: ARG002
        request: HttpRequest,
        user: Any,  # noqa: ARG002
        **_kwargs: Any,
    ) -> None:
        """Forget the failures of a person who has logged in."""
        login: LoginAttempt | None = getattr(request, "login_attempt", None)
        if login is not None:
            login.record_success()


def is_refused(request: HttpRequest) -> bool:
    """Return whether a login is refused because of earlier failures."""
    return getattr(request, "lockout_wait", None) is not None


def _refuse(request: Any, wait: int | None) -> bool:
    """Save the seconds to wait, if any, and whether there are any, as axes reads it."""
    request.lockout_wait, request.axes_locked_out = wait, wait is not None
    return is_refused(request)


def delay_after(failures: int) -> timedelta:
    """Return the time to wait after some failures: none below the limit, then twice as long each.

    The longest is LOGIN_LOCKOUT.
    """
    excess = failures - settings.AXES_FAILURE_LIMIT
    longest: timedelta = settings.AXES_COOLOFF_TIME
    if excess < 0:
        return timedelta()
    doubled: timedelta = FIRST_DELAY * 2 ** min(excess, 20)
    return min(doubled, longest)


def purge_failures(at: datetime) -> int:
    """Delete a batch of forgotten counts; return how many."""
    forgotten = AccessAttempt.objects.filter(attempt_time__lte=at - MEMORY)
    return delete_batch(forgotten.order_by("attempt_time"), PURGE_BATCH_SIZE)


def complete_login(
    request: HttpRequest, response: HttpResponseBase, user: User, *, shared: bool
) -> None:
    """Limit the session of staff and on shared computers, remember other ones, record the login.

    The login form sets `second_factor_missing` of the request: a second factor is to be set up.
    """
    session: Any = request.session
    if user.is_staff or shared:
        session.limit(
            age=settings.STAFF_SESSION_LENGTH,
            idle=settings.STAFF_SESSION_IDLE,
            with_browser=shared,
        )
    # The session of an earlier login of the same person is kept, with what it was limited to.
    session[SESSION_KEY] = getattr(request, "second_factor_missing", False)
    if session.session_key is None:  # another person's session, which was flushed
        session.save()
    services.add_entry(
        AuditAction.LOGGED_IN,
        user,
        {"shared computer": True} if shared else {},
        actor=user,
        facility_id=user.facility_id,
    )
    record_session(
        session.session_key,
        user,
        device=device_name(request.headers.get("User-Agent", "")),
        network=logged_address(request) or "",
        at=timezone.now(),
    )
    if not shared:
        Device.of(request).remember(response, user)


def _counts(name: str, device: Device | None) -> Any:
    return AccessAttempt.objects.filter(
        username=name, ip_address=NO_ADDRESS, user_agent=_agent(device)
    ).order_by()


def _seconds(duration: timedelta) -> int:
    return math.ceil(duration.total_seconds())


def _agent(device: Device | None) -> str:
    return f"device {device.id}" if device else ""


def _digest(name: str) -> str:
    return salted_hmac(_SALT, name).hexdigest()[:_DIGEST_LENGTH]
