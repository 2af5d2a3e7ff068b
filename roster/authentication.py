"""Authentication by API key or learner token in one of two headers, or by login session."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

import structlog
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.hashers import make_password
from django.contrib.auth.middleware import get_user
from django.db.models import Q, UUIDField
from django.http import HttpRequest
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import (
    AuthenticationFailed,
    ParseError,
    PermissionDenied,
    Throttled,
)
from rest_framework.request import Request

from infra.api import throttling
from infra.db.compiled_queries import CompiledQuery, Param
from roster import keys, services
from roster.models import ApiKey, User
from roster.services import second_factors
from roster.services.auditing import MAX_NAMESAKES

_USER = CompiledQuery(lambda: User.objects.with_role_flags().filter(pk=Param("pk", UUIDField())))
SECOND_FACTOR_REQUIRED = "second_factor_required"
_BASIC = "basic"
_BEARER = "bearer"

# Digests of secrets this process has accepted. They grant nothing: an address over its rate limit
# is refused before the database is asked, and these keep a flood of wrong secrets from the same
# address from blocking valid ones.
_accepted: set[str] = set()
_MAX_ACCEPTED = 10_000


class KeyAuthentication(BaseAuthentication):
    """Key or token in `X-API-Key` or `Authorization: Bearer` before cookies (contract 0.3, 0.8)."""

    def authenticate(self, request: Request) -> tuple[ApiKey | User, ApiKey | None] | None:
        """Return the key or the token's learner; None if no header has a secret."""
        secrets = _read_secrets(request)
        if not secrets:
            return None
        if len(secrets) > 1:
            raise ParseError("Two different keys were sent.")
        secret = secrets.pop()
        digest = keys.digest(secret)
        _refuse_flood(request, digest)
        try:
            found = _resolve_secret(secret, at=timezone.now())
        except services.UnknownKey:
            _accepted.discard(digest)
            raise AuthenticationFailed("The key is unknown, expired or revoked.") from None
        if len(_accepted) >= _MAX_ACCEPTED:
            _accepted.clear()
        _accepted.add(digest)
        return found

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002
        """Return the `WWW-Authenticate` header of a 401."""
        return 'Bearer realm="LearnTrace"'


def _resolve_secret(secret: str, *, at: datetime) -> tuple[ApiKey | User, ApiKey | None]:
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
    wait = throttling.retry_guest(request)
    if wait is not None:
        raise Throttled(wait)


def _read_secrets(request: Request) -> set[str]:
    secrets = set()
    if (value := request.headers.get("X-API-Key")) is not None:
        # Servers join repeated headers with commas, which no secret contains.
        secrets |= {part.strip() for part in value.split(",")}
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    # Basic credentials belong to a proxy and are ignored. Any other scheme counts as a key, so
    # that an app with a misspelt scheme gets an error and does not record as a guest.
    if scheme and scheme.lower() != _BASIC:
        secrets.add(value.strip() if scheme.lower() == _BEARER else "")
    return secrets


class RosterBackend(ModelBackend):
    """Django's backend for usernames that are unique per facility; it loads the role flags."""

    def authenticate(
        self,
        request: HttpRequest | None,  # noqa: ARG002
        username: str | None = None,
        password: str | None = None,
        **credentials: Any,
    ) -> User | None:
        """Return the only person with this username and password; None if there are several.

        With a `facility` these are its people, and superusers without one. Without it more than
        `MAX_NAMESAKES` people are not compared: one left out might have the same password.
        """
        if username is None or password is None:
            return None
        people = User.objects.by_username(username).able_to_log_in()
        if (facility := credentials.get("facility")) is not None:
            people = people.filter(Q(facility=facility) | Q(facility=None))
        namesakes = list(people[: MAX_NAMESAKES + 1])
        if not namesakes or len(namesakes) > MAX_NAMESAKES:
            make_password(password)  # takes as long as a comparison
            return None
        matching = [user for user in namesakes if user.check_password(password)]
        return matching[0] if len(matching) == 1 else None

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:  # noqa: ARG002
        """Return no permissions: roles replace Django's, superusers may do everything."""
        return set()

    def get_user(self, user_id: Any) -> User | None:
        """Return the user of a session; None if they may no longer log in."""
        user = _USER.one(pk=user_id)
        return user if user is not None and self.user_can_authenticate(user) else None


class LoginAuthentication(SessionAuthentication):
    """Login session; checks CSRF, which only cookies need."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        """Return the logged-in user, or None."""
        if super().authenticate(request) is None:
            return None
        if request._request.session.get(second_factors.SESSION_KEY):
            text = second_factors.SecondFactorMissing.__doc__
            raise PermissionDenied(text, code=SECOND_FACTOR_REQUIRED)
        # The lazy object of the middleware calls a function at each access.
        user = cast("User", get_user(request._request))
        structlog.contextvars.bind_contextvars(user=user.pk.hex)
        return user, None
