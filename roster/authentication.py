"""Who is calling: an API key in one of two headers, or a login session."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import structlog
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed, ParseError, Throttled
from rest_framework.request import Request

from infra.api import throttle_counter
from infra.api.client_address import client_address
from infra.identifiers import MAX_USERNAME_KEY_LENGTH, fold_username
from roster import keys, services
from roster.models import ApiKey, User

_BASIC = "basic"
_BEARER = "bearer"

# Digests of secrets this process let in before. They open nothing: an address that has used up its
# rate is refused before its secret is looked up, and this keeps a neighbour's flood of wrong ones
# from refusing the right ones too.
_accepted: set[str] = set()
_MAX_ACCEPTED = 10_000


class KeyAuthentication(BaseAuthentication):
    """A key or a learner's token in `X-API-Key` or `Authorization: Bearer` (contract 0.3, 0.8).

    It wins over a cookie.
    """

    def authenticate(self, request: Request) -> tuple[ApiKey | User, ApiKey | None] | None:
        """Return the key, or a token's learner, as who calls; None where no header has one."""
        secrets = _secrets(request)
        if not secrets:
            return None
        if len(secrets) > 1:
            raise ParseError("Two different keys were sent.")
        secret = secrets.pop()
        digest = keys.digest(secret)
        _refuse_flood(request, digest)
        try:
            found = _holder(secret, at=timezone.now())
        except services.UnknownKey:
            _accepted.discard(digest)
            raise AuthenticationFailed("The key is unknown, expired or revoked.") from None
        if len(_accepted) >= _MAX_ACCEPTED:
            _accepted.clear()
        _accepted.add(digest)
        return found

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002
        """Say in a 401 what would be let in."""
        return 'Bearer realm="LearnTrace"'


def _holder(secret: str, *, at: datetime) -> tuple[ApiKey | User, ApiKey | None]:
    if keys.is_token(secret):
        learner = services.learner_of_token(secret, at=at)
        structlog.contextvars.bind_contextvars(user=learner.pk.hex)
        return learner, None
    key = services.find_key(secret, at=at)
    services.record_key_use(key, at=at)
    structlog.contextvars.bind_contextvars(key=key.prefix)
    return key, key


def _refuse_flood(request: Request, digest: str) -> None:
    if digest in _accepted:
        return
    wait = throttle_counter.retry_after("guest", client_address(request._request))
    if wait is not None:
        raise Throttled(wait)


def _secrets(request: Request) -> set[str]:
    secrets = set()
    if (value := request.headers.get("X-API-Key")) is not None:
        # Servers join repeated headers with commas, which no secret contains.
        secrets |= {part.strip() for part in value.split(",")}
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    # A proxy's own Basic credentials are not for us; what else is meant as a key must be one,
    # lest an app that spells it wrong records its learners as guests.
    if scheme and scheme.lower() != _BASIC:
        secrets.add(value.strip() if scheme.lower() == _BEARER else "")
    return secrets


class RosterBackend(ModelBackend):
    """Django's own, which also minds the facility and knows how far somebody may look."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **credentials: Any,
    ) -> User | None:
        """Return who has these credentials; a wrong `facility` is as wrong as a password."""
        user = super().authenticate(request, username, password)
        if not isinstance(user, User):
            return None
        facility = credentials.get("facility")
        elsewhere = facility is not None and user.facility_id not in (None, facility)
        return None if elsewhere else user

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:  # noqa: ARG002
        """Return none: roles say who may do what, and superusers may do everything."""
        return set()

    def get_user(self, user_id: Any) -> User | None:
        """Return the person of a session; None where they may no longer log in."""
        user = User.objects.with_role_flags().filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None


class LoginAuthentication(SessionAuthentication):
    """The session of somebody who logged in; checks CSRF, as only cookies need it."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        """Return who logged in; None where nobody did."""
        found = super().authenticate(request)
        if found is not None:
            structlog.contextvars.bind_contextvars(user=found[0].pk.hex)
        return found


# Asked by axes, which counts failed logins.


def login_name(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str | None:
    """Return the username to count by: folded, as it is looked up."""
    name = credentials.get("username") if credentials else request.POST.get("username")
    return fold_username(name)[:MAX_USERNAME_KEY_LENGTH] if isinstance(name, str) else None
